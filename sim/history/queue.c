// A queue tells late in which order two values were put: when they leave. A
// search that has put them the wrong way would then go through everything in
// between again. So each value gets its turn by when it has left for sure, and
// nobody puts one before all are put that have left for sure before anybody
// began to take it: it would come out of the queue before them.
//
// And what no order explains is told without any search: a value that leaves
// twice, or was never put, or leaves before it is put, or is put too early for
// its turn.
//
// Nothing is known of a value that was put more than once. One that nobody is
// known to have taken may leave as soon as somebody may have taken anything.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <string.h>

#include "sim/history/arena.h"
#include "sim/history/calls.h"

struct queue_state {
    int64_t count;
    int64_t values[]; // The oldest first.
};

static int64_t take_oldest(struct queue_state *queue)
{
    if (queue->count == 0)
        return TRIO_HISTORY_NONE;
    int64_t oldest = queue->values[0];
    queue->count--;
    memmove(&queue->values[0], &queue->values[1],
            (size_t)queue->count * sizeof(queue->values[0]));
    return oldest;
}

static bool step(void *state, const struct trio_history_operation *operation)
{
    struct queue_state *queue = state;

    if (operation->call.kind != TRIO_HISTORY_ENQUEUE)
        return trio_history_returns(operation, take_oldest(queue));
    queue->values[queue->count++] = operation->call.value;
    return true;
}

static size_t length(const void *state)
{
    const struct queue_state *queue = state;

    return sizeof(*queue) + (size_t)queue->count * sizeof(queue->values[0]);
}

// ---- When values leave ----

// A value leaves after the invocation and before the response of who takes it.
struct leaving {
    bool is_known;
    uint32_t after;
    uint32_t before; // NO_EVENT: never.
};

// Of each operation that puts a value, when that leaves.
struct leavings {
    struct trio_history_operation *operations;
    size_t count;
    struct leaving *items; // By operation.
    uint32_t *slots;       // Operations by value, plus 1; 0: free.
    size_t mask;
    uint32_t *ordered; // Operations whose values leave, the first first.
    uint32_t *spare;   // To sort them.
    size_t left;       // So many.
    uint32_t anything; // From this event on somebody may take anything.
    bool impossible;   // No order explains all this.
};

static bool open_leavings(struct leavings *leavings, struct arena *arena)
{
    leavings->mask = 1;
    while (leavings->mask < 2 * leavings->count)
        leavings->mask = 2 * leavings->mask + 1;
    leavings->slots = trio_history_arena_take_(arena, leavings->mask + 1,
                                               sizeof(*leavings->slots));
    leavings->items = trio_history_arena_take_(arena, leavings->count,
                                               sizeof(*leavings->items));
    leavings->ordered = trio_history_arena_take_(arena, leavings->count,
                                                 sizeof(*leavings->ordered));
    leavings->spare = trio_history_arena_take_(arena, leavings->count,
                                               sizeof(*leavings->spare));
    return leavings->slots != NULL && leavings->items != NULL &&
           leavings->ordered != NULL && leavings->spare != NULL;
}

static uint32_t *find(const struct leavings *leavings, int64_t value)
{
    uint64_t hash = (uint64_t)value * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 32) & leavings->mask;

    while (leavings->slots[at] != 0 &&
           leavings->operations[leavings->slots[at] - 1].call.value != value)
        at = (at + 1) & leavings->mask;
    return &leavings->slots[at];
}

static bool is_put(const struct leavings *leavings, size_t i)
{
    return leavings->operations[i].call.kind == TRIO_HISTORY_ENQUEUE;
}

// At first they never leave.
static void find_values(const struct leavings *leavings)
{
    for (size_t i = 0; i < leavings->count; i++) {
        if (!is_put(leavings, i))
            continue;
        uint32_t *slot = find(leavings, leavings->operations[i].call.value);
        leavings->items[i] = (struct leaving){*slot == 0, NO_EVENT, NO_EVENT};
        if (*slot != 0)
            leavings->items[*slot - 1].is_known = false;
        else
            *slot = (uint32_t)i + 1;
    }
}

static void take(struct leavings *leavings, size_t i,
                 const struct trio_history_operation *taker)
{
    struct leaving *leaving = &leavings->items[i];

    if (leaving->is_known)
        leavings->impossible |=
            leaving->before != NO_EVENT ||
            taker->response < leavings->operations[i].invocation;
    leaving->after = taker->invocation;
    leaving->before = taker->response;
}

static void let_take_anything(struct leavings *leavings,
                              const struct trio_history_operation *taker)
{
    if (taker->invocation < leavings->anything)
        leavings->anything = taker->invocation;
}

static void find_takers(struct leavings *leavings)
{
    for (size_t i = 0; i < leavings->count; i++) {
        const struct trio_history_operation *taker = &leavings->operations[i];
        if (is_put(leavings, i) || taker->result == TRIO_HISTORY_NONE)
            continue;
        uint32_t slot = *find(leavings, taker->result);
        if (taker->result == TRIO_HISTORY_UNKNOWN)
            let_take_anything(leavings, taker);
        else if (slot == 0)
            leavings->impossible = true;
        else
            take(leavings, slot - 1, taker);
    }
}

// ---- Turns ----

static uint32_t before(const struct leavings *leavings, size_t position)
{
    return leavings->items[leavings->ordered[position]].before;
}

// Merges two neighbours of up to `size` each into `spare`.
static void merge(const struct leavings *leavings, size_t first, size_t size)
{
    size_t middle =
        first + size < leavings->left ? first + size : leavings->left;
    size_t end =
        middle + size < leavings->left ? middle + size : leavings->left;
    size_t a = first, b = middle;

    for (size_t i = first; i < end; i++) {
        bool takes_a = a < middle &&
                       (b == end || before(leavings, a) <= before(leavings, b));
        leavings->spare[i] = leavings->ordered[takes_a ? a++ : b++];
    }
}

static void sort(struct leavings *leavings)
{
    for (size_t size = 1; size < leavings->left; size *= 2) {
        for (size_t i = 0; i < leavings->left; i += 2 * size)
            merge(leavings, i, size);
        uint32_t *spare = leavings->ordered;
        leavings->ordered = leavings->spare;
        leavings->spare = spare;
    }
}

// Returns how many have left for sure before an event.
static uint32_t count_left(const struct leavings *leavings, uint32_t event)
{
    size_t low = 0, high = leavings->left;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (before(leavings, middle) < event)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

// Returns the event before which a value has not left.
static uint32_t after(const struct leavings *leavings, size_t i)
{
    const struct leaving *leaving = &leavings->items[i];

    return leaving->before == NO_EVENT ? leavings->anything : leaving->after;
}

// Nothing that has to come before an operation may begin after its end. `spare`
// gets the last invocation of each and all before it.
static void compare_turns(struct leavings *leavings)
{
    const struct trio_history_operation *operations = leavings->operations;
    uint32_t last = 0;

    for (size_t i = 0; i < leavings->left; i++) {
        uint32_t invocation = operations[leavings->ordered[i]].invocation;
        last = invocation > last ? invocation : last;
        leavings->spare[i] = last;
    }
    for (size_t i = 0; i < leavings->count; i++)
        if (operations[i].turns > 0 &&
            leavings->spare[operations[i].turns - 1] > operations[i].response)
            leavings->impossible = true;
}

static void give_turns(struct leavings *leavings)
{
    for (size_t i = 0; i < leavings->count; i++)
        if (leavings->items[i].is_known &&
            leavings->items[i].before != NO_EVENT)
            leavings->ordered[leavings->left++] = (uint32_t)i;
    sort(leavings);
    for (size_t i = 0; i < leavings->left; i++)
        leavings->operations[leavings->ordered[i]].turn = (uint32_t)i + 1;
    for (size_t i = 0; i < leavings->count; i++)
        if (leavings->items[i].is_known)
            leavings->operations[i].turns =
                count_left(leavings, after(leavings, i));
    compare_turns(leavings);
}

static trio_status
prepare(void *arena, struct trio_history_operation *operations, size_t count)
{
    struct leavings leavings = {
        .operations = operations, .count = count, .anything = NO_EVENT};

    if (!open_leavings(&leavings, arena))
        return TRIO_ENOMEM;
    find_values(&leavings);
    find_takers(&leavings);
    give_turns(&leavings);
    return leavings.impossible ? TRIO_ECONTRACT : TRIO_OK;
}

static const struct trio_history_signature kinds[] = {
    [TRIO_HISTORY_ENQUEUE] = {"enqueue", TRIO_HISTORY_SHOWS_VALUE},
    [TRIO_HISTORY_DEQUEUE] = {"dequeue", TRIO_HISTORY_SHOWS_RESULT}};

const struct trio_history_model trio_history_queue = {
    .name = "queue",
    .kinds = kinds,
    .kind_count = TRIO_HISTORY_DEQUEUE + 1,
    .by_key = true,
    .state_size = sizeof(struct queue_state),
    .state_size_each = sizeof(int64_t),
    .step = step,
    .length = length,
    .prepare = prepare};
