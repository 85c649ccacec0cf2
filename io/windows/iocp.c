// The loop sleeps in one place, at the completion port, and may be woken from
// any thread. A wake-up must never get lost, and costs a call only when the
// loop really sleeps:
//
//     the sleeper   says `sleeping`, then looks at `woken`
//     the waker     says `woken`, then looks at `sleeping`
//
// In whatever order these four fall, at least one of the two sees the other:
// the sleeper does not go to sleep, or the waker posts to the port.
//
// The port counts milliseconds. A timer that counts finer calls a function in
// the thread that has set it, and that ends an alertable wait.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

#define BATCH 256
#define TICK 100 // Nanoseconds, of a timer.

static void CALLBACK on_time(void *context, DWORD low, DWORD high)
{
    (void)context;
    (void)low;
    (void)high;
}

// Rounds up: late is allowed, early is not. Less than 0 is from now on.
static bool start_timer(struct iocp *iocp, trio_duration limit)
{
    LARGE_INTEGER due = {.QuadPart = -(limit / TICK + (limit % TICK != 0))};

    return SetWaitableTimer(iocp->timer, &due, 0, on_time, NULL, FALSE);
}

static DWORD whole_ms(trio_duration limit)
{
    trio_duration whole = limit / TRIO_MS + (limit % TRIO_MS != 0);

    return whole < INFINITE ? (DWORD)whole : INFINITE - 1;
}

static ULONG wait_for_answers(struct iocp *iocp, OVERLAPPED_ENTRY *answers,
                              trio_duration limit)
{
    bool ends = limit > 0 && limit != TRIO_FOREVER;
    bool timed = ends && start_timer(iocp, limit);
    ULONG count = 0;
    DWORD ms = INFINITE;

    if (limit <= 0)
        ms = 0;
    else if (ends && !timed)
        ms = whole_ms(limit);
    if (!GetQueuedCompletionStatusEx(iocp->port, answers, BATCH, &count, ms,
                                     timed))
        count = 0;
    if (timed)
        CancelWaitableTimer(iocp->timer);
    return count;
}

void trio_iocp_take_(struct iocp *iocp, trio_duration limit)
{
    OVERLAPPED_ENTRY answers[BATCH];
    ULONG count = wait_for_answers(iocp, answers, limit);

    for (ULONG i = 0; i < count; i++)
        if (answers[i].lpOverlapped != NULL) // Else it was a wake-up.
            trio_iocp_answered_(iocp, answers[i].lpOverlapped);
}

static void sleep_for_answers(struct iocp *iocp, trio_duration limit)
{
    __atomic_store_n(&iocp->sleeping, true, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&iocp->woken, false, __ATOMIC_SEQ_CST))
        limit = 0;
    trio_iocp_take_(iocp, limit);
    __atomic_store_n(&iocp->sleeping, false, __ATOMIC_SEQ_CST);
    // What was said by now is looked at in this pass, after this.
    __atomic_store_n(&iocp->woken, false, __ATOMIC_SEQ_CST);
}

static void poll_answers(void *context, trio_duration limit)
{
    struct iocp *iocp = context;

    if (limit > 0)
        sleep_for_answers(iocp, limit);
    else if (iocp->waiters > 0)
        trio_iocp_take_(iocp, 0);
}

static void wake(void *context)
{
    struct iocp *iocp = context;

    if (__atomic_exchange_n(&iocp->woken, true, __ATOMIC_SEQ_CST))
        return; // Whoever said so first has posted, or the loop has yet to
                // look.
    if (!__atomic_load_n(&iocp->sleeping, __ATOMIC_SEQ_CST))
        return;
    // The system may be out of memory for a moment.
    while (!PostQueuedCompletionStatus(iocp->port, 0, 0, NULL))
        SwitchToThread();
}

static size_t count_waiters(void *context)
{
    const struct iocp *iocp = context;
    return iocp->waiters;
}

static bool can_wake(void *context)
{
    const struct iocp *iocp = context;
    return iocp->waiters > 0 || iocp->jobs > 0;
}

static int last_error(void *context)
{
    const struct iocp *iocp = context;
    return iocp->last_error;
}

const struct trio_io trio_iocp_io_ = {
    .name = "iocp",
    .poll = poll_answers,
    .arm = trio_iocp_arm_,
    .disarm = trio_iocp_disarm_,
    .closing = trio_iocp_closing_,
    .waiters = count_waiters,
    .can_wake = can_wake,
    .wake = wake,
    .last_error = last_error,
};
