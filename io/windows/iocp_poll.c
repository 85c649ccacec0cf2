// A task that waits asks the system one question: is this socket ready in this
// direction? The answer comes through the port when it is, once. There is one
// question for each waiter, so nothing is remembered between two waits.
//
// The system writes to the memory of a question until it has answered, also
// where that was taken back. So a question is a block of its own, which is
// freed by its answer; who it was for may long be gone. If somebody waits for
// the same while the old question is still being taken back, a new one is
// asked beside it.
//
// The question is put to the driver below Winsock, with a handle that is for
// nothing else. Its interface is not documented, but has been the same since
// Windows Vista, and every event loop that waits for readiness there uses it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <winternl.h>

#include "io/windows/iocp.h"
#include "io/windows/status.h"

#define IOCTL_AFD_POLL 0x00012024
#define AFD_POLL_RECEIVE 0x0001
#define AFD_POLL_SEND 0x0004
#define AFD_POLL_DISCONNECT 0x0008
#define AFD_POLL_ABORT 0x0010
#define AFD_POLL_LOCAL_CLOSE 0x0020
#define AFD_POLL_ACCEPT 0x0080
#define AFD_POLL_CONNECT_FAIL 0x0100

#define EVENTS_THAT_END                                                        \
    (AFD_POLL_ABORT | AFD_POLL_LOCAL_CLOSE | AFD_POLL_CONNECT_FAIL)

static const ULONG events_of[] = {
    [TRIO_READABLE] = AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT | AFD_POLL_ACCEPT |
                      EVENTS_THAT_END,
    [TRIO_WRITABLE] = AFD_POLL_SEND | EVENTS_THAT_END,
};

// What the driver takes and gives back.
struct afd_poll {
    LARGE_INTEGER timeout;
    ULONG count;
    ULONG exclusive;
    struct {
        HANDLE socket;
        ULONG events;
        LONG status;
    } sockets[1];
};

struct poll {
    OVERLAPPED answer; // First, for the port names it; and where the system
                       // writes the status.
    struct afd_poll question;
    struct trio_io_waiter *waiter; // NULL: nobody any more.
};

NTSTATUS NTAPI NtCancelIoFileEx(HANDLE file, IO_STATUS_BLOCK *operation,
                                IO_STATUS_BLOCK *ret_status);

static IO_STATUS_BLOCK *status_of(struct poll *poll)
{
    return (IO_STATUS_BLOCK *)&poll->answer;
}

// Returns 0 or the error. What is answered at once comes through the port all
// the same.
static int ask(struct iocp *iocp, struct poll *poll)
{
    NTSTATUS status = NtDeviceIoControlFile(
        iocp->afd, NULL, NULL, &poll->answer, status_of(poll), IOCTL_AFD_POLL,
        &poll->question, sizeof(poll->question), &poll->question,
        sizeof(poll->question));

    return NT_SUCCESS(status) ? 0 : (int)RtlNtStatusToDosError(status);
}

static struct afd_poll question_about(trio_handle handle, ULONG events)
{
    return (struct afd_poll){
        .timeout.QuadPart = INT64_MAX,
        .count = 1,
        .sockets[0] = {.socket = (HANDLE)handle, .events = events}};
}

static struct poll *new_poll(struct trio_io_waiter *waiter)
{
    struct poll *poll = calloc(1, sizeof(*poll));

    if (poll == NULL)
        return NULL;
    poll->waiter = waiter;
    poll->question =
        question_about(waiter->handle, events_of[waiter->direction]);
    return poll;
}

trio_status trio_interest_arm_(void *context, struct trio_io_waiter *waiter)
{
    struct iocp *iocp = context;
    trio_status rc;
    struct slot *slot = trio_iocp_make_slot_(iocp, waiter->handle, &rc);

    if (slot == NULL)
        return rc;
    if (slot->waiters[waiter->direction] != NULL)
        return TRIO_EBUSY;
    struct poll *poll = new_poll(waiter);
    if (poll == NULL)
        return trio_iocp_refuse_(iocp, TRIO_ENOMEM, ERROR_NOT_ENOUGH_MEMORY);
    int error = ask(iocp, poll);
    if (error != 0) {
        free(poll);
        return trio_iocp_refuse_(
            iocp, trio_status_of_windows_((unsigned long)error), error);
    }
    slot->waiters[waiter->direction] = waiter;
    slot->polls[waiter->direction] = poll;
    iocp->loop.waiters++;
    iocp->polls++;
    return TRIO_OK;
}

// Nobody waits in this direction any more. Its question goes on by itself.
static void leave(struct iocp *iocp, struct slot *slot,
                  enum trio_direction direction)
{
    TRIO_ASSERT(iocp->loop.waiters > 0);
    iocp->loop.waiters--;
    slot->polls[direction]->waiter = NULL;
    slot->polls[direction] = NULL;
    slot->waiters[direction] = NULL;
}

// If it cannot be taken back, it was answered already.
static void withdraw(struct iocp *iocp, struct poll *poll)
{
    IO_STATUS_BLOCK status;

    NtCancelIoFileEx(iocp->afd, status_of(poll), &status);
}

void trio_interest_disarm_(void *context, struct trio_io_waiter *waiter)
{
    struct iocp *iocp = context;
    struct slot *slot = trio_iocp_slot_(iocp, waiter->handle);

    TRIO_ASSERT(slot != NULL && slot->waiters[waiter->direction] == waiter);
    withdraw(iocp, slot->polls[waiter->direction]);
    leave(iocp, slot, waiter->direction);
}

static void dismiss(struct iocp *iocp, struct slot *slot,
                    enum trio_direction direction)
{
    struct trio_io_waiter *waiter = slot->waiters[direction];

    if (waiter == NULL)
        return;
    withdraw(iocp, slot->polls[direction]);
    leave(iocp, slot, direction);
    trio_io_ready(waiter, TRIO_ECLOSED);
}

void trio_interest_closing_(void *context, trio_handle handle)
{
    struct slot *slot = trio_iocp_slot_(context, handle);

    if (slot == NULL)
        return;
    dismiss(context, slot, TRIO_READABLE);
    dismiss(context, slot, TRIO_WRITABLE);
}

// A question that failed is no answer: whoever asked tries, and sees.
static ULONG events_in(struct poll *poll)
{
    return NT_SUCCESS(status_of(poll)->Status)
               ? poll->question.sockets[0].events
               : 0;
}

static void tell(struct iocp *iocp, struct trio_io_waiter *waiter, ULONG events)
{
    struct slot *slot = trio_iocp_slot_(iocp, waiter->handle);

    leave(iocp, slot, waiter->direction);
    trio_io_ready(waiter, (events & AFD_POLL_LOCAL_CLOSE) != 0 ? TRIO_ECLOSED
                                                               : TRIO_OK);
}

void trio_iocp_answered_(struct iocp *iocp, OVERLAPPED *answer)
{
    struct poll *poll = (struct poll *)answer;

    TRIO_ASSERT(iocp->polls > 0);
    iocp->polls--;
    if (poll->waiter != NULL)
        tell(iocp, poll->waiter, events_in(poll));
    free(poll);
}

void trio_iocp_withdraw_all_(struct iocp *iocp)
{
    IO_STATUS_BLOCK status;

    NtCancelIoFileEx(iocp->afd, NULL, &status);
    while (iocp->polls > 0)
        trio_poller_wait_(&iocp->loop, TRIO_FOREVER);
}

bool trio_iocp_was_reset_(struct iocp *iocp, trio_handle handle)
{
    struct afd_poll question = question_about(handle, AFD_POLL_ABORT);
    HANDLE answered = CreateEventW(NULL, TRUE, FALSE, NULL);
    IO_STATUS_BLOCK status;

    if (answered == NULL)
        return false;
    question.timeout.QuadPart = 0;
    // Without a context it is answered here, and not through the port.
    NTSTATUS result = NtDeviceIoControlFile(
        iocp->afd, answered, NULL, NULL, &status, IOCTL_AFD_POLL, &question,
        sizeof(question), &question, sizeof(question));
    if (result == STATUS_PENDING)
        WaitForSingleObject(answered, INFINITE);
    CloseHandle(answered);
    return NT_SUCCESS(result) && question.count > 0 &&
           (question.sockets[0].events & AFD_POLL_ABORT) != 0;
}
