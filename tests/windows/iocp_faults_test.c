// What the world on a completion port makes of calls of the system that fail.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include <trio/descriptor_stream.h>
#include <trio/io.h>
#include <trio/socket.h>
#include <trio/thread.h>

#include "tests/check.h"
#include "tests/check_death.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"
#include "tests/windows/faults/faults.h"

#include <winsock2.h>

#include <windows.h>

#undef near // Kinds of pointers, long ago.
#undef far

// ---- Beginning ----

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

// After `handles` were opened.
static void fail_to_begin(enum call call, int skip, int error, int handles,
                          trio_status expected)
{
    CHECK_OK(trio_run(do_nothing, NULL)); // What is made once is made.
    inject_after(call, skip, error, 1);
    int before = count_calls(CALL_CloseHandle);
    CHECK_STATUS(trio_run(do_nothing, NULL), expected);
    CHECK_EQ(count_calls(CALL_CloseHandle) - before, handles);
    CHECK(used_up(call));
    CHECK_OK(trio_run(do_nothing, NULL));
}

TEST_PLAIN(iocp_faults, a_run_that_cannot_begin_leaves_nothing_open)
{
    fail_to_begin(CALL_NtCreateFile, 0, (int)0xC0000017, 0, // STATUS_NO_MEMORY
                  TRIO_ENOMEM);
    fail_to_begin(CALL_CreateEventW, 0, ERROR_NOT_ENOUGH_MEMORY, 2,
                  TRIO_ENOMEM);
    fail_to_begin(CALL_CreateIoCompletionPort, 0, ERROR_TOO_MANY_OPEN_FILES, 3,
                  TRIO_EMFILE);
    fail_to_begin(CALL_CreateIoCompletionPort, 1, ERROR_NO_SYSTEM_RESOURCES, 4,
                  TRIO_ENOMEM);
}

// Wherever that is found out.
TEST_PLAIN(iocp_faults, without_memory_a_run_does_not_begin)
{
    int failed = 0;
    bool all_done = false;

    CHECK_OK(trio_run(do_nothing, NULL));
    for (int skip = 0; !all_done; skip++) {
        inject_after(CALL_ALLOCATE, skip, ERROR_NOT_ENOUGH_MEMORY, 1);
        trio_status rc = trio_run(do_nothing, NULL);
        all_done = !used_up(CALL_ALLOCATE);
        if (rc != TRIO_OK) {
            CHECK_STATUS(rc, TRIO_ENOMEM);
            failed++;
        }
    }
    CHECK(failed > 0);
}

static void start_without_sockets(void)
{
    inject(CALL_WSAStartup, WSAVERNOTSUPPORTED, 1);
    CHECK_STATUS(trio_run(do_nothing, NULL), TRIO_EOS);
    CHECK_OK(trio_run(do_nothing, NULL)); // It is tried again.
    fputs("then it began", stderr);
    abort();
}

TEST_PLAIN(iocp_faults, a_run_without_sockets_does_not_begin)
{
    CHECK_DIES(start_without_sockets, "then it began");
}

// ---- Sleeping and waking ----

static TRIO_PARKS void sleep_three_ms(void)
{
    trio_time begun = trio_now();

    CHECK_OK(trio_sleep(3 * TRIO_MS));
    CHECK(trio_now() - begun >= 3 * TRIO_MS);
}

// On a slow machine the time has passed before all are used up.
static TRIO_PARKS void fail_to_sleep(enum call call, int times)
{
    do {
        inject(call, ERROR_NO_SYSTEM_RESOURCES, times);
        sleep_three_ms();
    } while (!used_up(call));
}

TEST_REAL(iocp_faults, a_sleep_that_fails_is_not_shorter)
{
    fail_to_sleep(CALL_SetWaitableTimer, 1);
    fail_to_sleep(CALL_GetQueuedCompletionStatusEx, 3);
}

static TRIO_CHECKPOINT trio_status sleep_twice(void *arg)
{
    (void)arg;
    sleep_three_ms();
    sleep_three_ms();
    return TRIO_OK;
}

TEST_PLAIN(iocp_faults, with_a_coarse_timer_or_none_a_sleep_is_not_shorter)
{
    inject(CALL_CreateWaitableTimerExW, ERROR_INVALID_PARAMETER, 1);
    CHECK_OK(trio_run(sleep_twice, NULL));
    CHECK(used_up(CALL_CreateWaitableTimerExW));
    inject(CALL_CreateWaitableTimerExW, ERROR_INVALID_PARAMETER, 1);
    inject(CALL_CreateWaitableTimerW, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_OK(trio_run(sleep_twice, NULL));
    CHECK(used_up(CALL_CreateWaitableTimerW));
}

static trio_status wake_who_sleeps(void *arg)
{
    const int *before = arg;

    while (count_calls(CALL_GetQueuedCompletionStatusEx) == *before)
        SwitchToThread();
    inject(CALL_PostQueuedCompletionStatus, ERROR_NO_SYSTEM_RESOURCES, 2);
    return TRIO_OK;
}

TEST_REAL(iocp_faults, a_wake_up_is_tried_until_it_succeeds)
{
    int before = count_calls(CALL_GetQueuedCompletionStatusEx);

    CHECK_OK(trio_thread_run(NULL, wake_who_sleeps, &before));
    CHECK(used_up(CALL_PostQueuedCompletionStatus));
}

// ---- Sockets ----

static TRIO_PARKS void pass(struct trio_stream *from, struct trio_stream *to)
{
    char byte = '-';
    size_t length;

    CHECK_OK(trio_stream_send_all(from, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(to, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
}

TEST_REAL(iocp_faults, a_wait_that_cannot_begin_is_told)
{
    struct pair pair;
    char byte;
    size_t length;

    open_pair(&pair);
    inject(CALL_ALLOCATE, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, &byte, 1, &length),
                 TRIO_ENOMEM);
    CHECK(used_up(CALL_ALLOCATE));
    inject(CALL_NtDeviceIoControlFile, (int)0xC0000017, 1);
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, &byte, 1, &length),
                 TRIO_ENOMEM);
    CHECK(used_up(CALL_NtDeviceIoControlFile));
    pass(&pair.near.stream, &pair.far.stream);
    close_pair(&pair);
}

static TRIO_PARKS void fail_to_open_socket(enum call call, int error,
                                           trio_status expected)
{
    struct trio_socket socket;

    inject(call, error, 1);
    CHECK_STATUS(
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket),
        expected);
    CHECK_EQ(trio_error_find(expected)->os_error, error);
    CHECK(used_up(call));
}

TEST_REAL(iocp_faults, a_socket_that_is_not_opened_is_told)
{
    fail_to_open_socket(CALL_WSASocketW, WSAEMFILE, TRIO_EMFILE);
    fail_to_open_socket(CALL_WSASocketW, WSAENOBUFS, TRIO_ENOBUFS);
    fail_to_open_socket(CALL_ioctlsocket, WSAENOBUFS, TRIO_ENOBUFS);
    fail_to_open_socket(CALL_ALLOCATE, ERROR_NOT_ENOUGH_MEMORY, TRIO_ENOMEM);
}

static TRIO_PARKS void fail_to_accept(int error, trio_status expected)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream near, far;

    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    inject(CALL_accept, error, 1);
    trio_status rc = trio_tcp_accept(&listener, &far);
    CHECK_STATUS(rc, expected);
    CHECK(used_up(CALL_accept));
    if (rc != TRIO_OK) // The connection waits.
        CHECK_OK(trio_tcp_accept(&listener, &far));
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
}

TEST_REAL(iocp_faults, while_resources_are_used_up_a_connection_waits)
{
    fail_to_accept(WSAEMFILE, TRIO_EMFILE);
    fail_to_accept(WSAENOBUFS, TRIO_ENOBUFS);
}

// S48
TEST_REAL(iocp_faults, connections_that_broke_early_are_passed_over)
{
    fail_to_accept(WSAECONNRESET, TRIO_OK);
    fail_to_accept(WSAECONNABORTED, TRIO_OK);
    fail_to_accept(WSAENETDOWN, TRIO_OK);
    fail_to_accept(WSAENETUNREACH, TRIO_OK);
    fail_to_accept(WSAEHOSTUNREACH, TRIO_OK);
    fail_to_accept(WSAETIMEDOUT, TRIO_OK);
}

// S47
TEST_REAL(iocp_faults, what_a_transfer_says_is_told)
{
    struct pair pair;
    char byte;
    size_t length;

    open_pair(&pair);
    inject(CALL_recv, WSAETIMEDOUT, 1);
    CHECK_STATUS(trio_stream_receive_some(&pair.near.stream, &byte, 1, &length),
                 TRIO_EPEERTIMEDOUT);
    inject(CALL_send, WSAENOBUFS, 1);
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                 TRIO_ENOBUFS);
    CHECK_EQ(trio_error_find(TRIO_ENOBUFS)->os_error, WSAENOBUFS);
    // A spurious event: the call finds nothing, and the task waits on.
    inject(CALL_recv, WSAEWOULDBLOCK, 1);
    pass(&pair.far.stream, &pair.near.stream);
    close_pair(&pair);
}

// The number is kept, also where the status says little about it.
TEST_REAL(iocp_faults, what_has_no_status_of_its_own_is_of_the_system)
{
    static const int unknown[] = {WSAETOOMANYREFS, ERROR_ARENA_TRASHED, 20000};
    struct pair pair;
    char byte;
    size_t length;

    open_pair(&pair);
    for (size_t i = 0; i < COUNT(unknown); i++) {
        inject(CALL_recv, unknown[i], 1);
        CHECK_STATUS(
            trio_stream_receive_some(&pair.near.stream, &byte, 1, &length),
            TRIO_EOS);
        CHECK_EQ(trio_error_find(TRIO_EOS)->os_error, unknown[i]);
        CHECK(used_up(CALL_recv));
    }
    close_pair(&pair);
}

TEST_REAL(iocp_faults, a_connection_whose_result_is_unknown_is_none)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream tcp;

    inject(CALL_getsockopt, WSAENOBUFS, 1);
    CHECK_STATUS(trio_tcp_connect(&listener.address, &tcp), TRIO_ENOBUFS);
    CHECK(used_up(CALL_getsockopt));
    CHECK_OK(trio_tcp_connect(&listener.address, &tcp));
    trio_stream_close_forcefully(&tcp.stream);
    trio_tcp_listener_close(&listener);
}

TEST_REAL(iocp_faults, what_comes_back_to_a_datagram_is_a_refusal)
{
    struct trio_socket socket = open_bound("127.0.0.1:0", TRIO_SOCKET_DATAGRAM);
    struct trio_address from;
    char byte;
    size_t length;

    inject(CALL_recv, WSAECONNRESET, 1);
    CHECK_STATUS(trio_socket_receive(&socket, &byte, 1, &length),
                 TRIO_ECONNREFUSED);
    CHECK(used_up(CALL_recv));
    inject(CALL_WSARecvFrom, WSAECONNRESET, 1);
    CHECK_STATUS(trio_socket_receive_from(&socket, &byte, 1, &length, &from),
                 TRIO_ECONNREFUSED);
    CHECK(used_up(CALL_WSARecvFrom));
    trio_socket_close(&socket);
}

TEST_REAL(iocp_faults, without_memory_nothing_is_adopted)
{
    struct trio_descriptor_stream stream;
    HANDLE ends[2];

    REQUIRE(CreatePipe(&ends[0], &ends[1], NULL, 0));
    inject(CALL_ALLOCATE, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_STATUS(trio_descriptor_stream_open((trio_handle)ends[0], &stream),
                 TRIO_ENOMEM);
    CHECK(used_up(CALL_ALLOCATE));
    CHECK_OK(trio_descriptor_stream_open((trio_handle)ends[0], &stream));
    CHECK_OK(trio_stream_close(&stream.stream));
    CloseHandle(ends[1]);
}
