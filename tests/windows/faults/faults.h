// Calls of the system that fail where a test asked for it. A program with this
// has functions of its own in place of those that it would import.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_WINDOWS_FAULTS_FAULTS_H
#define TESTS_WINDOWS_FAULTS_FAULTS_H

#include <stdbool.h>

enum call {
    CALL_CreateNamedPipeA,
    CALL_CreateFileA,
    CALL_CreateEventW,
    CALL_CreateIoCompletionPort,
    CALL_CreateThread,
    CALL_CreateWaitableTimerExW,
    CALL_CreateWaitableTimerW,
    CALL_SetFileCompletionNotificationModes,
    CALL_SetWaitableTimer,
    CALL_GetQueuedCompletionStatusEx,
    CALL_PostQueuedCompletionStatus,
    CALL_PeekNamedPipe,
    CALL_ReadFile,
    CALL_WriteFile,
    CALL_CloseHandle,
    CALL_DuplicateHandle,
    CALL_WSAStartup,
    CALL_WSARecvFrom,
    CALL_WSASocketW,
    CALL_ioctlsocket,
    CALL_accept,
    CALL_recv,
    CALL_send,
    CALL_getsockopt,
    CALL_NtCreateFile,
    CALL_NtDeviceIoControlFile,
    CALL_ALLOCATE, // malloc and its like.
    CALLS
};

// After `skip` more calls of a kind, the next `count` fail with `error`: what
// GetLastError returns, or the call itself, where it returns errors.
void inject_after(enum call call, int skip, int error, int count);
void inject(enum call call, int error, int count);

// Says whether all that was injected has happened; forgets the rest.
bool used_up(enum call call);

// Returns how many calls were made. From any thread.
int count_calls(enum call call);

#endif // TESTS_WINDOWS_FAULTS_FAULTS_H
