// What the world on kqueue makes of calls of the system that fail.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <trio/kqueue.h>

#include "tests/check.h"
#include "tests/kqueue/faults.h"
#include "tests/sockets.h"

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
    fail_to_begin(CALL_KQUEUE, EMFILE, TRIO_EMFILE);
    fail_to_begin(CALL_KQUEUE, ENOMEM, TRIO_ENOMEM);
    fail_to_begin(CALL_FCNTL, ENOMEM, TRIO_ENOMEM);
    fail_to_begin(CALL_KEVENT, ENOMEM, TRIO_ENOMEM);
    refuse(EVFILT_USER, EV_ADD, 0, 0);
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
        refuse(i == 0 ? filter : ANY, EV_ADD, error, 1);
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
    refuse(EVFILT_WRITE, EV_ADD, ENOMEM, 1);
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
    refuse(EVFILT_READ, EV_ADD, ENOMEM, 1);
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
    refuse(filter, EV_ADD, ENOMEM, 1);
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
    struct transfer transfer = {&pair.near.stream, (char[]){'y'}, 1, 0,
                                TRIO_OK,           false};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &transfer));
    settle();
    CHECK(!transfer.done);
    refuse(filter, EV_ADD, ENOMEM, count);
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
    struct transfer transfer = {&sender.stream, (char[]){'y'}, 1, 0,
                                TRIO_OK,        false};
    refuse(EVFILT_WRITE, EV_ADD, EPIPE, 1);
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

// ---- Taking off ----

// Both directions of a descriptor of the caller's, none of which is ready.
struct both {
    int ends[2];
    size_t filled;
    struct trio_cancel_scope writing;
    trio_status read, written;
};

static TRIO_CHECKPOINT trio_status wait_to_read(void *arg)
{
    struct both *both = arg;

    both->read = trio_wait_readable(both->ends[0]);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status wait_to_write(void *arg)
{
    struct both *both = arg;

    trio_cancel_scope_open(&both->writing);
    both->written = trio_wait_writable(both->ends[0]);
    trio_ignore(trio_cancel_scope_close(&both->writing, both->written));
    return TRIO_OK;
}

static TRIO_PARKS void open_both(struct both *both,
                                 struct trio_nursery *nursery)
{
    static const char zeros[4096];

    *both = (struct both){.read = TRIO_EOS, .written = TRIO_EOS};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both->ends) ==
            0);
    while (write(both->ends[0], zeros, sizeof(zeros)) > 0)
        both->filled += sizeof(zeros);
    trio_nursery_open(nursery);
    CHECK_OK(trio_nursery_start_soon(nursery, wait_to_read, both));
    CHECK_OK(trio_nursery_start_soon(nursery, wait_to_write, both));
    settle();
    CHECK_EQ(trio_run_statistics().world_waiters, 2);
}

static TRIO_PARKS void close_both(struct both *both,
                                  struct trio_nursery *nursery)
{
    REQUIRE(write(both->ends[1], "x", 1) == 1);
    CHECK_OK(trio_nursery_close(nursery, TRIO_OK));
    CHECK_OK(both->read);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    close(both->ends[0]);
    close(both->ends[1]);
}

// The writer leaves, and however that turns out, the reader waits on.
static TRIO_PARKS void leave_reader(enum call call, int error)
{
    struct trio_nursery nursery;
    struct both both;

    open_both(&both, &nursery);
    refuse(EVFILT_WRITE, EV_DELETE, error, 0);
    inject_after(call, call == CALL_KEVENT_DONE, error, error != 0);
    trio_cancel_scope_cancel(&both.writing, "enough");
    settle();
    CHECK(used_up(call));
    CHECK_STATUS(both.written, TRIO_ECANCELED);
    CHECK_EQ(trio_run_statistics().world_waiters, 1);
    close_both(&both, &nursery);
}

TEST_REAL(kqueue_faults, who_leaves_takes_nobody_along)
{
    leave_reader(CALL_CHANGE, 0);
    leave_reader(CALL_KEVENT, EINTR);
    leave_reader(CALL_KEVENT_DONE, EINTR); // It is gone when it is asked again.
    leave_reader(CALL_CHANGE, ENOMEM);
    leave_reader(CALL_CHANGE, ENOENT);
}

// What could not be taken off tells later, of a wait that is over.
TEST_REAL(kqueue_faults, an_event_of_a_wait_that_is_over_is_nobodys)
{
    struct trio_cancel_scope scope;
    int ends[2];
    char byte;

    REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
    trio_move_on_after(&scope, TRIO_MS);
    refuse(EVFILT_READ, EV_DELETE, ENOMEM, 1);
    trio_status rc = trio_wait_readable(ends[0]);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(used_up(CALL_CHANGE));
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    REQUIRE(write(ends[1], "x", 1) == 1);
    CHECK_OK(trio_sleep(TRIO_MS)); // It is told while this lasts.
    REQUIRE(read(ends[0], &byte, 1) == 1);
    trio_move_on_after(&scope, TRIO_MS);
    rc = trio_wait_readable(ends[0]);
    CHECK_STATUS(rc, TRIO_ECANCELED); // There is nothing any more.
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    close(ends[0]);
    close(ends[1]);
}

// A number that was never in use, and one that was.
TEST_REAL(kqueue_faults, what_was_closed_elsewhere_is_not_waited_for)
{
    int ends[2];

    REQUIRE(pipe2(ends, O_NONBLOCK) == 0);
    CHECK_OK(trio_wait_writable(ends[1]));
    close(ends[1]);
    CHECK_STATUS(trio_wait_writable(ends[1]), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_wait_writable(4000), TRIO_EBADHANDLE);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    close(ends[0]);
}

TEST_REAL(kqueue_faults, a_folder_makes_nobody_wait)
{
    int folder = open("/", O_RDONLY | O_DIRECTORY);

    REQUIRE(folder >= 0);
    CHECK_STATUS(trio_wait_readable(folder), TRIO_ENOTSUP);
    close(folder);
}

// The other side has gone: it is a stream all the same.
TEST_REAL(kqueue_faults, what_is_told_to_be_broken_is_adopted)
{
    struct trio_descriptor_stream stream;
    int ends[2];

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    refuse(EVFILT_READ, EV_ADD, EPIPE, 1);
    CHECK_OK(trio_descriptor_stream_open(ends[0], &stream));
    CHECK(used_up(CALL_CHANGE));
    CHECK_OK(trio_stream_close(&stream.stream));
    close(ends[1]);
}

// ---- Waking ----

static void wake(void *arg)
{
    struct trio_world *world = arg;

    errno = EXDEV;
    world->io->wake(world->context);
    CHECK_EQ(errno, EXDEV); // A signal handler may be who wakes.
}

// Sleeps, and is woken by a call that fails at first.
static void wake_sleeper(trio_duration limit, int error, int count)
{
    struct trio_world world = trio_config_platform().world;

    CHECK_OK(world.begin(&world));
    inject(CALL_RING, error, count);
    call_in_wait(wake, &world);
    world.io->poll(world.context, limit);
    CHECK(used_up(CALL_RING));
    world.end(&world);
}

TEST_PLAIN(kqueue_faults, a_loop_is_rung_until_it_hears)
{
    wake_sleeper(TRIO_FOREVER, EINTR, 3);
}

// Only where somebody has closed the queue: then the wait will say so.
TEST_PLAIN(kqueue_faults, a_bell_that_is_broken_is_not_rung_for_ever)
{
    wake_sleeper(TRIO_MS, EBADF, 1);
}

// ---- Stacks ----

TEST_PLAIN(kqueue_faults, without_its_guard_a_stack_is_not_handed_out)
{
    struct trio_memory memory = trio_config_platform().memory;

    REQUIRE(memory.begin(&memory) == TRIO_OK);
    inject(CALL_MPROTECT, ENOMEM, 1);
    CHECK_STATUS(memory.stack_reserve(memory.context, 65536), TRIO_ENOMEM);
    CHECK(used_up(CALL_MPROTECT));
    CHECK_OK(memory.stack_reserve(memory.context, 65536));
    memory.end(&memory);
}
