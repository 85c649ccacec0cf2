// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 7: an item goes to another task through one channel and comes back
// through a second one, each a rendezvous. That is four operations; with
// limits, each of them has a scope of its own. A limit that counts from now
// reads the clock, whatever else its step does: with work inside the steps, the
// reading is not one that an earlier call has left in the cache.

#include <math.h>

#include <trio/channel.h>
#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

enum { WORK = 50 };

enum limit { UNLIMITED, LIMITED_AT, LIMITED_AFTER };

struct link {
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
};

struct trip {
    struct link there, back;
    enum limit limit;
    int work;           // Turns of a loop after each operation.
    trio_time deadline; // Of LIMITED_AT: one is far enough for all.
    long count;         // Of round trips.
    double ns;          // Out: of one.
};

static void open_scope(const struct trip *trip, struct trio_cancel_scope *scope)
    TRIO_OPENS(scope)
{
    if (trip->limit == LIMITED_AT)
        trio_fail_at(scope, trip->deadline);
    else
        trio_fail_after(scope, 5 * TRIO_SECOND);
}

static inline void work(const struct trip *trip)
{
    for (volatile int i = 0; i < trip->work; i++)
        ;
}

static inline TRIO_CHECKPOINT trio_status send(struct trip *trip,
                                               struct link *link, long item)
{
    struct trio_cancel_scope scope;

    if (trip->limit == UNLIMITED)
        return trio_channel_send(&link->sender, &item);
    open_scope(trip, &scope);
    trio_status rc = trio_channel_send(&link->sender, &item);
    return trio_cancel_scope_close(&scope, rc);
}

static inline TRIO_CHECKPOINT trio_status receive(struct trip *trip,
                                                  struct link *link,
                                                  long *ret_item)
{
    struct trio_cancel_scope scope;

    if (trip->limit == UNLIMITED)
        return trio_channel_receive(&link->receiver, ret_item);
    open_scope(trip, &scope);
    trio_status rc = trio_channel_receive(&link->receiver, ret_item);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    struct trip *trip = arg;
    trio_status rc = TRIO_OK;

    for (long i = trip->count; i > 0 && rc == TRIO_OK; i--) {
        long item;
        rc = receive(trip, &trip->there, &item);
        work(trip);
        if (rc == TRIO_OK)
            rc = send(trip, &trip->back, item);
        work(trip);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct trip *trip = arg;
    trio_status rc = TRIO_OK;

    for (long i = trip->count; i > 0 && rc == TRIO_OK; i--) {
        long item;
        rc = send(trip, &trip->there, i);
        work(trip);
        if (rc == TRIO_OK)
            rc = receive(trip, &trip->back, &item);
        work(trip);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status run_both(struct trip *trip, long count)
{
    struct trio_nursery nursery;

    trip->count = count;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, answer, trip);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, ask, trip);
    return trio_nursery_close(&nursery, rc);
}

static void open_link(struct link *link)
{
    trio_channel_open(&link->channel, sizeof(long), NULL, 0, &link->sender,
                      &link->receiver);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct trip *trip = arg;

    open_link(&trip->there);
    open_link(&trip->back);
    trip->deadline = trio_time_add(trio_now(), TRIO_HOUR);
    trio_status rc = run_both(trip, PEERS_TRIPS / 10);
    if (rc != TRIO_OK)
        return rc;
    double start = meter_cpu_ns();
    rc = run_both(trip, PEERS_TRIPS);
    trip->ns = (meter_cpu_ns() - start) / PEERS_TRIPS;
    return rc;
}

static double measure(enum limit limit, int work)
{
    static struct trip trip;

    trip = (struct trip){.limit = limit, .work = work};
    return trio_run(program, &trip) == TRIO_OK ? trip.ns : NAN;
}

// Also as a multiple of the same without limits.
static void measure_beside_none(enum limit limit, int work, double *ret_figures)
{
    double unlimited = measure(UNLIMITED, work);
    ret_figures[0] = measure(limit, work);
    ret_figures[1] = ret_figures[0] / unlimited;
}

static void measure_trip(double *ret_ns)
{
    *ret_ns = measure(UNLIMITED, 0);
}

static void measure_trip_at(double *ret_figures)
{
    measure_beside_none(LIMITED_AT, 0, ret_figures);
}

static void measure_trip_after(double *ret_figures)
{
    measure_beside_none(LIMITED_AFTER, 0, ret_figures);
}

static void measure_trip_with_work(double *ret_figures)
{
    measure_beside_none(LIMITED_AFTER, WORK, ret_figures);
}

#define PEERS(what)                                                            \
    [BENCH_RAW] = raw_measure_##what, [BENCH_LIBUV] = uv_measure_##what,       \
    [BENCH_THREADS] = st_measure_##what

// By hand a limit is a timer in a heap, armed and cancelled: no clock is read,
// and nobody is in a scope.
const struct bench_row bench_trip_rows[] = {
    {
        .number = 7,
        .name = "rendezvous round trip",
        .program = "trip",
        .measure = {[BENCH_OURS] = measure_trip, PEERS(trip)},
        .figures = {{"", "ns", BENCH_RAW, 1.5}},
        .ahead = true,
    },
    {
        .number = 7,
        .name = "same, a deadline round each operation",
        .program = "trip-at",
        .measure = {[BENCH_OURS] = measure_trip_at, PEERS(trip_at)},
        .figures = {{"", "ns", BENCH_RAW, BENCH_NO_TARGET},
                    {"beside none", "x", BENCH_ABSOLUTE, BENCH_NO_TARGET}},
    },
    {
        .number = 7,
        .name = "same, 5 s from now round each",
        .program = "trip-after",
        .measure = {[BENCH_OURS] = measure_trip_after, PEERS(trip_at)},
        .figures = {{"", "ns", BENCH_RAW, BENCH_NO_TARGET},
                    {"beside none", "x", BENCH_ABSOLUTE, 1.2}},
    },
    {
        .number = 7,
        .name = "same, with work inside the steps",
        .measure = {measure_trip_with_work},
        .figures = {{"", "ns", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"beside none", "x", BENCH_ABSOLUTE, 1.2}},
    },
    {.number = 0},
};
