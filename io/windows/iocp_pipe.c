// Pipes. Nobody's buffer is ever the system's: reading takes only what is there
// already, and what is written is copied first. So a task that is cancelled
// leaves at once, and knows how much was sent.
//
// The system takes a write whole, when there is room. One that it has not taken
// yet is on its way: the next one waits for it. Where a pipe is closed or given
// back meanwhile, the write goes on and keeps the pipe open, and so does the
// end of the run until somebody has read it or nobody can: as elsewhere, what
// was sent before is not lost by closing. What a run opened itself and left
// open is nobody's any more, and is not waited for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/random.h"
#include "io/windows/iocp.h"

#define PIPE_SIZE ((size_t)64 << 10)

struct write {
    struct operation operation;
    trio_handle handle; // Whose slot knows of it, while it does.
    bool closes;        // The pipe, when it is done.
    DWORD size;
    char data[];
};

// ---- Reading ----

trio_status trio_iocp_read_pipe_(struct iocp *iocp, trio_handle handle,
                                 void *data, size_t size, size_t *ret_length)
{
    HANDLE pipe = (HANDLE)handle;
    DWORD length = 0;

    if (!PeekNamedPipe(pipe, NULL, 0, NULL, &length, NULL))
        return GetLastError() == ERROR_BROKEN_PIPE
                   ? TRIO_EEND
                   : trio_iocp_error_(iocp, (int)GetLastError());
    if (length == 0)
        return TRIO_EWOULDBLOCK;
    // The lowest bit of the event keeps the answer from the port.
    OVERLAPPED answer = {.hEvent = (HANDLE)((uintptr_t)iocp->event | 1)};
    bool done = ReadFile(pipe, data, size < length ? (DWORD)size : length,
                         &length, &answer);
    if (!done && GetLastError() == ERROR_IO_PENDING) { // Others took it.
        CancelIoEx(pipe, &answer);
        done = GetOverlappedResult(pipe, &answer, &length, TRUE);
        if (!done && GetLastError() == ERROR_OPERATION_ABORTED)
            return TRIO_EWOULDBLOCK;
    }
    if (!done)
        return trio_iocp_error_(iocp, (int)GetLastError());
    *ret_length = length;
    return TRIO_OK;
}

// ---- Writing ----

static int write_all(struct operation *operation, OVERLAPPED *answer)
{
    struct write *write = (struct write *)operation;
    DWORD length;

    return WriteFile(operation->file, write->data, write->size, &length, answer)
               ? 0
               : (int)GetLastError();
}

static int ask_to_write(struct operation *operation)
{
    return write_all(operation, &operation->answer);
}

static int call_to_write(struct operation *operation)
{
    return write_all(operation, NULL);
}

static int call_to_show(struct operation *operation)
{
    const struct write *write = (const struct write *)operation;

    return trio_iocp_show_(operation->file, write->data, write->size);
}

static void written(struct iocp *iocp, struct operation *operation, int error)
{
    struct write *write = (struct write *)operation;
    struct slot *slot = trio_iocp_slot_(iocp, write->handle);

    if (slot->writing == operation) {
        slot->writing = NULL;
        slot->write_error = error;
        trio_iocp_tell_(iocp, slot, TRIO_WRITABLE, TRIO_OK);
    }
    if (write->closes)
        CloseHandle(operation->file);
    free(write);
}

static const struct operation_kind write_of_pipe = {ask_to_write, written,
                                                    NULL};
static const struct operation_kind writes_that_block[] = {
    {trio_iocp_ask_thread_, written, call_to_write},
    {trio_iocp_ask_thread_, written, call_to_show}};

// The pipe that a write has for itself, because others may close theirs.
static bool keep_pipe(struct write *write)
{
    HANDLE us = GetCurrentProcess();

    write->closes =
        DuplicateHandle(us, write->operation.file, us, &write->operation.file,
                        0, FALSE, DUPLICATE_SAME_ACCESS);
    return write->closes;
}

static struct write *new_write(trio_handle handle, const void *data,
                               size_t size)
{
    struct write *write = malloc(sizeof(*write) + size);

    if (write == NULL)
        return NULL;
    *write = (struct write){
        .operation = {.kind = &write_of_pipe, .file = (HANDLE)handle},
        .handle = handle,
        .size = (DWORD)size};
    memcpy(write->data, data, size);
    return write;
}

// A thread may look at its pipe late, so that is its own from the beginning.
static int begin(struct iocp *iocp, struct slot *slot, struct write *write)
{
    int error = 0;

    if (slot->blocks) {
        write->operation.kind = &writes_that_block[slot->screen];
        if (!keep_pipe(write))
            error = (int)GetLastError();
    }
    if (error == 0)
        error = trio_iocp_begin_(iocp, &write->operation);
    if (error == ERROR_IO_PENDING) {
        slot->writing = &write->operation;
        return error;
    }
    if (write->closes)
        CloseHandle(write->operation.file);
    free(write);
    return error;
}

trio_status trio_iocp_write_pipe_(struct iocp *iocp, trio_handle handle,
                                  const void *data, size_t size,
                                  size_t *ret_length)
{
    struct slot *slot = trio_iocp_slot_(iocp, handle);

    if (slot->writing != NULL)
        return TRIO_EWOULDBLOCK;
    if (slot->write_error != 0)
        return trio_iocp_error_(iocp, slot->write_error);
    struct write *write =
        new_write(handle, data, size < PIPE_SIZE ? size : PIPE_SIZE);
    if (write == NULL)
        return trio_iocp_refuse_(iocp, TRIO_ENOMEM, ERROR_NOT_ENOUGH_MEMORY);
    DWORD length = write->size;
    int error = begin(iocp, slot, write);
    if (error != ERROR_IO_PENDING && error != 0)
        return trio_iocp_error_(iocp, error);
    *ret_length = length;
    return TRIO_OK;
}

// ---- Opening and closing ----

bool trio_iocp_join_port_(struct iocp *iocp, HANDLE pipe)
{
    return CreateIoCompletionPort(pipe, iocp->port, 0, 0) != NULL &&
           SetFileCompletionNotificationModes(
               pipe, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
}

static trio_status own(struct iocp *iocp, HANDLE pipe)
{
    if (!trio_iocp_join_port_(iocp, pipe))
        return trio_iocp_error_(iocp, (int)GetLastError());
    trio_status rc = trio_iocp_adopt_(iocp, (trio_handle)pipe, false);
    if (rc != TRIO_OK)
        return rc;
    trio_iocp_slot_(iocp, (trio_handle)pipe)->pipe = true;
    return TRIO_OK;
}

// Only pipes with a name can be waited for. Nobody can guess it, or come first.
static int open_ends(HANDLE ret_ends[2])
{
    struct trio_random random = trio_platform_random_();
    char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\trio-%016llx%016llx",
             (unsigned long long)random.next(random.context),
             (unsigned long long)random.next(random.context));
    ret_ends[0] = CreateNamedPipeA(name,
                                   PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED |
                                       FILE_FLAG_FIRST_PIPE_INSTANCE,
                                   PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS,
                                   1, 0, PIPE_SIZE, 0, NULL);
    if (ret_ends[0] == INVALID_HANDLE_VALUE)
        return (int)GetLastError();
    ret_ends[1] = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              FILE_FLAG_OVERLAPPED, NULL);
    if (ret_ends[1] != INVALID_HANDLE_VALUE)
        return 0;
    int error = (int)GetLastError();
    CloseHandle(ret_ends[0]);
    return error;
}

trio_status trio_iocp_open_pipe_(void *context, trio_handle ret_handles[2])
{
    struct iocp *iocp = context;
    HANDLE ends[2];
    int error = open_ends(ends);

    if (error != 0)
        return trio_iocp_error_(iocp, error);
    trio_status rc = own(iocp, ends[0]);
    if (rc == TRIO_OK) {
        rc = own(iocp, ends[1]);
        if (rc != TRIO_OK)
            trio_iocp_forget_(iocp,
                              trio_iocp_slot_(iocp, (trio_handle)ends[0]));
    }
    if (rc != TRIO_OK) {
        CloseHandle(ends[0]);
        CloseHandle(ends[1]);
        return rc;
    }
    ret_handles[0] = (trio_handle)ends[0];
    ret_handles[1] = (trio_handle)ends[1];
    return TRIO_OK;
}

void trio_iocp_close_pipe_(struct iocp *iocp, trio_handle handle, bool reset)
{
    struct slot *slot = trio_iocp_slot_(iocp, handle);
    struct write *writing = (struct write *)slot->writing;

    trio_iocp_forget_(iocp, slot);
    if (writing != NULL && reset)
        trio_iocp_take_back_(&writing->operation);
    if (writing != NULL && !reset && !writing->closes)
        writing->closes = true;
    else
        CloseHandle((HANDLE)handle);
}

void trio_iocp_release_pipe_(struct iocp *iocp, trio_handle handle)
{
    struct slot *slot = trio_iocp_slot_(iocp, handle);
    struct write *writing = (struct write *)slot->writing;

    trio_iocp_forget_(iocp, slot);
    if (writing != NULL && !writing->closes)
        keep_pipe(writing);
}

// Nobody reads what was sent, and nobody else will send anything.
static void break_pipe(HANDLE pipe, const struct slot *slot)
{
    DisconnectNamedPipe(pipe); // Where it is the end that reads.
    if (slot->writing != NULL)
        trio_iocp_take_back_(slot->writing);
}

void trio_iocp_finish_all_(struct iocp *iocp)
{
    for (size_t i = 0; i < iocp->slot_count; i++) {
        struct slot *slot = &iocp->slots[i];

        trio_iocp_abandon_(iocp, slot);
        trio_iocp_close_keyboard_(slot->keyboard);
        slot->keyboard = NULL;
        if (slot->pipe && !slot->shared)
            break_pipe((HANDLE)trio_iocp_handle_(iocp, slot), slot);
    }
    while (iocp->operations > 0)
        trio_poller_wait_(&iocp->loop, TRIO_FOREVER);
}
