// The loop sleeps in one place, and may be woken from any thread. A wake-up
// must never get lost, and costs a system call only when the loop really
// sleeps:
//
//     the sleeper   says `sleeping`, then looks at `woken`
//     the waker     says `woken`, then looks at `sleeping`
//
// In whatever order these four fall, at least one of the two sees the other:
// the sleeper does not go to sleep, or the waker rings for the poller, which
// nobody has to answer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/loop.h"

static void sleep_for_events(struct loop *loop, trio_duration limit)
{
    __atomic_store_n(&loop->sleeping, true, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&loop->woken, false, __ATOMIC_SEQ_CST))
        limit = 0;
    trio_poller_wait_(loop, limit);
    __atomic_store_n(&loop->sleeping, false, __ATOMIC_SEQ_CST);
    // What was said by now is looked at in this pass, after this.
    __atomic_store_n(&loop->woken, false, __ATOMIC_SEQ_CST);
}

static void poll_events(void *context, trio_duration limit)
{
    struct loop *loop = context;

    if (limit > 0)
        sleep_for_events(loop, limit);
    else if (loop->waiters > 0)
        trio_poller_wait_(loop, 0);
    // Else what has happened will still be told when somebody waits.
}

static void wake(void *context)
{
    struct loop *loop = context;

    if (__atomic_exchange_n(&loop->woken, true, __ATOMIC_SEQ_CST))
        return; // Whoever said so first has rung, or the loop has yet to look.
    if (__atomic_load_n(&loop->sleeping, __ATOMIC_SEQ_CST))
        trio_poller_ring_(loop);
}

static size_t count_waiters(void *context)
{
    const struct loop *loop = context;
    return loop->waiters;
}

static bool can_wake(void *context)
{
    const struct loop *loop = context;
    return loop->waiters > 0 || loop->jobs > 0;
}

static int last_error(void *context)
{
    const struct loop *loop = context;
    return loop->last_error;
}

const struct trio_io trio_loop_io_ = {
    .name = trio_poller_name_,
    .poll = poll_events,
    .arm = trio_interest_arm_,
    .disarm = trio_interest_disarm_,
    .closing = trio_interest_closing_,
    .waiters = count_waiters,
    .can_wake = can_wake,
    .wake = wake,
    .last_error = last_error,
};
