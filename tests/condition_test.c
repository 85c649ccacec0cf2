// What trio/condition.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/condition.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

struct listener {
    struct trio_condition *condition;
    struct log *log;
    char name;
    bool stays; // Ends without giving the lock back.
    struct trio_cancel_scope scope;
    struct trio_task *task;
    trio_status rc;
    trio_status next;
    bool held; // Held the lock when the wait returned.
};

static struct trio_task *owner(const struct trio_condition *condition)
{
    return trio_condition_statistics(condition).lock.owner;
}

// Waits once, in a scope of its own; looks at the checkpoint after it, too.
static TRIO_CHECKPOINT trio_status listen(void *arg)
{
    struct listener *listener = arg;

    listener->task = trio_task_current();
    trio_cancel_scope_open(&listener->scope);
    CHECK_OK(trio_condition_acquire(listener->condition));
    listener->rc = trio_condition_wait(listener->condition);
    listener->held = owner(listener->condition) == trio_task_current();
    if (listener->rc == TRIO_OK)
        log_add(listener->log, listener->name);
    listener->next = trio_checkpoint();
    if (!listener->stays)
        trio_condition_release(listener->condition);
    trio_status rc = listener->rc == TRIO_EBROKEN ? TRIO_OK : listener->rc;
    return trio_cancel_scope_close(&listener->scope,
                                   trio_combine(rc, listener->next));
}

enum { LISTENERS = 4 };

struct station {
    struct trio_condition condition;
    struct log log;
    struct listener listeners[LISTENERS];
};

static const struct trio_condition quiet = TRIO_CONDITION_INIT;

// Has listeners a, b, c, d wait, in this order under any scheduler, then
// acquires the lock.
static TRIO_CHECKPOINT trio_status tune_in(struct station *station,
                                           struct trio_nursery *nursery)
{
    *station = (struct station){.condition = quiet};
    for (int i = 0; i < LISTENERS; i++) {
        station->listeners[i] =
            (struct listener){.condition = &station->condition,
                              .log = &station->log,
                              .name = (char)('a' + i)};
        CHECK_OK(
            trio_nursery_start_soon(nursery, listen, &station->listeners[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_EQ(trio_condition_statistics(&station->condition).waiting, LISTENERS);
    CHECK(owner(&station->condition) == NULL); // S55: waiting released it.
    return trio_condition_acquire(&station->condition);
}

static void cancel(struct trio_nursery *nursery)
{
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(nursery), NULL);
}

// S55
TEST(condition, notifies_those_that_have_waited_longest)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    trio_condition_notify(&station.condition, 1);
    trio_condition_notify(&station.condition, 2);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(station.log, "abc");
    CHECK_OK(trio_condition_acquire(&station.condition));
    trio_condition_notify_all(&station.condition);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(station.log, "abcd");
}

// S55 S57
TEST(condition, a_notified_task_waits_for_the_lock)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    trio_condition_notify(&station.condition, 3);
    struct trio_condition_statistics now =
        trio_condition_statistics(&station.condition);
    CHECK_EQ(now.waiting, 1);
    CHECK_EQ(now.lock.waiting, 3);
    CHECK(now.lock.owner == trio_task_current());
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(station.log, "");
    trio_condition_notify_all(&station.condition);
    trio_condition_release(&station.condition);
    CHECK(owner(&station.condition) == station.listeners[0].task);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(station.log, "abcd");
    for (int i = 0; i < LISTENERS; i++)
        CHECK(station.listeners[i].held);
}

struct rival {
    struct trio_condition *condition;
    struct log *log;
};

static TRIO_CHECKPOINT trio_status take_the_lock(void *arg)
{
    struct rival *rival = arg;

    trio_status rc = trio_condition_acquire(rival->condition);
    if (rc != TRIO_OK)
        return rc;
    log_add(rival->log, 'x');
    trio_condition_release(rival->condition);
    return TRIO_OK;
}

// S55
TEST(condition, the_notified_queue_up_behind_those_that_wait_for_the_lock)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    struct rival rival = {&station.condition, &station.log};
    trio_condition_notify(&station.condition, 1);
    CHECK_OK(trio_nursery_start_soon(&nursery, take_the_lock, &rival));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_condition_notify_all(&station.condition);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(station.log, "axbcd");
}

// S55
TEST(condition, a_notification_that_nobody_hears_is_not_stored)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;
    struct trio_cancel_scope scope;

    CHECK(trio_condition_try_acquire(&condition));
    CHECK(owner(&condition) == trio_task_current());
    trio_condition_notify_all(&condition);
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_condition_wait(&condition);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(owner(&condition) == trio_task_current());
    trio_condition_release(&condition);
}

// S55
TEST(condition, can_share_a_lock_with_others)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct trio_condition conditions[2] = {TRIO_CONDITION_INIT_WITH(&lock),
                                           TRIO_CONDITION_INIT_WITH(&lock)};
    struct log log = {0};
    struct listener listeners[2];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++) {
        listeners[i] = (struct listener){
            .condition = &conditions[i], .log = &log, .name = (char)('a' + i)};
        CHECK_OK(trio_nursery_start_soon(&nursery, listen, &listeners[i]));
    }
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_lock_acquire(&lock));
    trio_condition_notify(&conditions[1], 1);
    trio_condition_notify(&conditions[0], 1);
    trio_lock_release(&lock);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "ba");
}

// ---- Cancelled at the worst moment ----

// S14 S55
TEST_THOROUGH(condition, cancelled_on_entry_it_does_not_give_up_the_lock)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;
    struct log log = {0};
    struct rival rival = {&condition, &log};

    CHECK_OK(trio_condition_acquire(&condition));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, take_the_lock, &rival));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_condition_wait(&condition);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_LOG(log, "");
    CHECK(owner(&condition) == trio_task_current());
    trio_condition_release(&condition);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S55
TEST_THOROUGH(condition, cancelled_while_waiting_it_acquires_the_lock_first)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    for (int i = 0; i < LISTENERS; i++)
        trio_cancel_scope_cancel(&station.listeners[i].scope, NULL);
    CHECK_EQ(trio_condition_statistics(&station.condition).waiting, 0);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    cancel(&nursery); // That does not hurry them.
    CHECK_EQ(trio_condition_statistics(&station.condition).lock.waiting,
             LISTENERS);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(station.log, "");
    for (int i = 0; i < LISTENERS; i++) {
        CHECK_STATUS(station.listeners[i].rc, TRIO_ECANCELED);
        CHECK(station.listeners[i].held);
    }
    CHECK(owner(&station.condition) == NULL);
}

// S55
TEST_THOROUGH(condition, cancelled_while_waiting_it_takes_a_lock_that_is_free)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    trio_condition_release(&station.condition);
    cancel(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < LISTENERS; i++) {
        CHECK_STATUS(station.listeners[i].rc, TRIO_ECANCELED);
        CHECK(station.listeners[i].held);
    }
    CHECK(owner(&station.condition) == NULL);
}

// S55
TEST_THOROUGH(condition, cancelled_then_notified_another_one_is)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    trio_cancel_scope_cancel(&station.listeners[0].scope, NULL);
    trio_condition_notify(&station.condition, 1);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(station.log, "b");
    cancel(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S15 S55
TEST_THOROUGH(condition, notified_then_cancelled_it_was_notified)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    trio_condition_notify(&station.condition, 2);
    trio_cancel_scope_cancel(&station.listeners[0].scope, NULL);
    // It has kept its place in the queue of the lock.
    CHECK_EQ(trio_condition_statistics(&station.condition).lock.waiting, 2);
    trio_condition_release(&station.condition);
    CHECK(owner(&station.condition) == station.listeners[0].task);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(station.log, "ab");
    CHECK_OK(station.listeners[0].rc);
    CHECK_STATUS(station.listeners[0].next, TRIO_ECANCELED);
    cancel(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S15 S55
TEST_THOROUGH(condition, handed_the_lock_then_cancelled_it_was_notified)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    trio_condition_notify(&station.condition, 1);
    trio_condition_release(&station.condition);
    trio_cancel_scope_cancel(&station.listeners[0].scope, NULL);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(station.log, "a");
    CHECK_STATUS(station.listeners[0].next, TRIO_ECANCELED);
    cancel(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// A heap of parts: each that is put there is announced to one task. A worker
// that is cancelled goes home, and leaves what it was not given to the others.
enum { WORKERS = 6, PARTS = 12 };

struct heap {
    struct trio_condition more;
    int parts;
    int taken;
    struct trio_cancel_scope scopes[WORKERS];
    bool open[WORKERS];
};

struct assembler {
    struct heap *heap;
    int number;
};

static TRIO_CHECKPOINT trio_status take_one(struct heap *heap)
{
    trio_status rc = trio_condition_acquire(&heap->more);
    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK && heap->parts == 0)
        rc = trio_condition_wait(&heap->more);
    CHECK(owner(&heap->more) == trio_task_current());
    if (rc == TRIO_OK) {
        heap->parts--;
        heap->taken++;
    }
    trio_condition_release(&heap->more);
    return rc;
}

static TRIO_CHECKPOINT trio_status take_until_cancelled(void *arg)
{
    struct assembler *assembler = arg;
    struct heap *heap = assembler->heap;
    struct trio_cancel_scope *scope = &heap->scopes[assembler->number];
    trio_status rc = TRIO_OK;

    trio_cancel_scope_open(scope);
    heap->open[assembler->number] = true;
    while (rc == TRIO_OK)
        rc = take_one(heap);
    heap->open[assembler->number] = false;
    return trio_cancel_scope_close(scope, rc);
}

static TRIO_CHECKPOINT trio_status put_one(struct heap *heap)
{
    trio_status rc = trio_condition_acquire(&heap->more);
    if (rc != TRIO_OK)
        return rc;
    heap->parts++;
    trio_condition_notify(&heap->more, 1);
    trio_condition_release(&heap->more);
    return TRIO_OK;
}

static TRIO_PARKS void send_somebody_home(struct heap *heap)
{
    uint64_t i = trio_random_u64() % WORKERS;

    for (uint64_t turns = trio_random_u64() % 3; turns > 0; turns--)
        trio_cancel_shielded_checkpoint();
    if (heap->open[i] && trio_random_u64() % 2 == 0)
        trio_cancel_scope_cancel(&heap->scopes[i], NULL);
}

// S55
TEST_THOROUGH(condition, no_notification_is_lost)
{
    struct heap heap = {.more = TRIO_CONDITION_INIT};
    struct assembler assemblers[WORKERS];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < WORKERS; i++) {
        assemblers[i] = (struct assembler){&heap, i};
        CHECK_OK(trio_nursery_start_soon(&nursery, take_until_cancelled,
                                         &assemblers[i]));
    }
    for (int i = 0; i < PARTS; i++) {
        CHECK_OK(put_one(&heap));
        send_somebody_home(&heap);
        if (i % 4 != 0)
            continue;
        // Nobody waits for a part that is there.
        CHECK_OK(trio_wait_all_tasks_blocked(0));
        CHECK_EQ(heap.taken + heap.parts, i + 1);
        if (trio_condition_statistics(&heap.more).waiting > 0)
            CHECK_EQ(heap.parts, 0);
    }
    cancel(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(owner(&heap.more) == NULL);
}

// ---- An owner that ends ----

// S55
TEST_THOROUGH(condition, a_lock_that_breaks_ends_all_waits)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    station.listeners[0].stays = true;
    trio_condition_notify(&station.condition, 2);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(station.log, "a");
    for (int i = 1; i < LISTENERS; i++) { // One in the lock's queue, two not.
        CHECK_STATUS(station.listeners[i].rc, TRIO_EBROKEN);
        CHECK(!station.listeners[i].held);
    }
    CHECK(trio_condition_statistics(&station.condition).lock.broken);
    CHECK_EQ(trio_condition_statistics(&station.condition).waiting, 0);
}

// S55
TEST_THOROUGH(condition, a_lock_that_breaks_beats_a_cancellation)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    station.listeners[0].stays = true;
    trio_condition_notify(&station.condition, 1);
    trio_condition_release(&station.condition);
    trio_cancel_scope_cancel(&station.listeners[1].scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(station.listeners[1].rc, TRIO_EBROKEN);
}

// S55
TEST(condition, one_that_inherited_the_lock_can_break_it)
{
    struct trio_nursery nursery;
    struct station station;

    trio_nursery_open(&nursery);
    CHECK_OK(tune_in(&station, &nursery));
    for (int i = 0; i < LISTENERS; i++)
        station.listeners[i].stays = i == 2;
    trio_condition_notify_all(&station.condition);
    trio_condition_release(&station.condition);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(station.log, "abc");
    CHECK_STATUS(station.listeners[3].rc, TRIO_EBROKEN);
}

// ---- Deadlock ----

struct mill {
    struct trio_condition condition;
    struct trio_lock other;
};

static TRIO_CHECKPOINT trio_status wait_holding_the_other(void *arg)
{
    struct mill *mill = arg;

    CHECK_OK(trio_lock_acquire(&mill->other));
    CHECK_OK(trio_condition_acquire(&mill->condition));
    trio_status rc = trio_condition_wait(&mill->condition);
    trio_condition_release(&mill->condition);
    trio_lock_release(&mill->other);
    return rc;
}

static TRIO_CHECKPOINT trio_status want_the_other(void *arg)
{
    struct mill *mill = arg;
    struct trio_nursery nursery;

    *mill = (struct mill){.condition = quiet};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_holding_the_other, mill));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_condition_acquire(&mill->condition));
    trio_status rc = trio_lock_acquire(&mill->other);
    trio_condition_release(&mill->condition);
    return trio_nursery_close(&nursery, rc);
}

// S10: only who holds the lock could notify.
TEST_SEEDED(condition, a_cycle_through_its_lock_is_named)
{
    struct capture capture;
    struct mill mill;

    capture_open(&capture);
    capture.config.ret_error = NULL;
    CHECK_STATUS(capture_run(&capture, want_the_other, &mill), TRIO_EDEADLOCK);
    CHECK(strstr(capture.text, "waits to be notified") != NULL);
    CHECK(strstr(capture.text, "held by task 1") != NULL);
    CHECK(strstr(capture.text, "held by task 2") != NULL);
    capture_close(&capture);
}
