// Which operation may come next? One that is left, and was invoked before the
// first response to any that is left. In the order of invocation these come
// first, and one pass finds them: a response is later than its invocation, so
// whoever comes behind cannot lower the limit below whom the pass has met.
//
// One without a response sets no limit to others. It is tried after the others,
// since it need not have happened.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/calls.h"

enum { BITS = 64 };

static size_t words_for(uint32_t count)
{
    return ((size_t)count + BITS - 1) / BITS;
}

static uint32_t end_of_answered(const struct calls *calls)
{
    return calls->count;
}

static uint32_t end_of_unanswered(const struct calls *calls)
{
    return calls->count + 1;
}

static bool is_answered_at(const struct trio_history_operation *operation,
                           uint32_t end)
{
    return operation->response <= end;
}

static void count(struct calls *calls, const struct trio_history *history,
                  const struct keys *keys, uint32_t first, uint32_t end)
{
    for (uint32_t id = first; id != NO_OPERATION; id = keys->nexts[id]) {
        const struct trio_history_operation *operation =
            &history->operations[id];
        if (operation->invocation > end)
            break;
        calls->count++;
        calls->answered += is_answered_at(operation, end);
    }
}

static void append(struct calls *calls, uint32_t call, uint32_t list,
                   const struct trio_history_operation *operation)
{
    struct call_link *links = calls->links;

    calls->operations[call] = *operation;
    if (list == end_of_unanswered(calls)) {
        calls->operations[call].response = NO_EVENT;
        calls->operations[call].responded = TRIO_FOREVER;
        calls->operations[call].result = TRIO_HISTORY_UNKNOWN;
    }
    links[call] = (struct call_link){list, links[list].previous};
    links[links[list].previous].next = call;
    links[list].previous = call;
}

bool trio_history_calls_open_(struct calls *calls, struct arena *arena,
                              const struct trio_history *history,
                              const struct keys *keys, uint32_t first,
                              uint32_t end)
{
    *calls = (struct calls){.count = 0};
    count(calls, history, keys, first, end);
    calls->operations = trio_history_arena_take_(arena, calls->count,
                                                 sizeof(*calls->operations));
    calls->links = trio_history_arena_take_(arena, (size_t)calls->count + 2,
                                            sizeof(*calls->links));
    calls->taken = trio_history_arena_take_(
        arena, trio_history_calls_words_(calls), sizeof(*calls->taken));
    if (calls->operations == NULL || calls->links == NULL ||
        calls->taken == NULL)
        return false;

    uint32_t answered = 0, unanswered = calls->answered, met = 0;
    for (uint32_t list = calls->count; list <= end_of_unanswered(calls); list++)
        calls->links[list] = (struct call_link){list, list};
    for (uint32_t id = first; met < calls->count; id = keys->nexts[id]) {
        const struct trio_history_operation *operation =
            &history->operations[id];
        met++;
        if (is_answered_at(operation, end))
            append(calls, answered++, end_of_answered(calls), operation);
        else
            append(calls, unanswered++, end_of_unanswered(calls), operation);
    }
    return true;
}

bool trio_history_calls_take_turns_(struct calls *calls, struct arena *arena)
{
    calls->in_turn =
        trio_history_arena_take_(arena, calls->count, sizeof(*calls->in_turn));
    if (calls->in_turn == NULL)
        return false;
    for (uint32_t call = 0; call < calls->count; call++) {
        uint32_t turn = calls->operations[call].turn;
        if (turn == 0)
            continue;
        calls->in_turn[turn - 1] = call;
        calls->turns++;
    }
    return true;
}

// ---- Who may come next ----

struct call_walk trio_history_calls_walk_(const struct calls *calls)
{
    return (struct call_walk){end_of_answered(calls), NO_EVENT};
}

uint32_t trio_history_calls_next_(const struct calls *calls,
                                  struct call_walk *walk)
{
    const struct trio_history_operation *operations = calls->operations;
    uint32_t next = calls->links[walk->at].next;

    if (next == end_of_answered(calls) ||
        (next < calls->answered && operations[next].invocation > walk->limit))
        next = calls->links[end_of_unanswered(calls)].next;
    if (next == end_of_unanswered(calls) ||
        operations[next].invocation > walk->limit)
        return NO_OPERATION;
    if (operations[next].response < walk->limit)
        walk->limit = operations[next].response;
    walk->at = next;
    return next;
}

struct call_walk trio_history_calls_return_(const struct calls *calls,
                                            uint32_t call)
{
    struct call_walk walk = trio_history_calls_walk_(calls);

    if (call < calls->answered) {
        while (walk.at != call)
            (void)trio_history_calls_next_(calls, &walk);
        return walk;
    }
    // The others come after all that were answered.
    while (calls->links[walk.at].next < calls->answered &&
           trio_history_calls_next_(calls, &walk) < calls->answered)
        ;
    walk.at = call;
    return walk;
}

static size_t bit_of(const struct calls *calls, uint32_t call)
{
    if (trio_history_calls_is_answered_(calls, call))
        return call;
    return words_for(calls->answered) * BITS + (call - calls->answered);
}

static bool is_taken(const struct calls *calls, uint32_t call)
{
    size_t bit = bit_of(calls, call);

    return (calls->taken[bit / BITS] >> bit % BITS & 1) != 0;
}

static void flip(struct calls *calls, uint32_t call)
{
    size_t bit = bit_of(calls, call);

    calls->taken[bit / BITS] ^= UINT64_C(1) << bit % BITS;
}

static uint32_t *taken_of_sort(struct calls *calls, uint32_t call)
{
    return trio_history_calls_is_answered_(calls, call)
               ? &calls->answered_taken
               : &calls->unanswered_taken;
}

void trio_history_calls_take_(struct calls *calls, uint32_t call)
{
    const struct call_link *link = &calls->links[call];

    flip(calls, call);
    ++*taken_of_sort(calls, call);
    calls->links[link->previous].next = link->next;
    calls->links[link->next].previous = link->previous;
    while (calls->turn < calls->turns &&
           is_taken(calls, calls->in_turn[calls->turn]))
        calls->turn++;
}

void trio_history_calls_put_back_(struct calls *calls, uint32_t call)
{
    const struct call_link *link = &calls->links[call];

    flip(calls, call);
    --*taken_of_sort(calls, call);
    calls->links[link->previous].next = call;
    calls->links[link->next].previous = call;
    uint32_t turn = calls->operations[call].turn;
    if (turn != 0 && turn <= calls->turn)
        calls->turn = turn - 1;
}

// ---- Which are taken ----

size_t trio_history_calls_words_(const struct calls *calls)
{
    return 1 + words_for(calls->answered) +
           words_for(calls->count - calls->answered);
}

// Copies words until all bits that are set were copied.
static size_t copy(uint64_t *target, const uint64_t *source, uint32_t bits)
{
    size_t n = 0;

    for (; bits > 0; n++) {
        target[n] = source[n];
        bits -= (uint32_t)__builtin_popcountll(source[n]);
    }
    return n;
}

// All words before that of the first one that is left are full: they are a
// number. Few follow, since only what overlaps with that one can be taken.
size_t trio_history_calls_say_(const struct calls *calls, uint64_t *ret_words)
{
    uint32_t first = calls->links[end_of_answered(calls)].next;
    uint32_t full = first < calls->answered ? first / BITS : 0;
    size_t said = copy(ret_words + 1, calls->taken + full,
                       calls->answered_taken - full * BITS);

    ret_words[0] = (uint64_t)full << 32 | said;
    return 1 + said +
           copy(ret_words + 1 + said, calls->taken + words_for(calls->answered),
                calls->unanswered_taken);
}
