// The operations of one key that a search still has to put in order.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_CALLS_H
#define TRIO_SIM_HISTORY_CALLS_H

#include "sim/history/keys.h"

enum { NO_EVENT = UINT32_MAX }; // Later than all others.

// The neighbours of an operation that is left, or the two that it had when it
// was taken.
struct call_link {
    uint32_t next;
    uint32_t previous;
};

// Those that were answered, and behind them those that were not. Of each sort
// those that are left are a list in the order of invocation.
struct calls {
    struct trio_history_operation *operations; // As they are at the end.
    struct call_link *links; // By operation; then the ends of the two lists.
    uint64_t *taken;         // A bit for each, both sorts from a word's first.
    uint32_t answered;       // So many.
    uint32_t count;          // Of both sorts.
    uint32_t answered_taken;
    uint32_t unanswered_taken;
    uint32_t *in_turn; // Those that have a turn, in that order.
    uint32_t turns;    // So many.
    uint32_t turn;     // All up to this one are taken.
};

// A walk over those that may come next, since no other was answered before they
// were invoked.
struct call_walk {
    uint32_t at;    // The last one, or the end where it begins.
    uint32_t limit; // The first response to one that it has passed.
};

// Takes the operations of a key, from its first on, as they are when event
// `end` has happened: later invocations are not there, nor later responses.
// Returns false if there is no memory.
TRIO_MUST_USE bool trio_history_calls_open_(struct calls *calls,
                                            struct arena *arena,
                                            const struct trio_history *history,
                                            const struct keys *keys,
                                            uint32_t first, uint32_t end);

// Says which have a turn, when the operations have been given theirs: then
// nobody comes before as many as it needs have been taken. Returns false if
// there is no memory.
TRIO_MUST_USE bool trio_history_calls_take_turns_(struct calls *calls,
                                                  struct arena *arena);

// Begins a walk, or returns to where it had come to `call`.
struct call_walk trio_history_calls_walk_(const struct calls *calls);
struct call_walk trio_history_calls_return_(const struct calls *calls,
                                            uint32_t call);

// Returns the next one that may come next, NO_OPERATION if there is none more.
uint32_t trio_history_calls_next_(const struct calls *calls,
                                  struct call_walk *walk);

// Takes one out, and puts back the one that was taken last.
void trio_history_calls_take_(struct calls *calls, uint32_t call);
void trio_history_calls_put_back_(struct calls *calls, uint32_t call);

// Says which are taken, in words that are the same if and only if these are;
// returns how many. There is room for trio_history_calls_words_.
size_t trio_history_calls_say_(const struct calls *calls, uint64_t *ret_words);
size_t trio_history_calls_words_(const struct calls *calls);

static inline bool trio_history_calls_is_its_turn_(const struct calls *calls,
                                                   uint32_t call)
{
    return calls->operations[call].turns <= calls->turn;
}

static inline bool trio_history_calls_is_answered_(const struct calls *calls,
                                                   uint32_t call)
{
    return call < calls->answered;
}

#endif // TRIO_SIM_HISTORY_CALLS_H
