// What trio/descriptor_stream.h promises of pipes, where they are of another
// kind: what was sent may still be on its way when a pipe is closed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/descriptor_stream.h>
#include <trio/stream_contract.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

#include <windows.h>

enum { MUCH = 1 << 20 };

// Pipes of the library's, and pipes as a parent has them for its child: in
// those calls block.
enum kind { OPENED, ADOPTED, KINDS };

// What is sent at once, and is not taken at once.
static const size_t some[] = {[OPENED] = 100000, [ADOPTED] = 60000};

struct pipe {
    struct trio_descriptor_stream receiver, sender;
    enum kind kind; // For who opens it.
};

static void open_pipe(struct pipe *pipe, enum kind kind)
{
    HANDLE ends[2];

    if (kind == OPENED) {
        REQUIRE(trio_pipe_open(&pipe->receiver, &pipe->sender) == TRIO_OK);
        return;
    }
    REQUIRE(CreatePipe(&ends[0], &ends[1], NULL, 4096));
    REQUIRE(trio_descriptor_stream_open((trio_handle)ends[0],
                                        &pipe->receiver) == TRIO_OK);
    REQUIRE(trio_descriptor_stream_open((trio_handle)ends[1], &pipe->sender) ==
            TRIO_OK);
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

    open_pipe(&pipe, OPENED);
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

    open_pipe(pipe, pipe->kind);
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
    for (int kind = OPENED; kind < KINDS; kind++) {
        struct pipe pipe = {.kind = (enum kind)kind};
        trio_status rc =
            trio_check_one_way_stream(make_pipe, make_pipe_clogged, &pipe);

        if (!CHECK_OK(rc) && trio_error_find(rc) != NULL)
            CHECK_STRING(trio_error_find(rc)->text, "");
    }
}

// ---- Full, empty, broken ----

static TRIO_PARKS void check_a_full_one_makes_the_sender_wait(enum kind kind)
{
    struct trio_nursery nursery;
    struct transfer sending;
    struct pipe pipe;

    open_pipe(&pipe, kind);
    start_sending(&nursery, &sending, &pipe);
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, MUCH), MUCH);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(sending.rc);
    CHECK_EQ(sending.length, MUCH);
    close_pipe(&pipe);
}

TEST_REAL(pipes, a_full_one_makes_the_sender_wait)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_a_full_one_makes_the_sender_wait((enum kind)kind);
}

static TRIO_PARKS void check_nobody_to_receive_is_a_break(enum kind kind)
{
    struct pipe pipe;

    open_pipe(&pipe, kind);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
    if (kind == ADOPTED) // A thread finds out.
        say(&pipe, "x");
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                     TRIO_EBROKEN);
    CHECK(strncmp(trio_error_last()->text, "send to descriptor ", 19) == 0);
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
}

TEST_REAL(pipes, nobody_to_receive_is_a_break)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_nobody_to_receive_is_a_break((enum kind)kind);
}

static TRIO_PARKS void
check_a_sender_that_waits_is_told_of_a_break(enum kind kind)
{
    struct trio_nursery nursery;
    struct transfer sending;
    struct pipe pipe;

    open_pipe(&pipe, kind);
    start_sending(&nursery, &sending, &pipe);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(sending.rc, TRIO_EBROKEN);
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(trio_stream_send_all(&pipe.sender.stream, "x", 1, NULL),
                     TRIO_EBROKEN);
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
}

TEST_REAL(pipes, a_sender_that_waits_is_told_of_a_break)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_a_sender_that_waits_is_told_of_a_break((enum kind)kind);
}

static TRIO_PARKS void
check_a_receiver_that_waits_is_told_of_the_end(enum kind kind)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe, kind);
    start_receiving(&nursery, &receiving, &pipe);
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(receiving.rc, TRIO_EEND);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

TEST_REAL(pipes, a_receiver_that_waits_is_told_of_the_end)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_a_receiver_that_waits_is_told_of_the_end((enum kind)kind);
}

// ---- Cancelled, closed ----

// What is counted as sent arrives, and nothing else.
static TRIO_PARKS void
check_a_sender_that_is_cancelled_knows_how_much_it_sent(enum kind kind)
{
    struct trio_nursery nursery;
    struct transfer sending;
    struct pipe pipe;

    open_pipe(&pipe, kind);
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

TEST_REAL(pipes, a_sender_that_is_cancelled_knows_how_much_it_sent)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_a_sender_that_is_cancelled_knows_how_much_it_sent(
            (enum kind)kind);
}

static TRIO_PARKS void
check_a_receiver_that_is_cancelled_takes_nothing(enum kind kind)
{
    struct trio_nursery nursery;
    struct transfer receiving;
    struct pipe pipe;

    open_pipe(&pipe, kind);
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

TEST_REAL(pipes, a_receiver_that_is_cancelled_takes_nothing)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_a_receiver_that_is_cancelled_takes_nothing((enum kind)kind);
}

// S45
TEST_REAL(pipes, closing_tells_who_waits)
{
    for (int i = 0; i < 2 * KINDS; i++) {
        enum kind kind = (enum kind)(i % KINDS);
        bool forcefully = i >= KINDS;
        struct trio_nursery sending_nursery, receiving_nursery;
        struct transfer sending, receiving;
        struct pipe full, empty;

        open_pipe(&full, kind);
        open_pipe(&empty, kind);
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

static TRIO_PARKS void
check_what_was_sent_is_not_lost_by_closing(enum kind kind)
{
    struct pipe pipe;

    open_pipe(&pipe, kind);
    CHECK_OK(
        trio_stream_send_all(&pipe.sender.stream, much(), some[kind], NULL));
    CHECK_OK(trio_stream_close(&pipe.sender.stream));
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, MUCH), some[kind]);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

TEST_REAL(pipes, what_was_sent_is_not_lost_by_closing)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_what_was_sent_is_not_lost_by_closing((enum kind)kind);
}

static TRIO_PARKS void
check_what_is_on_its_way_is_lost_by_closing_forcefully(enum kind kind)
{
    struct pipe pipe;

    open_pipe(&pipe, kind);
    CHECK_OK(
        trio_stream_send_all(&pipe.sender.stream, much(), some[kind], NULL));
    trio_stream_close_forcefully(&pipe.sender.stream);
    CHECK(receive_much(&pipe.receiver.stream, 0, MUCH) < some[kind]);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

TEST_REAL(pipes, what_is_on_its_way_is_lost_by_closing_forcefully)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_what_is_on_its_way_is_lost_by_closing_forcefully((enum kind)kind);
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

struct leaving {
    struct pipe pipe;
    HANDLE reader;
    HANDLE thread;
    bool closes;
};

static TRIO_CHECKPOINT trio_status send_to_thread(void *arg)
{
    struct leaving *leaving = arg;
    struct pipe *pipe = &leaving->pipe;
    trio_status rc = TRIO_OK;

    open_pipe(pipe, pipe->kind);
    leaving->reader = (HANDLE)trio_descriptor_stream_release(&pipe->receiver);
    CHECK_OK(trio_stream_send_all(&pipe->sender.stream, much(),
                                  some[pipe->kind], NULL));
    if (leaving->closes)
        rc = trio_stream_close(&pipe->sender.stream);
    leaving->thread =
        CreateThread(NULL, 0, read_all_in_thread, &leaving->reader, 0, NULL);
    return rc;
}

static void send_at_the_end(enum kind kind, bool closes)
{
    struct leaving leaving = {.pipe.kind = kind, .closes = closes};
    DWORD total = 0;

    CHECK_OK(trio_run(send_to_thread, &leaving));
    if (!closes)
        CloseHandle((HANDLE)leaving.pipe.sender.over.socket.handle);
    REQUIRE(leaving.thread != NULL);
    WaitForSingleObject(leaving.thread, INFINITE);
    REQUIRE(GetExitCodeThread(leaving.thread, &total));
    CHECK_EQ(total, some[kind]);
    CloseHandle(leaving.thread);
}

TEST_PLAIN(pipes, the_end_of_the_run_waits_for_what_was_sent)
{
    send_at_the_end(OPENED, true);
    send_at_the_end(ADOPTED, true);
    send_at_the_end(ADOPTED, false); // As standard output is left open.
}

static TRIO_CHECKPOINT trio_status leave_open(void *arg)
{
    struct pipe *pipe = arg;

    open_pipe(pipe, OPENED);
    return trio_stream_send_all(&pipe->sender.stream, much(), some[OPENED],
                                NULL);
}

static TRIO_CHECKPOINT trio_status leave_receiver_open(void *arg)
{
    trio_status rc = leave_open(arg);
    struct pipe *pipe = arg;

    return trio_combine(rc, trio_stream_close(&pipe->sender.stream));
}

TEST_PLAIN(pipes, the_end_of_the_run_does_not_wait_for_what_nobody_has)
{
    struct pipe pipe;

    CHECK_OK(trio_run(leave_open, &pipe));
    CloseHandle((HANDLE)pipe.receiver.over.socket.handle);
    CloseHandle((HANDLE)pipe.sender.over.socket.handle);
    CHECK_OK(trio_run(leave_receiver_open, &pipe));
    CloseHandle((HANDLE)pipe.receiver.over.socket.handle);
}

static TRIO_PARKS void
check_what_was_sent_is_not_lost_by_giving_a_pipe_back(enum kind kind)
{
    struct pipe pipe;

    open_pipe(&pipe, kind);
    CHECK_OK(
        trio_stream_send_all(&pipe.sender.stream, much(), some[kind], NULL));
    CHECK(CloseHandle((HANDLE)trio_descriptor_stream_release(&pipe.sender)));
    CHECK_EQ(receive_much(&pipe.receiver.stream, 0, MUCH), some[kind]);
    CHECK_OK(trio_stream_close(&pipe.receiver.stream));
}

TEST_REAL(pipes, what_was_sent_is_not_lost_by_giving_a_pipe_back)
{
    for (int kind = OPENED; kind < KINDS; kind++)
        check_what_was_sent_is_not_lost_by_giving_a_pipe_back((enum kind)kind);
}
