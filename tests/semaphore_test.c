// What trio/semaphore.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/semaphore.h>

#include "tests/check.h"
#include "tests/tasks.h"

struct visitor {
    struct trio_semaphore *semaphore;
    struct log *log;
    char name;
    struct trio_cancel_scope scope;
    trio_status rc;
    trio_status next;
};

// Takes a permit in a scope of its own and keeps it; looks at the checkpoint
// after that, too.
static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    struct visitor *visitor = arg;

    trio_cancel_scope_open(&visitor->scope);
    visitor->rc = trio_semaphore_acquire(visitor->semaphore);
    if (visitor->rc == TRIO_OK)
        log_add(visitor->log, visitor->name);
    visitor->next = trio_checkpoint();
    return trio_cancel_scope_close(&visitor->scope,
                                   trio_combine(visitor->rc, visitor->next));
}

enum { VISITORS = 4 };

struct museum {
    struct trio_semaphore semaphore;
    struct log log;
    struct visitor visitors[VISITORS];
};

static const struct trio_semaphore none = TRIO_SEMAPHORE_INIT(0);

// Has visitors a, b, c, d wait, in this order under any scheduler.
static TRIO_CHECKPOINT trio_status queue_up(struct museum *museum,
                                            struct trio_nursery *nursery)
{
    *museum = (struct museum){.semaphore = none};
    for (int i = 0; i < VISITORS; i++) {
        museum->visitors[i] = (struct visitor){.semaphore = &museum->semaphore,
                                               .log = &museum->log,
                                               .name = (char)('a' + i)};
        CHECK_OK(trio_nursery_start_soon(nursery, visit, &museum->visitors[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_EQ(trio_semaphore_statistics(&museum->semaphore).waiting, VISITORS);
    return TRIO_OK;
}

static size_t permits(const struct trio_semaphore *semaphore)
{
    return trio_semaphore_statistics(semaphore).permits;
}

// S56
TEST(semaphore, waiters_are_served_first_come_first_served)
{
    struct trio_nursery nursery;
    struct museum museum;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&museum, &nursery));
    for (int i = 0; i < VISITORS; i++) {
        trio_semaphore_release(&museum.semaphore);
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(museum.log, "abcd");
}

// S56
TEST(semaphore, a_released_permit_is_the_waiters_at_once)
{
    struct trio_nursery nursery;
    struct museum museum;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&museum, &nursery));
    for (int i = 0; i < VISITORS; i++) {
        trio_semaphore_release(&museum.semaphore);
        CHECK_EQ(permits(&museum.semaphore), 0);
        CHECK(!trio_semaphore_try_acquire(&museum.semaphore));
    }
    trio_semaphore_release(&museum.semaphore); // One more than they are.
    CHECK_EQ(permits(&museum.semaphore), 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(museum.log.length, VISITORS);
}

// S56
TEST(semaphore, try_acquire_takes_what_is_free)
{
    struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT(2);

    CHECK(trio_semaphore_try_acquire(&semaphore));
    CHECK(trio_semaphore_try_acquire(&semaphore));
    CHECK(!trio_semaphore_try_acquire(&semaphore));
    trio_semaphore_release(&semaphore);
    CHECK(trio_semaphore_try_acquire(&semaphore));
}

// S56
TEST(semaphore, can_be_released_up_to_its_maximum)
{
    struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT_MAX(1, 2);

    trio_semaphore_release(&semaphore);
    CHECK_EQ(permits(&semaphore), 2);
    CHECK_OK(trio_semaphore_acquire(&semaphore));
    trio_semaphore_release(&semaphore);
    CHECK_EQ(permits(&semaphore), 2);
    CHECK_EQ(trio_semaphore_statistics(&semaphore).maximum, 2); // S57
}

// S12
TEST(semaphore, acquire_takes_a_turn_also_if_a_permit_is_free)
{
    struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT(1);
    uint64_t before = pass_number();

    CHECK_OK(trio_semaphore_acquire(&semaphore));
    CHECK(pass_number() > before);
}

// S14
TEST_THOROUGH(semaphore, cancelled_on_entry_it_takes_no_permit)
{
    struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT(1);
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_semaphore_acquire(&semaphore);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_semaphore_try_acquire(&semaphore)); // It is still there.
}

// S14
TEST_THOROUGH(semaphore, cancelled_in_its_turn_after_taking_it_has_the_permit)
{
    struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT(1);
    struct log log = {0};
    struct visitor visitor = {
        .semaphore = &semaphore, .log = &log, .name = 'a'};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, visit, &visitor));
    while (permits(&semaphore) == 1)
        CHECK_OK(trio_checkpoint());
    trio_cancel_scope_cancel(&visitor.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(visitor.rc);
    CHECK_EQ(permits(&semaphore), 0);
}

// S56
TEST_THOROUGH(semaphore, cancelled_while_waiting_it_takes_no_permit)
{
    struct trio_nursery nursery;
    struct museum museum;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&museum, &nursery));
    trio_cancel_scope_cancel(&museum.visitors[0].scope, NULL);
    trio_semaphore_release(&museum.semaphore); // In the same step: the next's.
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(museum.log, "b");
    trio_cancel_scope_cancel(&museum.visitors[2].scope, NULL);
    trio_semaphore_release(&museum.semaphore);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(museum.log, "bd");
    CHECK_STATUS(museum.visitors[0].rc, TRIO_ECANCELED);
    CHECK_STATUS(museum.visitors[2].rc, TRIO_ECANCELED);
    CHECK_EQ(permits(&museum.semaphore), 0);
}

// S15 S56
TEST_THOROUGH(semaphore, cancelled_after_the_hand_over_it_has_the_permit)
{
    struct trio_nursery nursery;
    struct museum museum;

    trio_nursery_open(&nursery);
    CHECK_OK(queue_up(&museum, &nursery));
    trio_semaphore_release(&museum.semaphore);
    trio_cancel_scope_cancel(&museum.visitors[0].scope, NULL);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(museum.log, "a");
    CHECK_OK(museum.visitors[0].rc);
    CHECK_STATUS(museum.visitors[0].next, TRIO_ECANCELED);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(museum.log, "a");
}

// ---- Many tasks, cancelled at any moment ----

enum { WORKERS = 6, ROUNDS = 4, SLOTS = 2 };

struct shop {
    struct trio_semaphore semaphore;
    struct trio_cancel_scope scopes[WORKERS];
    bool open[WORKERS];
    int inside;
    int living;
};

struct customer {
    struct shop *shop;
    int number;
};

static TRIO_PARKS void look_around(void)
{
    for (uint64_t turns = trio_random_u64() % 4; turns > 0; turns--)
        trio_cancel_shielded_checkpoint();
}

static TRIO_CHECKPOINT trio_status shop_once(struct shop *shop)
{
    look_around();
    trio_status rc = trio_semaphore_acquire(&shop->semaphore);
    if (rc != TRIO_OK)
        return rc;
    CHECK(++shop->inside <= SLOTS);
    look_around();
    shop->inside--;
    trio_semaphore_release(&shop->semaphore);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status keep_shopping(void *arg)
{
    struct customer *customer = arg;
    struct shop *shop = customer->shop;
    struct trio_cancel_scope *scope = &shop->scopes[customer->number];

    for (int i = 0; i < ROUNDS; i++) {
        trio_cancel_scope_open(scope);
        shop->open[customer->number] = true;
        trio_status rc = shop_once(shop);
        shop->open[customer->number] = false;
        CHECK_OK(trio_cancel_scope_close(scope, rc));
    }
    shop->living--;
    return TRIO_OK;
}

// S56
TEST_THOROUGH(semaphore, no_permit_is_lost_or_doubled)
{
    struct shop shop = {.semaphore = TRIO_SEMAPHORE_INIT_MAX(SLOTS, SLOTS),
                        .living = WORKERS};
    struct customer customers[WORKERS];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < WORKERS; i++) {
        customers[i] = (struct customer){&shop, i};
        CHECK_OK(
            trio_nursery_start_soon(&nursery, keep_shopping, &customers[i]));
    }
    while (shop.living > 0) {
        uint64_t i = trio_random_u64() % WORKERS;
        if (shop.open[i])
            trio_cancel_scope_cancel(&shop.scopes[i], NULL);
        CHECK_OK(trio_checkpoint());
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(shop.inside, 0);
    CHECK_EQ(permits(&shop.semaphore), SLOTS);
}

struct gate {
    struct trio_entry entry;
    struct trio_semaphore semaphore;
};

static void lift(struct trio_entry *entry)
{
    struct gate *gate = (struct gate *)entry; // Its first member.
    trio_semaphore_release(&gate->semaphore);
}

// S8
TEST(semaphore, can_be_released_by_an_entry_callback)
{
    struct gate gate = {TRIO_ENTRY_INIT(lift), TRIO_SEMAPHORE_INIT(0)};
    struct trio_poster *poster;

    CHECK_OK(trio_poster_open(&poster));
    CHECK_OK(trio_poster_post(poster, &gate.entry));
    CHECK_OK(trio_semaphore_acquire(&gate.semaphore));
    trio_poster_close(poster);
}
