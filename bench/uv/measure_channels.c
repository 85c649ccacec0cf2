// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 7, 19 and 20 on libuv. It has neither tasks nor channels; the nearest
// thing is a callback that another one asks the loop to call (uv_async), so an
// item that goes round is a ring of them. Any number of them may be waited for,
// which is what a select does. Where many send to one, they put their items
// into a queue, which a callback empties once per turn of the loop.

#include <uv.h>

#include "bench/meter.h"
#include "bench/peers.h"

struct station {
    uv_async_t async;
    uv_timer_t timer;
    struct station *next;
};

static struct station stations[PEERS_CHOICES];
static long left;

static void pass_on(uv_async_t *async)
{
    struct station *station = async->data;

    if (--left > 0)
        uv_async_send(&station->next->async);
    else
        uv_stop(async->loop);
}

static void ignore(uv_timer_t *timer)
{
    (void)timer;
}

static void pass_on_timed(uv_async_t *async)
{
    struct station *station = async->data;

    uv_timer_stop(&station->timer);
    uv_timer_start(&station->next->timer, ignore, 3600 * 1000, 0);
    pass_on(async);
}

static void go_round(uv_loop_t *loop, long count)
{
    left = count;
    uv_async_send(&stations[0].async);
    uv_run(loop, UV_RUN_DEFAULT);
}

static double ns_of_one(int count, uv_async_cb callback)
{
    uv_loop_t loop;

    if (uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    for (int i = 0; i < count; i++) {
        struct station *station = &stations[i];
        uv_async_init(&loop, &station->async, callback);
        uv_timer_init(&loop, &station->timer);
        station->async.data = station;
        station->next = &stations[(i + 1) % count];
    }
    go_round(&loop, PEERS_TRIPS / 10);
    double start = meter_cpu_ns();
    go_round(&loop, PEERS_TRIPS);
    return (meter_cpu_ns() - start) / PEERS_TRIPS;
}

void uv_measure_trip(double *ret_ns)
{
    *ret_ns = 2 * ns_of_one(2, pass_on);
}

void uv_measure_trip_at(double *ret_ns)
{
    *ret_ns = 2 * ns_of_one(2, pass_on_timed);
}

void uv_measure_select_2(double *ret_ns)
{
    *ret_ns = ns_of_one(2, pass_on);
}

void uv_measure_select_16(double *ret_ns)
{
    *ret_ns = ns_of_one(16, pass_on);
}

static struct {
    long items[PEERS_BATCH];
    int count;
} queue;

static void put(uv_idle_t *idle)
{
    (void)idle;
    queue.items[queue.count++] = left;
}

static void take_all(uv_check_t *check)
{
    while (queue.count > 0) {
        queue.count--;
        left--;
    }
    if (left <= 0)
        uv_stop(check->loop);
}

static void run_crowd(uv_loop_t *loop, long items)
{
    left = items;
    uv_run(loop, UV_RUN_DEFAULT);
}

void uv_measure_crowd(double *ret_ns)
{
    static uv_idle_t senders[PEERS_BATCH];
    static uv_check_t receiver;
    uv_loop_t loop;

    if (uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    for (int i = 0; i < PEERS_BATCH; i++) {
        uv_idle_init(&loop, &senders[i]);
        uv_idle_start(&senders[i], put);
    }
    uv_check_init(&loop, &receiver);
    uv_check_start(&receiver, take_all);
    run_crowd(&loop, PEERS_TRIPS / 10);
    double start = meter_cpu_ns();
    run_crowd(&loop, PEERS_TRIPS);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_TRIPS;
}
