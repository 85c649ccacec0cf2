// An operation is the system's from the moment that it is asked for until it
// has said that it is done, also where it was taken back. So each is a block of
// its own, which frees itself when it is done; who it was for may long be gone.
//
// The system may have too much to do for another one. That is no failure of
// whoever asks: the operation waits in line, and the system is asked again when
// it has done something else, or a moment later.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

#include <winternl.h>

NTSTATUS NTAPI NtCancelIoFileEx(HANDLE file, IO_STATUS_BLOCK *operation,
                                IO_STATUS_BLOCK *ret_status);

static bool is_too_many(int error)
{
    return error == WSAEWOULDBLOCK || error == ERROR_NOT_ENOUGH_QUOTA ||
           error == ERROR_INVALID_USER_BUFFER ||
           error == ERROR_WORKING_SET_QUOTA;
}

static void stand_in_line(struct iocp *iocp, struct operation *operation)
{
    operation->in_line = true;
    operation->next = NULL;
    *iocp->end_of_line = operation;
    iocp->end_of_line = &operation->next;
}

int trio_iocp_begin_(struct iocp *iocp, struct operation *operation)
{
    operation->port = iocp->port;
    int error = operation->kind->ask(operation);
    if (is_too_many(error)) {
        stand_in_line(iocp, operation);
        error = ERROR_IO_PENDING;
    }
    if (error == ERROR_IO_PENDING)
        iocp->operations++;
    return error;
}

// If the system cannot take it back, it has done it already.
void trio_iocp_take_back_(struct operation *operation)
{
    IO_STATUS_BLOCK status;

    if (operation->in_line)
        operation->dropped = true;
    else if (operation->thread != NULL)
        trio_iocp_interrupt_thread_(operation);
    else
        NtCancelIoFileEx(operation->file, (IO_STATUS_BLOCK *)&operation->answer,
                         &status);
}

static void finish(struct iocp *iocp, struct operation *operation, int error)
{
    TRIO_ASSERT(iocp->operations > 0);
    iocp->operations--;
    if (operation->thread != NULL)
        CloseHandle(operation->thread);
    operation->kind->done(iocp, operation, error);
}

static int error_in(const struct operation *operation)
{
    NTSTATUS status = ((const IO_STATUS_BLOCK *)&operation->answer)->Status;

    if (operation->thread != NULL)
        return operation->error;
    return NT_SUCCESS(status) ? 0 : (int)RtlNtStatusToDosError(status);
}

void trio_iocp_answered_(struct iocp *iocp, OVERLAPPED *answer)
{
    struct operation *operation = (struct operation *)answer;

    finish(iocp, operation, error_in(operation));
}

void trio_iocp_try_line_(struct iocp *iocp)
{
    struct operation *operation = iocp->first_in_line;

    iocp->first_in_line = NULL;
    iocp->end_of_line = &iocp->first_in_line;
    while (operation != NULL) {
        struct operation *next = operation->next;
        int error = operation->dropped ? ERROR_OPERATION_ABORTED
                                       : operation->kind->ask(operation);

        operation->in_line = false;
        if (is_too_many(error))
            stand_in_line(iocp, operation);
        else if (error != ERROR_IO_PENDING)
            finish(iocp, operation, error);
        operation = next;
    }
}
