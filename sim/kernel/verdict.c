// What a run came to. The first thing that goes wrong is what it failed of;
// whatever follows from that does not count.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/error.h>

#include "sim/kernel/state.h"

uint64_t trio_sim_class_(enum failure_kind kind, const char *text)
{
    return trio_sim_hash_text_((uint64_t)kind + 1, text);
}

void trio_sim_found_(struct kernel *kernel, enum failure_kind kind,
                     const char *text)
{
    struct outcome *outcome = kernel->outcome;

    if (outcome->failure != FAILURE_NONE)
        return;
    outcome->failure = kind;
    outcome->failure_class = trio_sim_class_(kind, text);
    trio_sim_format_(kernel, outcome->text, sizeof(outcome->text), "%s", text);
}

void trio_sim_fail_(struct kernel *kernel, enum failure_kind kind,
                    const char *text)
{
    trio_sim_found_(kernel, kind, text);
    kernel->gave_up = true;
    trio_run_abandon(TRIO_EINTERNAL);
}

void trio_sim_give_up_(struct kernel *kernel)
{
    kernel->gave_up = true;
    trio_run_abandon(TRIO_ECANCELED);
}

void trio_sim_property_(struct kernel *kernel, const char *name, int64_t first)
{
    enum trio_property kind = (enum trio_property)(first / 2);
    bool held = first % 2 != 0;
    bool is_awaited = kind == TRIO_PROPERTY_EVENTUALLY;
    struct property *property = NULL;

    for (size_t i = 0; i < kernel->properties.count && property == NULL; i++) {
        struct property *other =
            ARRAY_AT(&kernel->properties, struct property, i);
        if (other->name == name && other->kind == kind)
            property = other;
    }
    if (property == NULL) {
        property = trio_sim_append_(kernel, &kernel->properties);
        *property = (struct property){.name = name, .kind = kind};
    }
    property->held = held || (property->held && !is_awaited);
    if (!held && !is_awaited && kind != TRIO_PROPERTY_SOMETIMES)
        trio_sim_fail_(kernel, FAILURE_PROPERTY, name);
}

const struct property *trio_sim_properties_(const struct kernel *kernel,
                                            size_t *ret_count)
{
    *ret_count = kernel->properties.count;
    return kernel->properties.items;
}

// Says what each task waits for; returns a hash of that, whoever they are.
static uint64_t name_waits(struct kernel *kernel)
{
    char *text = kernel->outcome->text;
    size_t length = __builtin_strlen(text);
    uint64_t class = 0;

    for (size_t i = 1; i < kernel->actors.count; i++) {
        const struct actor *actor = trio_sim_actor_at_(kernel, i);
        const char *verb = actor->pending.verb;
        char name[32];
        if (!actor->living || verb == NULL)
            continue;
        class += trio_sim_hash_text_(0, verb);
        trio_sim_actor_name_(kernel, actor->number, name, sizeof(name));
        trio_sim_format_(kernel, text + length, FAILURE_TEXT_MAX - length,
                         " [%s: %s]", name, verb);
        length += __builtin_strlen(text + length);
    }
    return class;
}

// The class of a deadlock is what the tasks wait for.
void trio_sim_deadlocked_(struct kernel *kernel)
{
    struct outcome *outcome = kernel->outcome;

    if (outcome->failure != FAILURE_NONE)
        return;
    trio_sim_found_(kernel, FAILURE_DEADLOCK, "deadlock:");
    outcome->failure_class =
        trio_sim_mix_(outcome->failure_class, name_waits(kernel));
}

// Where the tasks are when time is up is chance.
void trio_sim_stuck_(struct kernel *kernel)
{
    struct outcome *outcome = kernel->outcome;

    if (outcome->failure == FAILURE_NONE) {
        trio_sim_found_(kernel, FAILURE_PROGRESS, "no progress:");
        name_waits(kernel);
    }
    trio_sim_fail_(kernel, FAILURE_PROGRESS, "no progress");
}

// The scenario did not return TRIO_OK.
static void judge_status(struct kernel *kernel, trio_status rc)
{
    char text[FAILURE_TEXT_MAX];
    char number[16] = "";
    const struct trio_error *error = kernel->error;
    const char *said = error == NULL ? "" : error->text;

    if (rc <= -1000) // The application's: all have the same name.
        trio_sim_format_(kernel, number, sizeof(number), " %d", (int)rc);
    trio_sim_format_(kernel, text, sizeof(text), "it ended with %s%s%s%s",
                     trio_status_name(rc), number, *said == '\0' ? "" : ": ",
                     said);
    trio_sim_found_(kernel, FAILURE_STATUS, text);
    kernel->outcome->failure_class = trio_sim_mix_(
        trio_sim_class_(FAILURE_STATUS, trio_status_name(rc)), (uint64_t)rc);
}

struct place_text {
    char text[128];
};

static struct place_text place_text(const struct kernel *kernel,
                                    const void *place)
{
    const struct trio_report *report = &kernel->base.report;
    struct place_text ret;

    report->place(report->context, place, ret.text, sizeof(ret.text));
    return ret;
}

// The class is the place: how much it was may differ.
static void judge_heap(struct kernel *kernel, const struct heap_block *left)
{
    struct place_text place = place_text(kernel, left->place);
    char text[FAILURE_TEXT_MAX];

    trio_sim_format_(kernel, text, sizeof(text),
                     "not freed: %zu bytes, allocated at %s", left->size,
                     place.text);
    if (kernel->outcome->failure != FAILURE_NONE)
        return;
    trio_sim_found_(kernel, FAILURE_MEMORY, text);
    kernel->outcome->failure_class =
        trio_sim_class_(FAILURE_MEMORY, place.text);
}

static void judge_descriptor(struct kernel *kernel,
                             const struct descriptor *left)
{
    struct place_text place = place_text(kernel, left->place);
    char text[FAILURE_TEXT_MAX];

    trio_sim_format_(kernel, text, sizeof(text),
                     "not closed: a descriptor of %s, made at %s", left->what,
                     place.text);
    trio_sim_found_(kernel, FAILURE_OWED, text);
}

// The class is what it is: whose, and where, may differ.
static void judge_open(struct kernel *kernel, const struct leftover *left)
{
    char address[TRIO_ADDRESS_TEXT_MAX] = "";
    char text[FAILURE_TEXT_MAX];

    if (kernel->outcome->failure != FAILURE_NONE)
        return;
    if (*left->use != '\0' && left->path == NULL)
        trio_address_format(&left->address, address, sizeof(address));
    trio_sim_format_(kernel, text, sizeof(text), "left open: %s%s%s%s%s",
                     left->what, left->host == NULL ? "" : " of ",
                     left->host == NULL ? "" : left->host, left->use,
                     left->path == NULL ? address : left->path);
    trio_sim_found_(kernel, FAILURE_OWED, text);
    kernel->outcome->failure_class = trio_sim_class_(FAILURE_OWED, left->what);
}

static void judge_leftovers(struct kernel *kernel)
{
    const struct heap_block *block = trio_sim_heap_left_(kernel);
    const struct descriptor *open = trio_sim_descriptor_left_(kernel);
    struct leftover left;
    char text[FAILURE_TEXT_MAX];
    const char *kind = trio_sim_still_owed_(kernel);

    if (kind != NULL) {
        trio_sim_format_(kernel, text, sizeof(text), "not given back: %s",
                         kind);
        trio_sim_found_(kernel, FAILURE_OWED, text);
    } else if (trio_sim_network_left_(&kernel->world, &left) ||
               trio_sim_files_left_(&kernel->world, &left)) {
        judge_open(kernel, &left);
    } else if (kernel->memory.blocks > 0) {
        trio_sim_found_(kernel, FAILURE_MEMORY,
                        "memory of the run was not given back");
    } else if (open != NULL) {
        judge_descriptor(kernel, open);
    } else if (block != NULL) {
        judge_heap(kernel, block);
    }
}

void trio_sim_judge_(struct kernel *kernel, trio_status rc)
{
    struct outcome *outcome = kernel->outcome;

    outcome->status = rc;
    if (!kernel->gave_up) {
        const struct property *awaited = trio_sim_awaited_(kernel);
        if (rc != TRIO_OK && !kernel->injected &&
            outcome->failure == FAILURE_NONE)
            judge_status(kernel, rc);
        if (awaited != NULL && !kernel->injected)
            trio_sim_miss_(kernel, awaited);
        trio_error_free(kernel->error);
        judge_leftovers(kernel);
    }
    if (outcome->failure != FAILURE_NONE)
        outcome->verdict = VERDICT_FAILED;
    else if (kernel->capped)
        trio_sim_judge_cap_(kernel);
    else if (kernel->injected && (rc != TRIO_OK || kernel->gave_up))
        outcome->verdict = VERDICT_CANCELLED;
    else
        outcome->verdict = VERDICT_PASSED;
}
