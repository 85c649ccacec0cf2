// A program calls what it imports through pointers that the loader fills in.
// Those here are filled in already.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/windows/faults/faults.h"

#include "tests/check.h"

#include <winsock2.h>

#include <windows.h>

#include <winternl.h>

// The same for what the system calls an error.
static bool call_fails(int call)
{
    if (!fails(call))
        return false;
    SetLastError((DWORD)error_of(call));
    return true;
}

// ---- In place of what is imported ----

static void *find(const char *library, const char *name)
{
    void *function = (void *)GetProcAddress(GetModuleHandleA(library), name);

    REQUIRE(function != NULL);
    return function;
}

// A function that fails with `failure`, and else is the one of that name.
#define STAND_IN(library, failure, type, name, parameters, arguments)          \
    static type WINAPI in_place_of_##name parameters                           \
    {                                                                          \
        type(WINAPI *function) parameters = find(library, #name);              \
                                                                               \
        return call_fails(CALL_##name) ? failure : function arguments;         \
    }

// Has it called through the pointer that the loader would have filled in.
#define IMPORT(library, failure, type, name, parameters, arguments)            \
    STAND_IN(library, failure, type, name, parameters, arguments)              \
    extern type(WINAPI *const __imp_##name) parameters;                        \
    type(WINAPI *const __imp_##name) parameters = in_place_of_##name;

IMPORT("kernel32", INVALID_HANDLE_VALUE, HANDLE, CreateNamedPipeA,
       (const char *name, DWORD access, DWORD mode, DWORD most, DWORD out,
        DWORD in, DWORD limit, SECURITY_ATTRIBUTES *security),
       (name, access, mode, most, out, in, limit, security))
IMPORT("kernel32", INVALID_HANDLE_VALUE, HANDLE, CreateFileA,
       (const char *name, DWORD access, DWORD share,
        SECURITY_ATTRIBUTES *security, DWORD how, DWORD flags, HANDLE like),
       (name, access, share, security, how, flags, like))
IMPORT("kernel32", NULL, HANDLE, CreateEventW,
       (SECURITY_ATTRIBUTES * security, BOOL manual, BOOL set,
        const wchar_t *name),
       (security, manual, set, name))
IMPORT("kernel32", NULL, HANDLE, CreateIoCompletionPort,
       (HANDLE file, HANDLE port, ULONG_PTR key, DWORD threads),
       (file, port, key, threads))
IMPORT("kernel32", NULL, HANDLE, CreateWaitableTimerExW,
       (SECURITY_ATTRIBUTES * security, const wchar_t *name, DWORD flags,
        DWORD access),
       (security, name, flags, access))
IMPORT("kernel32", NULL, HANDLE, CreateWaitableTimerW,
       (SECURITY_ATTRIBUTES * security, BOOL manual, const wchar_t *name),
       (security, manual, name))
IMPORT("kernel32", FALSE, BOOL, SetFileCompletionNotificationModes,
       (HANDLE file, UCHAR flags), (file, flags))
IMPORT("kernel32", FALSE, BOOL, SetWaitableTimer,
       (HANDLE timer, const LARGE_INTEGER *due, LONG period,
        PTIMERAPCROUTINE function_, void *arg, BOOL resume),
       (timer, due, period, function_, arg, resume))
IMPORT("kernel32", FALSE, BOOL, GetQueuedCompletionStatusEx,
       (HANDLE port, OVERLAPPED_ENTRY *answers, ULONG most, ULONG *ret_count,
        DWORD ms, BOOL alertable),
       (port, answers, most, ret_count, ms, alertable))
IMPORT("kernel32", FALSE, BOOL, PostQueuedCompletionStatus,
       (HANDLE port, DWORD length, ULONG_PTR key, OVERLAPPED *answer),
       (port, length, key, answer))
IMPORT("kernel32", FALSE, BOOL, ReadFile,
       (HANDLE file, void *data, DWORD size, DWORD *ret_length,
        OVERLAPPED *answer),
       (file, data, size, ret_length, answer))
IMPORT("kernel32", FALSE, BOOL, WriteFile,
       (HANDLE file, const void *data, DWORD size, DWORD *ret_length,
        OVERLAPPED *answer),
       (file, data, size, ret_length, answer))
IMPORT("kernel32", FALSE, BOOL, CloseHandle, (HANDLE handle), (handle))
IMPORT("kernel32", FALSE, BOOL, DuplicateHandle,
       (HANDLE from, HANDLE handle, HANDLE to, HANDLE *ret_handle, DWORD access,
        BOOL inherited, DWORD options),
       (from, handle, to, ret_handle, access, inherited, options))
IMPORT("kernel32", NULL, HANDLE, CreateThread,
       (SECURITY_ATTRIBUTES * security, SIZE_T size,
        LPTHREAD_START_ROUTINE start, void *arg, DWORD flags, DWORD *ret_id),
       (security, size, start, arg, flags, ret_id))
IMPORT("ws2_32", SOCKET_ERROR, int, WSARecvFrom,
       (SOCKET socket, WSABUF *pieces, DWORD count, DWORD *ret_length,
        DWORD *flags, struct sockaddr *name, int *length, WSAOVERLAPPED *answer,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine),
       (socket, pieces, count, ret_length, flags, name, length, answer,
        routine))
IMPORT("ws2_32", error_of(CALL_WSAStartup), int, WSAStartup,
       (WORD version, WSADATA *ret_data), (version, ret_data))
IMPORT("ws2_32", INVALID_SOCKET, SOCKET, WSASocketW,
       (int family, int type, int protocol, WSAPROTOCOL_INFOW *info,
        GROUP group, DWORD flags),
       (family, type, protocol, info, group, flags))
IMPORT("ws2_32", SOCKET_ERROR, int, ioctlsocket,
       (SOCKET socket, long command, u_long *argument),
       (socket, command, argument))
IMPORT("ws2_32", INVALID_SOCKET, SOCKET, accept,
       (SOCKET listener, struct sockaddr *name, int *length),
       (listener, name, length))
IMPORT("ws2_32", SOCKET_ERROR, int, recv,
       (SOCKET socket, char *data, int size, int flags),
       (socket, data, size, flags))
IMPORT("ws2_32", SOCKET_ERROR, int, send,
       (SOCKET socket, const char *data, int size, int flags),
       (socket, data, size, flags))
IMPORT("ws2_32", SOCKET_ERROR, int, getsockopt,
       (SOCKET socket, int level, int option, char *value, int *length),
       (socket, level, option, value, length))

// With no error it does not fail: it says that there is a byte.
static BOOL WINAPI look_into(HANDLE pipe, void *data, DWORD size,
                             DWORD *ret_length, DWORD *ret_there,
                             DWORD *ret_left)
{
    BOOL(WINAPI * function)
    (HANDLE, void *, DWORD, DWORD *, DWORD *, DWORD *) =
        find("kernel32", "PeekNamedPipe");

    if (!call_fails(CALL_PeekNamedPipe))
        return function(pipe, data, size, ret_length, ret_there, ret_left);
    if (ret_there != NULL)
        *ret_there = 1;
    return GetLastError() == 0;
}

extern BOOL(WINAPI *const __imp_PeekNamedPipe)(HANDLE, void *, DWORD, DWORD *,
                                               DWORD *, DWORD *);
BOOL(WINAPI *const __imp_PeekNamedPipe)
(HANDLE, void *, DWORD, DWORD *, DWORD *, DWORD *) = look_into;

// These are called by their names.
STAND_IN("ntdll", error_of(CALL_NtDeviceIoControlFile), NTSTATUS,
         NtDeviceIoControlFile,
         (HANDLE file, HANDLE event, PIO_APC_ROUTINE routine, void *context,
          IO_STATUS_BLOCK *status, ULONG code, void *in, ULONG in_size,
          void *out, ULONG out_size),
         (file, event, routine, context, status, code, in, in_size, out,
          out_size))
STAND_IN("ntdll", error_of(CALL_NtCreateFile), NTSTATUS, NtCreateFile,
         (HANDLE * ret_file, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes,
          IO_STATUS_BLOCK *status, LARGE_INTEGER *size, ULONG flags,
          ULONG share, ULONG how, ULONG options, void *more, ULONG more_size),
         (ret_file, access, attributes, status, size, flags, share, how,
          options, more, more_size))

NTSTATUS NTAPI NtDeviceIoControlFile(HANDLE file, HANDLE event,
                                     PIO_APC_ROUTINE routine, void *context,
                                     IO_STATUS_BLOCK *status, ULONG code,
                                     void *in, ULONG in_size, void *out,
                                     ULONG out_size)
{
    return in_place_of_NtDeviceIoControlFile(file, event, routine, context,
                                             status, code, in, in_size, out,
                                             out_size);
}

NTSTATUS NTAPI NtCreateFile(HANDLE *ret_file, ACCESS_MASK access,
                            OBJECT_ATTRIBUTES *attributes,
                            IO_STATUS_BLOCK *status, LARGE_INTEGER *size,
                            ULONG flags, ULONG share, ULONG how, ULONG options,
                            void *more, ULONG more_size)
{
    return in_place_of_NtCreateFile(ret_file, access, attributes, status, size,
                                    flags, share, how, options, more,
                                    more_size);
}

void *calloc(size_t count, size_t size)
{
    void *(*function)(size_t, size_t) = find("msvcrt", "calloc");

    return call_fails(CALL_ALLOCATE) ? NULL : function(count, size);
}

void *malloc(size_t size)
{
    void *(*function)(size_t) = find("msvcrt", "malloc");

    return call_fails(CALL_ALLOCATE) ? NULL : function(size);
}

void *realloc(void *block, size_t size)
{
    void *(*function)(void *, size_t) = find("msvcrt", "realloc");

    return call_fails(CALL_ALLOCATE) ? NULL : function(block, size);
}
