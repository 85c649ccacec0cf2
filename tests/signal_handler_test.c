// A signal handler may be at work in another thread while the receiver that it
// works for is closed. Then close waits for it, by sched_yield: this program
// has one of its own, until which a handler stands still in its middle.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/signal.h>

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check.h"

enum {
    STAGE_NONE,
    STAGE_INSIDE, // The handler stands still.
    STAGE_AWAITED // And goes on: somebody waits for it.
};

static int stage; // One of these; atomic.
static _Thread_local bool stands_still;
static struct trio_io wrapped_io;
static void (*wake_world)(void *context);

static int present_stage(void)
{
    return __atomic_load_n(&stage, __ATOMIC_SEQ_CST);
}

static void advance(int from, int to)
{
    __atomic_compare_exchange_n(&stage, &from, to, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
}

// In place of libc's.
int sched_yield(void)
{
    advance(STAGE_INSIDE, STAGE_AWAITED);
    return (int)syscall(SYS_sched_yield);
}

// A handler of ours wakes the world in its middle.
static void wake_and_stand_still(void *context)
{
    wake_world(context);
    if (!stands_still)
        return;
    advance(STAGE_NONE, STAGE_INSIDE);
    while (present_stage() == STAGE_INSIDE)
        syscall(SYS_sched_yield);
}

// The platform, but for a world whose wake can stand still.
static struct trio_config config_with_wake(void)
{
    struct trio_config config = trio_config_platform();

    wrapped_io = *config.world.io;
    wake_world = wrapped_io.wake;
    wrapped_io.wake = wake_and_stand_still;
    config.world.io = &wrapped_io;
    return config;
}

static void *raise_in_thread(void *arg)
{
    (void)arg;
    stands_still = true;
    raise(SIGUSR1); // Handled by this thread.
    return NULL;
}

// Returns a thread that is in the handler now.
static TRIO_PARKS pthread_t start_handler(void)
{
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, raise_in_thread, NULL) == 0);
    while (present_stage() == STAGE_NONE)
        trio_cancel_shielded_checkpoint();
    return thread;
}

static TRIO_CHECKPOINT trio_status close_under_a_handler(void *arg)
{
    static const int signals[] = {SIGUSR1};
    struct trio_signal_receiver receiver;
    int signal = 0;

    (void)arg;
    CHECK_OK(trio_signal_receiver_open(&receiver, signals, 1));
    pthread_t thread = start_handler();
    CHECK_OK(trio_signal_receiver_receive(&receiver, &signal));
    CHECK_EQ(present_stage(), STAGE_INSIDE);
    trio_signal_receiver_close(&receiver);
    CHECK_EQ(present_stage(), STAGE_AWAITED);
    advance(STAGE_INSIDE, STAGE_AWAITED); // If nobody has waited for it.
    pthread_join(thread, NULL);
    return trio_checkpoint();
}

TEST_PLAIN(signal_handler, a_receiver_closes_when_no_handler_is_at_work_for_it)
{
    struct trio_config config = config_with_wake();

    CHECK_OK(trio_run_with(&config, close_under_a_handler, NULL));
}
