// Most failures need few of the deviations of the run in which they were found,
// and mostly late ones: so the first questions are whether no fault is needed,
// none but what was injected, none but the last few.
//
// What remains is asked for in pieces, from the last on, whose size follows
// from the answers. A piece may be left out; or, if it led from one task by
// others to a third, cut short. The latter is what frees a failure of the tasks
// that only got in its way: each was given its turn, and has to be stopped in
// time, so that neither of these two deviations can be left out alone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/shrinking.h"

enum { LAST_FEW = 4, PAIRED_MAX = 6 };

static bool is_timing(struct deviation deviation)
{
    return deviation.kind == DEVIATE_CLOCK || deviation.kind == DEVIATE_JOB;
}

static bool is_fault(struct deviation deviation)
{
    return deviation.kind == DEVIATE_FAIL || deviation.kind == DEVIATE_FAIL_ON;
}

// Tries the best plan with those deviations only that are, or are not, `such`,
// if it has both.
static void try_only(struct trials *trials, bool (*such)(struct deviation),
                     bool are)
{
    const struct shrunk *best = trials->best;

    trio_sim_trial_begin_(trials);
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        if (such(best->deviations[i]) == are)
            trio_sim_trial_add_(trials, best->deviations[i]);
    if (trials->plan.deviation_count > 0 &&
        trials->plan.deviation_count < best->plan.deviation_count)
        trio_sim_trial_(trials);
}

// Tries the last few of the deviations that were not injected, with all that
// were.
static bool try_last(struct trials *trials, size_t few)
{
    const struct shrunk *best = trials->best;
    size_t others = 0;

    for (size_t i = 0; i < best->plan.deviation_count; i++)
        others += !trio_sim_injects_(best->deviations[i]);
    if (others <= few)
        return true;
    trio_sim_trial_begin_(trials);
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        if (trio_sim_injects_(best->deviations[i]) || others-- <= few)
            trio_sim_trial_add_(trials, best->deviations[i]);
    return trio_sim_trial_(trials);
}

// Tries to put one deviation in the place of a piece: where its first task
// deviation was, the task comes that its last one chose.
static bool try_shortcut(struct trials *trials, size_t from, size_t to)
{
    const struct shrunk *best = trials->best;
    struct deviation shortcut;

    while (from < to && best->deviations[from].kind != DEVIATE_TASK)
        from++;
    while (from < to && best->deviations[to - 1].kind != DEVIATE_TASK)
        to--;
    if (to - from < 2)
        return false;
    shortcut = best->deviations[from];
    shortcut.target = best->deviations[to - 1].target;
    trio_sim_trial_begin_(trials);
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        if (i == from)
            trio_sim_trial_add_(trials, shortcut);
        else if (i < from || i >= to)
            trio_sim_trial_add_(trials, best->deviations[i]);
    return trio_sim_trial_(trials);
}

// Tries something on one piece after another, from the last on, until
// `needed_max` of the smallest pieces have withstood it.
static void go_through(struct trials *trials,
                       bool (*attempt)(struct trials *, size_t from, size_t to),
                       size_t smallest, size_t needed_max)
{
    const struct plan *plan = &trials->best->plan;
    size_t end = plan->deviation_count; // From here on, what is needed.
    size_t size = end / 2;
    size_t needed = 0;

    while (end >= smallest && needed < needed_max) {
        if (size < smallest)
            size = smallest;
        size_t from = end > size ? end - size : 0;
        if (attempt(trials, from, end)) {
            end = from + smallest - 1;
            if (end > plan->deviation_count)
                end = plan->deviation_count;
            size *= 2;
        } else if (end - from <= smallest) {
            end--;
            size = end / (++needed + 1);
        } else {
            size = (end - from) / 2;
        }
    }
}

// Tries to have a later deviation's task come where an earlier one is, in the
// place of both.
static bool try_earlier(struct trials *trials, size_t earlier, size_t later)
{
    const struct shrunk *best = trials->best;

    if (best->deviations[earlier].kind != DEVIATE_TASK ||
        best->deviations[later].kind != DEVIATE_TASK)
        return false;
    trio_sim_trial_begin_(trials);
    for (size_t i = 0; i < best->plan.deviation_count; i++) {
        struct deviation deviation = best->deviations[i];
        if (i == earlier)
            deviation.target = best->deviations[later].target;
        if (i != later)
            trio_sim_trial_add_(trials, deviation);
    }
    return trio_sim_trial_(trials);
}

// Tries that on all pairs of few deviations, until it succeeds.
static bool bring_forward(struct trials *trials)
{
    size_t count = trials->best->plan.deviation_count;

    if (count < 3 || count > PAIRED_MAX)
        return false;
    for (size_t later = count; later-- > 1;)
        for (size_t earlier = 0; earlier < later; earlier++)
            if (try_earlier(trials, earlier, later))
                return true;
    return false;
}

void trio_sim_reduce_(struct trials *trials)
{
    const struct plan *plan = &trials->best->plan;
    size_t before;

    try_only(trials, is_fault, false);
    try_only(trials, trio_sim_injects_, true);
    try_only(trials, is_timing, false);
    for (size_t few = 2; few <= LAST_FEW; few *= 2)
        if (try_last(trials, few))
            break;
    go_through(trials, trio_sim_trial_without_, 1, 1);
    if (plan->deviation_count > 2) // Is all before the last one a detour?
        try_shortcut(trials, 0, plan->deviation_count - 1);
    do {
        before = plan->deviation_count;
        go_through(trials, try_shortcut, 2, SIZE_MAX);
        go_through(trials, trio_sim_trial_without_, 1, SIZE_MAX);
    } while (plan->deviation_count < before || bring_forward(trials));
}

bool trio_sim_reduce_fully_(struct trials *trials)
{
    const struct shrunk *best = trials->best;
    size_t i = best->plan.deviation_count;

    while (i > 0) {
        if (trio_sim_trial_without_(trials, i - 1, i))
            i = best->plan.deviation_count;
        else
            i--;
    }
    return !trio_sim_is_enough_(trials);
}
