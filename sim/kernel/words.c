// What tasks, objects and places are called when they are told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

void trio_sim_format_(const struct kernel *kernel, char *buffer, size_t size,
                      const char *format, ...)
{
    const struct trio_report *report = &kernel->base.report;
    va_list arguments;

    va_start(arguments, format);
    report->format(report->context, buffer, size, format, arguments);
    va_end(arguments);
}

void trio_sim_actor_name_(const struct kernel *kernel, uint32_t number,
                          char *buffer, size_t size)
{
    struct actor *actor = trio_sim_actor_number_(kernel, number);

    if (number == 0) {
        trio_sim_format_(kernel, buffer, size, "nobody");
    } else if (number >= kernel->histories.count) { // Without details.
        trio_sim_format_(kernel, buffer, size, "task %u", (unsigned)number);
    } else {
        const char *name = trio_sim_history_(kernel, actor)->name;
        if (actor->nth == 0)
            actor->nth = trio_sim_nth_(kernel, actor);
        trio_sim_format_(kernel, buffer, size, actor->nth == 1 ? "%s" : "%s#%u",
                         name, (unsigned)actor->nth);
    }
}

const char *trio_sim_actor_host_(const struct kernel *kernel, uint32_t number)
{
    if (!kernel->world.has_hosts || number >= kernel->histories.count)
        return NULL;
    return ARRAY_AT(&kernel->histories, struct history, number)->host;
}

const char *trio_sim_given_name_(const struct kernel *kernel,
                                 const void *object)
{
    for (size_t i = kernel->names.count; i-- > 0;) {
        const struct given_name *name =
            ARRAY_AT(&kernel->names, struct given_name, i);
        if (name->object == object)
            return name->name;
    }
    return NULL;
}

static const void *object_of(const struct kernel *kernel, uint32_t number)
{
    const struct object_table *table = &kernel->objects;

    for (size_t i = 0; i <= table->mask; i++)
        if (table->slots[i].run == table->run &&
            table->slots[i].number == number)
            return table->slots[i].object;
    return NULL;
}

void trio_sim_object_name_(const struct kernel *kernel, uint32_t number,
                           char *buffer, size_t size)
{
    const char *name = trio_sim_given_name_(kernel, object_of(kernel, number));

    if (name != NULL)
        trio_sim_format_(kernel, buffer, size, "%s", name);
    else
        trio_sim_format_(kernel, buffer, size, "#%u", (unsigned)number);
}

static const char *ordinal(uint32_t number)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};

    if (number % 100 / 10 == 1 || number % 10 > 3)
        return endings[0];
    return endings[number % 10];
}

void trio_sim_describe_(const struct kernel *kernel, const struct actor *actor,
                        char *buffer, size_t size)
{
    static const char *const accesses[] = {"read", "write", "take", "give"};
    const struct operation *operation = &actor->pending;
    char who[32];
    char what[48] = "";
    const char *verb = operation->verb;

    trio_sim_actor_name_(kernel, actor->number, who, sizeof(who));
    if (operation->object != NULL) {
        struct object_table *table = (void *)(uintptr_t)&kernel->objects;
        what[0] = ' ';
        trio_sim_object_name_(kernel,
                              trio_sim_object_number_(table, operation->object),
                              what + 1, sizeof(what) - 1);
    }
    if (verb != NULL && __builtin_strcmp(verb, "wake up") == 0)
        verb = "sleep";
    if (verb == NULL && operation->object != NULL)
        verb = accesses[operation->access];
    else if (verb == NULL)
        verb = actor->steps == 0 ? "start" : "yield";
    trio_sim_format_(kernel, buffer, size, "%s at %s%s, %u%s time", who, verb,
                     what, (unsigned)actor->occurrence,
                     ordinal(actor->occurrence));
}

void trio_sim_segment_name_(const struct kernel *kernel,
                            const struct trio_sim_job *job, uint64_t number,
                            const char *fate, char *buffer, size_t size)
{
    const char *from, *to;

    trio_sim_link_names_(job, &from, &to);
    trio_sim_format_(kernel, buffer, size, "%llu%s segment %s -> %s %s",
                     (unsigned long long)number, ordinal((uint32_t)number),
                     from, to, fate);
}

void trio_sim_job_name_(const struct kernel *kernel,
                        const struct trio_sim_job *job, char *buffer,
                        size_t size)
{
    if (job->fn == trio_sim_alarm_goes_off_)
        trio_sim_format_(kernel, buffer, size, "%s", trio_sim_alarm_name_(job));
    else if (job->fn != trio_sim_link_arrives_)
        trio_sim_format_(kernel, buffer, size, "a job is done");
    else
        trio_sim_segment_name_(kernel, job, trio_sim_link_head_(job), "arrives",
                               buffer, size);
}
