// Every call to a seam that a run makes, and every one of malloc, fails in a
// run of its own, once alone and once with all later ones of its kind; a call
// that only a run with a failure makes belongs to the handling of it, and fails
// besides.
//
// It does not matter to what status such a run comes. It has to come to one,
// with nothing left behind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

static const char name[] = "failure sweep";

void trio_sim_note_calls_(struct search *search, const struct deviation *before)
{
    struct failure_sweep *sweep = &search->failures;
    bool may_fail = !search->options.no_malloc_failures &&
                    !search->scenario->no_malloc_failures;
    size_t count;
    const struct call *calls = trio_sim_calls_(search->kernel, &count);

    for (size_t i = 0; i < count; i++) {
        if (calls[i].heap && !may_fail)
            continue;
        if (!trio_sim_set_add_(&sweep->anchors, calls[i].anchor))
            continue;
        search->result->calls++;
        if (sweep->count == SWEEP_CALLS_MAX) {
            search->result->failure_cut = true;
            continue;
        }
        struct sweep_call *call = &sweep->calls[sweep->count++];
        *call = (struct sweep_call){.anchor = calls[i].anchor};
        if (before != NULL)
            call->before = *before;
    }
}

// Has one call fail, after what led to it.
static bool fail(struct search *search, const struct sweep_call *call,
                 enum deviation_kind kind)
{
    struct plan plan = trio_sim_schedule_(search, 0);
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
    if (count == 1 && kind == DEVIATE_FAIL)
        trio_sim_note_calls_(search, &here);
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
        if (!fail(search, &sweep->calls[i], DEVIATE_FAIL) ||
            !fail(search, &sweep->calls[i], DEVIATE_FAIL_ON))
            return false;
    }
    return true;
}
