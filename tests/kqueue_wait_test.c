// What trio/kqueue.h promises where others wait, too, and where calls of the
// system fail. For builds with kqueue only.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/kqueue.h>

#include <errno.h>

#include <trio/trio.h>

#include "tests/check.h"
#include "tests/kqueue/faults.h"
#include "tests/sockets.h"

#define LONG 60000 // Milliseconds: never.

// One wait for an event of the user's, and what came of it.
struct watch {
    uintptr_t ident;
    struct trio_cancel_scope scope;
    struct trio_kqueue_event event;
    trio_status rc;
    bool done;
};

static TRIO_CHECKPOINT trio_status wait_once(void *arg)
{
    struct watch *watch = arg;

    trio_cancel_scope_open(&watch->scope);
    watch->rc =
        trio_kqueue_wait(watch->ident, EVFILT_USER, 0, 0, &watch->event);
    watch->done = true;
    trio_ignore(trio_cancel_scope_close(&watch->scope, watch->rc));
    return TRIO_OK;
}

static int waiters(void)
{
    return (int)trio_run_statistics().world_waiters;
}

TEST_REAL(kqueue_wait, each_is_told_its_own_event)
{
    struct watch watches[] = {{.ident = 5}, {.ident = 6}, {.ident = 7}};
    struct trio_kqueue_event event;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 3; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &watches[i]));
    settle();
    CHECK_EQ(waiters(), 3);
    CHECK_OK(trio_kqueue_wait(5, EVFILT_TIMER, 0, 1, &event));
    CHECK_EQ(event.filter, EVFILT_TIMER); // Of another filter.
    CHECK(!watches[0].done);
    trio_cancel_scope_cancel(&watches[1].scope, "enough");
    settle();
    CHECK_STATUS(watches[1].rc, TRIO_ECANCELED);
    CHECK_EQ(waiters(), 2);
    trigger(5);
    settle();
    CHECK(watches[0].done && !watches[2].done);
    CHECK_OK(watches[0].rc);
    CHECK_EQ(watches[0].event.ident, 5);
    CHECK_EQ(watches[0].event.filter, EVFILT_USER);
    trigger(7);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(watches[2].rc);
    CHECK_EQ(watches[2].event.ident, 7);
    CHECK_EQ(waiters(), 0);
}

TEST_REAL(kqueue_wait, who_is_cancelled_before_registers_nothing)
{
    struct trio_kqueue_event event;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, "before");
    int calls = count_calls(CALL_KEVENT_DONE);
    trio_status rc = trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(count_calls(CALL_KEVENT_DONE), calls);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

static TRIO_PARKS void fail_to_wait(int error, trio_status expected)
{
    struct trio_kqueue_event event;

    refuse(EVFILT_TIMER, EV_ADD, error, 1);
    CHECK_STATUS(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event), expected);
    CHECK_EQ(trio_error_find(expected)->os_error, error);
    CHECK_EQ(waiters(), 0);
    CHECK_OK(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event));
}

TEST_REAL(kqueue_wait, an_event_that_is_refused_is_not_waited_for)
{
    fail_to_wait(ENOMEM, TRIO_ENOMEM);
    fail_to_wait(ENOENT, TRIO_ENOENT);
    fail_to_wait(ESRCH, TRIO_ENOENT);
    fail_to_wait(EINVAL, TRIO_EINVAL);
    fail_to_wait(EBADF, TRIO_EBADHANDLE);
    fail_to_wait(EACCES, TRIO_EACCES);
}

// The change is there already, or gone already, when it is made again.
TEST_REAL(kqueue_wait, a_change_that_was_interrupted_is_made_again)
{
    struct trio_kqueue_event event;
    struct trio_cancel_scope scope;

    inject(CALL_KEVENT_DONE, EINTR, 2);
    CHECK_OK(trio_kqueue_wait(7, EVFILT_TIMER, 0, 1, &event));
    CHECK(used_up(CALL_KEVENT_DONE));
    trio_move_on_after(&scope, TRIO_MS);
    inject_after(CALL_KEVENT_DONE, 1, EINTR, 2);
    trio_status rc = trio_kqueue_wait(7, EVFILT_TIMER, 0, LONG, &event);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(used_up(CALL_KEVENT_DONE));
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(waiters(), 0);
}

// ---- Events of waits that are over ----

// Cancels a wait whose event stays registered.
static TRIO_PARKS void leave_registered(uintptr_t ident)
{
    struct trio_kqueue_event event;
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_MS);
    refuse(EVFILT_USER, EV_DELETE, ENOMEM, 1);
    trio_status rc = trio_kqueue_wait(ident, EVFILT_USER, 0, 0, &event);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(used_up(CALL_CHANGE));
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(waiters(), 0);
}

TEST_REAL(kqueue_wait, an_event_that_nobody_waits_for_is_nobodys)
{
    struct watch watch = {.ident = 5};
    struct trio_nursery nursery;

    leave_registered(5);
    trigger(5);
    CHECK_OK(trio_sleep(TRIO_MS)); // It is told while this lasts.
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &watch));
    settle();
    CHECK(!watch.done);
    trigger(5);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(watch.rc);
}

TEST_REAL(kqueue_wait, an_event_of_an_older_wait_is_not_taken_for_ones_own)
{
    struct watch watch = {.ident = 5};
    struct kevent older;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &watch));
    settle();
    EV_SET(&older, 5, EVFILT_USER, EV_ONESHOT, 0, 0, NULL);
    tell(&older);
    settle();
    CHECK(!watch.done);
    trigger(5);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(watch.rc);
}

static TRIO_CHECKPOINT trio_status leave_one(void *arg)
{
    (void)arg;
    leave_registered(5);
    return TRIO_OK;
}

TEST_PLAIN(kqueue_wait, what_is_still_registered_ends_with_the_run)
{
    size_t descriptors = count_descriptors();

    for (int i = 0; i < 2; i++) {
        CHECK_OK(trio_run(leave_one, NULL));
        CHECK_EQ(count_descriptors(), descriptors);
    }
}
