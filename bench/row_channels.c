// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 19 and 20: one task receives from many channels, and from many tasks
// through one channel. What counts is the time for one item, sending included.

#include <trio/channel.h>
#include <trio/select.h>
#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

struct fan {
    struct trio_channel channels[PEERS_CHOICES];
    struct trio_sender senders[PEERS_CHOICES];
    struct trio_receiver receivers[PEERS_CHOICES];
    size_t count;    // Of channels.
    long tasks;      // That send.
    long items;      // Of each of them.
    trio_task_fn fn; // What the one who receives runs.
    double ns;       // Out: of one item.
};

static TRIO_CHECKPOINT trio_status send_round(void *arg)
{
    struct fan *fan = arg;
    trio_status rc = TRIO_OK;

    for (long i = 0; i < fan->items && rc == TRIO_OK; i++)
        rc = trio_channel_send(&fan->senders[(size_t)i % fan->count], &i);
    return rc;
}

static TRIO_CHECKPOINT trio_status select_all(void *arg)
{
    struct trio_case cases[PEERS_CHOICES];
    struct trio_select choice = TRIO_SELECT_INIT;
    struct fan *fan = arg;
    trio_status rc = TRIO_OK;

    for (long i = 0; i < fan->items && rc == TRIO_OK; i++) {
        size_t index;
        long item;
        for (size_t n = 0; n < fan->count; n++)
            cases[n] = trio_case_receive(&fan->receivers[n], &item);
        rc = trio_select(&choice, cases, fan->count, &index);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status receive_all(void *arg)
{
    struct fan *fan = arg;
    trio_status rc = TRIO_OK;

    for (long i = fan->items * fan->tasks; i > 0 && rc == TRIO_OK; i--) {
        long item;
        rc = trio_channel_receive(&fan->receivers[0], &item);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status run_all(struct fan *fan, long items)
{
    struct trio_nursery nursery;

    fan->items = items / fan->tasks;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, fan->fn, fan);
    for (long i = 0; i < fan->tasks && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, send_round, fan);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct fan *fan = arg;

    for (size_t i = 0; i < fan->count; i++)
        trio_channel_open(&fan->channels[i], sizeof(long), NULL, 0,
                          &fan->senders[i], &fan->receivers[i]);
    trio_status rc = run_all(fan, PEERS_TRIPS / 10);
    if (rc != TRIO_OK)
        return rc;
    double start = meter_cpu_ns();
    rc = run_all(fan, PEERS_TRIPS);
    fan->ns = (meter_cpu_ns() - start) / PEERS_TRIPS;
    return rc;
}

static void measure(trio_task_fn fn, size_t channels, long tasks,
                    double *ret_ns)
{
    struct fan fan = {.fn = fn, .count = channels, .tasks = tasks};

    if (trio_run(program, &fan) == TRIO_OK)
        *ret_ns = fan.ns;
}

static void measure_select_2(double *ret_ns)
{
    measure(select_all, 2, 1, ret_ns);
}

static void measure_select_16(double *ret_ns)
{
    measure(select_all, 16, 1, ret_ns);
}

static void measure_crowd(double *ret_ns)
{
    measure(receive_all, 1, PEERS_BATCH, ret_ns);
}

// By hand nobody is cancelled, and whoever finds an item goes on at once: there
// is no turn for others after it.
const struct bench_row bench_channel_rows[] = {
    {
        .number = 19,
        .name = "select over 2 channels, an item",
        .program = "select-2",
        .measure = {[BENCH_OURS] = measure_select_2,
                    [BENCH_RAW] = raw_measure_select_2,
                    [BENCH_LIBUV] = uv_measure_select_2},
        .figures = {{"", "ns", BENCH_RAW, 3.0}},
    },
    {
        .number = 19,
        .name = "select over 16 channels, an item",
        .program = "select-16",
        .measure = {[BENCH_OURS] = measure_select_16,
                    [BENCH_RAW] = raw_measure_select_16,
                    [BENCH_LIBUV] = uv_measure_select_16},
        .figures = {{"", "ns", BENCH_RAW, 4.0}},
    },
    {
        // On libuv nobody waits: a callback empties what others have filled.
        .number = 20,
        .name = "1,000 tasks through one channel, an item",
        .program = "crowd",
        .measure = {[BENCH_OURS] = measure_crowd,
                    [BENCH_RAW] = raw_measure_crowd,
                    [BENCH_LIBUV] = uv_measure_crowd,
                    [BENCH_THREADS] = st_measure_crowd},
        .figures = {{"", "ns", BENCH_RAW, BENCH_NO_TARGET}},
    },
    {.number = 0},
};
