// Misuse of tasks, of parking and waking, and of entries.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

#include <pthread.h>
#include <signal.h>

#include <trio/realm.h>
#include <trio/signal.h>

static const struct trio_wait test_wait = {.verb = "wait for a test"};

// misuse: woke a task that is not parked
//   in task 1 "main"
//   object
INSIDE(waking_a_task_that_runs)
{
    trio_wake(trio_task_current(), TRIO_OK);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status park(void *arg)
{
    struct trio_task **ret_task = arg;

    *ret_task = trio_task_current();
    return trio_park(&test_wait, ret_task, NULL, NULL);
}

// misuse: a signal receiver that is open was opened
//   in task 1 "main"
//   object
INSIDE(opening_a_signal_receiver_twice)
{
    static struct trio_signal_receiver receiver;
    const int number = SIGUSR1;

    trio_status rc = trio_signal_receiver_open(&receiver, &number, 1);
    if (rc == TRIO_OK)
        rc = trio_signal_receiver_open(&receiver, &number, 1);
    return rc;
}

// misuse: woke a task that is not parked
//   in task 1 "main"
//   object
INSIDE(waking_a_task_twice)
{
    struct trio_nursery nursery;
    struct trio_task *task = NULL;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, park, &task);
    while (rc == TRIO_OK && (task == NULL || !trio_task_is_parked(task)))
        rc = trio_checkpoint();
    trio_wake(task, TRIO_OK);
    trio_wake(task, TRIO_OK);
    return trio_nursery_close(&nursery, rc);
}

static bool wake_and_agree(struct trio_task *task, void *arg)
{
    (void)arg;
    trio_wake(task, TRIO_OK);
    return true;
}

// misuse: an abort function agreed and woke its task, too
//   in task 1 "main"
//   object
INSIDE(waking_in_an_abort_function_that_agrees)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_park(&test_wait, NULL, wake_and_agree, NULL);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status sleep_long(void *arg)
{
    struct trio_task **ret_task = arg;

    *ret_task = trio_task_current();
    return trio_sleep(TRIO_HOUR);
}

static TRIO_CHECKPOINT trio_status wake(void *task)
{
    trio_wake(task, TRIO_OK);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status cancel(void *scope)
{
    trio_cancel_scope_cancel(scope, NULL);
    return TRIO_OK;
}

struct beside {
    trio_task_fn fn;
    void *arg;
};

static void *run_beside(void *arg)
{
    struct beside *beside = arg;

    trio_ignore(trio_run(beside->fn, beside->arg));
    return NULL;
}

// S7: has another run, in another thread, do something to a task that is
// parked, or to the nursery that it is in.
TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
do_beside(struct beside *beside)
{
    struct trio_nursery nursery;
    struct trio_task *task = NULL;
    pthread_t thread;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, park, &task);
    while (rc == TRIO_OK && (task == NULL || !trio_task_is_parked(task)))
        rc = trio_checkpoint();
    beside->arg = beside->fn == wake ? (void *)task : &nursery.scope;
    if (pthread_create(&thread, NULL, run_beside, beside) == 0)
        pthread_join(thread, NULL);
    return trio_nursery_close(&nursery, rc);
}

// misuse: woke a task of another run
//   in task 1 "main"
//   object
INSIDE(waking_a_task_of_another_run)
{
    struct beside beside = {.fn = wake};
    return do_beside(&beside);
}

// misuse: cancelled a task of another run
//   in task 1 "main"
//   object
INSIDE(cancelling_a_task_of_another_run)
{
    struct beside beside = {.fn = cancel};
    return do_beside(&beside);
}

// misuse: woke a task that sleeps or waits for a nursery or a handle
//   in task 1 "main"
//   object
INSIDE(waking_a_task_that_sleeps)
{
    struct trio_nursery nursery;
    struct trio_task *task = NULL;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, sleep_long, &task);
    while (rc == TRIO_OK && (task == NULL || !trio_task_is_parked(task)))
        rc = trio_checkpoint();
    trio_wake(task, TRIO_OK);
    return trio_nursery_close(&nursery, rc);
}

// misuse: a task ended with TRIO_ECANCELED, but nothing here was cancelled
//   in task 1 "main"
INSIDE(ending_as_cancelled_without_cause)
{
    return TRIO_ECANCELED;
}

// misuse: a task ended with TRIO_ECANCELED, but nothing here was cancelled
//   in task 1 "main"
INSIDE(ending_with_a_cancellation_that_was_absorbed)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status stale = trio_checkpoint();
    trio_status rc = trio_cancel_scope_close(&scope, stale);
    return rc == TRIO_OK ? stale : rc;
}

// misuse: a task ended with a waiter in a parking lot
//   in task 1 "main"
//   object
INSIDE(ending_with_a_waiter_in_a_lot)
{
    static struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    static struct trio_waiter waiter;

    (void)!trio_parking_lot_add(&lot, &waiter);
    return TRIO_OK;
}

static void ignore_exit(struct trio_task_exit *node)
{
    (void)node;
}

// misuse: withdrew an exit function that the task has not
//   in task 1 "main"
//   object
//   called at withdrawing_an_exit_function_twice
INSIDE(withdrawing_an_exit_function_twice)
{
    struct trio_task_exit node;

    trio_task_on_exit(&node, ignore_exit);
    trio_task_cancel_exit(trio_task_current(), &node);
    trio_task_cancel_exit(trio_task_current(), &node);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status wake_itself(void *arg)
{
    (void)arg;
    trio_wake(trio_task_current(), TRIO_OK);
    return TRIO_OK;
}

// misuse: woke a task that is not parked
//   in task 2 "a?name"
//   object
INSIDE(misuse_by_a_task_with_an_odd_name)
{
    static const struct trio_task_options odd = {.name = "a\nname"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &odd, wake_itself, NULL);
    return trio_nursery_close(&nursery, rc);
}

// misuse: a node of the task that is in use was added again
//   in task 1 "main"
//   object
//   called at adding_an_exit_function_twice
INSIDE(adding_an_exit_function_twice)
{
    static struct trio_task_exit node, other;

    trio_task_on_exit(&node, ignore_exit);
    trio_task_on_exit(&other, ignore_exit);
    trio_task_on_exit(&node, ignore_exit);
    return TRIO_OK;
}

// misuse: a node of the task that is in use was added again
//   in task 1 "main"
//   object
INSIDE(adding_a_function_for_the_loss_of_a_task_twice)
{
    static struct trio_task_exit node;

    trio_task_on_abandon(&node, ignore_exit);
    trio_task_on_abandon(&node, ignore_exit);
    return TRIO_OK;
}

// misuse: a node of the task that is in use was added again
//   in task 1 "main"
//   object
INSIDE(setting_a_value_in_storage_that_has_one)
{
    static const struct trio_task_key key = {NULL};
    static struct trio_task_local local;

    trio_task_local_set(&local, &key, &local);
    trio_task_local_set(&local, &key, NULL);
    return TRIO_OK;
}

// What the colours find at compile time.
static void look_away(struct trio_entry *entry);

TRIO_NO_SCOPE_ANALYSIS static void look_away(struct trio_entry *entry)
{
    (void)entry;
    trio_ignore(trio_checkpoint());
}

// misuse: trio_checkpoint needs a task, and none runs here
//   outside any task
INSIDE(parking_in_an_entry_callback)
{
    struct trio_entry entry = TRIO_ENTRY_INIT(look_away);
    struct trio_poster *poster;

    trio_status rc = trio_poster_open(&poster);
    if (rc == TRIO_OK)
        rc = trio_poster_post(poster, &entry);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    return rc;
}

static bool park_in_abort(struct trio_task *task, void *arg)
{
    (void)task;
    look_away(arg);
    return true;
}

static TRIO_CHECKPOINT trio_status park_badly(void *arg)
{
    return trio_park(&test_wait, arg, park_in_abort, NULL);
}

// misuse: trio_checkpoint needs a task, and none runs here
//   outside any task
INSIDE(parking_in_an_abort_function)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, park_badly, NULL);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

static bool park_in_note(void *context, const struct trio_note *note)
{
    (void)note;
    look_away(context);
    return true;
}

static trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

// misuse: trio_checkpoint needs a task, and none runs here
//   outside any task
OUTSIDE(parking_in_an_observer)
{
    struct trio_config config = trio_config_platform();

    config.observer.note = park_in_note;
    trio_ignore(trio_run_with(&config, do_nothing, NULL));
}

// misuse: trio_checkpoint needs a run, and this thread is not in one
//   outside any task
OUTSIDE(parking_outside_a_run)
{
    look_away(NULL);
}

// misuse: trio_now needs a run, and this thread is not in one
//   outside any task
OUTSIDE(reading_the_clock_outside_a_run)
{
    (void)trio_now();
}

__attribute__((noinline)) static int descend(volatile char *above)
{
    volatile char here[512];

    here[0] = above[0];
    return above == NULL ? 0 : descend(here) + here[0];
}

static trio_status overflow(void *arg)
{
    volatile char top[1] = {1};

    (void)arg;
    return descend(top) == 0 ? TRIO_OK : TRIO_EINVAL;
}

// misuse: stack overflow
//   in task 2 "deep"
INSIDE(overflowing_a_stack)
{
    static const struct trio_task_options deep = {.name = "deep"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &deep, overflow, NULL);
    return trio_nursery_close(&nursery, rc);
}
