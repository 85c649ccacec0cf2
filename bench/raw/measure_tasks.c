// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 1 to 6 by hand. Each measurement first does a share of its work unseen,
// so that pages, caches and branch predictors are as they would be in the
// middle of a long run, except where the first touch is what is measured.

#include <stdlib.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/raw/tasks.h"

static void yield_turns(void *arg)
{
    const long *turns = arg;

    for (long i = *turns; i > 0; i--)
        raw_yield();
}

static void measure_yield(long tasks, size_t colour, double *ret_ns)
{
    long turns = PEERS_TURNS / tasks, warm = turns / 10;

    raw_reserve((size_t)tasks, colour);
    for (long i = 0; i < tasks; i++)
        raw_start(yield_turns, &warm);
    raw_join();
    for (long i = 0; i < tasks; i++)
        raw_start(yield_turns, &turns);
    double start = meter_cpu_ns();
    raw_join();
    *ret_ns = (meter_cpu_ns() - start) / (double)(turns * tasks);
}

void raw_measure_yield_2(double *ret_ns)
{
    measure_yield(2, 0, ret_ns);
}

void raw_measure_yield_1000(double *ret_ns)
{
    measure_yield(PEERS_BATCH, 0, ret_ns);
}

void raw_measure_yield_1000_coloured(double *ret_ns)
{
    measure_yield(PEERS_BATCH, 64, ret_ns);
}

static void do_nothing(void *arg)
{
    (void)arg;
}

static void start_and_join(long batch, long starts)
{
    for (long i = 0; i < starts; i += batch) {
        for (long n = 0; n < batch; n++)
            raw_start(do_nothing, NULL);
        raw_join();
    }
}

static void measure_start(long batch, double *ret_ns)
{
    raw_reserve((size_t)batch, 0);
    start_and_join(batch, PEERS_STARTS / 10);
    double start = meter_cpu_ns();
    start_and_join(batch, PEERS_STARTS);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_STARTS;
}

void raw_measure_start_1(double *ret_ns)
{
    measure_start(1, ret_ns);
}

// A race has two, who are joined together.
void raw_measure_start_2(double *ret_ns)
{
    measure_start(2, ret_ns);
    *ret_ns *= 2;
}

void raw_measure_start_1000(double *ret_ns)
{
    measure_start(PEERS_BATCH, ret_ns);
}

static void park_once(void *arg)
{
    (void)arg;
    raw_park();
}

static struct raw_task **park_many(size_t count)
{
    struct raw_task **tasks = calloc(count, sizeof *tasks);

    if (tasks == NULL)
        meter_give_up("malloc");
    for (size_t i = 0; i < count; i++)
        tasks[i] = raw_start(park_once, NULL);
    raw_yield();
    return tasks;
}

void raw_measure_create(double *ret_figures)
{
    struct meter_memory before = meter_memory_now();
    double start = meter_cpu_ns();

    raw_reserve(PEERS_PARKED, 0);
    park_many(PEERS_PARKED);
    ret_figures[0] = (meter_cpu_ns() - start) / PEERS_PARKED;
    struct meter_memory after = meter_memory_now();
    ret_figures[1] = (after.resident - before.resident + after.page_tables -
                      before.page_tables) /
                     PEERS_PARKED;
}

// Nobody is cancelled: they are woken, one by one, and return.
static double end_all(size_t count)
{
    struct raw_task **tasks = park_many(count);
    double start = meter_cpu_ns();

    for (size_t i = 0; i < count; i++)
        raw_wake(tasks[i]);
    raw_join();
    double ns = (meter_cpu_ns() - start) / (double)count;
    free(tasks);
    return ns;
}

void raw_measure_end(double *ret_ns)
{
    raw_reserve(PEERS_PARKED, 0);
    *ret_ns = end_all(PEERS_PARKED);
}

void raw_measure_end_tree(double *ret_ns)
{
    raw_reserve(PEERS_TREE, 0);
    *ret_ns = end_all(PEERS_TREE);
}

void raw_measure_million(double *ret_figures)
{
    double thousand = 0;

    raw_reserve(PEERS_BATCH, 0);
    for (int i = 0; i < PEERS_UNSEEN; i++)
        thousand = end_all(PEERS_BATCH);
    raw_reserve(PEERS_MILLION - PEERS_BATCH, 0);
    ret_figures[0] = end_all(PEERS_MILLION);
    ret_figures[1] = ret_figures[0] / thousand;
}
