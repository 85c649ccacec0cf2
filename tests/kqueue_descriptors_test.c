// What the files for macOS make of calls on descriptors that fail.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <trio/file.h>
#include <trio/local.h>

#include "tests/check.h"
#include "tests/kqueue/faults.h"
#include "tests/sockets.h"

static struct trio_tcp_listener listener;

static TRIO_CHECKPOINT trio_status make_socket(void)
{
    struct trio_socket socket;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    if (rc == TRIO_OK)
        trio_socket_close(&socket);
    return rc;
}

static TRIO_CHECKPOINT trio_status make_pair(void)
{
    struct trio_socket near, far;
    trio_status rc = trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far);

    if (rc != TRIO_OK)
        return rc;
    trio_socket_close(&near);
    trio_socket_close(&far);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status make_pipe(void)
{
    struct trio_descriptor_stream receiver, sender;
    trio_status rc = trio_pipe_open(&receiver, &sender);

    if (rc != TRIO_OK)
        return rc;
    CHECK_OK(trio_stream_close(&sender.stream));
    return trio_stream_close(&receiver.stream);
}

static TRIO_CHECKPOINT trio_status make_connection(void)
{
    struct trio_tcp_stream near, far;
    trio_status rc = trio_tcp_connect(&listener.address, &near);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &far);
    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&far.stream);
    trio_stream_close_forcefully(&near.stream);
    return rc;
}

// Returns how many calls there are that failed, each once.
static TRIO_PARKS int fail_each(enum call call, int error, trio_status expected,
                                trio_status (*make)(void))
{
    int failed = 0;

    listener = open_listener();
    size_t descriptors = count_descriptors();
    for (;; failed++) {
        inject_after(call, failed, error, 1);
        trio_status rc = make();
        CHECK_EQ(count_descriptors() - descriptors, 0);
        if (!used_up(call)) {
            CHECK_OK(rc);
            break;
        }
        CHECK_STATUS(rc, expected);
        CHECK_EQ(trio_error_find(expected)->os_error, error);
    }
    trio_tcp_listener_close(&listener);
    return failed;
}

TEST_REAL(kqueue_descriptors, without_descriptors_nothing_is_left_open)
{
    CHECK_EQ(fail_each(CALL_SOCKET, EMFILE, TRIO_EMFILE, make_socket), 1);
    CHECK_EQ(fail_each(CALL_SOCKETPAIR, ENFILE, TRIO_EMFILE, make_pair), 1);
    CHECK_EQ(fail_each(CALL_PIPE, EMFILE, TRIO_EMFILE, make_pipe), 1);
    CHECK_EQ(fail_each(CALL_SOCKET, ENOBUFS, TRIO_ENOBUFS, make_connection), 1);
    CHECK_EQ(fail_each(CALL_ACCEPT, EMFILE, TRIO_EMFILE, make_connection), 1);
    CHECK_EQ(fail_each(CALL_ACCEPT, ENOMEM, TRIO_ENOMEM, make_connection), 1);
}

// What did not get its properties is closed again.
TEST_REAL(kqueue_descriptors, without_its_flags_a_descriptor_is_not_kept)
{
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_socket), 3);
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_pair), 6);
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_pipe), 6);
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_connection), 6);
}

// Else the signal of a peer that has gone would end the process.
TEST_REAL(kqueue_descriptors, what_raises_signals_is_not_kept)
{
    CHECK_EQ(fail_each(CALL_QUIET, ENOBUFS, TRIO_ENOBUFS, make_socket), 1);
    CHECK_EQ(fail_each(CALL_QUIET, ENOBUFS, TRIO_ENOBUFS, make_pair), 2);
    CHECK_EQ(fail_each(CALL_QUIET, ENOBUFS, TRIO_ENOBUFS, make_connection), 2);
}

// Its peer is gone already: that is not for accepting to say.
TEST_REAL(kqueue_descriptors, a_connection_that_has_ended_is_accepted)
{
    listener = open_listener();
    inject_after(CALL_QUIET, 1, EINVAL, 1);
    CHECK_OK(make_connection());
    CHECK(used_up(CALL_QUIET));
    trio_tcp_listener_close(&listener);
}

// The listener is not what failed.
TEST_REAL(kqueue_descriptors, what_is_not_the_listeners_is_passed_over)
{
    listener = open_listener();
    inject(CALL_ACCEPT, EINTR, 3);
    CHECK_OK(make_connection());
    inject(CALL_ACCEPT, ECONNABORTED, 1);
    CHECK_OK(make_connection());
    CHECK(used_up(CALL_ACCEPT));
    trio_tcp_listener_close(&listener);
}

// ---- Sending ----

static int make_file(void)
{
    char path[] = "/tmp/trio-kqueue-XXXXXX";
    int file = mkostemp(path, O_CLOEXEC);

    REQUIRE(file >= 0 && write(file, "data", 4) == 4);
    unlink(path);
    return file;
}

static TRIO_CHECKPOINT trio_status send_bytes(struct trio_tcp_stream *tcp)
{
    return trio_stream_send_all(&tcp->stream, "x", 1, NULL);
}

static TRIO_CHECKPOINT trio_status send_message(struct trio_tcp_stream *tcp)
{
    struct trio_buffer buffer = {(char[]){'x'}, 1};
    struct trio_message message = {.buffers = &buffer, .buffer_count = 1};

    return trio_socket_send_message(&tcp->socket, &message, NULL);
}

static TRIO_CHECKPOINT trio_status send_file(struct trio_tcp_stream *tcp)
{
    int file = make_file();
    trio_status rc = trio_stream_send_file(&tcp->stream, file, 0, 4, NULL);

    close(file);
    return rc;
}

static TRIO_PARKS void
send_to_leaver(enum call call, trio_status (*send)(struct trio_tcp_stream *))
{
    struct pair pair;

    open_pair(&pair);
    inject(call, EPROTOTYPE, 1);
    CHECK_STATUS(send(&pair.near), TRIO_EBROKEN);
    CHECK_EQ(trio_error_find(TRIO_EBROKEN)->os_error, EPROTOTYPE);
    CHECK(used_up(call));
    close_pair(&pair);
}

// What macOS says for a moment while a peer goes away.
TEST_REAL(kqueue_descriptors, who_sends_to_a_peer_that_leaves_is_told_so)
{
    send_to_leaver(CALL_SEND, send_bytes);
    send_to_leaver(CALL_SEND, send_message);
    send_to_leaver(CALL_SEND_FILE, send_file);
}

// Where there is no connection it says what it means.
TEST_REAL(kqueue_descriptors,
          a_datagram_for_a_socket_of_another_kind_is_refused)
{
    struct trio_socket one, other;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_DATAGRAM, &one, &other));
    inject(CALL_SEND, EPROTOTYPE, 1);
    CHECK_STATUS(trio_socket_send(&one, "x", 1, NULL), TRIO_ENOTSUP);
    CHECK(used_up(CALL_SEND));
    trio_socket_close(&one);
    trio_socket_close(&other);
}

// The call of the system would send all that is left.
TEST_REAL(kqueue_descriptors, nothing_of_a_file_is_nothing)
{
    const struct trio_world *world = trio_run_world();
    struct pair pair;
    uint64_t sent = 1;
    int file = make_file(), calls = count_calls(CALL_SEND_FILE);

    open_pair(&pair);
    CHECK_OK(world->net->send_file(world->context, pair.near.socket.handle,
                                   file, 0, 0, &sent));
    CHECK_EQ(sent, 0);
    CHECK_EQ(count_calls(CALL_SEND_FILE) - calls, 0);
    close(file);
    close_pair(&pair);
}

// As where the program ignores it: waiting for it would never end.
TEST_REAL(kqueue_descriptors, a_pipe_breaks_without_a_signal)
{
    struct trio_descriptor_stream receiver, sender;

    CHECK_OK(trio_pipe_open(&receiver, &sender));
    inject(CALL_WRITE, EPIPE, 1);
    CHECK_STATUS(trio_stream_send_all(&sender.stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    CHECK(used_up(CALL_WRITE));
    CHECK_OK(trio_stream_close(&sender.stream));
    CHECK_OK(trio_stream_close(&receiver.stream));
}

TEST_REAL(kqueue_descriptors, an_interrupted_file_is_sent_on)
{
    struct pair pair;

    open_pair(&pair);
    inject(CALL_SEND_FILE, EINTR, 2);
    CHECK_OK(send_file(&pair.near));
    CHECK(used_up(CALL_SEND_FILE));
    CHECK_OK(receive_all(&pair.far.stream, 4));
    close_pair(&pair);
}

// ---- Files ----

static const char path[] = "kqueue_descriptors.txt";

static TRIO_PARKS struct trio_file open_file(void)
{
    struct trio_file_options options = {.write = true, .create = true};
    struct trio_file file;

    CHECK_OK(trio_file_open(path, &options, &file));
    return file;
}

static TRIO_PARKS void close_file(struct trio_file *file)
{
    CHECK_OK(trio_file_close(file));
    CHECK_OK(trio_path_remove(path));
}

// What the system would not make durable is not said to be.
TEST_REAL(kqueue_descriptors, a_drive_that_fails_is_told_of)
{
    struct trio_file file = open_file();

    inject(CALL_FCNTL, EINTR, 1);
    CHECK_OK(trio_file_sync(&file));
    inject(CALL_FCNTL, EIO, 1);
    CHECK_STATUS(trio_file_sync(&file), TRIO_EIO);
    CHECK(used_up(CALL_FCNTL));
    close_file(&file);
}

static TRIO_PARKS void sync_as_elsewhere(int error)
{
    struct trio_file file = open_file();

    inject(CALL_FCNTL, error, 2);
    CHECK_OK(trio_file_sync(&file));
    inject(CALL_FSYNC, EIO, 1);
    CHECK_STATUS(trio_file_sync(&file), TRIO_EIO);
    CHECK(used_up(CALL_FCNTL) && used_up(CALL_FSYNC));
    close_file(&file);
}

// A file system without a drive does what it does elsewhere.
TEST_REAL(kqueue_descriptors, without_a_drive_a_file_is_durable_all_the_same)
{
    sync_as_elsewhere(ENOTSUP);
    sync_as_elsewhere(EINVAL);
    sync_as_elsewhere(ENOTTY);
}
