// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 21 to 26: one of each of the other primitives between two tasks, and
// what it takes to gather a thousand of them, or to race two.

#include <trio/capacity_limiter.h>
#include <trio/condition.h>
#include <trio/event.h>
#include <trio/gather.h>
#include <trio/queue.h>
#include <trio/race.h>
#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

// Two players take turns; each says when it is the other's.
struct game {
    struct trio_event events[2];
    struct trio_condition condition;
    int turn;
    struct trio_capacity_limiter limiter;
    struct trio_queue queues[2];
    trio_status (*play)(struct game *game, int player);
    long turns;
    double ns; // Out: of a turn of both.
};

static TRIO_CHECKPOINT trio_status play_events(struct game *game, int player)
{
    // The first has the first turn: nothing is waited for.
    if (player == 1 || game->turn > 0) {
        trio_status rc = trio_event_wait(&game->events[player]);
        if (rc != TRIO_OK)
            return rc;
        game->events[player] = (struct trio_event)TRIO_EVENT_INIT;
    }
    game->turn = 1;
    trio_event_set(&game->events[!player]);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status play_condition(struct game *game, int player)
{
    trio_status rc = trio_condition_acquire(&game->condition);

    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK && game->turn != player)
        rc = trio_condition_wait(&game->condition);
    game->turn = !player;
    trio_condition_notify(&game->condition, 1);
    trio_condition_release(&game->condition);
    return rc;
}

static TRIO_CHECKPOINT trio_status play_limiter(struct game *game, int player)
{
    struct trio_capacity_token token;
    trio_status rc = trio_capacity_limiter_acquire(&game->limiter, &token);

    (void)player;
    if (rc == TRIO_OK)
        trio_capacity_limiter_release(&game->limiter);
    return rc;
}

static TRIO_CHECKPOINT trio_status play_queue(struct game *game, int player)
{
    long item = 0;
    trio_status rc = TRIO_OK;

    if (player == 0)
        rc = trio_queue_put(&game->queues[1], &item);
    if (rc == TRIO_OK)
        rc = trio_queue_get(&game->queues[player], &item);
    if (rc == TRIO_OK)
        trio_queue_task_done(&game->queues[player]);
    if (rc == TRIO_OK && player == 1)
        rc = trio_queue_put(&game->queues[0], &item);
    return rc;
}

static TRIO_CHECKPOINT trio_status play_second(void *arg)
{
    struct game *game = arg;
    trio_status rc = TRIO_OK;

    for (long i = game->turns; i > 0 && rc == TRIO_OK; i--)
        rc = game->play(game, 1);
    return rc;
}

static TRIO_CHECKPOINT trio_status play_both(struct game *game)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, play_second, game);
    double start = meter_cpu_ns();
    for (long i = game->turns; i > 0 && rc == TRIO_OK; i--)
        rc = game->play(game, 0);
    rc = trio_nursery_close(&nursery, rc);
    game->ns = (meter_cpu_ns() - start) / (double)game->turns;
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct game *game = arg;
    long items[2];

    for (int i = 0; i < 2; i++)
        trio_queue_open(&game->queues[i], sizeof items[i], &items[i], 1);
    trio_status rc = play_both(game);
    for (int i = 0; i < 2; i++)
        trio_queue_close(&game->queues[i]);
    return rc;
}

static void measure(trio_status (*play)(struct game *game, int player),
                    double *ret_ns)
{
    struct game game = {.condition = TRIO_CONDITION_INIT,
                        .limiter = TRIO_CAPACITY_LIMITER_INIT(1),
                        .play = play,
                        .turns = PEERS_TRIPS};

    if (trio_run(program, &game) == TRIO_OK)
        *ret_ns = game.ns;
}

static void measure_event(double *ret_ns)
{
    measure(play_events, ret_ns);
}

static void measure_condition(double *ret_ns)
{
    measure(play_condition, ret_ns);
}

static void measure_limiter(double *ret_ns)
{
    measure(play_limiter, ret_ns);
    *ret_ns /= 2; // A turn of both is two hand-overs.
}

static void measure_queue(double *ret_ns)
{
    measure(play_queue, ret_ns);
}

// ---- Many at once ----

static trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status gather_all(void *arg)
{
    static char items[PEERS_BATCH];
    double *ret_ns = arg;
    long turns = PEERS_STARTS / PEERS_BATCH;
    trio_status rc = TRIO_OK;

    double start = meter_cpu_ns();
    for (long i = turns; i > 0 && rc == TRIO_OK; i--)
        rc = trio_gather(items, PEERS_BATCH, 1, NULL, do_nothing);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_STARTS;
    return rc;
}

static TRIO_CHECKPOINT trio_status race_all(void *arg)
{
    static char items[2];
    double *ret_ns = arg;
    trio_status rc = TRIO_OK;
    size_t winner;

    double start = meter_cpu_ns();
    for (long i = PEERS_STARTS; i > 0 && rc == TRIO_OK; i--)
        rc = trio_race(items, 2, 1, NULL, do_nothing, &winner);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_STARTS;
    return rc;
}

static void measure_gather(double *ret_ns)
{
    trio_ignore(trio_run(gather_all, ret_ns));
}

static void measure_race(double *ret_ns)
{
    trio_ignore(trio_run(race_all, ret_ns));
}

// By hand, those who play own neither lock nor limiter, a queue cannot be
// closed, and of two in a race nobody is cancelled: both are run and joined.
#define ROW(row, text, key, ours, by_hand, st, most)                           \
    {                                                                          \
        .number = (row), .name = (text), .program = (key),                     \
        .measure = {[BENCH_OURS] = (ours),                                     \
                    [BENCH_RAW] = (by_hand),                                   \
                    [BENCH_THREADS] = (st)},                                   \
        .figures = {{"", "ns", BENCH_RAW, (most)}},                            \
    }

const struct bench_row bench_primitive_rows[] = {
    ROW(21, "events, there and back", "event", measure_event, raw_measure_event,
        st_measure_event, 1.8),
    ROW(22, "condition, a turn of both", "condition", measure_condition,
        raw_measure_condition, st_measure_condition, 1.8),
    ROW(23, "capacity limiter, a hand-over", "semaphore", measure_limiter,
        raw_measure_semaphore, NULL, BENCH_NO_TARGET),
    ROW(24, "queues, there and back", "queue", measure_queue, raw_measure_queue,
        st_measure_trip, BENCH_NO_TARGET),
    ROW(25, "gather 1,000, each", "start-1000", measure_gather,
        raw_measure_start_1000, st_measure_start_1000, BENCH_NO_TARGET),
    ROW(26, "race two", NULL, measure_race, raw_measure_start_2, NULL,
        BENCH_NO_TARGET),
    {.number = 0},
};
