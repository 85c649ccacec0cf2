// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 9: whether 1,000 operations of 10 clients are linearizable. All clients
// are always at it, each operation happens at some moment between its
// invocation and its response, and any of them may be the next to go on: no
// program overlaps more than that.

#include <trio/history.h>

#include <trio/trio.h>

#include "bench/meter.h"
#include "bench/sim/rows.h"

enum { OPERATIONS = 1000, CLIENTS = 10, HISTORIES = 20, KEYS = 10 };

enum phase { IDLE, INVOKED, HAPPENED };

struct client {
    enum phase phase;
    size_t id;
    struct trio_history_call call;
    int64_t result;
};

// The object itself.
struct object {
    int64_t values[KEYS];
    int64_t queue[OPERATIONS];
    size_t first, last;
    uint64_t random;
};

static uint32_t draw(struct object *object, uint32_t bound)
{
    object->random =
        object->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(object->random >> 33) % bound;
}

static int64_t happen(struct object *object,
                      const struct trio_history_call *call)
{
    int64_t *value = &object->values[call->key];

    switch (call->kind) {
    case TRIO_HISTORY_WRITE:
        *value = call->value;
        return 0;
    case TRIO_HISTORY_ADD:
        return *value += call->value;
    case TRIO_HISTORY_ENQUEUE:
        object->queue[object->last++] = call->value;
        return 0;
    case TRIO_HISTORY_DEQUEUE:
        return object->first == object->last ? TRIO_HISTORY_NONE
                                             : object->queue[object->first++];
    default:
        return *value;
    }
}

struct work {
    const struct trio_history_model *model;
    int kinds[2];
    uint32_t keys;
};

// Takes a client one phase further. None begins what would be too much.
static void go_on(struct object *object, const struct work *work,
                  struct trio_history *history, struct client *client)
{
    size_t count = trio_history_statistics(history).operations;

    switch (client->phase) {
    case IDLE:
        if (count == OPERATIONS)
            break;
        client->call = (struct trio_history_call){
            .kind = work->kinds[draw(object, 2)],
            .key = draw(object, work->keys),
            .value = work->model == &trio_history_queue ? (int64_t)count
                                                        : draw(object, 5)};
        client->id = trio_history_invoke(history, client->call);
        client->phase = INVOKED;
        break;
    case INVOKED:
        client->result = happen(object, &client->call);
        client->phase = HAPPENED;
        break;
    case HAPPENED:
        trio_history_respond(history, client->id, client->result);
        client->phase = IDLE;
        break;
    }
}

// Returns how long the check took.
static double check_one(const struct work *work, uint64_t seed)
{
    static struct trio_history_operation operations[OPERATIONS];
    const struct trio_config config = trio_config_platform();
    struct object object = {.random = seed};
    struct client clients[CLIENTS] = {{.phase = IDLE}};
    struct trio_history history;

    trio_history_open(&history, work->model, operations, OPERATIONS,
                      &config.memory);
    if (work->model != &trio_history_counter)
        for (int key = 0; key < KEYS; key++)
            object.values[key] = TRIO_HISTORY_NONE;
    while (trio_history_statistics(&history).responded < OPERATIONS)
        go_on(&object, work, &history, &clients[draw(&object, CLIENTS)]);
    double start = meter_cpu_ns();
    if (trio_history_check(&history, NULL, 0) != TRIO_OK)
        meter_give_up("trio_history_check");
    double ns = meter_cpu_ns() - start;
    trio_history_close(&history);
    return ns;
}

static void measure(const struct work *work, double *ret_figures)
{
    double worst = 0, all = 0;

    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        double ns = check_one(work, seed);
        all += ns;
        worst = ns > worst ? ns : worst;
    }
    ret_figures[0] = worst / 1e6;
    ret_figures[1] = all / HISTORIES / 1e6;
}

#define MEASURE(model, kind, other_kind, keys)                                 \
    static void measure_##model(double *ret_figures)                           \
    {                                                                          \
        static const struct work work = {                                      \
            &trio_history_##model,                                             \
            {TRIO_HISTORY_##kind, TRIO_HISTORY_##other_kind},                  \
            keys};                                                             \
        measure(&work, ret_figures);                                           \
    }

MEASURE(register, READ, WRITE, 1)
MEASURE(counter, READ, ADD, 1)
MEASURE(queue, ENQUEUE, DEQUEUE, 1)
MEASURE(map, READ, WRITE, KEYS)

#define ROW(model)                                                             \
    {                                                                          \
        .number = 9, .name = "1,000 operations of a " #model,                  \
        .measure = {measure_##model},                                          \
        .figures = {{"worst", "ms", BENCH_ABSOLUTE, 1000},                     \
                    {"mean", "ms", BENCH_ABSOLUTE, BENCH_NO_TARGET}},          \
    }

const struct bench_row sim_history_rows[] = {
    ROW(register), ROW(counter), ROW(queue), ROW(map), {.number = 0},
};
