// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 7, 20 and 24 on state-threads. It has no channels; a mailbox with one
// place is made of condition variables. Select it has none.

#include <stdbool.h>
#include <stddef.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/st/threads.h"

struct mailbox {
    bool full;
    long item;
    st_cond_t room, arrival;
};

static struct mailbox there, back;
static st_utime_t limit = ST_UTIME_NO_TIMEOUT; // Of each operation.
static long turns;                             // Of each task.

static void mailbox_open(struct mailbox *mailbox)
{
    mailbox->room = st_threads_condition();
    mailbox->arrival = st_threads_condition();
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

static void *answer(void *arg)
{
    for (long i = turns; i > 0; i--)
        mailbox_send(&back, mailbox_receive(&there));
    return arg;
}

static void run_trip(long total)
{
    turns = total;
    st_thread_t other = st_threads_start(answer, NULL);
    for (long i = turns; i > 0; i--) {
        mailbox_send(&there, i);
        mailbox_receive(&back);
    }
    st_thread_join(other, NULL);
}

void st_measure_trip(double *ret_ns)
{
    st_threads_init();
    mailbox_open(&there);
    mailbox_open(&back);
    *ret_ns = st_threads_time(run_trip, PEERS_TRIPS) / PEERS_TRIPS;
}

void st_measure_trip_at(double *ret_figures)
{
    st_measure_trip(&ret_figures[0]);
    limit = (st_utime_t)3600 * 1000000;
    double unlimited = ret_figures[0];
    ret_figures[0] = st_threads_time(run_trip, PEERS_TRIPS) / PEERS_TRIPS;
    ret_figures[1] = ret_figures[0] / unlimited;
}

static void *send_all(void *arg)
{
    for (long i = turns; i > 0; i--)
        mailbox_send(&there, i);
    return arg;
}

static void run_crowd(long total)
{
    static st_thread_t senders[PEERS_BATCH];

    turns = total / PEERS_BATCH;
    for (int i = 0; i < PEERS_BATCH; i++)
        senders[i] = st_threads_start(send_all, NULL);
    for (long i = turns * PEERS_BATCH; i > 0; i--)
        mailbox_receive(&there);
    for (int i = 0; i < PEERS_BATCH; i++)
        st_thread_join(senders[i], NULL);
}

void st_measure_crowd(double *ret_ns)
{
    st_threads_init();
    mailbox_open(&there);
    *ret_ns = st_threads_time(run_crowd, PEERS_TRIPS) / PEERS_TRIPS;
}
