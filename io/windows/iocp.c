// The loop sleeps at the completion port; a packet without a question ends it.
//
// The port counts milliseconds. A timer that counts finer calls a function in
// the thread that has set it, and that ends an alertable wait.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

#define BATCH 256
#define TICK 100 // Nanoseconds, of a timer.
#define LINE_PAUSE (10 * TRIO_MS)

const char trio_poller_name_[] = "iocp";

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

void trio_poller_wait_(struct loop *loop, trio_duration limit)
{
    struct iocp *iocp = (struct iocp *)loop;
    OVERLAPPED_ENTRY answers[BATCH];

    // When the system will have less to do, it does not say.
    if (iocp->first_in_line != NULL && limit > LINE_PAUSE)
        limit = LINE_PAUSE;
    ULONG count = wait_for_answers(iocp, answers, limit);
    for (ULONG i = 0; i < count; i++)
        if (answers[i].lpOverlapped != NULL) // Else it was a wake-up.
            trio_iocp_answered_(iocp, answers[i].lpOverlapped);
    trio_iocp_try_line_(iocp);
}

void trio_iocp_post_(HANDLE port, OVERLAPPED *answer)
{
    // The system may be out of memory for a moment.
    while (!PostQueuedCompletionStatus(port, 0, 0, answer))
        SwitchToThread();
}

void trio_poller_ring_(struct loop *loop)
{
    trio_iocp_post_(((struct iocp *)loop)->port, NULL);
}
