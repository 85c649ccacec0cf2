// A run owns one context from begin to end, and with it every handle that the
// loop itself needs. No other thread touches it but through wake, which posters
// call only between begin and end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <winternl.h>

#include "io/files.h"
#include "io/windows/iocp.h"
#include "io/windows/status.h"
#include "io/world.h"

// Since Windows 10, version 1803; not in every header.
#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 2
#endif

// Once in a process, and never ended: threads of jobs may outlive a run.
static BOOL CALLBACK start_sockets(INIT_ONCE *once, void *ret_error,
                                   void **ret_context)
{
    WSADATA data;
    int *error = ret_error;

    (void)once;
    (void)ret_context;
    *error = WSAStartup(MAKEWORD(2, 2), &data);
    return *error == 0;
}

static void close_handle(HANDLE handle)
{
    if (handle != NULL)
        CloseHandle(handle);
}

static void free_iocp(struct iocp *iocp)
{
    close_handle(iocp->event);
    close_handle(iocp->timer);
    close_handle(iocp->afd);
    close_handle(iocp->port);
    free(iocp->slots);
    free(iocp);
}

// Returns 0 or the error. What comes after the name of the device is ours to
// choose.
static int open_afd(struct iocp *iocp)
{
    wchar_t name[] = L"\\Device\\Afd\\Trio";
    UNICODE_STRING string = {.Length = sizeof(name) - sizeof(*name),
                             .MaximumLength = sizeof(name),
                             .Buffer = name};
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes),
                                    .ObjectName = &string};
    IO_STATUS_BLOCK block;
    NTSTATUS status =
        NtCreateFile(&iocp->afd, SYNCHRONIZE, &attributes, &block, NULL, 0,
                     FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, NULL, 0);

    return NT_SUCCESS(status) ? 0 : (int)RtlNtStatusToDosError(status);
}

// The finest that there is, or none: then the port's own waits have to do.
static HANDLE open_timer(void)
{
    HANDLE timer = CreateWaitableTimerExW(
        NULL, NULL, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);

    return timer != NULL ? timer : CreateWaitableTimerW(NULL, FALSE, NULL);
}

static int open_handles(struct iocp *iocp)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    int error = 0;

    if (!InitOnceExecuteOnce(&once, start_sockets, &error, NULL))
        return error;
    error = open_afd(iocp);
    if (error != 0)
        return error;
    iocp->timer = open_timer();
    iocp->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (iocp->event == NULL)
        return (int)GetLastError();
    iocp->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (iocp->port == NULL ||
        CreateIoCompletionPort(iocp->afd, iocp->port, 0, 0) == NULL)
        return (int)GetLastError();
    return 0;
}

static trio_status begin(struct trio_world *world)
{
    struct iocp *iocp = calloc(1, sizeof(*iocp));

    if (iocp == NULL)
        return TRIO_ENOMEM;
    iocp->end_of_line = &iocp->first_in_line;
    int error = open_handles(iocp);
    if (error != 0) {
        free_iocp(iocp);
        return trio_status_of_windows_((unsigned long)error);
    }
    world->context = iocp;
    return TRIO_OK;
}

static void end(struct trio_world *world)
{
    trio_iocp_finish_all_(world->context);
    free_iocp(world->context);
    world->context = NULL;
}

struct trio_world trio_platform_world_(void)
{
    return (struct trio_world){.begin = begin,
                               .end = end,
                               .io = &trio_loop_io_,
                               .net = &trio_iocp_net_,
                               .jobs = &trio_loop_jobs_,
                               .files = &trio_platform_files_};
}
