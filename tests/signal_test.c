// What trio/signal.h promises. Signals are the system's: this runs in the real
// world, and raises them in its own process.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/signal.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include <trio/error.h>

#include "tests/check.h"

// Lets what was posted arrive.
static TRIO_PARKS void settle(void)
{
    CHECK_OK(trio_wait_all_tasks_blocked(0));
}

static void (*disposition_of(int signal))(int)
{
    struct sigaction action;

    REQUIRE(sigaction(signal, NULL, &action) == 0);
    return action.sa_handler;
}

static void dispose(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    REQUIRE(sigaction(signal, &action, NULL) == 0);
}

static void open_receiver(struct trio_signal_receiver *receiver, int first,
                          int second)
{
    const int signals[] = {first, second};

    CHECK_OK(trio_signal_receiver_open(receiver, signals, COUNT(signals)));
}

static TRIO_PARKS int receive(struct trio_signal_receiver *receiver)
{
    int signal = 0;

    CHECK_OK(trio_signal_receiver_receive(receiver, &signal));
    return signal;
}

// One task's receive, and what came of it.
struct reception {
    struct trio_signal_receiver *receiver;
    int signal;
    trio_status rc;
    bool done;
};

static TRIO_CHECKPOINT trio_status receive_once(void *arg)
{
    struct reception *reception = arg;

    reception->rc =
        trio_signal_receiver_receive(reception->receiver, &reception->signal);
    reception->done = true;
    return reception->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static int handled[65]; // Atomic: several threads count.

static void count_signal(int signal)
{
    __atomic_add_fetch(&handled[signal], 1, __ATOMIC_SEQ_CST);
}

TEST_REAL(signal, a_signal_wakes_who_waits_for_it)
{
    struct trio_signal_receiver receiver;
    struct reception reception = {.receiver = &receiver};
    struct trio_nursery nursery;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &reception));
    settle();
    CHECK(!reception.done);
    raise(SIGUSR2);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(reception.signal, SIGUSR2);
    trio_signal_receiver_close(&receiver);
}

static void *raise_later(void *arg)
{
    const pthread_t *main_thread = arg;

    pthread_kill(*main_thread, SIGUSR1);
    return NULL;
}

TEST_REAL(signal, a_signal_from_elsewhere_ends_the_sleep_of_the_loop)
{
    struct trio_signal_receiver receiver;
    pthread_t self = pthread_self();
    pthread_t thread;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    for (int i = 0; i < 50; i++) {
        REQUIRE(pthread_create(&thread, NULL, raise_later, &self) == 0);
        CHECK_EQ(receive(&receiver), SIGUSR1);
        pthread_join(thread, NULL);
    }
    trio_signal_receiver_close(&receiver);
}

// S51
TEST_REAL(signal, each_signal_counts_once_until_it_is_taken)
{
    struct trio_signal_receiver receiver;
    struct reception reception = {.receiver = &receiver};
    struct trio_nursery nursery;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
        settle();
    }
    CHECK_EQ(receive(&receiver), SIGUSR1);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &reception));
    settle();
    CHECK(!reception.done);
    raise(SIGUSR1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(reception.signal, SIGUSR1);
    trio_signal_receiver_close(&receiver);
}

// S51
TEST_REAL(signal, signals_come_in_order_of_arrival)
{
    struct trio_signal_receiver receiver;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    raise(SIGUSR2);
    settle();
    raise(SIGUSR1);
    settle();
    raise(SIGUSR2); // Is there already.
    settle();
    CHECK_EQ(receive(&receiver), SIGUSR2);
    CHECK_EQ(receive(&receiver), SIGUSR1);
    trio_signal_receiver_close(&receiver);
}

// S14
TEST_REAL(signal, a_cancelled_receive_takes_nothing)
{
    struct trio_signal_receiver receiver;
    struct trio_cancel_scope scope;
    int signal = 0;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    raise(SIGUSR1);
    settle();
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_signal_receiver_receive(&receiver, &signal);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(signal, 0);
    CHECK_EQ(receive(&receiver), SIGUSR1);
    trio_signal_receiver_close(&receiver);
}

// S12
TEST_REAL(signal, receiving_what_is_there_lets_others_run)
{
    struct trio_signal_receiver receiver;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    raise(SIGUSR1);
    settle();
    uint64_t begun = trio_run_statistics().passes;
    CHECK_EQ(receive(&receiver), SIGUSR1);
    CHECK(trio_run_statistics().passes > begun);
    trio_signal_receiver_close(&receiver);
}

// S51
TEST_REAL(signal, several_receivers_each_get_it)
{
    struct trio_signal_receiver first, second;

    open_receiver(&first, SIGUSR1, SIGUSR2);
    open_receiver(&second, SIGUSR1, SIGURG);
    raise(SIGUSR1);
    CHECK_EQ(receive(&first), SIGUSR1);
    CHECK_EQ(receive(&second), SIGUSR1);
    trio_signal_receiver_close(&first); // Not in the order of opening.
    raise(SIGUSR1);
    CHECK_EQ(receive(&second), SIGUSR1);
    trio_signal_receiver_close(&second);
}

// S51
TEST_REAL(signal, closing_restores_the_dispositions)
{
    struct trio_signal_receiver receiver;

    dispose(SIGUSR1, count_signal);
    dispose(SIGUSR2, SIG_IGN);
    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    CHECK(disposition_of(SIGUSR1) != count_signal);
    trio_signal_receiver_close(&receiver);
    trio_signal_receiver_close(&receiver);
    CHECK(disposition_of(SIGUSR1) == count_signal);
    CHECK(disposition_of(SIGUSR2) == SIG_IGN);
    dispose(SIGUSR1, SIG_DFL);
    dispose(SIGUSR2, SIG_DFL);
}

// S51
TEST_REAL(signal, what_was_not_taken_goes_to_who_handled_it_before)
{
    struct trio_signal_receiver receiver;

    dispose(SIGUSR1, count_signal);
    dispose(SIGUSR2, count_signal);
    handled[SIGUSR1] = handled[SIGUSR2] = 0;
    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    raise(SIGUSR1);
    settle();       // In the queue,
    raise(SIGUSR2); // and on the way there.
    trio_signal_receiver_close(&receiver);
    CHECK_EQ(handled[SIGUSR1], 1);
    CHECK_EQ(handled[SIGUSR2], 1);
    settle(); // The entry that was on the way finds nobody.
    CHECK_EQ(handled[SIGUSR2], 1);
    dispose(SIGUSR1, SIG_DFL);
    dispose(SIGUSR2, SIG_DFL);
}

TEST_REAL(signal, closing_wakes_who_receives)
{
    struct trio_signal_receiver receiver;
    struct reception reception = {.receiver = &receiver};
    struct trio_nursery nursery;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &reception));
    settle();
    trio_signal_receiver_close(&receiver);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(reception.rc, TRIO_ECLOSED);
}

struct rival {
    struct reception reception;
    struct trio_signal_receiver *other;
};

static TRIO_CHECKPOINT trio_status receive_and_close_other(void *arg)
{
    struct rival *rival = arg;

    trio_ignore(trio_fail(TRIO_ECLOSED, "older"));
    trio_status rc = receive_once(&rival->reception);
    if (rival->reception.rc == TRIO_OK)
        trio_signal_receiver_close(rival->other);
    else // An older failure does not explain it.
        CHECK(trio_error_find(TRIO_ECLOSED) == NULL);
    return rc;
}

// S51: both tasks are woken for the same signal; the second finds its receiver
// closed by the first, and what was there for it gone.
TEST_REAL(signal, closed_between_the_arrival_and_its_turn_a_receive_is_closed)
{
    struct trio_signal_receiver receivers[2];
    struct rival rivals[] = {{{.receiver = &receivers[0]}, &receivers[1]},
                             {{.receiver = &receivers[1]}, &receivers[0]}};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    dispose(SIGUSR1, count_signal);
    handled[SIGUSR1] = 0;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 2; i++) {
        open_receiver(&receivers[i], SIGUSR1, SIGUSR1);
        CHECK_OK(trio_nursery_start_soon(&nursery, receive_and_close_other,
                                         &rivals[i]));
    }
    settle();
    raise(SIGUSR1);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_STATUS(trio_combine(rivals[0].reception.rc, rivals[1].reception.rc),
                 TRIO_ECLOSED);
    for (size_t i = 0; i < 2; i++)
        trio_signal_receiver_close(&receivers[i]);
    CHECK_EQ(handled[SIGUSR1], 1); // S51: what the second did not take.
    dispose(SIGUSR1, SIG_DFL);
}

TEST_REAL(signal, what_cannot_be_caught_is_refused)
{
    static const int wrong[] = {0,       -1,      65,     1000,   SIGKILL,
                                SIGSTOP, SIGSEGV, SIGILL, SIGFPE, SIGBUS};
    struct trio_signal_receiver receiver;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        const int signals[] = {SIGUSR1, wrong[i]};
        CHECK_STATUS(trio_signal_receiver_open(&receiver, signals, 2),
                     TRIO_EINVAL);
        CHECK(disposition_of(SIGUSR1) == SIG_DFL);
        if (wrong[i] == 1000)
            CHECK_STRING(trio_error_last()->text,
                         "receive signal 1000, not from 1 to 64");
    }
}

TEST_REAL(signal, no_more_are_watched_than_there_are)
{
    struct trio_signal_receiver receiver;
    int signals[65];

    for (size_t i = 0; i < COUNT(signals); i++)
        signals[i] = SIGUSR1;
    CHECK_STATUS(trio_signal_receiver_open(&receiver, signals, 65),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_signal_receiver_open(&receiver, signals, 0), TRIO_EINVAL);
    CHECK_OK(trio_signal_receiver_open(&receiver, signals, 64));
    trio_signal_receiver_close(&receiver);
}

TEST_REAL(signal, the_handler_leaves_errno_alone)
{
    struct trio_signal_receiver receiver;

    open_receiver(&receiver, SIGUSR1, SIGUSR2);
    errno = EDOM;
    raise(SIGUSR1);
    CHECK_EQ(errno, EDOM);
    CHECK_EQ(receive(&receiver), SIGUSR1);
    trio_signal_receiver_close(&receiver);
}

// Two threads with a run each: neither gets what the other watches for.
static TRIO_CHECKPOINT trio_status open_and_close_often(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        struct trio_signal_receiver receiver;
        open_receiver(&receiver, SIGUSR1, SIGUSR1);
        raise(SIGUSR1); // Reaches both runs' receivers.
        if (i % 2 == 0)
            CHECK_EQ(receive(&receiver), SIGUSR1);
        trio_signal_receiver_close(&receiver);
    }
    return TRIO_OK;
}

static void *run_in_thread(void *arg)
{
    CHECK_OK(trio_run(open_and_close_often, arg));
    return NULL;
}

TEST_PLAIN(signal, runs_in_several_threads_may_receive)
{
    pthread_t thread;

    dispose(SIGUSR1, count_signal);
    REQUIRE(pthread_create(&thread, NULL, run_in_thread, NULL) == 0);
    CHECK_OK(trio_run(open_and_close_often, NULL));
    pthread_join(thread, NULL);
    CHECK(disposition_of(SIGUSR1) == count_signal);
    dispose(SIGUSR1, SIG_DFL);
}
