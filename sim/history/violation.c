// What is linearizable has no prefix that is not. So whether a prefix will do
// is monotonous in its length, and the smallest is found by halving. The search
// that failed has told where to begin: before the first response that it never
// got past, all can be explained, and mostly that response is the one.
//
// Keys are checked one by one, each up to where the smallest prefix so far
// ends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/violation.h"

#include "sim/history/arena.h"
#include "sim/history/search.h"

// Shortens a prefix as far as it goes.
static void shorten(struct search_of *of, struct violation *violation)
{
    uint32_t good = of->furthest - 1;
    uint32_t bad = of->end;

    of->end = of->furthest;
    while (bad - good > 1) {
        trio_status rc = trio_history_search_(of);
        if (rc == TRIO_ECONTRACT)
            bad = of->end;
        else if (rc == TRIO_OK)
            good = of->end;
        else
            break;
        of->end = good + (bad - good) / 2;
    }
    violation->end = bad;
    violation->smallest &= bad - good == 1;
}

static trio_status find(struct trio_history *history, const struct keys *keys,
                        struct violation *violation)
{
    struct search_of of = {.history = history, .keys = keys};
    uint32_t end = history->events;
    trio_status worst = TRIO_OK;

    *violation = (struct violation){.smallest = true};
    for (size_t i = 0; i < keys->count && worst != TRIO_ENOMEM; i++) {
        of.first = keys->firsts[i];
        of.end = end;
        trio_status rc = trio_history_search_(&of);
        if (rc == TRIO_ECONTRACT) {
            shorten(&of, violation);
            violation->key = history->operations[of.first].call.key;
            end = violation->end - 1;
            worst = worst == TRIO_OK ? rc : worst;
        } else if (rc != TRIO_OK) {
            worst = rc;
        }
    }
    history->states = of.states;
    if (violation->end == 0)
        return worst;
    violation->smallest &= worst == TRIO_ECONTRACT;
    return TRIO_ECONTRACT;
}

trio_status trio_history_find_(struct trio_history *history,
                               struct violation *ret_violation)
{
    struct arena arena = {.memory = history->memory};
    struct keys keys;
    trio_status rc = history->lost;

    history->states = 0;
    if (rc == TRIO_OK)
        rc = trio_history_keys_open_(&keys, &arena, history)
                 ? find(history, &keys, ret_violation)
                 : TRIO_ENOMEM;
    trio_history_arena_end_(&arena);
    return rc;
}
