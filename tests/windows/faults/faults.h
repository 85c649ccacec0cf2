// Calls of the system that fail where a test asked for it. A program with this
// has functions of its own in place of those that it would import. An error is
// what GetLastError returns, or the call itself, where it returns errors.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_WINDOWS_FAULTS_FAULTS_H
#define TESTS_WINDOWS_FAULTS_FAULTS_H

#include "tests/faults.h"

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

#endif // TESTS_WINDOWS_FAULTS_FAULTS_H
