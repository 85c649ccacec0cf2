// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 17 and 18: two tasks want the same thing all the time, so that each
// release hands it to the other one, who waits for it already. A mutex of Go or
// boost.fiber is not handed over: whoever releases it takes it again, and the
// other one waits for ever longer. So they are seen with a lock that nobody
// else wants. Go's column of the others is a channel with one place.

#include <trio/lock.h>
#include <trio/semaphore.h>
#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

struct contest {
    struct trio_lock lock;
    struct trio_semaphore semaphore;
    trio_task_fn fn; // What both tasks run.
    long turns;      // Of each of them.
    double ns;       // Out: from one to the other.
};

static TRIO_CHECKPOINT trio_status take_lock(void *arg)
{
    struct contest *contest = arg;

    for (long i = contest->turns; i > 0; i--) {
        trio_status rc = trio_lock_acquire(&contest->lock);
        if (rc != TRIO_OK)
            return rc;
        trio_lock_release(&contest->lock);
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status take_permit(void *arg)
{
    struct contest *contest = arg;

    for (long i = contest->turns; i > 0; i--) {
        trio_status rc = trio_semaphore_acquire(&contest->semaphore);
        if (rc != TRIO_OK)
            return rc;
        trio_semaphore_release(&contest->semaphore);
    }
    return TRIO_OK;
}

// Both wait when the first release comes.
static TRIO_CHECKPOINT trio_status run_both(struct contest *contest, long turns)
{
    struct trio_nursery nursery;

    contest->turns = turns;
    contest->semaphore = (struct trio_semaphore)TRIO_SEMAPHORE_INIT(0);
    trio_nursery_open(&nursery);
    trio_status rc = trio_lock_acquire(&contest->lock);
    for (int i = 0; i < 2 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, contest->fn, contest);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_lock_release(&contest->lock);
    trio_semaphore_release(&contest->semaphore);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status run_alone(void *arg)
{
    struct contest *contest = arg;

    contest->turns = PEERS_TRIPS;
    double start = meter_cpu_ns();
    trio_status rc = take_lock(contest);
    contest->ns = (meter_cpu_ns() - start) / PEERS_TRIPS;
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct contest *contest = arg;
    trio_status rc = run_both(contest, PEERS_TRIPS / 10);

    if (rc != TRIO_OK)
        return rc;
    double start = meter_cpu_ns();
    rc = run_both(contest, PEERS_TRIPS);
    contest->ns = (meter_cpu_ns() - start) / (2.0 * PEERS_TRIPS);
    return rc;
}

static void measure(trio_task_fn fn, double *ret_ns)
{
    struct contest contest = {.fn = fn};

    if (trio_run(program, &contest) == TRIO_OK)
        *ret_ns = contest.ns;
}

static void measure_lock(double *ret_ns)
{
    measure(take_lock, ret_ns);
}

static void measure_alone(double *ret_ns)
{
    struct contest contest = {.turns = 0};

    if (trio_run(run_alone, &contest) == TRIO_OK)
        *ret_ns = contest.ns;
}

static void measure_semaphore(double *ret_ns)
{
    measure(take_permit, ret_ns);
}

// By hand a lock is a permit: who holds it is not known.
const struct bench_row bench_lock_rows[] = {
    {
        .number = 17,
        .name = "lock, from task to task",
        .program = "semaphore",
        .measure = {[BENCH_OURS] = measure_lock,
                    [BENCH_RAW] = raw_measure_semaphore,
                    [BENCH_THREADS] = st_measure_lock},
        .figures = {{"", "ns", BENCH_RAW, 1.8}},
        .ahead = true,
    },
    {
        .number = 17,
        .name = "lock that nobody else wants",
        .program = "mutex",
        .measure = {[BENCH_OURS] = measure_alone,
                    [BENCH_RAW] = raw_measure_alone,
                    [BENCH_THREADS] = st_measure_alone},
        .figures = {{"", "ns", BENCH_RAW, BENCH_NO_TARGET}},
    },
    {
        .number = 18,
        .name = "semaphore, with a waiter",
        .program = "semaphore",
        .measure = {[BENCH_OURS] = measure_semaphore,
                    [BENCH_RAW] = raw_measure_semaphore,
                    [BENCH_THREADS] = st_measure_semaphore},
        .figures = {{"", "ns", BENCH_RAW, 1.8}},
        .ahead = true,
    },
    {.number = 0},
};
