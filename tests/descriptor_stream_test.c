// What trio/descriptor_stream.h promises: pipes, terminals, files, and that
// whoever shares them finds them as they were. The kernel's own, so in the real
// world. What a stream promises, the stream contract checks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/descriptor_stream.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <trio/error.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

static bool blocks(int descriptor)
{
    return (fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
}

// Receives what has to be this text.
static TRIO_PARKS void expect(struct trio_stream *stream, const char *text)
{
    char data[100] = "";
    size_t length = 0;

    CHECK_OK(trio_stream_receive_some(stream, data, sizeof(data) - 1, &length));
    CHECK_STRING(data, text);
}

static TRIO_PARKS void say(struct trio_stream *stream, const char *text)
{
    CHECK_OK(trio_stream_send_all(stream, text, strlen(text), NULL));
}

// ---- Pipes ----

TEST(descriptor_stream, without_a_system_nothing_is_open)
{
    struct trio_descriptor_stream stream;

    CHECK_STATUS(trio_descriptor_stream_open(0, &stream), TRIO_EBADHANDLE);
}

TEST_REAL(descriptor_stream, a_pipe_goes_one_way)
{
    struct trio_descriptor_stream receiver, sender;
    char byte;
    size_t length, descriptors = count_descriptors();

    CHECK_OK(trio_pipe_open(&receiver, &sender));
    CHECK(is_private(receiver.over.socket.handle));
    CHECK(is_private(sender.over.socket.handle));
    say(&sender.stream, "hello");
    expect(&receiver.stream, "hello");
    CHECK_STATUS(trio_stream_send_all(&receiver.stream, "x", 1, NULL),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_receive_some(&sender.stream, &byte, 1, &length),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_eof(&sender.stream), TRIO_ENOTSUP);
    say(&sender.stream, "bye");
    CHECK_OK(trio_stream_close(&sender.stream));
    expect(&receiver.stream, "bye");
    CHECK_STATUS(trio_stream_receive_some(&receiver.stream, &byte, 1, &length),
                 TRIO_EEND);
    CHECK_OK(trio_stream_close(&receiver.stream));
    CHECK_EQ(count_descriptors(), descriptors);
}

// Descriptors have no other names.
static void check_names_descriptor(const char *what,
                                   const struct trio_descriptor_stream *stream)
{
    char expected[TRIO_ERROR_TEXT_MAX];

    snprintf(expected, sizeof(expected), "%s descriptor %lld", what,
             (long long)stream->over.socket.handle);
    CHECK_STRING(trio_error_last()->text, expected);
}

// The signal would end this program.
TEST_REAL(descriptor_stream, sending_to_nobody_is_broken_without_a_signal)
{
    struct trio_descriptor_stream receiver, sender;
    sigset_t pending;

    CHECK_OK(trio_pipe_open(&receiver, &sender));
    CHECK_OK(trio_stream_close(&receiver.stream));
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(trio_stream_send_all(&sender.stream, "x", 1, NULL),
                     TRIO_EBROKEN);
    check_names_descriptor("send to", &sender);
    sigpending(&pending);
    CHECK_EQ(sigismember(&pending, SIGPIPE), 0);
    CHECK_OK(trio_stream_close(&sender.stream));
}

// ---- Descriptors of others ----

TEST_REAL(descriptor_stream, what_is_adopted_is_closed_with_the_stream)
{
    struct trio_descriptor_stream receiver, again;
    int ends[2];
    char byte;
    size_t length;

    REQUIRE(pipe(ends) == 0);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &receiver));
    CHECK_STATUS(trio_descriptor_stream_open(ends[0], &again), TRIO_EBUSY);
    CHECK(!blocks(ends[0]));
    CHECK_EQ(fcntl(ends[0], F_GETFD), 0); // Children inherit it, as before.
    CHECK_EQ(write(ends[1], "abc", 3), 3);
    expect(&receiver.stream, "abc");
    close(ends[1]);
    CHECK_STATUS(trio_stream_receive_some(&receiver.stream, &byte, 1, &length),
                 TRIO_EEND);
    CHECK_OK(trio_stream_close(&receiver.stream));
    CHECK_EQ(fcntl(ends[0], F_GETFD), -1);
}

// A parent has a copy of most: what happens to that is no event of ours.
TEST_REAL(descriptor_stream, what_lives_on_elsewhere_wakes_nobody)
{
    struct trio_descriptor_stream receiver;
    struct trio_nursery nursery;
    size_t registrations = count_registrations();
    int ends[2];
    char byte;
    struct transfer transfer = {
        .stream = &receiver.stream, .data = &byte, .size = 1};

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    int copy = dup(ends[0]);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &receiver));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
    settle();
    CHECK_EQ(count_registrations(), registrations + 1);
    CHECK_OK(trio_stream_close(&receiver.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(count_registrations(), registrations);
    close(copy);
    close(ends[1]);
}

TEST_REAL(descriptor_stream, a_released_descriptor_is_as_it_was)
{
    struct trio_descriptor_stream receiver;
    struct trio_nursery nursery;
    int ends[2];
    char byte;
    struct transfer transfer = {
        .stream = &receiver.stream, .data = &byte, .size = 1};

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &receiver));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
    settle();
    CHECK_EQ(trio_descriptor_stream_release(&receiver), ends[0]);
    CHECK_EQ(trio_descriptor_stream_release(&receiver), TRIO_HANDLE_NONE);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(transfer.rc, TRIO_ECLOSED);
    CHECK(blocks(ends[0]));
    CHECK_OK(trio_stream_close(&receiver.stream));
    close(ends[0]);
    close(ends[1]);
}

// A copy is what a parent has: the same open file.
TEST_REAL(descriptor_stream, what_did_not_block_is_left_so)
{
    struct trio_descriptor_stream receiver;
    int ends[2];

    REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    int copy = dup(ends[0]);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &receiver));
    CHECK_OK(trio_stream_close(&receiver.stream));
    CHECK(!blocks(copy));
    close(copy);
    close(ends[1]);
}

TEST_REAL(descriptor_stream, of_two_that_share_the_last_restores)
{
    for (int first = 0; first < 2; first++) {
        struct trio_descriptor_stream streams[2];
        int ends[2], copies[2];

        REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
        copies[0] = dup(ends[0]);
        copies[1] = dup(ends[0]);
        for (int i = 0; i < 2; i++)
            CHECK_OK(trio_descriptor_stream_open(copies[i], &streams[i]));
        CHECK(!blocks(ends[0]));
        CHECK_OK(trio_stream_close(&streams[first].stream));
        CHECK(!blocks(ends[0])); // The other one is in use.
        CHECK_OK(trio_stream_close(&streams[!first].stream));
        CHECK(blocks(ends[0]));
        close(ends[0]);
        close(ends[1]);
    }
}

// Puts a copy of a descriptor in place of the standard input; returns one of
// that.
static int replace_input(int descriptor)
{
    int input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

    REQUIRE(input >= 0 && dup2(descriptor, STDIN_FILENO) == STDIN_FILENO);
    return input;
}

static void give_back_input(int input)
{
    REQUIRE(dup2(input, STDIN_FILENO) == STDIN_FILENO);
    close(input);
}

// Though its descriptor is the first of all.
TEST_REAL(descriptor_stream, the_standard_input_may_be_the_last_that_shares)
{
    struct trio_descriptor_stream other, last;
    int ends[2];

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    int input = replace_input(ends[0]);
    CHECK_OK(trio_descriptor_stream_open(dup(ends[0]), &other));
    CHECK_OK(trio_descriptor_stream_open(STDIN_FILENO, &last));
    CHECK_OK(trio_stream_close(&other.stream));
    CHECK(!blocks(ends[0]));
    CHECK_EQ(trio_descriptor_stream_release(&last), STDIN_FILENO);
    CHECK(blocks(ends[0]));
    give_back_input(input);
    close(ends[0]);
    close(ends[1]);
}

// Opens a stream on each of two copies of the first end of a pipe.
static void open_shared(int ends[2], int copies[2],
                        struct trio_descriptor_stream streams[2])
{
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    for (int i = 0; i < 2; i++) {
        copies[i] = dup(ends[0]);
        CHECK_OK(trio_descriptor_stream_open(copies[i], &streams[i]));
    }
}

// What was given back is its owner's, whatever becomes of the other one.
TEST_REAL(descriptor_stream, a_released_descriptor_is_not_touched_again)
{
    for (int first = 0; first < 2; first++) {
        for (int closes = 0; closes < 2; closes++) {
            struct trio_descriptor_stream streams[2];
            int ends[2], copies[2];

            open_shared(ends, copies, streams);
            CHECK_EQ(trio_descriptor_stream_release(&streams[first]),
                     copies[first]);
            CHECK(!blocks(ends[0])); // The other one is in use.
            if (closes)
                CHECK_OK(trio_stream_close(&streams[!first].stream));
            else
                CHECK_EQ(trio_descriptor_stream_release(&streams[!first]),
                         copies[!first]);
            CHECK(blocks(ends[0]));
            close(copies[first]);
            if (!closes)
                close(copies[!first]);
            close(ends[0]);
            close(ends[1]);
        }
    }
}

struct left_open {
    int descriptor;
    struct trio_descriptor_stream stream;
};

static TRIO_CHECKPOINT trio_status leave_open(void *arg)
{
    struct left_open *left = arg;
    trio_status rc =
        trio_descriptor_stream_open(left->descriptor, &left->stream);

    CHECK(!blocks(left->descriptor));
    return rc == TRIO_OK ? trio_checkpoint() : rc;
}

TEST_PLAIN(descriptor_stream, the_end_of_the_run_restores)
{
    int ends[2];

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    int input = replace_input(ends[0]);
    for (int i = 0; i < 2; i++) {
        struct left_open left = {.descriptor = i == 0 ? STDIN_FILENO : ends[0]};
        CHECK_OK(trio_run(leave_open, &left));
        CHECK(blocks(ends[0]));
    }
    give_back_input(input);
    close(ends[0]);
    close(ends[1]);
}

TEST_REAL(descriptor_stream, what_is_no_stream_is_refused)
{
    struct trio_descriptor_stream stream;
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int path = open("/etc/passwd", O_PATH | O_CLOEXEC);

    CHECK_STATUS(trio_descriptor_stream_open(folder, &stream), TRIO_ENOTSUP);
    CHECK_STATUS(trio_descriptor_stream_open(path, &stream), TRIO_ENOTSUP);
    CHECK_STATUS(trio_descriptor_stream_open(-1, &stream), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_descriptor_stream_open(INTPTR_MAX, &stream),
                 TRIO_EBADHANDLE);
    CHECK_STATUS(trio_descriptor_stream_open(99999, &stream), TRIO_EBADHANDLE);
    close(folder);
    close(path);
}

TEST_REAL(descriptor_stream, a_socket_may_stand_in_for_one)
{
    struct trio_descriptor_stream near;
    int ends[2];
    char byte = '-';

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &near));
    say(&near.stream, "x");
    CHECK_EQ(read(ends[1], &byte, 1), 1);
    CHECK_EQ(write(ends[1], "yz", 2), 2);
    expect(&near.stream, "yz");
    close(ends[1]);
    CHECK_STATUS(trio_stream_send_all(&near.stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    CHECK_OK(trio_stream_close(&near.stream));
}

// ---- Terminals and FIFOs ----

// A read takes one line, though there are more.
TEST_REAL(descriptor_stream, each_line_of_a_terminal_is_received)
{
    struct trio_descriptor_stream terminal;
    struct trio_nursery nursery;
    char line[10];
    struct transfer first = {
        .stream = &terminal.stream, .data = line, .size = 10};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    REQUIRE(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(slave >= 0);
    int shared = dup(slave);
    CHECK_OK(trio_descriptor_stream_open(slave, &terminal));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &first));
    settle(); // It has registered.
    CHECK_EQ(write(master, "one\ntwo\nsix\n", 12), 12);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(first.length, 4);
    expect(&terminal.stream, "two\n");
    expect(&terminal.stream, "six\n");
    say(&terminal.stream, "out");
    CHECK_OK(trio_stream_close(&terminal.stream));
    CHECK(blocks(shared)); // As the parent has it.
    close(shared);
    close(master);
}

TEST_REAL(descriptor_stream, a_fifo_is_a_pipe_with_a_name)
{
    char folder[] = "/tmp/trio-fifo-XXXXXX", path[64];
    struct trio_descriptor_stream receiver, sender;

    REQUIRE(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/fifo", folder);
    REQUIRE(mkfifo(path, 0600) == 0);
    int in = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int out = open(path, O_WRONLY | O_CLOEXEC);
    CHECK_OK(trio_descriptor_stream_open(in, &receiver));
    CHECK_OK(trio_descriptor_stream_open(out, &sender));
    say(&sender.stream, "through");
    expect(&receiver.stream, "through");
    CHECK_OK(trio_stream_close(&sender.stream));
    CHECK_OK(trio_stream_close(&receiver.stream));
    unlink(path);
    rmdir(folder);
}

// ---- Files ----

static int open_file(int flags)
{
    char path[] = "/tmp/trio-file-XXXXXX";
    int file = mkstemp(path);

    REQUIRE(file >= 0);
    close(file);
    file = open(path, flags | O_CLOEXEC);
    unlink(path);
    REQUIRE(file >= 0);
    return file;
}

TEST_REAL(descriptor_stream, files_are_read_and_written_at_their_position)
{
    int file = open_file(O_RDWR);
    struct trio_descriptor_stream stream;
    char byte;
    size_t length = 77;

    CHECK_OK(trio_descriptor_stream_open(file, &stream));
    CHECK(blocks(file));
    say(&stream.stream, "hello ");
    say(&stream.stream, "world");
    CHECK_OK(trio_stream_send_all(&stream.stream, "", 0, &length));
    CHECK_EQ(length, 0);
    CHECK_OK(trio_stream_wait_writable(&stream.stream));
    CHECK_STATUS(trio_stream_receive_some(&stream.stream, &byte, 1, &length),
                 TRIO_EEND);
    CHECK_EQ(lseek(file, 6, SEEK_SET), 6);
    expect(&stream.stream, "world");
    CHECK_OK(trio_stream_close(&stream.stream));
    CHECK_EQ(fcntl(file, F_GETFD), -1);
    CHECK_STATUS(trio_stream_send_all(&stream.stream, "x", 1, NULL),
                 TRIO_ECLOSED);
}

// Neither the one of a pipe nor that of a file, which a thread comes to.
TEST_REAL(descriptor_stream, the_end_is_not_explained_by_an_older_failure)
{
    struct trio_descriptor_stream streams[2], sender;
    char byte;
    size_t length;

    CHECK_OK(trio_pipe_open(&streams[0], &sender));
    CHECK_OK(trio_stream_close(&sender.stream));
    CHECK_OK(trio_descriptor_stream_open(open_file(O_RDWR), &streams[1]));
    for (size_t i = 0; i < COUNT(streams); i++) {
        trio_ignore(trio_fail(TRIO_EEND, "older"));
        CHECK_STATUS(
            trio_stream_receive_some(&streams[i].stream, &byte, 1, &length),
            TRIO_EEND);
        CHECK(trio_error_find(TRIO_EEND) == NULL);
        CHECK_OK(trio_stream_close(&streams[i].stream));
    }
}

TEST_REAL(descriptor_stream, a_full_device_is_a_status_of_its_own)
{
    struct trio_descriptor_stream stream;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    char byte;
    size_t sent = 77, length;

    CHECK_OK(trio_descriptor_stream_open(full, &stream));
    CHECK_STATUS(trio_stream_send_all(&stream.stream, "x", 1, &sent),
                 TRIO_ENOSPC);
    CHECK_EQ(sent, 0);
    check_names_descriptor("write to", &stream);
    CHECK_OK(trio_stream_close(&stream.stream));
    CHECK_OK(trio_descriptor_stream_open(null, &stream));
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, &sent));
    CHECK_EQ(sent, 1);
    CHECK_STATUS(trio_stream_receive_some(&stream.stream, &byte, 1, &length),
                 TRIO_EEND);
    CHECK_OK(trio_stream_close(&stream.stream));
}

// The thread is not to find somebody else's file under the number.
TEST_REAL(descriptor_stream, a_file_is_closed_when_no_thread_is_in_it)
{
    int file = open_file(O_RDWR);
    struct trio_descriptor_stream stream;
    struct trio_nursery nursery;
    char byte;
    struct transfer transfer = {
        .stream = &stream.stream, .data = &byte, .size = 1};

    CHECK_EQ(write(file, "x", 1), 1);
    CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
    CHECK_OK(trio_descriptor_stream_open(file, &stream));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
    CHECK_OK(trio_checkpoint()); // It is in a thread now.
    trio_stream_close_forcefully(&stream.stream);
    CHECK(fcntl(file, F_GETFD) >= 0 || transfer.done);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    CHECK_EQ(byte, 'x');
    CHECK_EQ(fcntl(file, F_GETFD), -1);
}
