// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 7 and 17 to 20 by hand.

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/raw/channel.h"
#include "bench/raw/pairing_heap.h"
#include "bench/raw/tasks.h"

static struct raw_channel channels[RAW_CHOICES_MAX];
static struct raw_semaphore semaphore;
static struct raw_heap heap;
static size_t used; // Channels.
static long turns;  // Of each task that counts them.

// Warms up with a tenth of `total`, then returns the nanoseconds of it all.
static double time_of(void (*start_all)(void), long total)
{
    turns = total / 10;
    start_all();
    raw_join();
    turns = total;
    start_all();
    double start = meter_cpu_ns();
    raw_join();
    return meter_cpu_ns() - start;
}

// ---- Row 7 ----

static void ask(void *arg)
{
    (void)arg;
    for (long i = turns; i > 0; i--) {
        raw_send(&channels[0], i);
        raw_receive(&channels[1]);
    }
}

static void answer(void *arg)
{
    (void)arg;
    for (long i = turns; i > 0; i--)
        raw_send(&channels[1], raw_receive(&channels[0]));
}

static void start_trip(void)
{
    raw_start(answer, NULL);
    raw_start(ask, NULL);
}

void raw_measure_trip(double *ret_ns)
{
    raw_reserve(2, 0);
    *ret_ns = time_of(start_trip, PEERS_TRIPS) / PEERS_TRIPS;
}

static void send_timed(struct raw_channel *channel, long item)
{
    struct raw_timer timer;

    raw_heap_arm(&heap, &timer, 1);
    raw_send(channel, item);
    raw_heap_cancel(&heap, &timer);
}

static long receive_timed(struct raw_channel *channel)
{
    struct raw_timer timer;

    raw_heap_arm(&heap, &timer, 1);
    long item = raw_receive(channel);
    raw_heap_cancel(&heap, &timer);
    return item;
}

static void ask_timed(void *arg)
{
    (void)arg;
    for (long i = turns; i > 0; i--) {
        send_timed(&channels[0], i);
        receive_timed(&channels[1]);
    }
}

static void answer_timed(void *arg)
{
    (void)arg;
    for (long i = turns; i > 0; i--)
        send_timed(&channels[1], receive_timed(&channels[0]));
}

static void start_trip_timed(void)
{
    raw_start(answer_timed, NULL);
    raw_start(ask_timed, NULL);
}

void raw_measure_trip_at(double *ret_ns)
{
    raw_reserve(2, 0);
    *ret_ns = time_of(start_trip_timed, PEERS_TRIPS) / PEERS_TRIPS;
}

// ---- Rows 17 and 18 ----

static void take_permit(void *arg)
{
    (void)arg;
    for (long i = turns; i > 0; i--) {
        raw_acquire(&semaphore);
        raw_release(&semaphore);
    }
}

static void start_contest(void)
{
    semaphore.permits = 0;
    raw_start(take_permit, NULL);
    raw_start(take_permit, NULL);
    raw_yield();
    raw_release(&semaphore);
}

void raw_measure_semaphore(double *ret_ns)
{
    raw_reserve(2, 0);
    *ret_ns = time_of(start_contest, PEERS_TRIPS) / (2.0 * PEERS_TRIPS);
}

// ---- Rows 19 and 20 ----

static void send_round(void *arg)
{
    (void)arg;
    for (long i = 0; i < turns; i++)
        raw_send(&channels[(size_t)i % used], i);
}

static void select_all(void *arg)
{
    (void)arg;
    for (long i = 0; i < turns; i++)
        raw_select(channels, used, (size_t)i % used);
}

static void start_select(void)
{
    raw_start(select_all, NULL);
    raw_start(send_round, NULL);
}

static void measure_select(size_t count, double *ret_ns)
{
    used = count;
    raw_reserve(2, 0);
    *ret_ns = time_of(start_select, PEERS_TRIPS) / PEERS_TRIPS;
}

void raw_measure_select_2(double *ret_ns)
{
    measure_select(2, ret_ns);
}

void raw_measure_select_16(double *ret_ns)
{
    measure_select(16, ret_ns);
}

static void receive_all(void *arg)
{
    (void)arg;
    for (long i = turns * PEERS_BATCH; i > 0; i--)
        raw_receive(&channels[0]);
}

static void start_crowd(void)
{
    raw_start(receive_all, NULL);
    for (int i = 0; i < PEERS_BATCH; i++)
        raw_start(send_round, NULL);
}

void raw_measure_crowd(double *ret_ns)
{
    used = 1;
    raw_reserve(PEERS_BATCH + 1, 64);
    *ret_ns = time_of(start_crowd, PEERS_TRIPS / PEERS_BATCH) / PEERS_TRIPS;
}
