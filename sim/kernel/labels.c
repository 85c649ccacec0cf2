// Where a task is, in words that do not depend on the schedule: the task's
// path, what it did last (a verb, and the first, second, ... object that this
// task used with this verb) and for which time. An object's own address, or its
// place among those that all tasks use, would differ from schedule to schedule.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

uint64_t trio_sim_hash_text_(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return trio_sim_mix_(hash, 0);
}

// The same verb may be there twice: that depends on who linked the program.
static bool is_same(const char *verb, const char *other)
{
    return verb == other || __builtin_strcmp(verb, other) == 0;
}

// Which object it is, of those that the task has used with this verb.
static uint32_t number_of(struct history *history, const char *verb,
                          const void *object)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < history->object_count; i++) {
        const struct own_object *own = &history->objects[i];
        if (!is_same(own->verb, verb))
            continue;
        if (own->object == object)
            return number;
        number++;
    }
    if (history->object_count < OBJECTS_MAX)
        history->objects[history->object_count++] =
            (struct own_object){object, verb};
    return number;
}

static struct label *label_of(struct history *history, uint32_t hash)
{
    for (uint32_t i = 0; i < history->label_count; i++)
        if (history->labels[i].hash == hash)
            return &history->labels[i];
    if (history->label_count == LABELS_MAX)
        return &history->labels[LABELS_MAX - 1]; // Shared by all that follow.
    history->labels[history->label_count] = (struct label){hash, 0};
    return &history->labels[history->label_count++];
}

void trio_sim_label_(struct kernel *kernel, struct actor *actor,
                     const char *verb, const void *object)
{
    const char *given = trio_sim_given_name_(kernel, object);
    struct history *history = trio_sim_history_(kernel, actor);
    uint64_t hash = trio_sim_hash_text_(0, verb);

    if (given != NULL)
        hash = trio_sim_hash_text_(hash, given);
    else if (object != NULL)
        hash = trio_sim_mix_(hash, number_of(history, verb, object));
    struct label *label = label_of(history, (uint32_t)hash);
    label->occurrence++;
    actor->labelled = true;
    actor->label = (uint32_t)hash;
    actor->occurrence = label->occurrence;
    actor->readings = 0;
    actor->anchor = (uint32_t)trio_sim_mix_(
        trio_sim_mix_(actor->path, (uint32_t)hash), label->occurrence);
}

static uint32_t cut(uint64_t hash)
{
    return (uint32_t)(hash >> 8) & ((1u << ANCHOR_BITS) - 1);
}

// Without the number of times that it was passed over: several deviations of
// the same anchor happen one after the other, and one of them can be left out.
uint32_t trio_sim_anchor_of_turn_(const struct actor *actor)
{
    return cut(actor->anchor);
}

// With it: before which turn, of those in which it is passed over.
uint32_t trio_sim_anchor_of_event_(const struct actor *actor)
{
    return cut(trio_sim_mix_(actor->anchor, actor->deferred));
}

// Before which of these turns the loop was to look first.
uint32_t trio_sim_anchor_of_look_(const struct actor *actor)
{
    return cut(trio_sim_mix_(actor->anchor ^ 'l', actor->deferred));
}

// At which reading of the clock since.
uint32_t trio_sim_anchor_of_reading_(const struct actor *actor)
{
    return cut(trio_sim_mix_(actor->anchor ^ 'c', actor->readings));
}

uint32_t trio_sim_anchor_of_moment_(const struct actor *actor, bool parked)
{
    return cut(trio_sim_mix_(actor->anchor, parked ? 'p' : 'r'));
}

uint32_t trio_sim_anchor_of_call_(const struct actor *actor, const char *what)
{
    uint64_t hash = trio_sim_hash_text_(actor->path, what);

    return cut(trio_sim_mix_(hash, actor->calls));
}

// Also where it was not asked for: it must not depend on that.
uint32_t trio_sim_anchor_of_strike_(const struct actor *actor, const char *what)
{
    uint64_t hash = trio_sim_hash_text_(actor->path ^ 's', what);

    return cut(trio_sim_mix_(hash, actor->strikes));
}

// Whoever sends it: which segment it is, of those over this link.
uint32_t trio_sim_anchor_of_segment_(const struct trio_sim_job *link,
                                     const char *what)
{
    uint64_t hash = trio_sim_hash_text_(trio_sim_link_path_(link), what);

    return cut(trio_sim_mix_(hash, trio_sim_link_newest_(link)));
}

// Who has ended stopped nowhere.
uint32_t trio_sim_anchor_of_idle_(const struct actor *last, uint32_t since)
{
    return cut(trio_sim_mix_(last->anchor ^ (last->living ? 'i' : 'e'), since));
}

// (task, what it did, the first time or later, parked or ready)
uint64_t trio_sim_key_(const struct actor *actor, bool parked)
{
    uint64_t hash = trio_sim_mix_(actor->path, actor->label);

    return trio_sim_mix_(hash, (actor->occurrence > 1 ? 2u : 0u) + parked);
}
