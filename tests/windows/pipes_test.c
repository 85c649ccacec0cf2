// What trio/descriptor_stream.h promises of pipes, where they are of another
// kind: what was sent may still be on its way when a pipe is closed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/descriptor_stream.h>

#include <trio/stream_contract.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

#include <windows.h>

enum { MUCH = 1 << 20 };

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

static TRIO_PARKS void say(struct pipe *pipe, const char *text)
{
    CHECK_OK(
        trio_stream_send_all(&pipe->sender.stream, text, strlen(text), NULL));
}

// Receives what has to be this text.
static TRIO_PARKS void expect(struct pipe *pipe, const char *text)
{
    char data[100] = "";
    size_t length = 0;

    CHECK_OK(trio_stream_receive_some(&pipe->receiver.stream, data,
                                      sizeof(data) - 1, &length));
    CHECK_STRING(data, text);
}

// The byte that much data has at a place: no two pieces of it are alike.
static char byte_at(size_t place)
{
    return (char)(place * 7 + place / 251);
}

static char *much(void)
{
    static char data[MUCH];

    for (size_t i = 0; i < MUCH; i++)
        data[i] = byte_at(i);
    return data;
}

// Receives until the end, or `size` bytes; they have to be those of much data
// from `place` on. Returns how many came.
static TRIO_PARKS size_t receive_much(struct trio_stream *stream, size_t place,
                                      size_t size)
{
    static char data[10000];
    size_t total = 0, length;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && total < size) {
        size_t most = size - total < sizeof(data) ? size - total : sizeof(data);

        rc = trio_stream_receive_some(stream, data, most, &length);
        for (size_t i = 0; rc == TRIO_OK && i < length; i++, total++)
            if (data[i] != byte_at(place + total))
                return 0;
    }
    CHECK(rc == TRIO_OK || rc == TRIO_EEND);
    return total;
}

// Starts a task that sends much, and waits until it cannot go on.
static TRIO_PARKS void start_sending(struct trio_nursery *nursery,
                                     struct transfer *transfer,
                                     struct pipe *pipe)
{
    *transfer = (struct transfer){
        .stream = &pipe->sender.stream, .data = much(), .size = MUCH};
    trio_nursery_open(nursery);
    CHECK_OK(trio_nursery_start_soon(nursery, send_once, transfer));
    settle();
    CHECK(!transfer->done);
}

static TRIO_PARKS void start_receiving(struct trio_nursery *nursery,
                                       struct transfer *transfer,
                                       struct pipe *pipe)
{
    static char byte;

    *transfer = (struct transfer){
        .stream = &pipe->receiver.stream, .data = &byte, .size = 1};
    trio_nursery_open(nursery);
    CHECK_OK(trio_nursery_start_soon(nursery, receive_once, transfer));
    settle();
    CHECK(!transfer->done);
}

static TRIO_PARKS void cancel(struct trio_nursery *nursery)
{
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(nursery), NULL);
    CHECK_OK(trio_nursery_close(nursery, TRIO_OK));
}

// ---- One way ----

TEST_REAL(pipes, go_one_way)
{
    struct pipe pipe;
    char byte;
    size_t length;

    open_pipe(&pipe);
    CHECK(is_private(pipe.receiver.over.socket.handle));
    CHECK(is_private(pipe.sender.over.socket.handle));
    say(&pipe, "hello");
    expect(&pipe, "hello");
    CHECK_STATUS(trio_stream_send_all(&pipe.receiver.stream, "x", 1, NULL),
                 TRIO_ENOTSUP);
    CHECK_STATUS(
        trio_stream_receive_some(&pipe.sender.stream, &byte, 1, &length),
        TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_eof(&pipe.sender.stream), TRIO_ENOTSUP);
    say(&pipe, "bye");
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    expect(&pipe, "bye");
    CHECK_STATUS(
        trio_stream_receive_some(&pipe.receiver.stream, &byte, 1, &length),
        TRIO_EEND);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

static trio_status make_pipe(void *arg, struct trio_stream_ends *ret_ends)
{
    struct pipe *pipe = arg;

    open_pipe(pipe);
    ret_ends->sender = &pipe->sender.stream;
    ret_ends->receiver = &pipe->receiver.stream;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status
make_pipe_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    trio_status rc = make_pipe(arg, ret_ends);

    fill(ret_ends->sender);
    return rc;
}

// S64
TEST_REAL(pipes, keep_the_contract_of_streams)
{
    struct pipe pipe;
    trio_status rc =
        trio_check_one_way_stream(make_pipe, make_pipe_clogged, &pipe);

    if (!CHECK_OK(rc) && trio_error_find(rc) != NULL)
        CHECK_STRING(trio_error_find(rc)->text, "");
}

// ---- Full, empty, broken ----

TEST_REAL(pipes, a_full_one_makes_the_sender_wait)
{
    struct trio_nursery nursery;
    struct transfer sending;
    struct pipe pipe;

    open_pipe(&pipe);
    start_sending(&nursery, &sending, &pipe);
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, MUCH), MUCH);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(sending.rc);
    CHECK_EQ(sending.length, MUCH);
    close_pipe(&pipe);
}

TEST_REAL(pipes, nobody_to_receive_is_a_break)
{
    struct pipe pipe;

    open_pipe(&pipe);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                     TRIO_EBROKEN);
    CHECK_STRING(trio_error_last()->text, "send to a descriptor");
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
}

TEST_REAL(pipes, a_sender_that_waits_is_told_of_a_break)
{
    struct trio_nursery nursery;
    struct transfer sending;
    struct pipe pipe;

    open_pipe(&pipe);
    start_sending(&nursery, &sending, &pipe);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(sending.rc, TRIO_EBROKEN);
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                     TRIO_EBROKEN);
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
}

TEST_REAL(pipes, a_receiver_that_waits_is_told_of_the_end)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe);
    start_receiving(&nursery, &receiving, &pipe);
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(receiving.rc, TRIO_EEND);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

// ---- Cancelled, closed ----

// What is counted as sent arrives, and nothing else.
TEST_REAL(pipes, a_sender_that_is_cancelled_knows_how_much_it_sent)
{
    struct trio_nursery nursery;
    struct transfer sending;
    struct pipe pipe;

    open_pipe(&pipe);
    start_sending(&nursery, &sending, &pipe);
    cancel(&nursery);
    CHECK_STATUS(sending.rc, TRIO_ECANCELED);
    CHECK(sending.length > 0 && sending.length < MUCH);
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, sending.length),
             sending.length);
    say(&pipe, "more");
    expect(&pipe, "more");
    close_pipe(&pipe);
}

TEST_REAL(pipes, a_receiver_that_is_cancelled_takes_nothing)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe);
    for (int i = 0; i < 3; i++) {
        start_receiving(&nursery, &receiving, &pipe);
        if (i == 1)
            say(&pipe, "lo"); // It came, but nobody has looked yet.
        cancel(&nursery);
        CHECK_STATUS(receiving.rc, TRIO_ECANCELED);
        if (i != 1)
            say(&pipe, "lo");
        expect(&pipe, "lo");
    }
    close_pipe(&pipe);
}

// S45
TEST_REAL(pipes, closing_tells_who_waits)
{
    for (int forcefully = 0; forcefully < 2; forcefully++) {
        struct trio_nursery sending_nursery, receiving_nursery;
        struct transfer sending, receiving;
        struct pipe full, empty;

        open_pipe(&full);
        open_pipe(&empty);
        start_sending(&sending_nursery, &sending, &full);
        start_receiving(&receiving_nursery, &receiving, &empty);
        if (forcefully) {
            trio_stream_close_forcefully(&full.sender.stream);
            trio_stream_close_forcefully(&empty.receiver.stream);
        } else {
            CHECK_OK(trio_stream_close(&full.sender.stream));
            CHECK_OK(trio_stream_close(&empty.receiver.stream));
        }
        CHECK_OK(trio_nursery_close(&receiving_nursery, TRIO_OK));
        CHECK_OK(trio_nursery_close(&sending_nursery, TRIO_OK));
        CHECK_STATUS(sending.rc, TRIO_ECLOSED);
        CHECK_STATUS(receiving.rc, TRIO_ECLOSED);
        close_pipe(&full);
        close_pipe(&empty);
    }
}

TEST_REAL(pipes, what_was_sent_is_not_lost_by_closing)
{
    struct pipe pipe;

    open_pipe(&pipe);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, much(), 100000, NULL));
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, MUCH), 100000);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

TEST_REAL(pipes, what_is_on_its_way_is_lost_by_closing_forcefully)
{
    struct pipe pipe;

    open_pipe(&pipe);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, much(), 100000, NULL));
    trio_stream_close_forcefully(&pipe.sender.stream);
    CHECK(receive_much(&pipe.receiver.stream, 0, MUCH) < 100000);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

// ---- Given back, left open ----

static size_t read_all(HANDLE pipe)
{
    static char data[10000];
    size_t total = 0;
    DWORD length;
    OVERLAPPED answer = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};

    REQUIRE(answer.hEvent != NULL);
    while (ReadFile(pipe, data, sizeof(data), NULL, &answer) ||
           GetLastError() == ERROR_IO_PENDING) {
        if (!GetOverlappedResult(pipe, &answer, &length, TRUE))
            break;
        for (DWORD i = 0; i < length; i++, total++)
            if (data[i] != byte_at(total))
                return 0;
    }
    CloseHandle(answer.hEvent);
    return total;
}

static DWORD WINAPI read_all_in_thread(void *arg)
{
    HANDLE *pipe = arg;
    size_t total = read_all(*pipe);

    CloseHandle(*pipe);
    return (DWORD)total;
}

static TRIO_CHECKPOINT trio_status leave_with_others(void *arg)
{
    HANDLE *reader = arg;
    struct pipe pipe;

    open_pipe(&pipe);
    *reader = (HANDLE)trio_descriptor_stream_release(&pipe.receiver);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, much(), 100000, NULL));
    return trio_stream_close(&pipe.sender.stream);
}

static TRIO_CHECKPOINT trio_status send_to_thread(void *arg)
{
    static HANDLE reader;
    trio_status rc = leave_with_others(&reader);

    *(HANDLE *)arg =
        CreateThread(NULL, 0, read_all_in_thread, &reader, 0, NULL);
    return rc;
}

TEST_PLAIN(pipes, the_end_of_the_run_waits_for_what_was_sent)
{
    HANDLE thread = NULL;
    DWORD total = 0;

    CHECK_OK(trio_run(send_to_thread, &thread));
    REQUIRE(thread != NULL);
    WaitForSingleObject(thread, INFINITE);
    REQUIRE(GetExitCodeThread(thread, &total));
    CHECK_EQ(total, 100000);
    CloseHandle(thread);
}

static TRIO_CHECKPOINT trio_status leave_open(void *arg)
{
    struct pipe *pipe = arg;

    open_pipe(pipe);
    return trio_stream_send_all(&pipe->sender.stream, much(), 100000, NULL);
}

TEST_PLAIN(pipes, the_end_of_the_run_does_not_wait_for_what_nobody_has)
{
    struct pipe pipe;

    CHECK_OK(trio_run(leave_open, &pipe));
    CloseHandle((HANDLE)pipe.receiver.over.socket.handle);
    CloseHandle((HANDLE)pipe.sender.over.socket.handle);
}

TEST_REAL(pipes, what_was_sent_is_not_lost_by_giving_a_pipe_back)
{
    struct pipe pipe;

    open_pipe(&pipe);
    CHECK_OK(trio_stream_send_all(&pipe.sender.stream, much(), 100000, NULL));
    CHECK(CloseHandle((HANDLE)trio_descriptor_stream_release(&pipe.sender)));
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, MUCH), 100000);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}
