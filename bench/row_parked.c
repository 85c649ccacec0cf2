// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 5 and 6: what a task that waits costs to make, to keep and to cancel.
// Every stack has its guard page; those written by hand and those of
// state-threads and boost.fiber have none.

#include <stdlib.h>

#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/parked.h"
#include "bench/peers.h"

enum { KIB = 1024 };

static TRIO_CHECKPOINT trio_status run_parked(void *arg)
{
    return parked_run(arg);
}

static void measure_create(size_t stack_size, double *ret_figures)
{
    struct parked parked = {
        .count = PEERS_PARKED, .stack_size = stack_size, .run = true};

    if (trio_run(run_parked, &parked) != TRIO_OK)
        return;
    ret_figures[0] = parked.create_ns;
    ret_figures[1] =
        parked_resident_each(&parked) + parked_page_tables_each(&parked);
}

static void measure_create_64(double *ret_figures)
{
    measure_create(64 * KIB, ret_figures);
}

static void measure_create_256(double *ret_figures)
{
    measure_create(256 * KIB, ret_figures);
}

static void measure_not_run(double *ret_figures)
{
    struct parked parked = {.count = PEERS_PARKED, .stack_size = 64 * KIB};

    if (trio_run(run_parked, &parked) != TRIO_OK)
        return;
    ret_figures[0] = parked_resident_each(&parked);
    ret_figures[1] = parked_page_tables_each(&parked);
    ret_figures[2] = ret_figures[0] + ret_figures[1];
}

static void measure_cancel(double *ret_figures)
{
    struct parked parked = {
        .count = PEERS_PARKED, .stack_size = 64 * KIB, .run = true};

    if (trio_run(run_parked, &parked) == TRIO_OK)
        ret_figures[0] = parked.cancel_ns;
}

// A tree of nurseries: every task but the leaves starts ten, and all of them
// wait.

enum { FAN_OUT = 10, LEVELS = 4 };

static size_t tree_waiting;

static TRIO_CHECKPOINT trio_status grow(void *arg)
{
    static char levels[LEVELS + 1]; // Its index is the level of a task.
    char *level = arg == NULL ? levels : arg;
    struct trio_task_options options = {.stack_size = 64 * KIB};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    tree_waiting++;
    if (level == &levels[LEVELS])
        return trio_sleep_forever();
    trio_nursery_open(&nursery);
    for (int i = 0; i < FAN_OUT && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(&nursery, &options, grow, level + 1);
    if (rc == TRIO_OK)
        rc = trio_sleep_forever();
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status cancel_tree(void *arg)
{
    double *ns = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, grow, NULL);
    while (rc == TRIO_OK && tree_waiting < PEERS_TREE)
        rc = trio_checkpoint();
    double start = meter_cpu_ns();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    *ns = (meter_cpu_ns() - start) / PEERS_TREE;
    return rc;
}

static void measure_tree(double *ret_figures)
{
    double ns;

    if (trio_run(cancel_tree, &ns) == TRIO_OK)
        *ret_figures = ns;
}

// A million, after a thousand for comparison.

struct million {
    struct parked thousand;
    struct parked million;
};

static TRIO_CHECKPOINT trio_status run_million(void *arg)
{
    struct million *runs = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < PEERS_UNSEEN && rc == TRIO_OK; i++)
        rc = parked_run(&runs->thousand);
    return rc == TRIO_OK ? parked_run(&runs->million) : rc;
}

static void measure_million(double *ret_figures)
{
    struct million runs = {
        .thousand = {.count = PEERS_BATCH, .stack_size = 64 * KIB, .run = true},
        .million = {.count = PEERS_MILLION,
                    .stack_size = 64 * KIB,
                    .run = true},
    };

    if (trio_run(run_million, &runs) != TRIO_OK)
        return;
    ret_figures[0] = runs.million.cancel_ns;
    ret_figures[1] = runs.million.cancel_ns / runs.thousand.cancel_ns;
    ret_figures[2] = parked_resident_each(&runs.million) +
                     parked_page_tables_each(&runs.million);
    ret_figures[3] = (double)runs.million.after.mappings;
}

const struct bench_row bench_parked_rows[] = {
    {
        .number = 5,
        .name = "100,000 parked, 64 KiB stacks",
        .program = "create",
        .measure = {[BENCH_OURS] = measure_create_64,
                    [BENCH_RAW] = raw_measure_create,
                    [BENCH_THREADS] = st_measure_create},
        .figures = {{"create", "ns", BENCH_RAW, 1.35},
                    {"each", "B", BENCH_ABSOLUTE, 4.6 * KIB}},
    },
    {
        .number = 5,
        .name = "100,000 parked, 256 KiB stacks",
        .measure = {measure_create_256, raw_measure_create},
        .figures = {{"create", "ns", BENCH_RAW, BENCH_NO_TARGET},
                    {"each", "B", BENCH_ABSOLUTE, 5.1 * KIB}},
    },
    {
        .number = 5,
        .name = "100,000 not yet run",
        .measure = {measure_not_run},
        .figures = {{"resident", "B", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"page tables", "B", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"both", "B", BENCH_ABSOLUTE, 320 + 700}},
        .once = true,
    },
    {
        .number = 6,
        .name = "cancel and join 100,000 parked",
        .program = "cancel",
        .measure = {[BENCH_OURS] = measure_cancel,
                    [BENCH_RAW] = raw_measure_end,
                    [BENCH_THREADS] = st_measure_cancel},
        .figures = {{"each", "ns", BENCH_RAW, 1.8}},
        .ahead = true,
    },
    {
        .number = 6,
        .name = "cancel and join a tree of 11,111",
        .measure = {measure_tree, raw_measure_end_tree},
        .figures = {{"each", "ns", BENCH_ABSOLUTE, 400}},
    },
    {
        .number = 6,
        .name = "1,000,000 guarded",
        .program = "million",
        .measure = {measure_million, raw_measure_million},
        .figures = {{"cancel and join", "ns", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"x that of 1,000", "", BENCH_ABSOLUTE, 3.0},
                    {"memory each", "B", BENCH_ABSOLUTE, 4.6 * KIB},
                    {"mappings", "", BENCH_ABSOLUTE, BENCH_NO_TARGET}},
        .once = true,
        .slow = true,
    },
    {.number = 0},
};
