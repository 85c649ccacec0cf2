// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 1 to 6 and 9 on state-threads. It has no yield: whoever lets others run
// wakes the next one of a ring and waits until he is woken himself. A thread
// that is interrupted returns from its wait, as a cancelled task does.

#include <stdlib.h>

#include "bench/lateness.h"
#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/st/threads.h"
#include "bench/timers.h"

// ---- Rows 1 and 2 ----

struct member {
    st_cond_t woken;
    struct member *next;
    st_thread_t thread;
};

static struct member members[PEERS_BATCH];
static long ring;  // How many of them.
static long turns; // Of each.

static void *yield_turns(void *arg)
{
    struct member *member = arg;

    for (long i = turns; i > 0; i--) {
        st_cond_signal(member->next->woken);
        st_cond_wait(member->woken);
    }
    st_cond_signal(member->next->woken);
    return NULL;
}

static void run_ring(long total)
{
    turns = total / ring;
    for (long i = 0; i < ring; i++)
        members[i].thread = st_threads_start(yield_turns, &members[i]);
    for (long i = 0; i < ring; i++)
        st_thread_join(members[i].thread, NULL);
}

static void measure_yield(long count, double *ret_ns)
{
    st_threads_init();
    ring = count;
    for (long i = 0; i < count; i++) {
        members[i].woken = st_threads_condition();
        members[i].next = &members[(i + 1) % count];
    }
    *ret_ns = st_threads_time(run_ring, PEERS_TURNS) / PEERS_TURNS;
}

void st_measure_yield_2(double *ret_ns)
{
    measure_yield(2, ret_ns);
}

void st_measure_yield_1000(double *ret_ns)
{
    measure_yield(PEERS_BATCH, ret_ns);
}

// ---- Rows 3 and 4 ----

static long batch;

static void *do_nothing(void *arg)
{
    return arg;
}

static void start_and_join(long starts)
{
    static st_thread_t threads[PEERS_BATCH];

    for (long i = 0; i < starts; i += batch) {
        for (long n = 0; n < batch; n++)
            threads[n] = st_threads_start(do_nothing, NULL);
        for (long n = 0; n < batch; n++)
            st_thread_join(threads[n], NULL);
    }
}

static void measure_start(long count, double *ret_ns)
{
    st_threads_init();
    batch = count;
    *ret_ns = st_threads_time(start_and_join, PEERS_STARTS) / PEERS_STARTS;
}

void st_measure_start_1(double *ret_ns)
{
    measure_start(1, ret_ns);
}

void st_measure_start_1000(double *ret_ns)
{
    measure_start(PEERS_BATCH, ret_ns);
}

// ---- Rows 5 and 6 ----

static st_thread_t parked[PEERS_PARKED];
static long waiting;

static void *wait_for_the_end(void *never)
{
    waiting++;
    st_cond_wait(never);
    return NULL;
}

static void park_many(void)
{
    st_cond_t never = st_threads_condition();

    for (int i = 0; i < PEERS_PARKED; i++)
        parked[i] = st_threads_start(wait_for_the_end, never);
    while (waiting < PEERS_PARKED)
        st_usleep(0);
}

void st_measure_create(double *ret_figures)
{
    st_threads_init();
    struct meter_memory before = meter_memory_now();
    double start = meter_cpu_ns();
    park_many();
    ret_figures[0] = (meter_cpu_ns() - start) / PEERS_PARKED;
    struct meter_memory after = meter_memory_now();
    ret_figures[1] = (after.resident - before.resident + after.page_tables -
                      before.page_tables) /
                     PEERS_PARKED;
}

void st_measure_cancel(double *ret_ns)
{
    st_threads_init();
    park_many();
    double start = meter_cpu_ns();
    for (int i = 0; i < PEERS_PARKED; i++)
        st_thread_interrupt(parked[i]);
    for (int i = 0; i < PEERS_PARKED; i++)
        st_thread_join(parked[i], NULL);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_PARKED;
}

// ---- Row 9 ----

static struct lateness lateness;

static void *sleep_at_random(void *arg)
{
    struct timers_dice *dice = arg;

    for (int i = 0; i < PEERS_SLEEPS; i++) {
        st_utime_t us = 1000 + timers_roll(dice) % 19000;
        double start = meter_wall_ns();
        st_usleep(us);
        lateness_add(&lateness, start, (double)us * 1000);
    }
    return NULL;
}

void st_measure_sleeps(double *ret_figures)
{
    static struct timers_dice dice[PEERS_SLEEPERS];
    st_thread_t sleepers[PEERS_SLEEPERS];

    st_threads_init();
    for (uint64_t i = 0; i < PEERS_SLEEPERS; i++) {
        dice[i].state = i * 7919 + 1;
        sleepers[i] = st_threads_start(sleep_at_random, &dice[i]);
    }
    for (int i = 0; i < PEERS_SLEEPERS; i++)
        st_thread_join(sleepers[i], NULL);
    lateness_figures(&lateness, ret_figures);
}
