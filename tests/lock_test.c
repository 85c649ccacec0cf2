// What trio/lock.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lock.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

struct tenant {
    struct trio_lock *lock;
    struct log *log;
    char name;
    bool stays; // Does not give the lock back.
    struct trio_cancel_scope scope;
    struct trio_task *task;
    trio_status rc;
    trio_status next;
};

// Takes the lock in a scope of its own; looks at the checkpoint after that,
// too.
static TRIO_CHECKPOINT trio_status move_in(void *arg)
{
    struct tenant *tenant = arg;

    tenant->task = trio_task_current();
    trio_cancel_scope_open(&tenant->scope);
    tenant->rc = trio_lock_acquire(tenant->lock);
    if (tenant->rc == TRIO_OK)
        log_add(tenant->log, tenant->name);
    tenant->next = trio_checkpoint();
    if (tenant->rc == TRIO_OK && !tenant->stays)
        trio_lock_release(tenant->lock);
    trio_status rc = tenant->rc == TRIO_EBROKEN ? TRIO_OK : tenant->rc;
    return trio_cancel_scope_close(&tenant->scope,
                                   trio_combine(rc, tenant->next));
}

enum { TENANTS = 4 };

struct house {
    struct trio_lock lock;
    struct log log;
    struct tenant tenants[TENANTS];
};

static const struct trio_lock unlocked = TRIO_LOCK_INIT;

// Has tenants a, b, c, d wait, in this order under any scheduler, for a lock
// that the caller holds.
static TRIO_CHECKPOINT trio_status queue_up(struct house *house,
                                            struct trio_nursery *nursery)
{
    *house = (struct house){.lock = unlocked};
    CHECK_OK(trio_lock_acquire(&house->lock));
    for (int i = 0; i < TENANTS; i++) {
        house->tenants[i] = (struct tenant){
            .lock = &house->lock, .log = &house->log, .name = (char)('a' + i)};
        CHECK_OK(trio_nursery_start_soon(nursery, move_in, &house->tenants[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_EQ(trio_lock_statistics(&house->lock).waiting, TENANTS);
    return TRIO_OK;
}

static struct trio_task *owner(const struct trio_lock *lock)
{
    return trio_lock_statistics(lock).owner;
}

// S54
TEST(lock, is_handed_over_in_order_of_arrival)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    trio_lock_release(&house.lock);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(house.log, "abcd");
    CHECK(owner(&house.lock) == NULL);
}

// S54
TEST(lock, belongs_to_the_waiter_before_it_runs)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    CHECK(owner(&house.lock) == trio_task_current());
    trio_lock_release(&house.lock);
    CHECK(owner(&house.lock) == house.tenants[0].task);
    CHECK(!trio_lock_try_acquire(&house.lock));
    CHECK_OK(trio_lock_acquire(&house.lock)); // Last in the queue.
    CHECK_LOG(house.log, "abcd");
    trio_lock_release(&house.lock);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status loop_over(void *arg)
{
    struct tenant *tenant = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 8 && rc == TRIO_OK; i++) {
        rc = trio_lock_acquire(tenant->lock);
        if (rc != TRIO_OK)
            return rc;
        log_add(tenant->log, tenant->name);
        trio_lock_release(tenant->lock);
    }
    return rc;
}

// S54
TEST(lock, two_loops_over_it_alternate)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct log log = {0};
    struct tenant tenants[] = {{.lock = &lock, .log = &log, .name = 'a'},
                               {.lock = &lock, .log = &log, .name = 'b'}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, loop_over, &tenants[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STRING(log.text,
                 log.text[0] == 'a' ? "abababababababab" : "babababababababa");
}

// S54
TEST(lock, try_acquire_takes_it_if_it_is_free)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    trio_lock_release(&house.lock);
    CHECK(!trio_lock_try_acquire(&house.lock));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(trio_lock_try_acquire(&house.lock));
    CHECK(owner(&house.lock) == trio_task_current());
    trio_lock_release(&house.lock);
}

// S12
TEST(lock, acquire_takes_a_turn_also_if_it_is_free)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    uint64_t before = pass_number();

    CHECK_OK(trio_lock_acquire(&lock));
    CHECK(pass_number() > before);
    trio_lock_release(&lock);
}

// S57
TEST(lock, statistics_tell_owner_and_waiters)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    struct trio_lock_statistics now = trio_lock_statistics(&house.lock);
    CHECK(now.owner == trio_task_current());
    CHECK_EQ(now.waiting, TENANTS);
    CHECK(!now.broken);
    trio_lock_release(&house.lock);
    CHECK_EQ(trio_lock_statistics(&house.lock).waiting, TENANTS - 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- Cancelled at the worst moment ----

// S14
TEST_THOROUGH(lock, cancelled_on_entry_it_stays_free)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_lock_acquire(&lock);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(owner(&lock) == NULL);
}

// S14
TEST_THOROUGH(lock, cancelled_in_its_turn_after_taking_it_the_task_holds_it)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct log log = {0};
    struct tenant tenant = {.lock = &lock, .log = &log, .name = 'a'};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, move_in, &tenant));
    while (owner(&lock) == NULL)
        CHECK_OK(trio_checkpoint());
    trio_cancel_scope_cancel(&tenant.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(tenant.rc);
    CHECK(owner(&lock) == NULL);
}

// S54
TEST_THOROUGH(lock, cancelled_then_released_it_goes_to_the_next)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    trio_cancel_scope_cancel(&house.tenants[0].scope, NULL);
    trio_lock_release(&house.lock);
    CHECK(owner(&house.lock) == house.tenants[1].task);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(house.log, "bcd");
    CHECK_STATUS(house.tenants[0].rc, TRIO_ECANCELED);
    CHECK(owner(&house.lock) == NULL);
}

// S15 S54
TEST_THOROUGH(lock, released_then_cancelled_the_waiter_holds_it)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    trio_lock_release(&house.lock);
    trio_cancel_scope_cancel(&house.tenants[0].scope, NULL);
    CHECK(owner(&house.lock) == house.tenants[0].task);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(house.log, "abcd");
    CHECK_OK(house.tenants[0].rc);
    CHECK_STATUS(house.tenants[0].next, TRIO_ECANCELED);
    CHECK(owner(&house.lock) == NULL);
}

// S54
TEST_THOROUGH(lock, cancelled_while_waiting_all_leave)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(trio_lock_statistics(&house.lock).waiting, 0);
    trio_lock_release(&house.lock);
    CHECK(owner(&house.lock) == NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(house.log, "");
}

enum { WORKERS = 5, ROUNDS = 4 };

struct workshop {
    struct trio_lock lock;
    struct trio_cancel_scope scopes[WORKERS];
    bool open[WORKERS];
    int inside;
    int living;
};

struct smith {
    struct workshop *workshop;
    int number;
};

static TRIO_PARKS void take_turns(void)
{
    for (uint64_t turns = trio_random_u64() % 4; turns > 0; turns--)
        trio_cancel_shielded_checkpoint();
}

static TRIO_CHECKPOINT trio_status work_once(struct workshop *workshop)
{
    take_turns();
    trio_status rc = trio_lock_acquire(&workshop->lock);
    if (rc != TRIO_OK)
        return rc;
    CHECK_EQ(++workshop->inside, 1);
    take_turns();
    CHECK_EQ(--workshop->inside, 0);
    trio_lock_release(&workshop->lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status keep_working(void *arg)
{
    struct smith *smith = arg;
    struct workshop *workshop = smith->workshop;
    struct trio_cancel_scope *scope = &workshop->scopes[smith->number];

    for (int i = 0; i < ROUNDS; i++) {
        trio_cancel_scope_open(scope);
        workshop->open[smith->number] = true;
        trio_status rc = work_once(workshop);
        workshop->open[smith->number] = false;
        CHECK_OK(trio_cancel_scope_close(scope, rc));
    }
    workshop->living--;
    return TRIO_OK;
}

// S54
TEST_THOROUGH(lock, is_never_lost_nor_held_twice)
{
    struct workshop workshop = {.lock = TRIO_LOCK_INIT, .living = WORKERS};
    struct smith smiths[WORKERS];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < WORKERS; i++) {
        smiths[i] = (struct smith){&workshop, i};
        CHECK_OK(trio_nursery_start_soon(&nursery, keep_working, &smiths[i]));
    }
    while (workshop.living > 0) {
        uint64_t i = trio_random_u64() % WORKERS;
        if (workshop.open[i])
            trio_cancel_scope_cancel(&workshop.scopes[i], NULL);
        CHECK_OK(trio_checkpoint());
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(trio_lock_try_acquire(&workshop.lock));
    trio_lock_release(&workshop.lock);
}

// ---- An owner that ends ----

// S54
TEST_THOROUGH(lock, an_owner_that_ends_breaks_it_for_present_waiters)
{
    struct trio_nursery nursery;
    struct house house;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&house, &nursery));
    house.tenants[1].stays = true; // It was handed over to it.
    trio_lock_release(&house.lock);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(house.log, "ab");
    CHECK_STATUS(house.tenants[2].rc, TRIO_EBROKEN);
    CHECK_STATUS(house.tenants[3].rc, TRIO_EBROKEN);
    CHECK(trio_lock_statistics(&house.lock).broken);
    CHECK(owner(&house.lock) == NULL);
}

static TRIO_CHECKPOINT trio_status take_and_end(void *arg)
{
    return trio_lock_acquire(arg);
}

static trio_status try_and_end(void *arg)
{
    return trio_lock_try_acquire(arg) ? TRIO_OK : TRIO_EBUSY;
}

// S54
TEST(lock, an_owner_that_ends_breaks_it_for_later_ones)
{
    static trio_task_fn const ends[] = {take_and_end, try_and_end};

    for (size_t i = 0; i < COUNT(ends); i++) {
        struct trio_lock lock = TRIO_LOCK_INIT;
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, ends[i], &lock));
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK(trio_lock_statistics(&lock).broken);
        uint64_t before = pass_number();
        CHECK_STATUS(trio_lock_acquire(&lock), TRIO_EBROKEN);
        CHECK(pass_number() > before); // S16
        CHECK(!trio_lock_try_acquire(&lock));
        trio_lock_release(&lock); // Without effect.
        CHECK(trio_lock_statistics(&lock).broken);
    }
}

static TRIO_CHECKPOINT trio_status take_give_and_end(void *arg)
{
    trio_status rc = trio_lock_acquire(arg);
    if (rc == TRIO_OK)
        trio_lock_release(arg);
    return rc;
}

// S54
TEST(lock, a_former_owner_that_ends_does_not_break_it)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 3; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, take_give_and_end, &lock));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!trio_lock_statistics(&lock).broken);
}

// S54
TEST(lock, one_of_several_can_be_released_first)
{
    struct trio_lock locks[3] = {TRIO_LOCK_INIT, TRIO_LOCK_INIT,
                                 TRIO_LOCK_INIT};
    static const int order[] = {1, 0, 2};

    for (int i = 0; i < 3; i++)
        CHECK_OK(trio_lock_acquire(&locks[i]));
    for (int i = 0; i < 3; i++)
        trio_lock_release(&locks[order[i]]);
    for (int i = 0; i < 3; i++)
        CHECK(owner(&locks[i]) == NULL);
}

// ---- Deadlock ----

struct diner {
    struct trio_lock *left;
    struct trio_lock *right;
};

static TRIO_CHECKPOINT trio_status dine(void *arg)
{
    struct diner *diner = arg;

    trio_status rc = trio_lock_acquire(diner->left);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(TRIO_SECOND); // Until the others have theirs.
    if (rc == TRIO_OK)
        rc = trio_lock_acquire(diner->right);
    if (rc == TRIO_OK)
        trio_lock_release(diner->right);
    trio_lock_release(diner->left);
    return rc;
}

static TRIO_CHECKPOINT trio_status dine_together(void *arg)
{
    struct trio_lock forks[2] = {TRIO_LOCK_INIT, TRIO_LOCK_INIT};
    struct diner diners[] = {{&forks[0], &forks[1]}, {&forks[1], &forks[0]}};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, dine, &diners[i]));
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S10 S54
TEST_SEEDED(lock, a_cycle_of_owners_is_named)
{
    struct capture capture;

    capture_open(&capture);
    capture.config.ret_error = NULL;
    CHECK_STATUS(capture_run(&capture, dine_together, NULL), TRIO_EDEADLOCK);
    CHECK(strstr(capture.text, "waits to acquire") != NULL);
    CHECK(strstr(capture.text, "held by task 2") != NULL);
    CHECK(strstr(capture.text, "held by task 3") != NULL);
    capture_close(&capture);
}
