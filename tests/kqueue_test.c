// The model of kqueue, and waiting for its events. For builds with kqueue only.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trio/kqueue.h>
#include <trio/trio.h>

#include "tests/check.h"
#include "tests/kqueue/model.h"

static const struct timespec at_once = {0, 0};

struct bench {
    int queue;
    int ends[2];
};

static struct bench open_bench(unsigned switches)
{
    struct bench bench = {.queue = -1};

    model_switch_on(switches);
    bench.queue = kqueue();
    REQUIRE(bench.queue >= 0 && pipe(bench.ends) == 0);
    return bench;
}

static void close_bench(const struct bench *bench)
{
    close(bench->ends[0]);
    close(bench->ends[1]);
    close(bench->queue);
    model_switch_on(0);
}

// Changes what is registered for the pipe's reader; returns 0 or the error.
static int change(const struct bench *bench, unsigned flags)
{
    struct kevent event, receipt;

    EV_SET(&event, (uintptr_t)bench->ends[0], EVFILT_READ, flags | EV_RECEIPT,
           0, 0, NULL);
    int count = kevent(bench->queue, &event, 1, &receipt, 1, &at_once);
    CHECK(count == 1 && (receipt.flags & EV_ERROR) != 0);
    return (int)receipt.data;
}

static int look(const struct bench *bench, struct kevent *ret_event)
{
    return kevent(bench->queue, NULL, 0, ret_event, 1, &at_once);
}

static void put(const struct bench *bench)
{
    CHECK(write(bench->ends[1], "x", 1) == 1);
}

TEST_REAL(kqueue, a_level_is_told_as_long_as_it_lasts)
{
    struct bench bench = open_bench(0);
    struct kevent event;
    char byte;

    CHECK_EQ(change(&bench, EV_ADD), 0);
    CHECK_EQ(look(&bench, &event), 0);
    put(&bench);
    CHECK_EQ(look(&bench, &event), 1);
    CHECK_EQ(look(&bench, &event), 1);
    CHECK(event.ident == (uintptr_t)bench.ends[0] && event.data == 1);
    CHECK(read(bench.ends[0], &byte, 1) == 1);
    CHECK_EQ(look(&bench, &event), 0);
    close_bench(&bench);
}

TEST_REAL(kqueue, what_clears_itself_is_told_once)
{
    struct bench bench = open_bench(MODEL_NO_DATA);
    struct kevent event;

    CHECK_EQ(change(&bench, EV_ADD | EV_CLEAR), 0);
    put(&bench);
    CHECK_EQ(look(&bench, &event), 1);
    CHECK_EQ(event.data, 0);
    CHECK_EQ(look(&bench, &event), 0);
    put(&bench);
    CHECK_EQ(look(&bench, &event), 1);
    close_bench(&bench);
}

TEST_REAL(kqueue, adding_again_tells_again_or_does_not)
{
    for (int quiet = 0; quiet < 2; quiet++) {
        struct bench bench = open_bench(quiet ? MODEL_QUIET_ADD : 0);
        struct kevent event;

        CHECK_EQ(change(&bench, EV_ADD | EV_CLEAR), 0);
        put(&bench);
        CHECK_EQ(look(&bench, &event), 1);
        CHECK_EQ(change(&bench, EV_ADD | EV_CLEAR), 0);
        CHECK_EQ(look(&bench, &event), !quiet);
        CHECK_EQ(change(&bench, EV_DELETE), 0);
        CHECK_EQ(change(&bench, EV_ADD | EV_CLEAR), 0);
        CHECK_EQ(look(&bench, &event), 1); // In either case.
        close_bench(&bench);
    }
}

TEST_REAL(kqueue, what_was_dispatched_is_enabled_again)
{
    for (int quiet = 0; quiet < 2; quiet++) {
        struct bench bench = open_bench(quiet ? MODEL_QUIET_ENABLE : 0);
        struct kevent event;

        CHECK_EQ(change(&bench, EV_ADD | EV_DISPATCH), 0);
        put(&bench);
        CHECK_EQ(look(&bench, &event), 1);
        CHECK_EQ(look(&bench, &event), 0);
        CHECK_EQ(change(&bench, EV_ENABLE), 0);
        CHECK_EQ(look(&bench, &event), !quiet);
        put(&bench);
        CHECK_EQ(change(&bench, EV_ENABLE), 0);
        CHECK_EQ(look(&bench, &event), 1);
        close_bench(&bench);
    }
}

TEST_REAL(kqueue, what_goes_off_once_is_gone)
{
    struct bench bench = open_bench(0);
    struct kevent event;

    CHECK_EQ(change(&bench, EV_ADD | EV_ONESHOT), 0);
    CHECK_EQ(change(&bench, EV_DISABLE), 0);
    put(&bench);
    CHECK_EQ(look(&bench, &event), 0);
    CHECK_EQ(change(&bench, EV_ENABLE), 0);
    CHECK_EQ(look(&bench, &event), 1);
    CHECK_EQ(change(&bench, EV_ENABLE), ENOENT);
    CHECK_EQ(change(&bench, EV_DELETE), ENOENT);
    close_bench(&bench);
}

TEST_REAL(kqueue, an_end_comes_with_data)
{
    struct bench bench = open_bench(0);
    struct kevent event;

    CHECK_EQ(change(&bench, EV_ADD), 0);
    put(&bench);
    close(bench.ends[1]);
    CHECK_EQ(look(&bench, &event), 1);
    CHECK((event.flags & EV_EOF) != 0 && event.data == 1);
    bench.ends[1] = open("/dev/null", O_RDONLY);
    close_bench(&bench);
}

TEST_REAL(kqueue, it_goes_with_its_descriptor)
{
    struct bench bench = open_bench(0);
    int copy = dup(bench.ends[0]);
    int fresh[2];
    struct kevent event;

    CHECK_EQ(change(&bench, EV_ADD), 0);
    close(bench.ends[0]);
    CHECK_EQ(change(&bench, EV_ENABLE), EBADF);
    REQUIRE(pipe(fresh) == 0 && fresh[0] == bench.ends[0]);
    CHECK_EQ(change(&bench, EV_ENABLE), ENOENT);
    put(&bench);
    CHECK_EQ(look(&bench, &event), 0);
    close(copy);
    close(fresh[1]);
    close_bench(&bench);
}

TEST_REAL(kqueue, errors_without_room_are_returned)
{
    struct bench bench = open_bench(0);
    struct kevent event;

    EV_SET(&event, (uintptr_t)bench.ends[0], EVFILT_READ, EV_DELETE, 0, 0,
           NULL);
    CHECK(kevent(bench.queue, &event, 1, NULL, 0, NULL) == -1 &&
          errno == ENOENT);
    CHECK(kevent(-1, NULL, 0, &event, 1, &at_once) == -1 && errno == EBADF);
    close_bench(&bench);
}

// ---- trio_kqueue_wait ----

TEST_REAL(kqueue, a_timer_is_waited_for)
{
    struct trio_kqueue_event event;

    CHECK_OK(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event));
    CHECK(event.ident == 7 && event.filter == EVFILT_TIMER && event.data == 1);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
}

TEST_REAL(kqueue, the_end_of_a_process_is_waited_for)
{
    struct trio_kqueue_event event;
    pid_t child = fork();

    if (child == 0)
        _exit(3);
    CHECK_OK(
        trio_kqueue_wait((uintptr_t)child, EVFILT_PROC, NOTE_EXIT, 0, &event));
    CHECK((event.fflags & NOTE_EXIT) != 0);
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK_STATUS(
        trio_kqueue_wait((uintptr_t)child, EVFILT_PROC, NOTE_EXIT, 0, &event),
        TRIO_ENOENT);
}

TEST_REAL(kqueue, a_signal_is_waited_for)
{
    struct trio_kqueue_event event;
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    raise(SIGUSR2);
    CHECK_OK(trio_kqueue_wait(SIGUSR2, EVFILT_SIGNAL, 0, 0, &event));
    CHECK_EQ(event.ident, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

TEST_REAL(kqueue, a_cancelled_wait_takes_its_event_off)
{
    struct trio_cancel_scope scope;
    struct trio_kqueue_event event;

    for (int i = 0; i < 2; i++) {
        trio_move_on_after(&scope, TRIO_MS);
        trio_status rc = trio_kqueue_wait(9, EVFILT_TIMER, 0, 60000, &event);
        CHECK_STATUS(rc, TRIO_ECANCELED);
        CHECK_OK(trio_cancel_scope_close(&scope, rc));
    }
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
}

static TRIO_CHECKPOINT trio_status wait_long(void *arg)
{
    return trio_kqueue_wait(5, EVFILT_TIMER, 0, 60000, arg);
}

TEST_REAL(kqueue, one_may_wait_for_the_same)
{
    struct trio_nursery nursery;
    struct trio_kqueue_event event;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_long, &event));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_STATUS(trio_kqueue_wait(5, EVFILT_TIMER, 0, 1, &event), TRIO_EBUSY);
    trio_cancel_scope_cancel(&nursery.scope, "enough");
    trio_ignore(trio_nursery_close(&nursery, TRIO_OK));
}

TEST_REAL(kqueue, what_is_the_loops_is_refused)
{
    struct trio_kqueue_event event;

    CHECK_STATUS(trio_kqueue_wait(0, EVFILT_READ, 0, 0, &event), TRIO_EINVAL);
    CHECK_STATUS(trio_kqueue_wait(0, EVFILT_WRITE, 0, 0, &event), TRIO_EINVAL);
    CHECK_STATUS(trio_kqueue_wait(0, EVFILT_USER, 0, 0, &event), TRIO_EBUSY);
    CHECK_STATUS(trio_kqueue_wait(1, -100, 0, 0, &event), TRIO_EINVAL);
}

TEST(kqueue, another_world_has_none)
{
    struct trio_kqueue_event event;

    CHECK_STATUS(trio_kqueue_wait(1, EVFILT_TIMER, 0, 1, &event), TRIO_ENOTSUP);
}
