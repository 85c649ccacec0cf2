// What the world on a completion port makes of calls of the system that fail
// while pipes are used, or while it has too much to do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/descriptor_stream.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"
#include "tests/windows/faults/faults.h"

#include <winsock2.h>

#include <windows.h>

#undef near // Kinds of pointers, long ago.
#undef far

// ---- Too many at a time ----

static const int too_many[] = {WSAEWOULDBLOCK, ERROR_NOT_ENOUGH_QUOTA,
                               ERROR_INVALID_USER_BUFFER,
                               ERROR_WORKING_SET_QUOTA};

struct pipe {
    struct trio_descriptor_stream receiver, sender;
};

static void open_pipe(struct pipe *pipe)
{
    REQUIRE(trio_pipe_open(&pipe->receiver, &pipe->sender) == TRIO_OK);
}

static TRIO_PARKS void close_pipe(struct pipe *pipe)
{
    CHECK_OK(trio_stream_close(&pipe->sender.stream));
    CHECK_OK(trio_stream_close(&pipe->receiver.stream));
}

static TRIO_PARKS void pass(struct trio_stream *from, struct trio_stream *to)
{
    char byte = '-';
    size_t length;

    CHECK_OK(trio_stream_send_all(from, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(to, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
}

static TRIO_PARKS void start_receiving(struct trio_nursery *nursery,
                                       struct transfer *transfer,
                                       struct trio_stream *stream)
{
    static char byte;

    *transfer = (struct transfer){.stream = stream, .data = &byte, .size = 1};
    trio_nursery_open(nursery);
    CHECK_OK(trio_nursery_start_soon(nursery, receive_once, transfer));
    CHECK_OK(trio_checkpoint()); // It waits.
    CHECK_OK(trio_checkpoint());
}

// A wait that the system has too much to do for, `times` times.
static TRIO_PARKS void wait_in_line(enum call call, int error, int times,
                                    struct trio_stream *from,
                                    struct trio_stream *to)
{
    struct trio_nursery nursery;
    struct transfer receiving;

    inject(call, error, times);
    start_receiving(&nursery, &receiving, to);
    CHECK_OK(trio_stream_send_all(from, "x", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(receiving.rc);
    CHECK(used_up(call));
}

TEST_REAL(pipe_faults, with_too_many_operations_a_wait_goes_on_later)
{
    static const int statuses[] = {(int)0xC0000044,  // STATUS_QUOTA_EXCEEDED
                                   (int)0xC00000A1}; // STATUS_WORKING_SET_QUOTA
    struct pair pair;
    struct pipe pipe;

    open_pair(&pair);
    open_pipe(&pipe);
    for (int times = 1; times <= 3; times++) {
        for (size_t i = 0; i < COUNT(statuses); i++)
            wait_in_line(CALL_NtDeviceIoControlFile, statuses[i], times,
                         &pair.near.stream, &pair.far.stream);
        for (size_t i = 0; i < COUNT(too_many); i++)
            wait_in_line(CALL_ReadFile, too_many[i], times, &pipe.sender.stream,
                         &pipe.receiver.stream);
    }
    close_pipe(&pipe);
    close_pair(&pair);
}

TEST_REAL(pipe_faults, with_too_many_operations_a_write_goes_on_later)
{
    struct pipe pipe;

    open_pipe(&pipe);
    for (size_t i = 0; i < COUNT(too_many); i++) {
        inject(CALL_WriteFile, too_many[i], 3);
        pass(&pipe.sender.stream, &pipe.receiver.stream);
        CHECK(used_up(CALL_WriteFile));
    }
    close_pipe(&pipe);
}

// Two in line are asked for in turn.
TEST_REAL(pipe_faults, operations_in_line_keep_their_order)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe);
    inject(CALL_ReadFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    inject(CALL_WriteFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    start_receiving(&nursery, &receiving, &pipe.receiver.stream);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(receiving.rc);
    close_pipe(&pipe);
}

TEST_REAL(pipe_faults, who_waits_in_line_can_be_cancelled)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe);
    inject(CALL_ReadFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    start_receiving(&nursery, &receiving, &pipe.receiver.stream);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(receiving.rc, TRIO_ECANCELED);
    CHECK(used_up(CALL_ReadFile));
    pass(&pipe.sender.stream, &pipe.receiver.stream);
    close_pipe(&pipe);
}

TEST_REAL(pipe_faults, what_waits_in_line_is_written_after_closing)
{
    struct pipe pipe;
    char byte = '-';
    size_t length;

    open_pipe(&pipe);
    inject(CALL_WriteFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL));
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    CHECK_OK(
        trio_stream_receive_some(&pipe.receiver.stream, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
    CHECK_STATUS(
        trio_stream_receive_some(&pipe.receiver.stream, &byte, 1, &length),
        TRIO_EEND);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

TEST_REAL(pipe_faults, what_waits_in_line_is_dropped_by_closing_forcefully)
{
    struct pipe pipe;
    char byte;
    size_t length;

    open_pipe(&pipe);
    inject(CALL_WriteFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL));
    trio_stream_close_forcefully(&pipe.sender.stream);
    CHECK_STATUS(
        trio_stream_receive_some(&pipe.receiver.stream, &byte, 1, &length),
        TRIO_EEND);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

static TRIO_CHECKPOINT trio_status leave_in_line(void *arg)
{
    struct pipe *pipe = arg;

    open_pipe(pipe);
    inject(CALL_WriteFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    return trio_stream_send_all(&pipe->sender.stream, "x", 1, NULL);
}

TEST_PLAIN(pipe_faults, what_waits_in_line_does_not_outlive_the_run)
{
    struct pipe pipe;

    CHECK_OK(trio_run(leave_in_line, &pipe));
    CHECK(used_up(CALL_WriteFile));
    CloseHandle((HANDLE)pipe.sender.over.socket.handle);
    CloseHandle((HANDLE)pipe.receiver.over.socket.handle);
}

static TRIO_CHECKPOINT trio_status drop_in_line(void *arg)
{
    trio_status rc = leave_in_line(arg);
    struct pipe *pipe = arg;

    trio_stream_close_forcefully(&pipe->sender.stream);
    trio_stream_close_forcefully(&pipe->receiver.stream);
    return rc;
}

// Its handle may be somebody else's by now.
TEST_PLAIN(pipe_faults, what_was_dropped_is_not_asked_for_again)
{
    int before = count_calls(CALL_WriteFile);
    struct pipe pipe;

    CHECK_OK(trio_run(drop_in_line, &pipe));
    CHECK_EQ(count_calls(CALL_WriteFile), before + 1);
}

// The last attempt fails: whoever waited tries, and sees.
TEST_REAL(pipe_faults, what_fails_after_all_is_told)
{
    struct pipe pipe;
    struct trio_cancel_scope scope;

    open_pipe(&pipe);
    inject(CALL_WriteFile, ERROR_NOT_ENOUGH_QUOTA, 1);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL));
    inject(CALL_WriteFile, ERROR_IO_DEVICE, 1);
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                     TRIO_EIO);
    CHECK(used_up(CALL_WriteFile));
    CHECK_EQ(trio_error_find(TRIO_EIO)->os_error, ERROR_IO_DEVICE);
    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    close_pipe(&pipe);
}

// ---- Pipes ----

static TRIO_PARKS void fail_to_open(enum call call, int skip, int error,
                                    int handles, trio_status expected)
{
    struct pipe pipe;

    inject_after(call, skip, error, 1);
    int before = count_calls(CALL_CloseHandle);
    CHECK_STATUS(trio_pipe_open(&pipe.receiver, &pipe.sender), expected);
    CHECK_EQ(count_calls(CALL_CloseHandle) - before, handles);
    CHECK(used_up(call));
}

TEST_REAL(pipe_faults, a_pipe_that_is_not_opened_leaves_nothing_open)
{
    struct pipe pipe;

    fail_to_open(CALL_CreateNamedPipeA, 0, ERROR_TOO_MANY_OPEN_FILES, 0,
                 TRIO_EMFILE);
    fail_to_open(CALL_CreateFileA, 0, ERROR_TOO_MANY_OPEN_FILES, 1,
                 TRIO_EMFILE);
    for (int end = 0; end < 2; end++) {
        fail_to_open(CALL_CreateIoCompletionPort, end,
                     ERROR_NO_SYSTEM_RESOURCES, 2, TRIO_ENOMEM);
        fail_to_open(CALL_SetFileCompletionNotificationModes, end,
                     ERROR_NOT_ENOUGH_MEMORY, 2, TRIO_ENOMEM);
    }
    open_pipe(&pipe);
    pass(&pipe.sender.stream, &pipe.receiver.stream);
    close_pipe(&pipe);
}

TEST_REAL(pipe_faults, without_memory_a_pipe_is_not_opened)
{
    fail_to_open(CALL_ALLOCATE, 0, ERROR_NOT_ENOUGH_MEMORY, 2, TRIO_ENOMEM);
}

TEST_REAL(pipe_faults, a_send_that_fails_can_be_repeated)
{
    static const struct {
        enum call call;
        int error;
        trio_status rc;
    } failures[] = {{CALL_ALLOCATE, ERROR_NOT_ENOUGH_MEMORY, TRIO_ENOMEM},
                    {CALL_WriteFile, ERROR_NOT_ENOUGH_MEMORY, TRIO_ENOMEM},
                    {CALL_WriteFile, ERROR_IO_DEVICE, TRIO_EIO}};
    struct pipe pipe;
    size_t sent = 9;

    open_pipe(&pipe);
    for (size_t i = 0; i < COUNT(failures); i++) {
        inject(failures[i].call, failures[i].error, 1);
        CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, &sent),
                     failures[i].rc);
        CHECK_EQ(sent, 0);
        CHECK_EQ(trio_error_find(failures[i].rc)->os_error, failures[i].error);
        CHECK(used_up(failures[i].call));
        pass(&pipe.sender.stream, &pipe.receiver.stream);
    }
    close_pipe(&pipe);
}

static TRIO_PARKS void fail_to_receive(struct pipe *pipe, enum call call,
                                       int error, trio_status expected)
{
    char byte = '-';
    size_t length = 9;

    inject(call, error, 1);
    CHECK_STATUS(
        trio_stream_receive_some(&pipe->receiver.stream, &byte, 1, &length),
        expected);
    CHECK_EQ(trio_error_find(expected)->os_error, error);
    CHECK(used_up(call));
}

TEST_REAL(pipe_faults, a_receive_that_fails_can_be_repeated)
{
    struct pipe pipe;

    open_pipe(&pipe);
    // Nothing is there: the wait fails.
    fail_to_receive(&pipe, CALL_ReadFile, ERROR_NOT_ENOUGH_MEMORY, TRIO_ENOMEM);
    fail_to_receive(&pipe, CALL_ALLOCATE, ERROR_NOT_ENOUGH_MEMORY, TRIO_ENOMEM);
    // It is: the call fails.
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL));
    fail_to_receive(&pipe, CALL_PeekNamedPipe, ERROR_ACCESS_DENIED,
                    TRIO_EACCES);
    fail_to_receive(&pipe, CALL_ReadFile, ERROR_IO_DEVICE, TRIO_EIO);
    CHECK_OK(receive_all(&pipe.receiver.stream, 1));
    close_pipe(&pipe);
}

// A pipe in which calls block.
TEST_REAL(pipe_faults, without_a_thread_there_is_no_wait)
{
    struct pipe pipe;
    HANDLE ends[2];

    REQUIRE(CreatePipe(&ends[0], &ends[1], NULL, 0));
    CHECK_OK(trio_descriptor_stream_open((trio_handle)ends[0], &pipe.receiver));
    CHECK_OK(trio_descriptor_stream_open((trio_handle)ends[1], &pipe.sender));
    fail_to_receive(&pipe, CALL_CreateThread, ERROR_NOT_ENOUGH_MEMORY,
                    TRIO_ENOMEM);
    inject(CALL_CreateThread, ERROR_NOT_ENOUGH_MEMORY, 1);
    CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                 TRIO_ENOMEM);
    CHECK(used_up(CALL_CreateThread));
    inject(CALL_DuplicateHandle, ERROR_TOO_MANY_OPEN_FILES, 1);
    CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                 TRIO_EMFILE);
    CHECK(used_up(CALL_DuplicateHandle));
    pass(&pipe.sender.stream, &pipe.receiver.stream);
    close_pipe(&pipe);
}

// As those are that Wine has from its host.
TEST_REAL(pipe_faults, what_cannot_be_looked_into_is_for_threads)
{
    struct pipe pipe;
    HANDLE ends[2];
    char byte;
    size_t length;

    REQUIRE(CreatePipe(&ends[0], &ends[1], NULL, 0));
    inject(CALL_PeekNamedPipe, ERROR_NOT_SUPPORTED, 2);
    CHECK_OK(trio_descriptor_stream_open((trio_handle)ends[0], &pipe.receiver));
    CHECK_OK(trio_descriptor_stream_open((trio_handle)ends[1], &pipe.sender));
    CHECK(used_up(CALL_PeekNamedPipe));
    pass(&pipe.sender.stream, &pipe.receiver.stream);
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    CHECK_STATUS(
        trio_stream_receive_some(&pipe.receiver.stream, &byte, 1, &length),
        TRIO_EEND);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

// Another process has the same end, and was quicker.
TEST_REAL(pipe_faults, what_others_take_is_waited_for)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe);
    inject(CALL_PeekNamedPipe, 0, 1);
    start_receiving(&nursery, &receiving, &pipe.receiver.stream);
    CHECK(used_up(CALL_PeekNamedPipe));
    CHECK(!receiving.done);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(receiving.rc);
    close_pipe(&pipe);
}
