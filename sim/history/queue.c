// A queue tells late in which order two values were put: when they leave. A
// search that has put them the wrong way would then go through everything in
// between again. So what is known of their leaving is looked at when they are
// put: of two in a queue, the one behind cannot have left before somebody began
// to take the one in front.
//
// Nothing is known of a value that was put more than once, nor of one that
// nobody is known to have taken, if somebody may have.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <string.h>

#include "sim/history/arena.h"
#include "sim/history/calls.h"

struct item {
    int64_t value;
    int64_t after; // The event after which it leaves.
};

struct queue_state {
    int64_t count;
    struct item items[]; // The oldest first.
};

static bool put(struct queue_state *queue,
                const struct trio_history_operation *operation)
{
    for (int64_t i = 0; i < queue->count; i++)
        if (queue->items[i].after > operation->before)
            return false;
    queue->items[queue->count++] =
        (struct item){operation->call.value, operation->after};
    return true;
}

static int64_t take_oldest(struct queue_state *queue)
{
    if (queue->count == 0)
        return TRIO_HISTORY_NONE;
    int64_t oldest = queue->items[0].value;
    queue->count--;
    memmove(&queue->items[0], &queue->items[1],
            (size_t)queue->count * sizeof(queue->items[0]));
    return oldest;
}

static bool step(void *state, const struct trio_history_operation *operation)
{
    if (operation->call.kind == TRIO_HISTORY_ENQUEUE)
        return put(state, operation);
    return trio_history_returns(operation, take_oldest(state));
}

static size_t length(const void *state)
{
    const struct queue_state *queue = state;

    return sizeof(*queue) + (size_t)queue->count * sizeof(queue->items[0]);
}

// ---- What is known of their leaving ----

// Who put a value: a table by value, of indices plus 1.
struct putters {
    struct trio_history_operation *operations;
    uint32_t *slots;
    size_t mask;
};

static uint32_t *find(const struct putters *putters, int64_t value)
{
    uint64_t hash = (uint64_t)value * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 32) & putters->mask;

    while (putters->slots[at] != 0 &&
           putters->operations[putters->slots[at] - 1].call.value != value)
        at = (at + 1) & putters->mask;
    return &putters->slots[at];
}

static bool is_put(const struct trio_history_operation *operation)
{
    return operation->call.kind == TRIO_HISTORY_ENQUEUE;
}

static void know_nothing(struct trio_history_operation *operation)
{
    operation->after = 0;
    operation->before = NO_EVENT;
}

// All of them stay for ever, but for those that are put twice.
static void find_putters(struct putters *putters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trio_history_operation *operation = &putters->operations[i];
        if (!is_put(operation))
            continue;
        uint32_t *slot = find(putters, operation->call.value);
        operation->after = operation->before = NO_EVENT;
        if (*slot != 0) {
            know_nothing(operation);
            know_nothing(&putters->operations[*slot - 1]);
        } else {
            *slot = (uint32_t)i + 1;
        }
    }
}

// Returns whether anybody may have taken whatever there was.
static bool find_takers(const struct putters *putters, size_t count)
{
    bool anything = false;

    for (size_t i = 0; i < count; i++) {
        const struct trio_history_operation *operation =
            &putters->operations[i];
        if (is_put(operation))
            continue;
        anything |= operation->result == TRIO_HISTORY_UNKNOWN;
        uint32_t slot = *find(putters, operation->result);
        if (slot == 0 || putters->operations[slot - 1].after != NO_EVENT)
            continue;
        putters->operations[slot - 1].after = operation->invocation;
        putters->operations[slot - 1].before = operation->response;
    }
    return anything;
}

static bool prepare(void *arena, struct trio_history_operation *operations,
                    size_t count)
{
    struct putters putters = {.operations = operations, .mask = 1};

    while (putters.mask < 2 * count)
        putters.mask = 2 * putters.mask + 1;
    putters.slots = trio_history_arena_take_(arena, putters.mask + 1,
                                             sizeof(*putters.slots));
    if (putters.slots == NULL)
        return false;
    find_putters(&putters, count);
    if (!find_takers(&putters, count))
        return true;
    for (size_t i = 0; i < count; i++)
        if (operations[i].after == NO_EVENT)
            know_nothing(&operations[i]);
    return true;
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
    .state_size_each = sizeof(struct item),
    .step = step,
    .length = length,
    .prepare = prepare};
