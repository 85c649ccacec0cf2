// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 7, 17 and 20 on state-threads. It has mutexes, which are handed over,
// and condition variables, of which one makes a mailbox; select it has none.

#include <st.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/meter.h"
#include "bench/peers.h"

enum { STACK = 64 * 1024 };

struct mailbox {
    bool full;
    long item;
    st_cond_t room, arrival;
};

static struct mailbox there, back;
static st_mutex_t mutex;
static st_utime_t limit = ST_UTIME_NO_TIMEOUT; // Of each operation.
static long turns;                             // Of each task.

static void mailbox_open(struct mailbox *mailbox)
{
    mailbox->room = st_cond_new();
    mailbox->arrival = st_cond_new();
    if (mailbox->room == NULL || mailbox->arrival == NULL)
        meter_give_up("st_cond_new");
}

static void mailbox_send(struct mailbox *mailbox, long item)
{
    while (mailbox->full)
        st_cond_timedwait(mailbox->room, limit);
    mailbox->full = true;
    mailbox->item = item;
    st_cond_signal(mailbox->arrival);
}

static long mailbox_receive(struct mailbox *mailbox)
{
    while (!mailbox->full)
        st_cond_timedwait(mailbox->arrival, limit);
    mailbox->full = false;
    st_cond_signal(mailbox->room);
    return mailbox->item;
}

static st_thread_t begin(void *(*fn)(void *arg))
{
    st_thread_t thread = st_thread_create(fn, NULL, 1, STACK);

    if (thread == NULL)
        meter_give_up("st_thread_create");
    return thread;
}

// Warms up with a tenth of `total`, then returns the nanoseconds of it all.
static double time_of(void (*run_all)(void), long total)
{
    turns = total / 10;
    run_all();
    turns = total;
    double start = meter_cpu_ns();
    run_all();
    return meter_cpu_ns() - start;
}

static void open_all(void)
{
    if (st_init() != 0)
        meter_give_up("st_init");
    mailbox_open(&there);
    mailbox_open(&back);
    mutex = st_mutex_new();
    if (mutex == NULL)
        meter_give_up("st_mutex_new");
}

// ---- Row 7 ----

static void *answer(void *arg)
{
    for (long i = turns; i > 0; i--)
        mailbox_send(&back, mailbox_receive(&there));
    return arg;
}

static void run_trip(void)
{
    st_thread_t other = begin(answer);

    for (long i = turns; i > 0; i--) {
        mailbox_send(&there, i);
        mailbox_receive(&back);
    }
    st_thread_join(other, NULL);
}

void st_measure_trip(double *ret_ns)
{
    open_all();
    *ret_ns = time_of(run_trip, PEERS_TRIPS) / PEERS_TRIPS;
}

void st_measure_trip_at(double *ret_ns)
{
    limit = (st_utime_t)3600 * 1000000;
    st_measure_trip(ret_ns);
}

// ---- Row 17 ----

static void *take_lock(void *arg)
{
    for (long i = turns; i > 0; i--) {
        st_mutex_lock(mutex);
        st_mutex_unlock(mutex);
    }
    return arg;
}

// Both wait when the first release comes.
static void run_contest(void)
{
    st_thread_t first, second;

    st_mutex_lock(mutex);
    first = begin(take_lock);
    second = begin(take_lock);
    st_usleep(0);
    st_mutex_unlock(mutex);
    st_thread_join(first, NULL);
    st_thread_join(second, NULL);
}

void st_measure_lock(double *ret_ns)
{
    open_all();
    *ret_ns = time_of(run_contest, PEERS_TRIPS) / (2.0 * PEERS_TRIPS);
}

// ---- Row 20 ----

static void *send_all(void *arg)
{
    for (long i = turns; i > 0; i--)
        mailbox_send(&there, i);
    return arg;
}

static void run_crowd(void)
{
    static st_thread_t senders[PEERS_BATCH];

    for (int i = 0; i < PEERS_BATCH; i++)
        senders[i] = begin(send_all);
    for (long i = turns * PEERS_BATCH; i > 0; i--)
        mailbox_receive(&there);
    for (int i = 0; i < PEERS_BATCH; i++)
        st_thread_join(senders[i], NULL);
}

void st_measure_crowd(double *ret_ns)
{
    open_all();
    *ret_ns = time_of(run_crowd, PEERS_TRIPS / PEERS_BATCH) / PEERS_TRIPS;
}
