// The end of a run that is too long. Nobody knows what it would have come to:
// it has neither passed nor failed. But what it does over and over can be told,
// and what the program has promised for some time has to come by then, once
// everybody gets their turn and nothing more goes wrong.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

// ---- What is still to come ----

const struct property *trio_sim_awaited_(const struct kernel *kernel)
{
    for (size_t i = 0; i < kernel->properties.count; i++) {
        const struct property *property =
            ARRAY_AT(&kernel->properties, struct property, i);
        if (property->kind == TRIO_PROPERTY_EVENTUALLY && !property->held)
            return property;
    }
    return NULL;
}

void trio_sim_miss_(struct kernel *kernel, const struct property *awaited)
{
    char text[FAILURE_TEXT_MAX];

    trio_sim_format_(kernel, text, sizeof(text), "not in the end: %s",
                     awaited->name);
    trio_sim_found_(kernel, FAILURE_PROPERTY, text);
}

// From here on it is production: whoever is first in line comes first, and
// nothing fails. That takes as long again.
static void go_on_fairly(struct kernel *kernel)
{
    kernel->fair = true;
    kernel->strategy = NULL;
    trio_sim_ranking_reset_(&kernel->ranking);
    trio_sim_faults_end_(kernel);
    kernel->steps_max *= 2;
    kernel->time_end =
        trio_time_add(kernel->time_end, kernel->time_end - kernel->time_begin);
}

void trio_sim_cap_(struct kernel *kernel)
{
    const struct property *awaited = trio_sim_awaited_(kernel);

    if (kernel->cancelled_scope != 0)
        trio_sim_fail_(kernel, FAILURE_ENDLESS, "a cancelled scope never ends");
    if (awaited != NULL && !kernel->fair) {
        go_on_fairly(kernel);
        return;
    }
    if (awaited != NULL)
        trio_sim_miss_(kernel, awaited);
    kernel->capped = awaited == NULL;
    trio_sim_give_up_(kernel);
}

void trio_sim_check_time_(struct kernel *kernel, trio_time now)
{
    if (kernel->world.calm && now > kernel->world.calm_end)
        trio_sim_stuck_(kernel);
    if (now > kernel->time_end)
        trio_sim_cap_(kernel);
}

// ---- What it did ----

// Times and passes are others each time.
static bool is_same(const struct event *a, const struct event *b)
{
    return a->verb == b->verb && a->task == b->task && a->object == b->object &&
           a->kind == b->kind &&
           (a->first == b->first || a->kind == TRIO_NOTE_CLOCK_JUMP ||
            a->kind == TRIO_NOTE_STEP_BEGIN);
}

// Returns the event that is so many before the last one.
static const struct event *event_before(const struct kernel *kernel, size_t i)
{
    return &kernel->recent[(kernel->events - 1 - i) % RECENT_EVENTS];
}

// Returns after how many events all that is known of the run repeats itself, so
// that it does so twice at least. 0: it does not.
static size_t period_of(const struct kernel *kernel)
{
    static _Thread_local uint16_t borders[RECENT_EVENTS];
    size_t border = 0;

    if (kernel->events < RECENT_EVENTS)
        return 0;
    borders[0] = 0;
    for (size_t i = 1; i < RECENT_EVENTS; i++) {
        const struct event *event = event_before(kernel, i);
        while (border > 0 && !is_same(event, event_before(kernel, border)))
            border = borders[border - 1];
        border += is_same(event, event_before(kernel, border));
        borders[i] = (uint16_t)border;
    }
    size_t period = RECENT_EVENTS - border;
    return period <= RECENT_EVENTS / 3 ? period : 0;
}

enum { NAMED_MAX = 3, NAME_MAX = 32 };

// Who takes the steps of a period.
struct cast {
    uint32_t tasks[NAMED_MAX];
    size_t count; // More than there is room for: of at least so many.
    size_t steps;
};

static void add_step(struct cast *cast, uint32_t task)
{
    cast->steps++;
    for (size_t i = 0; i < cast->count && i < NAMED_MAX; i++)
        if (cast->tasks[i] == task)
            return;
    if (cast->count < NAMED_MAX)
        cast->tasks[cast->count] = task;
    cast->count++;
}

static void describe_livelock(const struct kernel *kernel, size_t period,
                              char *text, size_t size)
{
    struct cast cast = {.count = 0};
    char name[NAME_MAX];
    size_t length;

    for (size_t i = 0; i < period; i++)
        if (event_before(kernel, i)->kind == TRIO_NOTE_STEP_BEGIN)
            add_step(&cast, event_before(kernel, i)->task);
    if (cast.steps > 1)
        trio_sim_format_(kernel, text, size,
                         "a livelock: the same %zu steps over and over, of",
                         cast.steps);
    else
        trio_sim_format_(
            kernel, text, size, "a livelock: the same %s over and over%s",
            cast.steps == 1 ? "step" : "events", cast.steps == 1 ? ", of" : "");
    for (size_t i = 0; i < cast.count && i < NAMED_MAX; i++) {
        length = __builtin_strlen(text);
        trio_sim_actor_name_(kernel, cast.tasks[i], name, sizeof(name));
        trio_sim_format_(kernel, text + length, size - length, "%s %s",
                         i == 0 ? "" : ",", name);
    }
    length = __builtin_strlen(text);
    if (cast.count > NAMED_MAX)
        trio_sim_format_(kernel, text + length, size - length, " and others");
}

void trio_sim_judge_cap_(struct kernel *kernel)
{
    struct outcome *outcome = kernel->outcome;
    size_t period = period_of(kernel);

    outcome->verdict = VERDICT_CAPPED;
    outcome->failure_class =
        trio_sim_class_(FAILURE_NONE, period > 0 ? "livelock" : "too long");
    if (period > 0)
        describe_livelock(kernel, period, outcome->text, sizeof(outcome->text));
    else
        trio_sim_format_(
            kernel, outcome->text, sizeof(outcome->text),
            "it does not end within %llu steps and %lld s",
            (unsigned long long)kernel->steps_max,
            (long long)((kernel->time_end - kernel->time_begin) / TRIO_SECOND));
}
