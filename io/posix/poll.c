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

#include "io/posix/interest.h"
#include "io/posix/poller.h"

static void sleep_for_events(struct posix *posix, trio_duration limit)
{
    __atomic_store_n(&posix->sleeping, true, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&posix->woken, false, __ATOMIC_SEQ_CST))
        limit = 0;
    trio_poller_wait_(posix, limit);
    __atomic_store_n(&posix->sleeping, false, __ATOMIC_SEQ_CST);
    // What was said by now is looked at in this pass, after this.
    __atomic_store_n(&posix->woken, false, __ATOMIC_SEQ_CST);
}

static void poll_events(void *context, trio_duration limit)
{
    struct posix *posix = context;

    if (limit > 0)
        sleep_for_events(posix, limit);
    else if (posix->waiters > 0)
        trio_poller_wait_(posix, 0);
    // Else what has happened will still be told when somebody waits.
}

static void wake(void *context)
{
    struct posix *posix = context;

    if (__atomic_exchange_n(&posix->woken, true, __ATOMIC_SEQ_CST))
        return; // Whoever said so first has rung, or the loop has yet to look.
    if (__atomic_load_n(&posix->sleeping, __ATOMIC_SEQ_CST))
        trio_poller_ring_(posix);
}

static size_t count_waiters(void *context)
{
    const struct posix *posix = context;
    return posix->waiters;
}

static bool can_wake(void *context)
{
    const struct posix *posix = context;
    return posix->waiters > 0 || posix->jobs > 0;
}

static int last_error(void *context)
{
    const struct posix *posix = context;
    return posix->last_error;
}

const struct trio_io trio_posix_io_ = {
    .name = trio_poller_name_,
    .poll = poll_events,
    .arm = trio_posix_arm_,
    .disarm = trio_posix_disarm_,
    .closing = trio_posix_closing_,
    .waiters = count_waiters,
    .can_wake = can_wake,
    .wake = wake,
    .last_error = last_error,
};
