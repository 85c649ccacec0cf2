// What the world on kqueue makes of calls of the system that fail. This program
// has functions of its own in place of those of libc and of the model of
// kqueue: they fail where a test asked for it, and else make the call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64 // As the library has it: fcntl has another name.

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/event.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <trio/file.h>
#include <trio/kqueue.h>

#include "tests/check.h"
#include "tests/kqueue/model.h"
#include "tests/sockets.h"

#define ANY 0 // Filter: that is none's number.

enum call {
    CALL_KQUEUE,
    CALL_CHANGE, // Adding to a queue, by filter.
    CALL_KEVENT,
    CALL_CALLOC,
    CALL_FCNTL,
    CALL_SOCKET,
    CALL_SOCKETPAIR,
    CALL_PIPE,
    CALL_ACCEPT,
    CALLS
};

// After `skip` more calls of a kind, the next `count` fail with `error`.
static struct {
    int skip;
    int count;
    int error;
} faults[CALLS];

static int failing_filter = ANY; // Of CALL_CHANGE.

static void inject_after(enum call call, int skip, int error, int count)
{
    faults[call].skip = skip;
    faults[call].error = error;
    faults[call].count = count;
}

static void inject(enum call call, int error, int count)
{
    inject_after(call, 0, error, count);
}

// The next `count` times that a filter is added there is an error.
static void refuse(int filter, int error, int count)
{
    failing_filter = filter;
    inject(CALL_CHANGE, error, count);
}

// Says whether all that was injected has happened; forgets the rest.
static bool used_up(enum call call)
{
    bool all = faults[call].count == 0;

    inject(call, 0, 0);
    return all;
}

static bool fails(enum call call)
{
    if (faults[call].count == 0)
        return false;
    if (faults[call].skip > 0) {
        faults[call].skip--;
        return false;
    }
    faults[call].count--;
    errno = faults[call].error;
    return true;
}

// ---- In place of the model's, and of libc's ----

int kqueue(void)
{
    return fails(CALL_KQUEUE) ? -1 : model_open();
}

static bool is_refused(const struct kevent *change)
{
    return (change->flags & EV_ADD) != 0 &&
           (failing_filter == ANY || failing_filter == change->filter) &&
           fails(CALL_CHANGE);
}

// Makes the changes one by one, each of which has a receipt.
static int make_changes(int queue, const struct kevent *changes, int count,
                        struct kevent *receipts)
{
    static const struct timespec at_once = {0, 0};

    for (int i = 0; i < count; i++) {
        CHECK((changes[i].flags & EV_RECEIPT) != 0);
        receipts[i] = changes[i];
        receipts[i].flags |= EV_ERROR;
        if (is_refused(&changes[i]))
            receipts[i].data = errno;
        else
            CHECK_EQ(model_call(queue, &changes[i], 1, &receipts[i], 1,
                                &at_once),
                     1);
    }
    return count;
}

int kevent(int queue, const struct kevent *changes, int change_count,
           struct kevent *events, int event_count,
           const struct timespec *timeout)
{
    if (fails(CALL_KEVENT))
        return -1;
    if (change_count == 0 || event_count == 0)
        return model_call(queue, changes, change_count, events, event_count,
                          timeout);
    REQUIRE(event_count >= change_count);
    return make_changes(queue, changes, change_count, events);
}

extern void *__libc_calloc(size_t count, size_t size);

void *calloc(size_t count, size_t size)
{
    return fails(CALL_CALLOC) ? NULL : __libc_calloc(count, size);
}

// F_GETFD says whether a descriptor is open, which it is.
int fcntl(int descriptor, int command, ...)
{
    va_list arguments;

    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    if (command != F_GETFD && fails(CALL_FCNTL))
        return -1;
    return (int)syscall(SYS_fcntl, descriptor, command, argument);
}

int socket(int domain, int type, int protocol)
{
    return fails(CALL_SOCKET)
               ? -1
               : (int)syscall(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
    return fails(CALL_SOCKETPAIR)
               ? -1
               : (int)syscall(SYS_socketpair, domain, type, protocol, ends);
}

int pipe(int ends[2])
{
    return fails(CALL_PIPE) ? -1 : pipe2(ends, 0);
}

int accept(int descriptor, struct sockaddr *restrict name,
           socklen_t *restrict length)
{
    return fails(CALL_ACCEPT) ? -1 : accept4(descriptor, name, length, 0);
}

// ---- Beginning ----

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

static void fail_to_begin(enum call call, int error, trio_status expected)
{
    size_t descriptors = count_descriptors();

    inject(call, error, 1);
    CHECK_STATUS(trio_run(do_nothing, NULL), expected);
    CHECK(used_up(call));
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_OK(trio_run(do_nothing, NULL));
}

TEST_PLAIN(kqueue_faults, a_run_that_cannot_begin_leaves_nothing_open)
{
    failing_filter = ANY;
    fail_to_begin(CALL_KQUEUE, EMFILE, TRIO_EMFILE);
    fail_to_begin(CALL_KQUEUE, ENOMEM, TRIO_ENOMEM);
    fail_to_begin(CALL_FCNTL, ENOMEM, TRIO_ENOMEM);
    fail_to_begin(CALL_KEVENT, ENOMEM, TRIO_ENOMEM);
    fail_to_begin(CALL_CHANGE, ENOMEM, TRIO_ENOMEM);
}

TEST_PLAIN(kqueue_faults, without_memory_a_run_does_not_begin)
{
    size_t descriptors = count_descriptors();
    trio_status rc;
    int refused = 0;

    for (;; refused++) {
        inject_after(CALL_CALLOC, refused, ENOMEM, 1);
        rc = trio_run(do_nothing, NULL);
        CHECK_EQ(count_descriptors() - descriptors, 0);
        if (!used_up(CALL_CALLOC))
            break;
        CHECK_STATUS(rc, TRIO_ENOMEM);
    }
    CHECK_OK(rc);
    CHECK(refused > 0);
}

// ---- Waiting ----

// Waits in each way that there is.
static TRIO_PARKS void use_everything(void)
{
    struct trio_kqueue_event event;
    struct trio_cancel_scope scope;
    struct pair pair;
    int ends[2];

    open_pair(&pair);
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    CHECK_OK(receive_all(&pair.far.stream, 1));
    REQUIRE(pipe(ends) == 0);
    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_wait_readable(ends[0]);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    REQUIRE(write(ends[1], "x", 1) == 1);
    CHECK_OK(trio_wait_readable(ends[0]));
    CHECK_OK(trio_wait_writable(ends[1]));
    CHECK_OK(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event));
    close(ends[0]);
    close(ends[1]);
    close_pair(&pair);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
}

static TRIO_CHECKPOINT trio_status use_everything_once(void *arg)
{
    (void)arg;
    use_everything();
    return TRIO_OK;
}

// Each call once, also those of the beginning.
TEST_PLAIN(kqueue_faults, an_interrupted_call_is_made_again)
{
    int calls = 0;

    for (;; calls++) {
        inject_after(CALL_KEVENT, calls, EINTR, 1);
        CHECK_OK(trio_run(use_everything_once, NULL));
        if (!used_up(CALL_KEVENT))
            break;
    }
    CHECK(calls > 10);
}

TEST_REAL(kqueue_faults, an_interrupted_sleep_is_not_shorter)
{
    struct trio_clock clock = trio_config_platform().clock;
    trio_time begun = clock.now(clock.context);

    inject(CALL_KEVENT, EINTR, 20);
    CHECK_OK(trio_sleep(3 * TRIO_MS));
    CHECK(clock.now(clock.context) - begun >= 3 * TRIO_MS);
    inject(CALL_KEVENT, 0, 0);
}

// ---- Registering ----

static TRIO_PARKS void fail_to_wait(int filter, int error, trio_status expected)
{
    int ends[2];

    REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
    REQUIRE(write(ends[1], "x", 1) == 1);
    for (int i = 0; i < 2; i++) { // Nothing is left of the first one.
        refuse(i == 0 ? filter : ANY, error, 1);
        trio_status rc = filter == EVFILT_READ ? trio_wait_readable(ends[0])
                                               : trio_wait_writable(ends[1]);
        CHECK_STATUS(rc, expected);
        CHECK_EQ(trio_error_find(expected)->os_error, error);
        CHECK(used_up(CALL_CHANGE));
        CHECK_EQ(trio_run_statistics().world_waiters, 0);
    }
    CHECK_OK(trio_wait_readable(ends[0]));
    CHECK_OK(trio_wait_writable(ends[1]));
    close(ends[0]);
    close(ends[1]);
}

TEST_REAL(kqueue_faults, without_room_for_a_registration_there_is_no_wait)
{
    fail_to_wait(EVFILT_READ, ENOMEM, TRIO_ENOMEM);
    fail_to_wait(EVFILT_WRITE, ENOMEM, TRIO_ENOMEM);
    fail_to_wait(EVFILT_READ, ENODEV, TRIO_ENOTSUP);
}

static TRIO_CHECKPOINT trio_status read_when_ready(void *arg)
{
    char byte;
    trio_status rc = trio_wait_readable(*(int *)arg);

    if (rc == TRIO_OK)
        CHECK_EQ(read(*(int *)arg, &byte, 1), 1);
    return rc;
}

// One of two directions is refused: who waits for the other one waits on.
TEST_REAL(kqueue_faults, a_direction_that_is_refused_is_alone)
{
    struct trio_nursery nursery;
    int ends[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, read_when_ready, &ends[0]));
    settle();
    refuse(EVFILT_WRITE, ENOMEM, 1);
    CHECK_STATUS(trio_wait_writable(ends[0]), TRIO_ENOMEM);
    CHECK(used_up(CALL_CHANGE));
    CHECK_EQ(trio_run_statistics().world_waiters, 1);
    CHECK_OK(trio_wait_writable(ends[0]));
    REQUIRE(write(ends[1], "x", 1) == 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    close(ends[0]);
    close(ends[1]);
}

TEST_REAL(kqueue_faults, without_room_for_a_registration_nothing_is_adopted)
{
    struct trio_descriptor_stream stream;
    int ends[2];

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    refuse(EVFILT_READ, ENOMEM, 1);
    CHECK_STATUS(trio_descriptor_stream_open(ends[0], &stream), TRIO_ENOMEM);
    CHECK_EQ(trio_error_find(TRIO_ENOMEM)->os_error, ENOMEM);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &stream));
    CHECK_OK(trio_stream_close(&stream.stream));
    close(ends[1]);
}

// Both directions are registered at once, and only one is asked for.
static TRIO_PARKS void receive_without(int filter, trio_status expected)
{
    struct pair pair;
    char byte = '-';
    size_t length;
    struct trio_nursery nursery;

    open_pair(&pair);
    struct transfer transfer = {&pair.far.stream, &byte, 1, 0, TRIO_OK, false};
    refuse(filter, ENOMEM, 1);
    if (expected != TRIO_OK)
        CHECK_STATUS(
            trio_stream_receive_some(&pair.far.stream, &byte, 1, &length),
            expected);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
    settle();
    CHECK(used_up(CALL_CHANGE));
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    CHECK_EQ(byte, 'x');
    close_pair(&pair);
}

TEST_REAL(kqueue_faults, without_a_registration_a_stream_still_works)
{
    receive_without(EVFILT_READ, TRIO_ENOMEM);
    receive_without(EVFILT_WRITE, TRIO_OK);
}

// Who is told twice without a call is registered anew, and that may fail for
// the other direction, too: whoever waits for that is not forgotten.
static TRIO_PARKS void register_anew(int filter, int count,
                                     trio_status expected)
{
    struct pair pair;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    open_pair(&pair);
    trio_handle handle = pair.near.socket.handle;
    size_t filled = fill(&pair.near.stream);
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "x", 1, NULL));
    CHECK_OK(trio_wait_readable(handle));
    struct transfer transfer = {
        &pair.near.stream, (char[]){'y'}, 1, 0, TRIO_OK, false};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &transfer));
    settle();
    CHECK(!transfer.done);
    refuse(filter, ENOMEM, count);
    trio_status rc = trio_wait_readable(handle);
    if (rc == TRIO_OK) // It was told, and is registered anew by this only.
        rc = trio_wait_readable(handle);
    CHECK_STATUS(rc, expected);
    CHECK(used_up(CALL_CHANGE));
    CHECK_OK(receive_all(&pair.far.stream, filled + 1));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    close_pair(&pair);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

TEST_REAL(kqueue_faults, who_waits_for_the_other_direction_is_not_forgotten)
{
    register_anew(EVFILT_WRITE, 1, TRIO_OK);
    register_anew(ANY, 2, TRIO_ENOMEM);
}

// Some kernels say so where the receiver has gone: then a call tells.
TEST_REAL(kqueue_faults, who_is_told_that_a_pipe_broke_tries)
{
    struct trio_descriptor_stream receiver, sender;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    CHECK_OK(trio_pipe_open(&receiver, &sender));
    static const char zeros[4096]; // As pipes count.
    size_t filled = 0;
    while (write((int)sender.over.socket.handle, zeros, sizeof(zeros)) > 0)
        filled += sizeof(zeros);
    struct transfer transfer = {
        &sender.stream, (char[]){'y'}, 1, 0, TRIO_OK, false};
    refuse(EVFILT_WRITE, EPIPE, 1);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &transfer));
    settle();
    CHECK(used_up(CALL_CHANGE));
    CHECK(!transfer.done);
    CHECK_OK(receive_all(&receiver.stream, filled + 1));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    CHECK_OK(trio_stream_close(&sender.stream));
    CHECK_OK(trio_stream_close(&receiver.stream));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

TEST_REAL(kqueue_faults, an_event_that_is_refused_is_not_waited_for)
{
    struct trio_kqueue_event event;

    refuse(EVFILT_TIMER, ENOMEM, 1);
    CHECK_STATUS(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event), TRIO_ENOMEM);
    CHECK_EQ(trio_error_find(TRIO_ENOMEM)->os_error, ENOMEM);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    CHECK_OK(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event));
}

// ---- Descriptors ----

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

TEST_REAL(kqueue_faults, without_descriptors_nothing_is_left_open)
{
    CHECK_EQ(fail_each(CALL_SOCKET, EMFILE, TRIO_EMFILE, make_socket), 1);
    CHECK_EQ(fail_each(CALL_SOCKETPAIR, ENFILE, TRIO_EMFILE, make_pair), 1);
    CHECK_EQ(fail_each(CALL_PIPE, EMFILE, TRIO_EMFILE, make_pipe), 1);
    CHECK_EQ(fail_each(CALL_SOCKET, ENOBUFS, TRIO_ENOBUFS, make_connection), 1);
    CHECK_EQ(fail_each(CALL_ACCEPT, EMFILE, TRIO_EMFILE, make_connection), 1);
    CHECK_EQ(fail_each(CALL_ACCEPT, ENOMEM, TRIO_ENOMEM, make_connection), 1);
}

// What did not get its properties is closed again.
TEST_REAL(kqueue_faults, without_its_flags_a_descriptor_is_not_kept)
{
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_socket), 3);
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_pair), 6);
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_pipe), 6);
    CHECK_EQ(fail_each(CALL_FCNTL, ENOMEM, TRIO_ENOMEM, make_connection), 6);
}

// The listener is not what failed.
TEST_REAL(kqueue_faults, what_is_not_the_listeners_is_passed_over)
{
    listener = open_listener();
    inject(CALL_ACCEPT, EINTR, 3);
    CHECK_OK(make_connection());
    inject(CALL_ACCEPT, ECONNABORTED, 1);
    CHECK_OK(make_connection());
    CHECK(used_up(CALL_ACCEPT));
    trio_tcp_listener_close(&listener);
}

// ---- Files ----

// What the system would not make durable is not said to be.
TEST_REAL(kqueue_faults, a_drive_that_fails_is_told_of)
{
    struct trio_file_options options = {.write = true, .create = true};
    struct trio_file file;

    CHECK_OK(trio_file_open("kqueue_faults.txt", &options, &file));
    inject(CALL_FCNTL, EINTR, 1);
    CHECK_OK(trio_file_sync(&file));
    inject(CALL_FCNTL, ENOTSUP, 1); // The file system knows no more.
    CHECK_OK(trio_file_sync(&file));
    inject(CALL_FCNTL, EIO, 1);
    CHECK_STATUS(trio_file_sync(&file), TRIO_EIO);
    CHECK(used_up(CALL_FCNTL));
    CHECK_OK(trio_file_close(&file));
    CHECK_OK(trio_path_remove("kqueue_faults.txt"));
}
