// Every call to a seam that a run makes, and every one of malloc, fails in a
// run of its own, once alone and, where that makes sense, once with all later
// ones of its kind; a call that only a run with a failure makes belongs to the
// handling of it, and fails besides. So does the one that comes next after a
// failure: it is known by its task and number, so that it may look like one
// that is made without.
//
// It does not matter to what status such a run comes. It has to come to one,
// with nothing left behind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

static const char name[] = "failure sweep";

static bool may_fail(const struct search *search, const struct call *call)
{
    return !call->heap || (!search->options.no_malloc_failures &&
                           !search->scenario->no_malloc_failures);
}

static void add(struct search *search, struct sweep_call call)
{
    struct failure_sweep *sweep = &search->failures;

    if (sweep->count < SWEEP_CALLS_MAX)
        sweep->calls[sweep->count++] = call;
    else
        search->result->failure_cut = true;
}

void trio_sim_note_calls_(struct search *search, const struct deviation *before)
{
    size_t count;
    const struct call *calls = trio_sim_calls_(search->kernel, &count);

    for (size_t i = 0; i < count; i++) {
        struct sweep_call call = {.anchor = calls[i].anchor,
                                  .alone = calls[i].once};
        if (!may_fail(search, &calls[i]) ||
            !trio_sim_set_add_(&search->failures.anchors, call.anchor))
            continue;
        search->result->calls++;
        if (before != NULL)
            call.before = *before;
        add(search, call);
    }
}

// Takes what is called next after a failure, unless nobody knew of it.
static void note_next(struct search *search, struct deviation failure,
                      uint32_t known)
{
    size_t count, i = 0;
    const struct call *calls = trio_sim_calls_(search->kernel, &count);

    while (i < count && calls[i].anchor != failure.anchor)
        i++;
    if (i + 1 >= count || !may_fail(search, &calls[i + 1]))
        return;
    struct sweep_call next = {failure, calls[i + 1].anchor, true};
    for (i = known; i < search->failures.count; i++)
        if (search->failures.calls[i].anchor == next.anchor)
            return;
    add(search, next);
}

// Has one call fail, after what led to it.
static bool fail(struct search *search, const struct sweep_call *call,
                 enum deviation_kind kind)
{
    struct plan plan = trio_sim_schedule_(search, 0);
    uint32_t known = search->failures.count;
    struct deviation deviations[2];
    struct outcome outcome;
    size_t count = 0;

    if (call->before.anchor != 0)
        deviations[count++] = call->before;
    const struct deviation here = {kind, call->anchor, 0};
    deviations[count++] = here;
    plan.deviations = deviations;
    plan.deviation_count = count;
    search->result->failure_runs++;
    if (!trio_sim_try_(search, &plan, name, &outcome))
        return false;
    if (count > 1 || kind != DEVIATE_FAIL)
        return true;
    trio_sim_note_calls_(search, &here);
    note_next(search, here, known);
    return true;
}

bool trio_sim_sweep_failures_(struct search *search)
{
    const struct failure_sweep *sweep = &search->failures;

    trio_sim_sweep_begin_(search);
    // There are more of them while we go.
    for (uint32_t i = 0; i < sweep->count; i++) {
        if (!trio_sim_sweep_may_(search, search->result->failure_runs,
                                 &search->result->failure_cut))
            break;
        const struct sweep_call *call = &sweep->calls[i];
        if (!fail(search, call, DEVIATE_FAIL) ||
            (!call->alone && !fail(search, call, DEVIATE_FAIL_ON)))
            return false;
    }
    return true;
}
