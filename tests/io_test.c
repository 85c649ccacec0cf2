// What trio/io.h promises about descriptors of the caller's. They are the
// kernel's, and so is what is tested here: this runs in the real world.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/io.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"

struct ends {
    int reader;
    int writer;
};

static struct ends open_pipe(void)
{
    int descriptors[2];

    REQUIRE(pipe2(descriptors, O_NONBLOCK | O_CLOEXEC) == 0);
    return (struct ends){descriptors[0], descriptors[1]};
}

static void close_pipe(struct ends ends)
{
    close(ends.reader);
    close(ends.writer);
}

static void put(int descriptor, const char *text)
{
    REQUIRE(write(descriptor, text, strlen(text)) == (ssize_t)strlen(text));
}

// Reads one byte, as foreign code would.
static char take(int descriptor)
{
    char byte = '-';

    CHECK_EQ(read(descriptor, &byte, 1), 1);
    return byte;
}

// One task's wait, and what came of it.
struct wait {
    trio_handle handle;
    enum trio_direction direction;
    trio_status rc;
    bool done;
};

static TRIO_CHECKPOINT trio_status wait_once(void *arg)
{
    struct wait *wait = arg;

    wait->rc = wait->direction == TRIO_READABLE
                   ? trio_wait_readable(wait->handle)
                   : trio_wait_writable(wait->handle);
    wait->done = true;
    return wait->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

// Counts what is registered with epoll, also for waking the loop.
static size_t count_registered(void)
{
    DIR *folder = opendir("/proc/self/fdinfo");
    const struct dirent *entry;
    size_t count = 0;

    REQUIRE(folder != NULL);
    while ((entry = readdir(folder)) != NULL) {
        char path[300];
        char line[200];
        snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", entry->d_name);
        FILE *file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof(line), file) != NULL)
            count += strncmp(line, "tfd:", 4) == 0;
        if (file != NULL)
            fclose(file);
    }
    closedir(folder);
    return count;
}

TEST_REAL(io, readable_is_waited_for)
{
    struct ends ends = open_pipe();
    struct wait wait = {ends.reader, TRIO_READABLE, TRIO_OK, false};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &wait));
    settle();
    CHECK(!wait.done);
    CHECK_EQ(trio_run_statistics().world_waiters, 1);
    put(ends.writer, "x");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(wait.rc);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    close_pipe(ends);
}

TEST_REAL(io, writable_is_waited_for)
{
    struct ends ends = open_pipe();
    struct wait wait = {ends.writer, TRIO_WRITABLE, TRIO_OK, false};
    struct trio_nursery nursery;
    char page[4096] = {0};

    while (write(ends.writer, page, sizeof(page)) > 0)
        continue;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &wait));
    settle();
    CHECK(!wait.done);
    while (read(ends.reader, page, sizeof(page)) > 0)
        continue;
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(wait.rc);
    close_pipe(ends);
}

TEST_REAL(io, the_end_is_readable)
{
    struct ends ends = open_pipe();

    close(ends.writer);
    CHECK_OK(trio_wait_readable(ends.reader));
    close(ends.reader);
}

// S44
TEST_REAL(io, a_second_waiter_is_busy_and_the_first_undisturbed)
{
    struct ends ends = open_pipe();
    struct wait wait = {ends.reader, TRIO_READABLE, TRIO_OK, false};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &wait));
    settle();
    CHECK_STATUS(trio_wait_readable(ends.reader), TRIO_EBUSY);
    settle();
    CHECK(!wait.done);
    put(ends.writer, "x");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(wait.rc);
    close_pipe(ends);
}

// S44
TEST_REAL(io, both_directions_of_a_handle_can_be_waited_for)
{
    size_t before = count_registered();
    int sockets[2];
    char page[4096] = {0};
    struct trio_nursery nursery;

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0);
    while (write(sockets[0], page, sizeof(page)) > 0)
        continue;
    struct wait readable = {sockets[0], TRIO_READABLE, TRIO_OK, false};
    struct wait writable = {sockets[0], TRIO_WRITABLE, TRIO_OK, false};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &readable));
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &writable));
    settle();
    CHECK(!readable.done && !writable.done);
    while (read(sockets[1], page, sizeof(page)) > 0)
        continue;
    settle();
    CHECK(!readable.done && writable.done); // The other one goes on waiting.
    put(sockets[1], "x");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(readable.rc);
    CHECK_OK(writable.rc);
    CHECK_EQ(count_registered(), before);
    close(sockets[0]);
    close(sockets[1]);
}

// S46
TEST_REAL(io, who_reads_a_part_may_wait_again)
{
    struct ends ends = open_pipe();

    put(ends.writer, "ab");
    CHECK_OK(trio_wait_readable(ends.reader));
    CHECK_EQ(take(ends.reader), 'a');
    CHECK_OK(trio_wait_readable(ends.reader));
    CHECK_EQ(take(ends.reader), 'b');
    close_pipe(ends);
}

// S46
TEST_REAL(io, foreign_code_may_read_from_a_socket_of_ours)
{
    struct pair pair;
    struct trio_nursery nursery;

    open_pair(&pair);
    int descriptor = (int)pair.near.socket.handle;
    struct wait wait = {descriptor, TRIO_READABLE, TRIO_OK, false};
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "abc", 3, NULL));
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(trio_wait_readable(descriptor));
        CHECK_EQ(take(descriptor), "abc"[i]);
    }
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &wait));
    settle();
    CHECK(!wait.done); // Nothing is there.
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "d", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(take(descriptor), 'd');
    close_pair(&pair);
}

// S46: nobody takes or sends anything in between, so it stays ready; and what
// was said before it was registered must not stand for what comes after.
TEST_REAL(io, what_stays_ready_is_told_again_and_again)
{
    struct trio_cancel_scope scope;
    struct pair pair;
    char byte;
    size_t length;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    open_pair(&pair);
    for (int round = 0; round < 2; round++) {
        CHECK_OK(trio_stream_send_all(&pair.far.stream, "x", 1, NULL));
        for (int i = 0; i < 5; i++) {
            CHECK_OK(trio_wait_readable(pair.near.socket.handle));
            CHECK_OK(trio_wait_writable(pair.near.socket.handle));
            CHECK_OK(trio_stream_wait_writable(&pair.near.stream));
        }
        CHECK_OK(
            trio_stream_receive_some(&pair.near.stream, &byte, 1, &length));
    }
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    close_pair(&pair);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

TEST_REAL(io, nothing_stays_registered)
{
    size_t before = count_registered();
    struct ends ends = open_pipe();
    struct trio_cancel_scope scope;

    put(ends.writer, "x");
    CHECK_OK(trio_wait_readable(ends.reader));
    CHECK_EQ(count_registered(), before);
    CHECK_EQ(take(ends.reader), 'x');
    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_wait_readable(ends.reader);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(count_registered(), before);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    close_pipe(ends);
}

// S14
TEST_REAL(io, cancelled_at_entry_nothing_is_waited_for)
{
    struct ends ends = open_pipe();
    struct trio_cancel_scope scope;

    put(ends.writer, "x");
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_wait_readable(ends.reader);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    close_pipe(ends);
}

// S45
TEST_REAL(io, notify_closing_wakes_both_directions)
{
    struct pair pair;
    struct trio_nursery nursery;

    open_pair(&pair);
    fill(&pair.near.stream);
    int copy =
        dup((int)pair.near.socket.handle); // Foreign: not known to the world.
    struct wait readable = {copy, TRIO_READABLE, TRIO_OK, false};
    struct wait writable = {copy, TRIO_WRITABLE, TRIO_OK, false};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &readable));
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &writable));
    settle();
    trio_notify_closing(copy);
    close(copy);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(readable.rc, TRIO_ECLOSED);
    CHECK_STATUS(writable.rc, TRIO_ECLOSED);
    close_pair(&pair);
}

TEST_REAL(io, notify_closing_of_what_nobody_knows_is_nothing)
{
    trio_notify_closing(TRIO_HANDLE_NONE);
    trio_notify_closing(0);
    trio_notify_closing(1000000);
}

// S45
TEST_REAL(io, a_number_that_was_closed_and_reused_wakes_the_right_task)
{
    struct ends old = open_pipe();
    int copy = dup(old.reader); // Keeps the old file in the kernel's list.
    struct wait stale = {old.reader, TRIO_READABLE, TRIO_OK, false};
    struct wait fresh = stale;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &stale));
    settle();
    close(old.reader); // Behind the world's back.
    struct ends new = open_pipe();
    REQUIRE(new.reader == old.reader);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &fresh));
    settle();
    CHECK(stale.done);
    CHECK_STATUS(stale.rc, TRIO_ECLOSED);
    CHECK(!fresh.done);
    put(old.writer, "x"); // An event for the old file under the same number.
    settle();
    CHECK(!fresh.done);
    put(new.writer, "y");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fresh.rc);
    CHECK_EQ(take(new.reader), 'y');
    close_pipe(new);
    close(old.writer);
    close(copy);
}

// S45
TEST_REAL(io, a_socket_under_a_reused_number_takes_nothing_over)
{
    struct ends old = open_pipe();
    struct wait stale = {old.reader, TRIO_READABLE, TRIO_OK, false};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &stale));
    settle();
    close(old.reader);
    struct trio_tcp_listener listener = open_listener();
    CHECK_EQ(listener.socket.handle, old.reader);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(stale.rc, TRIO_ECLOSED);
    trio_tcp_listener_close(&listener);
    close(old.writer);
}

TEST_REAL(io, what_is_no_open_handle_is_refused)
{
    CHECK_STATUS(trio_wait_readable(TRIO_HANDLE_NONE), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_wait_writable(1000000), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_wait_readable((trio_handle)(INTPTR_MAX / 2)),
                 TRIO_EBADHANDLE);
    struct ends ends = open_pipe();
    close_pipe(ends);
    CHECK_STATUS(trio_wait_readable(ends.reader), TRIO_EBADHANDLE);
}

TEST_REAL(io, a_regular_file_cannot_be_waited_for)
{
    FILE *file = tmpfile();

    REQUIRE(file != NULL);
    CHECK_STATUS(trio_wait_readable(fileno(file)), TRIO_ENOTSUP);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    fclose(file);
}

// S12, S16
TEST_REAL(io, every_way_out_has_let_others_run)
{
    struct ends ends = open_pipe();
    uint64_t begun = trio_run_statistics().passes;

    put(ends.writer, "x");
    CHECK_OK(trio_wait_readable(ends.reader));
    CHECK(trio_run_statistics().passes > begun);
    begun = trio_run_statistics().passes;
    CHECK_STATUS(trio_wait_readable(TRIO_HANDLE_NONE), TRIO_EBADHANDLE);
    CHECK(trio_run_statistics().passes > begun);
    close_pipe(ends);
}

static TRIO_CHECKPOINT trio_status wait_after_failing(void *arg)
{
    struct wait *wait = arg;

    trio_ignore(trio_fail(TRIO_ECLOSED, "an older one"));
    trio_status rc = wait_once(wait);
    CHECK(trio_error_find(TRIO_ECLOSED) == NULL);
    return rc;
}

TEST_REAL(io, a_closed_handle_drops_the_record_of_an_older_failure)
{
    struct ends ends = open_pipe();
    struct wait wait = {ends.reader, TRIO_READABLE, TRIO_OK, false};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_after_failing, &wait));
    settle();
    trio_notify_closing(ends.reader);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(wait.rc, TRIO_ECLOSED);
    close_pipe(ends);
}

// ---- Operations ----

TEST_REAL(io, an_operation_begins_with_the_world_of_the_run)
{
    uint64_t begun = trio_run_statistics().passes;

    CHECK(trio_io_begin(&begun, TRIO_ACCESS_READ) == trio_run_world());
    CHECK_EQ(trio_run_statistics().passes, begun);
}

// S16
TEST_REAL(io, an_operation_does_not_begin_cancelled)
{
    struct trio_cancel_scope scope;
    uint64_t begun = trio_run_statistics().passes;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK(trio_io_begin(&scope, TRIO_ACCESS_READ) == NULL);
    CHECK(trio_run_statistics().passes > begun);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_ECANCELED));
}

// S12
TEST_REAL(io, the_end_of_an_operation_lets_others_run_and_is_not_cancelled)
{
    struct trio_cancel_scope scope;
    uint64_t begun = trio_run_statistics().passes;

    CHECK_STATUS(trio_io_end(TRIO_EEND), TRIO_EEND);
    CHECK(trio_run_statistics().passes > begun);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_OK(trio_io_end(TRIO_OK));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

TEST_REAL(io, an_operation_waits_with_a_waiter_of_its_own)
{
    struct ends ends = open_pipe();
    struct trio_io_waiter waiter = {.handle = ends.reader,
                                    .direction = TRIO_READABLE};
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 0);
    trio_status rc = trio_io_wait(&waiter);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    put(ends.writer, "x");
    CHECK_OK(trio_io_wait(&waiter));
    CHECK_EQ(take(ends.reader), 'x');
    close_pipe(ends);
}

// Deadlines of the real clock, through every way that the world has to sleep.
TEST_REAL(io, no_sleep_ends_early)
{
    static const trio_duration lengths[] = {1, 1000, 300 * TRIO_US, TRIO_MS,
                                            2 * TRIO_MS + 1};
    struct trio_clock clock = trio_config_platform().clock;

    for (size_t i = 0; i < COUNT(lengths); i++) {
        trio_time begun = clock.now(clock.context);
        CHECK_OK(trio_sleep(lengths[i]));
        CHECK(clock.now(clock.context) - begun >= lengths[i]);
    }
}
