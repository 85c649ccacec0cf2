// A program is cancelled wherever it can be: once for each kind of moment that
// it comes to. What makes a moment a new one is its key, which names task,
// operation, object, whether it is the first time, and whether the task is
// parked or has been made ready and not run yet. Such a moment is tried in the
// very schedule in which it was found, so that it surely comes.
//
// A moment that only a cancelled run comes to belongs to cleaning up. There the
// scope around everything is cancelled besides: a program that begins to clean
// up has to end it, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

static const char name[] = "cancel sweep";

// Schedules that are searched for moments: at most so many, and no more after
// so many in a row without a new one.
enum { SCHEDULES_MAX = 8, QUIET_SCHEDULES = 3 };

enum { SCOPES = 3 }; // To choose from, of one moment.

// One of each sort comes first, that is where most mistakes show, and cleaning
// up last.
enum { RANK_NOVEL, RANK_AGAIN, RANK_CLEANING_UP, RANKS };

static uint32_t rank_of(const struct cancel_sweep *sweep,
                        const struct point *point,
                        const struct deviation *before)
{
    if (before != NULL)
        return RANK_CLEANING_UP;
    for (uint32_t i = 0; i < sweep->count; i++)
        if (sweep->points[i].label == point->label &&
            sweep->points[i].parked == point->parked)
            return RANK_AGAIN;
    return RANK_NOVEL;
}

static void note_point(struct search *search, const struct point *point,
                       uint32_t schedule, const struct deviation *before)
{
    struct cancel_sweep *sweep = &search->cancels;

    // Before the scenario itself begins there is nothing to cancel.
    if (point->scopes[0] == 0 || !trio_sim_set_add_(&sweep->keys, point->key))
        return;
    search->result->cancel_points++;
    if (sweep->count == SWEEP_POINTS_MAX) {
        search->result->cancel_cut = true;
        return;
    }
    struct sweep_point noted = {
        .anchor = point->anchor,
        .schedule = schedule,
        .label = point->label,
        .parked = point->parked,
        .rank = rank_of(sweep, point, before),
    };
    for (size_t i = 0; i < SCOPES; i++)
        noted.scopes[i] = point->scopes[i];
    if (before != NULL)
        noted.before = *before;
    sweep->points[sweep->count++] = noted;
}

void trio_sim_note_points_(struct search *search, uint32_t schedule,
                           const struct deviation *before)
{
    size_t count;
    const struct point *points = trio_sim_points_(search->kernel, &count);

    for (size_t i = 0; i < count; i++)
        note_point(search, &points[i], schedule, before);
}

// Cancels one scope at one moment, after what led to it.
static bool cancel(struct search *search, uint32_t number, uint32_t target)
{
    struct sweep_point *point = &search->cancels.points[number];
    struct plan plan = trio_sim_schedule_(search, point->schedule);
    struct deviation deviations[2];
    struct outcome outcome;
    size_t count = 0;

    if (point->rank == RANK_CLEANING_UP)
        deviations[count++] = point->before;
    const struct deviation here = {DEVIATE_CANCEL, point->anchor, target};
    deviations[count++] = here;
    plan.deviations = deviations;
    plan.deviation_count = count;
    search->result->cancel_runs++;
    bool goes_on = trio_sim_try_(search, &plan, name, &outcome);
    if (!point->tried && outcome.fired == count) {
        point->tried = true;
        search->result->cancel_points_tried++;
    }
    if (goes_on && count == 1)
        trio_sim_note_points_(search, point->schedule, &here);
    return goes_on;
}

// Returns the scope to cancel as the `choice`-th, 0: there is none left.
static uint32_t target_of(const struct sweep_point *point, size_t choice)
{
    if (point->rank == RANK_CLEANING_UP) { // Once.
        if (point->tried)
            return 0;
        return point->before.target == SCOPE_AROUND ? point->scopes[0]
                                                    : SCOPE_AROUND;
    }
    for (size_t i = 0; i < choice; i++)
        if (point->scopes[i] == point->scopes[choice])
            return 0;
    return point->scopes[choice];
}

// Tries the moments of a rank from `begin` on, those that are found on the way,
// too.
static bool cancel_rank(struct search *search, uint32_t begin, size_t choice,
                        uint32_t rank)
{
    for (uint32_t i = begin; i < search->cancels.count; i++) {
        const struct sweep_point *point = &search->cancels.points[i];
        uint32_t target = target_of(point, choice);

        if (point->rank != rank || target == 0)
            continue;
        if (!trio_sim_sweep_may_(search, search->result->cancel_runs,
                                 &search->result->cancel_cut))
            return true;
        if (!cancel(search, i, target))
            return false;
    }
    return true;
}

static bool cancel_each(struct search *search, uint32_t begin, size_t choice)
{
    for (uint32_t rank = 0; rank < RANKS; rank++)
        if (!cancel_rank(search, begin, choice, rank))
            return false;
    return true;
}

// Tries what one schedule comes to. Returns false if the search is over.
static bool cancel_in(struct search *search, uint32_t schedule, bool *ret_news)
{
    uint32_t begin = 0;

    if (schedule > 0) {
        struct plan plan = trio_sim_schedule_(search, schedule);
        struct outcome outcome;

        begin = search->cancels.count;
        if (!trio_sim_try_(search, &plan, plan.strategy->name, &outcome))
            return false;
        trio_sim_note_points_(search, schedule, NULL);
    }
    *ret_news = search->cancels.count > begin;
    return cancel_each(search, begin, 0);
}

bool trio_sim_sweep_cancels_(struct search *search)
{
    uint32_t quiet = 0; // Schedules in a row without anything new.

    trio_sim_sweep_begin_(search);
    for (uint32_t schedule = 0;
         schedule < SCHEDULES_MAX && quiet < QUIET_SCHEDULES; schedule++) {
        bool news;

        if (!cancel_in(search, schedule, &news))
            return false;
        quiet = news ? 0 : quiet + 1;
    }
    for (size_t choice = 1; choice < SCOPES; choice++)
        if (!cancel_each(search, 0, choice))
            return false;
    return true;
}
