// A task that waits asks the system one question: is this handle ready in this
// direction? The answer comes through the port when it is, once. There is one
// question for each waiter, so nothing is remembered between two waits. If
// somebody waits for the same while the old question is still being taken back,
// a new one is asked beside it.
//
// About a socket the question is put to the driver below Winsock, with a handle
// that is for nothing else. Its interface is not documented, but has been the
// same since Windows Vista, and every event loop that waits for readiness there
// uses it. About a pipe it is a read of nothing; whether there is room in one,
// its last write tells.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <winternl.h>

#include "io/windows/iocp.h"

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
    struct operation operation;
    struct afd_poll question; // About a socket.
    trio_handle handle;       // Whose slot knows of it, while somebody waits.
    enum trio_direction direction;
};

static void answer(struct iocp *iocp, struct operation *operation,
                   trio_status result)
{
    const struct poll *poll = (const struct poll *)operation;
    struct slot *slot = trio_iocp_slot_(iocp, poll->handle);

    if (slot->polls[poll->direction] == operation)
        trio_iocp_tell_(iocp, slot, poll->direction, result);
    free(operation);
}

// ---- Sockets ----

// Also what is answered at once comes through the port.
static int ask_driver(struct operation *operation)
{
    struct poll *poll = (struct poll *)operation;
    NTSTATUS status = NtDeviceIoControlFile(
        operation->file, NULL, NULL, &operation->answer,
        (IO_STATUS_BLOCK *)&operation->answer, IOCTL_AFD_POLL, &poll->question,
        sizeof(poll->question), &poll->question, sizeof(poll->question));

    return NT_SUCCESS(status) ? ERROR_IO_PENDING
                              : (int)RtlNtStatusToDosError(status);
}

static struct afd_poll question_about(trio_handle handle, ULONG events)
{
    return (struct afd_poll){
        .timeout.QuadPart = INT64_MAX,
        .count = 1,
        .sockets[0] = {.socket = (HANDLE)handle, .events = events}};
}

// A question that failed is no answer: whoever asked tries, and sees.
static void driver_answered(struct iocp *iocp, struct operation *operation,
                            int error)
{
    const struct poll *poll = (const struct poll *)operation;
    ULONG events = error == 0 ? poll->question.sockets[0].events : 0;

    answer(iocp, operation,
           (events & AFD_POLL_LOCAL_CLOSE) != 0 ? TRIO_ECLOSED : TRIO_OK);
}

static const struct operation_kind poll_of_socket = {ask_driver,
                                                     driver_answered, NULL};

// ---- Pipes ----

// To read nothing waits until there is something, or the end.
static int read_nothing(HANDLE pipe, OVERLAPPED *answer)
{
    static char nothing;
    DWORD length;

    if (ReadFile(pipe, &nothing, 0, &length, answer))
        return 0;
    int error = (int)GetLastError();
    return error == ERROR_BROKEN_PIPE ? 0 : error;
}

static int ask_pipe(struct operation *operation)
{
    return read_nothing(operation->file, &operation->answer);
}

static int call_pipe(struct operation *operation)
{
    return read_nothing(operation->file, NULL);
}

// Again, a failure is no answer.
static void pipe_answered(struct iocp *iocp, struct operation *operation,
                          int error)
{
    (void)error;
    answer(iocp, operation, TRIO_OK);
}

static const struct operation_kind polls_of_pipes[] = {
    {ask_pipe, pipe_answered, NULL},
    {trio_iocp_ask_thread_, pipe_answered, call_pipe}};

// ---- Either ----

static struct poll *new_poll(const struct iocp *iocp, const struct slot *slot,
                             const struct trio_io_waiter *waiter)
{
    struct poll *poll = calloc(1, sizeof(*poll));

    if (poll == NULL)
        return NULL;
    poll->operation.kind =
        slot->pipe ? &polls_of_pipes[slot->blocks] : &poll_of_socket;
    poll->operation.file = slot->pipe ? (HANDLE)waiter->handle : iocp->afd;
    poll->question =
        question_about(waiter->handle, events_of[waiter->direction]);
    poll->handle = waiter->handle;
    poll->direction = waiter->direction;
    return poll;
}

trio_status trio_iocp_ask_(struct iocp *iocp, const struct slot *slot,
                           const struct trio_io_waiter *waiter,
                           struct operation **ret_poll)
{
    *ret_poll = NULL;
    if (slot->file || (slot->screen && waiter->direction == TRIO_READABLE))
        return trio_iocp_refuse_(iocp, TRIO_ENOTSUP, 0);
    if (slot->keyboard != NULL && waiter->direction == TRIO_READABLE)
        return trio_iocp_ask_keyboard_(iocp, slot->keyboard);
    if (slot->pipe && waiter->direction == TRIO_WRITABLE)
        return slot->writing == NULL ? TRIO_EEXIST : TRIO_OK;
    struct poll *poll = new_poll(iocp, slot, waiter);
    if (poll == NULL)
        return trio_iocp_refuse_(iocp, TRIO_ENOMEM, ERROR_NOT_ENOUGH_MEMORY);
    int error = trio_iocp_begin_(iocp, &poll->operation);
    if (error == ERROR_IO_PENDING) {
        *ret_poll = &poll->operation;
        return TRIO_OK;
    }
    free(poll);
    return error == 0 ? TRIO_EEXIST : trio_iocp_error_(iocp, error);
}

// ---- Resets ----

bool trio_iocp_was_reset_(struct iocp *iocp, trio_handle handle)
{
    struct afd_poll question = question_about(handle, AFD_POLL_ABORT);
    IO_STATUS_BLOCK status;

    question.timeout.QuadPart = 0;
    // Without a context it is answered here, and not through the port.
    NTSTATUS result = NtDeviceIoControlFile(
        iocp->afd, iocp->event, NULL, NULL, &status, IOCTL_AFD_POLL, &question,
        sizeof(question), &question, sizeof(question));
    if (result == STATUS_PENDING)
        WaitForSingleObject(iocp->event, INFINITE);
    return NT_SUCCESS(result) && question.count > 0 &&
           (question.sockets[0].events & AFD_POLL_ABORT) != 0;
}
