// Every timer expires at each place at which it can: alone, then together with
// those that are due next, as when the loop is late; and whom that wakes comes
// last, then first. A place is known by who is first in line there, where that
// task has stopped, whether it is the first time, and which timer is due next.
//
// So each deadline comes just before what it competes with and just after.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

static const char name[] = "time sweep";

static void note_timers(struct search *search, const struct lapse *lapse)
{
    for (size_t i = 0; i < LAPSE_TIMERS && lapse->timers[i] != 0; i++)
        search->result->timers +=
            trio_sim_set_add_(&search->times.timers, lapse->timers[i]);
}

void trio_sim_note_lapses_(struct search *search)
{
    struct time_sweep *sweep = &search->times;
    size_t count;
    const struct lapse *lapses = trio_sim_lapses_(search->kernel, &count);

    for (size_t i = 0; i < count; i++) {
        if (!trio_sim_set_add_(&sweep->keys, lapses[i].key))
            continue;
        search->result->moments++;
        note_timers(search, &lapses[i]);
        if (sweep->count < SWEEP_POINTS_MAX)
            sweep->lapses[sweep->count++] = (struct sweep_lapse){lapses[i], 0};
        else
            search->result->time_cut = true;
    }
}

static void note_expired(struct search *search, struct sweep_lapse *noted,
                         uint32_t far)
{
    search->result->moments_tried += noted->runs++ == 0;
    for (uint32_t i = 0; i < far; i++)
        search->result->timers_tried += trio_sim_set_add_(
            &search->times.expired, noted->lapse.timers[i]);
}

// Lets time pass beyond `far` timers at one place.
static bool expire(struct search *search, struct sweep_lapse *noted,
                   uint32_t far, bool woken_first)
{
    struct plan plan = trio_sim_schedule_(search, 0);
    const struct deviation here = {DEVIATE_CLOCK, noted->lapse.anchor, far};
    struct outcome outcome;

    plan.deviations = &here;
    plan.deviation_count = 1;
    if (woken_first)
        plan.strategy = &search->strategies->woken_first;
    search->result->time_runs++;
    bool goes_on = trio_sim_try_(search, &plan, name, &outcome);
    if (outcome.fired == 1)
        note_expired(search, noted, far);
    return goes_on;
}

// Tries all places, with so many timers more than the one that is due next.
static bool expire_each(struct search *search, uint32_t more, bool woken_first)
{
    struct time_sweep *sweep = &search->times;

    for (uint32_t i = 0; i < sweep->count; i++) {
        const struct lapse *lapse = &sweep->lapses[i].lapse;
        uint32_t far = lapse->least + more;

        if (far > LAPSE_TIMERS || lapse->timers[far - 1] == 0)
            continue;
        if (!trio_sim_sweep_may_(search, search->result->time_runs,
                                 &search->result->time_cut))
            return true;
        if (!expire(search, &sweep->lapses[i], far, woken_first))
            return false;
    }
    return true;
}

bool trio_sim_sweep_times_(struct search *search)
{
    trio_sim_sweep_begin_(search);
    for (uint32_t more = 0; more < LAPSE_TIMERS; more++)
        if (!expire_each(search, more, false) ||
            !expire_each(search, more, true))
            return false;
    return true;
}
