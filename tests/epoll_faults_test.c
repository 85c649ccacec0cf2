// What the world on epoll makes of calls of the system that fail. The kernel
// does not fail on demand, so this program has functions of its own in place of
// those of libc: they fail where a test asked for it, and else make the call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/faults.h"
#include "tests/sockets.h"

// Whether libc has epoll_pwait2, so that it is asked for.
#if __GLIBC__ * 1000 + __GLIBC_MINOR__ >= 2035
#define HAS_PWAIT2 true
#else
#define HAS_PWAIT2 false
#endif

enum call {
    CALL_EPOLL_CREATE,
    CALL_EPOLL_CTL,
    CALL_EPOLL_WAIT,
    CALL_EPOLL_PWAIT2,
    CALL_EVENTFD,
    CALL_SOCKET,
    CALL_ACCEPT,
    CALL_CONNECT,
    CALL_RECV,
    CALL_SEND,
    CALL_SHUTDOWN,
    CALLS
};

// ---- In place of libc's ----

int epoll_create1(int flags)
{
    return fails(CALL_EPOLL_CREATE) ? -1
                                    : (int)syscall(SYS_epoll_create1, flags);
}

int epoll_ctl(int epoll, int operation, int descriptor,
              struct epoll_event *event)
{
    return fails(CALL_EPOLL_CTL) ? -1
                                 : (int)syscall(SYS_epoll_ctl, epoll, operation,
                                                descriptor, event);
}

static int last_timeout; // Of epoll_wait, in milliseconds.

int epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
    last_timeout = timeout;
    return fails(CALL_EPOLL_WAIT) ? -1
                                  : (int)syscall(SYS_epoll_pwait, epoll, events,
                                                 max, timeout, NULL, 8);
}

int epoll_pwait2(int epoll, struct epoll_event *events, int max,
                 const struct timespec *timeout, const sigset_t *mask)
{
    return fails(CALL_EPOLL_PWAIT2)
               ? -1
               : (int)syscall(SYS_epoll_pwait2, epoll, events, max, timeout,
                              mask, 8);
}

int eventfd(unsigned count, int flags)
{
    return fails(CALL_EVENTFD) ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}

int socket(int domain, int type, int protocol)
{
    return fails(CALL_SOCKET)
               ? -1
               : (int)syscall(SYS_socket, domain, type, protocol);
}

int accept4(int descriptor, struct sockaddr *restrict name,
            socklen_t *restrict length, int flags)
{
    return fails(CALL_ACCEPT)
               ? -1
               : (int)syscall(SYS_accept4, descriptor, name, length, flags);
}

int connect(int descriptor, const struct sockaddr *name, socklen_t length)
{
    int result = (int)syscall(SYS_connect, descriptor, name, length);

    // The kernel goes on to connect after an interruption.
    return fails(CALL_CONNECT) ? -1 : result;
}

ssize_t recv(int descriptor, void *data, size_t size, int flags)
{
    return fails(CALL_RECV) ? -1
                            : syscall(SYS_recvfrom, descriptor, data, size,
                                      flags, NULL, NULL);
}

ssize_t send(int descriptor, const void *data, size_t size, int flags)
{
    return fails(CALL_SEND)
               ? -1
               : syscall(SYS_sendto, descriptor, data, size, flags, NULL, 0);
}

int shutdown(int descriptor, int how)
{
    return fails(CALL_SHUTDOWN) ? -1
                                : (int)syscall(SYS_shutdown, descriptor, how);
}

// ---- Beginning ----

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

static void fail_to_begin(int call, int error, trio_status expected)
{
    size_t descriptors = count_descriptors();

    inject(call, error, 1);
    CHECK_STATUS(trio_run(do_nothing, NULL), expected);
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_OK(trio_run(do_nothing, NULL));
}

TEST_PLAIN(epoll_faults, a_run_that_cannot_begin_leaves_nothing_open)
{
    fail_to_begin(CALL_EPOLL_CREATE, EMFILE, TRIO_EMFILE);
    fail_to_begin(CALL_EPOLL_CREATE, ENOMEM, TRIO_ENOMEM);
    fail_to_begin(CALL_EVENTFD, ENFILE, TRIO_EMFILE);
    fail_to_begin(CALL_EPOLL_CTL, ENOMEM, TRIO_ENOMEM);
}

// ---- Waiting ----

static TRIO_PARKS void sleep_three_ms(void)
{
    struct trio_clock clock = trio_config_platform().clock;
    trio_time begun = clock.now(clock.context);

    CHECK_OK(trio_sleep(3 * TRIO_MS));
    CHECK(clock.now(clock.context) - begun >= 3 * TRIO_MS);
}

TEST_REAL(epoll_faults, an_interrupted_sleep_is_not_shorter)
{
    inject(CALL_EPOLL_WAIT, EINTR, 20);
    inject(CALL_EPOLL_PWAIT2, EINTR, 20);
    do // On a slow machine the time has passed before all are used up.
        sleep_three_ms();
    while (faults_left(HAS_PWAIT2 ? CALL_EPOLL_PWAIT2 : CALL_EPOLL_WAIT) > 0);
    inject(CALL_EPOLL_WAIT, 0, 0);
    inject(CALL_EPOLL_PWAIT2, 0, 0); // An old kernel is asked only once.
}

TEST_REAL(epoll_faults, on_an_old_kernel_a_sleep_is_not_shorter)
{
    inject(CALL_EPOLL_PWAIT2, ENOSYS, 1);
    do
        sleep_three_ms();
    while (HAS_PWAIT2 && faults_left(CALL_EPOLL_PWAIT2) > 0);
    sleep_three_ms();
}

TEST_REAL(epoll_faults, in_a_sandbox_a_sleep_is_not_shorter)
{
    inject(CALL_EPOLL_PWAIT2, EPERM, 1);
    do
        sleep_three_ms();
    while (HAS_PWAIT2 && faults_left(CALL_EPOLL_PWAIT2) > 0);
}

// Returns how long the world sleeps in epoll_wait for a limit of the loop's.
static int timeout_of(struct trio_world *world, trio_duration limit)
{
    inject(CALL_EPOLL_WAIT, EINTR, 1); // No need to sleep it.
    last_timeout = -2;
    world->io->poll(world->context, limit);
    CHECK(used_up(CALL_EPOLL_WAIT));
    return last_timeout;
}

// Late is allowed, early is not: a loop that woke early would ask again and
// again until the time has come.
TEST_PLAIN(epoll_faults, on_an_old_kernel_sleeps_are_rounded_up)
{
    struct trio_world world = trio_config_platform().world;

    CHECK_OK(world.begin(&world));
    inject(CALL_EPOLL_PWAIT2, ENOSYS, 1);
    CHECK_EQ(timeout_of(&world, 1), 1);
    CHECK_EQ(timeout_of(&world, 300 * TRIO_US), 1);
    CHECK_EQ(timeout_of(&world, TRIO_MS), 1);
    CHECK_EQ(timeout_of(&world, TRIO_MS + 1), 2);
    CHECK_EQ(timeout_of(&world, 2 * TRIO_MS - 1), 2);
    CHECK_EQ(timeout_of(&world, 2000 * TRIO_MS), 2000);
    CHECK_EQ(timeout_of(&world, INT_MAX * TRIO_MS), INT_MAX);
    CHECK_EQ(timeout_of(&world, INT_MAX * TRIO_MS + 1), INT_MAX);
    CHECK_EQ(timeout_of(&world, TRIO_FOREVER - 1), INT_MAX);
    CHECK_EQ(timeout_of(&world, TRIO_FOREVER), -1);
    world.end(&world);
    inject(CALL_EPOLL_PWAIT2, 0, 0);
}

static TRIO_PARKS void fail_to_wait(int error, trio_status expected)
{
    int ends[2];

    REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
    REQUIRE(write(ends[1], "x", 1) == 1);
    inject(CALL_EPOLL_CTL, error, 1);
    CHECK_STATUS(trio_wait_readable(ends[0]), expected);
    CHECK_EQ(trio_error_find(expected)->os_error, error);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    CHECK_OK(trio_wait_readable(ends[0])); // Nothing is left of it.
    close(ends[0]);
    close(ends[1]);
}

TEST_REAL(epoll_faults, without_room_for_a_registration_there_is_no_wait)
{
    fail_to_wait(ENOMEM, TRIO_ENOMEM);
    fail_to_wait(ENOSPC, TRIO_ENOMEM);
}

TEST_REAL(epoll_faults, without_room_for_a_registration_nothing_is_adopted)
{
    struct trio_descriptor_stream stream;
    int ends[2];

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    inject(CALL_EPOLL_CTL, ENOSPC, 1);
    CHECK_STATUS(trio_descriptor_stream_open(ends[0], &stream), TRIO_ENOMEM);
    CHECK_EQ(trio_error_find(TRIO_ENOMEM)->os_error, ENOSPC);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &stream));
    CHECK_OK(trio_stream_close(&stream.stream));
    close(ends[1]);
}

// ---- Sockets ----

TEST_REAL(epoll_faults, without_a_registration_a_stream_still_works)
{
    struct pair pair;
    char byte = '-'; // The far end has not been waited for yet.
    size_t length;

    open_pair(&pair);
    inject(CALL_EPOLL_CTL, ENOMEM, 1);
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, &byte, 1, &length),
                 TRIO_ENOMEM);
    CHECK(used_up(CALL_EPOLL_CTL));
    struct transfer transfer = {&pair.far.stream, &byte, 1, 0, TRIO_OK, false};
    struct trio_nursery nursery;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
    settle();
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    CHECK_EQ(byte, 'x');
    close_pair(&pair);
}

TEST_REAL(epoll_faults, interrupted_calls_are_made_again)
{
    struct pair pair;

    inject(CALL_ACCEPT, EINTR, 3);
    open_pair(&pair);
    inject(CALL_SEND, EINTR, 3);
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    inject(CALL_RECV, EINTR, 3);
    CHECK_OK(receive_all(&pair.far.stream, 1));
    CHECK(used_up(CALL_ACCEPT) && used_up(CALL_SEND) && used_up(CALL_RECV));
    close_pair(&pair);
}

TEST_REAL(epoll_faults, an_interrupted_connect_goes_on)
{
    struct pair pair;

    inject(CALL_CONNECT, EINTR, 1);
    open_pair(&pair);
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    CHECK_OK(receive_all(&pair.far.stream, 1));
    close_pair(&pair);
}

// S47
TEST_REAL(epoll_faults, an_end_that_could_not_be_sent_is_sent_again)
{
    struct trio_cancel_scope scope;
    struct pair pair;
    char byte;
    size_t length;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    open_pair(&pair);
    inject(CALL_SHUTDOWN, ENOBUFS, 2);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(trio_stream_send_eof(&pair.near.stream), TRIO_ENOBUFS);
        CHECK_EQ(trio_error_find(TRIO_ENOBUFS)->os_error, ENOBUFS);
        // It has not ended: there may be more.
        CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
        CHECK_OK(trio_stream_receive_some(&pair.far.stream, &byte, 1, &length));
    }
    int made = count_calls(CALL_SHUTDOWN);
    CHECK_OK(trio_stream_send_eof(&pair.near.stream));
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, &byte, 1, &length),
                 TRIO_EEND);
    CHECK_OK(trio_stream_send_eof(&pair.near.stream)); // Has been sent.
    CHECK_EQ(count_calls(CALL_SHUTDOWN) - made, 1);
    close_pair(&pair);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

TEST_REAL(epoll_faults, without_a_descriptor_nothing_is_opened)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_listener second;
    struct trio_tcp_stream tcp;
    size_t descriptors = count_descriptors();

    inject(CALL_SOCKET, EMFILE, 1);
    CHECK_STATUS(trio_tcp_connect(&listener.address, &tcp), TRIO_EMFILE);
    inject(CALL_SOCKET, ENFILE, 1);
    CHECK_STATUS(trio_tcp_listen(&listener.address, NULL, &second),
                 TRIO_EMFILE);
    inject(CALL_CONNECT, ENOBUFS, 1);
    CHECK_STATUS(trio_tcp_connect(&listener.address, &tcp), TRIO_ENOBUFS);
    CHECK_EQ(count_descriptors(), descriptors);
    trio_tcp_listener_close(&listener);
}

static TRIO_CHECKPOINT trio_status find_two(void *context, const char *host,
                                            enum trio_address_family family,
                                            struct trio_address *ret_addresses,
                                            size_t max, size_t *ret_count)
{
    (void)context, (void)host, (void)family;
    REQUIRE(max >= 2);
    CHECK_OK(trio_address_parse("127.0.0.1:0", &ret_addresses[0]));
    CHECK_OK(trio_address_parse("127.0.0.2:0", &ret_addresses[1]));
    *ret_count = 2;
    return trio_checkpoint();
}

// The first attempts at a host fail.
static TRIO_PARKS void fail_to_open(int call, int error, trio_status expected)
{
    static const struct trio_resolver resolver = {.resolve = find_two};
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4};
    struct trio_tcp_listener listener;
    struct trio_tcp_stream tcp;

    CHECK_OK(trio_tcp_listen(&any, NULL, &listener));
    trio_resolver_set(&resolver);
    size_t descriptors = count_descriptors();
    inject(call, error, 2);
    CHECK_STATUS(
        trio_tcp_open("host.example", listener.address.port, NULL, &tcp),
        expected);
    CHECK_EQ(count_descriptors(), descriptors);
    inject(call, error, 1);
    CHECK_OK(trio_tcp_open("host.example", listener.address.port, NULL, &tcp));
    CHECK_EQ(tcp.peer.bytes[3], 2); // At the second address.
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_stream_close_forcefully(&tcp.stream);
    trio_resolver_set(NULL);
    trio_tcp_listener_close(&listener);
}

// S91
TEST_REAL(epoll_faults, a_host_is_tried_again_while_resources_are_used_up)
{
    fail_to_open(CALL_SOCKET, EMFILE, TRIO_EMFILE);
    fail_to_open(CALL_SOCKET, ENFILE, TRIO_EMFILE);
    fail_to_open(CALL_SOCKET, ENOBUFS, TRIO_ENOBUFS);
    fail_to_open(CALL_CONNECT, ENOBUFS, TRIO_ENOBUFS);
    fail_to_open(CALL_SOCKET, ENOMEM, TRIO_ENOMEM);
}

static TRIO_PARKS void fail_to_accept(int error, trio_status expected)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream near, far;

    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    inject(CALL_ACCEPT, error, 1);
    trio_status rc = trio_tcp_accept(&listener, &far);
    CHECK_STATUS(rc, expected);
    if (rc != TRIO_OK) // The connection waits.
        CHECK_OK(trio_tcp_accept(&listener, &far));
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
}

TEST_REAL(epoll_faults, while_resources_are_used_up_a_connection_waits)
{
    fail_to_accept(EMFILE, TRIO_EMFILE);
    fail_to_accept(ENFILE, TRIO_EMFILE);
    fail_to_accept(ENOMEM, TRIO_ENOMEM);
    fail_to_accept(ENOBUFS, TRIO_ENOBUFS);
}

// S48
TEST_REAL(epoll_faults, connections_that_broke_early_are_passed_over)
{
    fail_to_accept(ECONNABORTED, TRIO_OK);
    fail_to_accept(EPROTO, TRIO_OK);
    fail_to_accept(ENETDOWN, TRIO_OK);
    fail_to_accept(EHOSTUNREACH, TRIO_OK);
}

// S47
TEST_REAL(epoll_faults, a_time_out_of_the_kernel_is_not_a_deadline)
{
    struct pair pair;
    char byte;
    size_t length;

    open_pair(&pair);
    inject(CALL_RECV, ETIMEDOUT, 1);
    CHECK_STATUS(trio_stream_receive_some(&pair.near.stream, &byte, 1, &length),
                 TRIO_EPEERTIMEDOUT);
    CHECK_EQ(trio_error_find(TRIO_EPEERTIMEDOUT)->os_error, ETIMEDOUT);
    trio_stream_close_forcefully(&pair.far.stream);
    close_pair(&pair);
}

// A spurious event: the call finds nothing, and the task waits on.
TEST_REAL(epoll_faults, a_wake_up_for_nothing_is_waited_out)
{
    struct pair pair;
    char byte = '-';
    struct trio_nursery nursery;

    open_pair(&pair);
    struct transfer transfer = {&pair.near.stream, &byte, 1, 0, TRIO_OK, false};
    inject(CALL_RECV, EAGAIN, 1);
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "x", 1, NULL));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    CHECK_EQ(byte, 'x');
    close_pair(&pair);
}

// ---- How many calls it takes ----

static TRIO_CHECKPOINT trio_status echo(void *arg)
{
    struct trio_stream *stream = arg;
    char buffer[100];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, buffer, length, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// Has `count` pairs play ping-pong, all at once, for `rounds` rounds; then
// compares the calls of both sides with what is expected.
static TRIO_PARKS void play(struct pair *pairs, size_t count, int rounds,
                            int transfers, int polls)
{
    char buffer[100];
    size_t length;
    int before[CALLS];

    for (int round = -2; round < rounds; round++) {
        if (round == 0) // Everything is registered by now.
            for (size_t i = 0; i < CALLS; i++)
                before[i] = count_calls((int)i);
        for (size_t i = 0; i < count; i++)
            CHECK_EQ(syscall(SYS_sendto, (int)pairs[i].near.socket.handle,
                             "ping", 4, 0, NULL, 0),
                     4);
        for (size_t i = 0; i < count; i++)
            CHECK_OK(trio_stream_receive_some(&pairs[i].near.stream, buffer,
                                              sizeof(buffer), &length));
    }
    CHECK_EQ(count_calls(CALL_SEND) - before[CALL_SEND], transfers);
    CHECK_EQ(count_calls(CALL_RECV) - before[CALL_RECV], 2 * transfers);
    CHECK_EQ(count_calls(CALL_EPOLL_CTL) - before[CALL_EPOLL_CTL], 0);
    CHECK(count_calls(CALL_EPOLL_WAIT) - before[CALL_EPOLL_WAIT] <= polls);
}

static TRIO_PARKS void play_at_once(size_t count, int rounds, int polls)
{
    struct pair pairs[64];
    struct trio_nursery nursery;

    REQUIRE(count <= COUNT(pairs));
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < count; i++) {
        open_pair(&pairs[i]);
        CHECK_OK(trio_nursery_start_soon(&nursery, echo, &pairs[i].far));
    }
    settle();
    play(pairs, count, rounds, (int)count * rounds, polls);
    for (size_t i = 0; i < count; i++)
        CHECK_OK(trio_stream_close(&pairs[i].near.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < count; i++)
        close_pair(&pairs[i]);
}

// Waiting: a poll, a receive, a send. Here both sides poll.
TEST_REAL(epoll_faults, a_request_costs_three_calls)
{
    play_at_once(1, 100, 2 * 100);
}

// Saturated: polls are shared by all that are ready.
TEST_REAL(epoll_faults, many_requests_at_once_cost_two_calls_each)
{
    play_at_once(64, 10, 10 * 8);
}
