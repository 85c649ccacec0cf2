// What trio/parking_lot.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/parking_lot.h>

#include "tests/check.h"
#include "tests/tasks.h"

static struct trio_parking_lot empty = TRIO_PARKING_LOT_INIT;

struct car {
    struct trio_parking_lot *lot;
    struct log *log;
    char name;
    trio_status rc;
    struct trio_task *task;
};

static TRIO_CHECKPOINT trio_status park(void *arg)
{
    struct car *car = arg;

    car->task = trio_task_current();
    car->rc = trio_parking_lot_park(car->lot, &test_wait, car->lot);
    log_add(car->log, car->name);
    return car->rc == TRIO_ECANCELED ? car->rc : TRIO_OK;
}

enum { CARS = 4 };

struct street {
    struct trio_parking_lot lot;
    struct log log;
    struct car cars[CARS];
};

// Parks cars a, b, c, d, in this order under any scheduler.
static TRIO_CHECKPOINT trio_status fill(struct street *street,
                                        struct trio_nursery *nursery)
{
    *street = (struct street){.lot = empty};
    for (int i = 0; i < CARS; i++) {
        street->cars[i] = (struct car){&street->lot, &street->log,
                                       (char)('a' + i), TRIO_EINVAL, NULL};
        CHECK_OK(trio_nursery_start_soon(nursery, park, &street->cars[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_EQ(trio_parking_lot_count(&street->lot), CARS);
    return TRIO_OK;
}

// S41
TEST(parking_lot, is_first_in_first_out)
{
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    for (int i = 0; i < CARS; i++) {
        CHECK(trio_parking_lot_unpark_one(&street.lot));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK(!trio_parking_lot_unpark_one(&street.lot));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(street.log, "abcd");
}

// S41
TEST(parking_lot, unparks_several_from_the_front)
{
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK_EQ(trio_parking_lot_unpark(&street.lot, 3), 3);
    CHECK_EQ(trio_parking_lot_count(&street.lot), 1);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    log_sort(&street.log);
    CHECK_LOG(street.log, "abc");
    CHECK_EQ(trio_parking_lot_unpark(&street.lot, 3), 1);
    CHECK_EQ(trio_parking_lot_unpark(&street.lot, 3), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S41
TEST(parking_lot, unparks_all_in_order)
{
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK_EQ(trio_parking_lot_unpark_all(&street.lot), CARS);
    CHECK_EQ(trio_parking_lot_count(&street.lot), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    if (!check_is_fifo())
        log_sort(&street.log);
    CHECK_LOG(street.log, "abcd");
}

// S41
TEST(parking_lot, an_empty_one_stores_no_wake)
{
    struct trio_nursery nursery;
    struct street street;

    CHECK_EQ(trio_parking_lot_unpark_all(&empty), 0);
    CHECK(!trio_parking_lot_unpark_one(&empty));
    CHECK(trio_parking_lot_unpark_one_with(&empty, TRIO_EEND) == NULL);
    CHECK(trio_parking_lot_first(&empty) == NULL);
    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery)); // Each one had to wait.
    CHECK_EQ(trio_parking_lot_unpark_all(&street.lot), CARS);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S41
TEST(parking_lot, moving_keeps_the_order_and_the_tasks_parked)
{
    struct trio_parking_lot target = TRIO_PARKING_LOT_INIT;
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK_EQ(trio_parking_lot_repark(&street.lot, &target, 3), 3);
    CHECK_EQ(trio_parking_lot_repark(&street.lot, &target, 3), 1);
    CHECK_EQ(trio_parking_lot_count(&street.lot), 0);
    CHECK_EQ(trio_parking_lot_count(&target), CARS);
    for (int i = 0; i < CARS; i++) {
        CHECK(trio_task_is_parked(street.cars[i].task));
        CHECK(trio_parking_lot_first(&target) == street.cars[i].task);
        CHECK(trio_parking_lot_unpark_one(&target));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(street.log, "abcd");
}

// S41
TEST(parking_lot, moved_tasks_can_be_cancelled)
{
    struct trio_parking_lot target = TRIO_PARKING_LOT_INIT;
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK_EQ(trio_parking_lot_repark(&street.lot, &target, 2), 2);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(trio_parking_lot_count(&target), 0);
    CHECK_EQ(trio_parking_lot_count(&street.lot), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status park_with_timeout(void *arg)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = park(arg);
    return trio_cancel_scope_close(&scope, rc);
}

// S41
TEST(parking_lot, a_cancelled_waiter_leaves_at_once)
{
    struct log log = {0};
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct car first = {&lot, &log, 'a', TRIO_OK, NULL};
    struct car second = {&lot, &log, 'b', TRIO_EINVAL, NULL};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_with_timeout, &first));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_nursery_start_soon(&nursery, park, &second));
    CHECK_OK(trio_sleep(2 * TRIO_SECOND));
    CHECK_STATUS(first.rc, TRIO_ECANCELED);
    CHECK_EQ(trio_parking_lot_count(&lot), 1);
    CHECK(trio_parking_lot_first(&lot) == second.task);
    CHECK(trio_parking_lot_unpark_one(&lot));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(second.rc);
}

// S41
TEST(parking_lot, a_broken_one_breaks_present_and_later_waiters)
{
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK(!trio_parking_lot_statistics(&street.lot).broken);
    trio_parking_lot_break(&street.lot);
    CHECK(trio_parking_lot_statistics(&street.lot).broken);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < CARS; i++)
        CHECK_STATUS(street.cars[i].rc, TRIO_EBROKEN);
    CHECK_STATUS(trio_parking_lot_park(&street.lot, &test_wait, NULL),
                 TRIO_EBROKEN);
    CHECK_STATUS(trio_parking_lot_park_shielded(&street.lot, &test_wait, NULL),
                 TRIO_EBROKEN);
}

struct believer {
    struct trio_parking_lot lot;
    bool found; // An old record, for the new failure.
};

static TRIO_CHECKPOINT trio_status park_with_an_old_record(void *arg)
{
    struct believer *believer = arg;

    trio_ignore(trio_fail(TRIO_EBROKEN, "long ago"));
    trio_status rc = trio_parking_lot_park(&believer->lot, &test_wait, NULL);
    believer->found = trio_error_find(rc) != NULL;
    return TRIO_OK;
}

static void break_lot(struct trio_parking_lot *lot)
{
    trio_parking_lot_break(lot);
}

static void wake_first_broken(struct trio_parking_lot *lot)
{
    if (CHECK(trio_parking_lot_first(lot) != NULL))
        trio_wake(trio_parking_lot_first(lot), TRIO_EBROKEN);
}

// Nobody is told of a failure that was another one.
static TRIO_PARKS void check_no_record(void (*fail)(struct trio_parking_lot *))
{
    struct believer believer = {TRIO_PARKING_LOT_INIT, true};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(
        trio_nursery_start_soon(&nursery, park_with_an_old_record, &believer));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    fail(&believer.lot);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!believer.found);
}

// S41
TEST(parking_lot, breaking_one_leaves_no_older_record_for_it)
{
    check_no_record(break_lot);
}

TEST(parking_lot, a_wake_that_fails_leaves_no_older_record_for_it)
{
    check_no_record(wake_first_broken);
}

TEST(parking_lot, hands_something_to_the_first_with_its_wake)
{
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK(trio_parking_lot_first(&street.lot) == street.cars[0].task);
    CHECK(trio_parking_lot_unpark_one_with(&street.lot, TRIO_EEND) ==
          street.cars[0].task);
    CHECK_EQ(trio_parking_lot_unpark_all(&street.lot), CARS - 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(street.cars[0].rc, TRIO_EEND);
    CHECK_OK(street.cars[1].rc);
}

TEST(parking_lot, statistics_count_the_waiting)
{
    struct trio_nursery nursery;
    struct street street;

    trio_nursery_open(&nursery);
    CHECK_OK(fill(&street, &nursery));
    CHECK_EQ(trio_parking_lot_statistics(&street.lot).waiting, CARS);
    CHECK_EQ(trio_parking_lot_unpark_all(&street.lot), CARS);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_parking_lot_statistics(&street.lot).waiting, 0);
}

static TRIO_CHECKPOINT trio_status park_shielded(void *arg)
{
    struct car *car = arg;

    car->rc = trio_parking_lot_park_shielded(car->lot, &test_wait, car->lot);
    return car->rc;
}

TEST(parking_lot, a_shielded_waiter_stays_when_cancelled)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct car car = {.lot = &lot, .rc = TRIO_EINVAL};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_shielded, &car));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(trio_parking_lot_count(&lot), 1);
    CHECK(trio_parking_lot_unpark_one(&lot));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(car.rc);
}

// ---- One task in several lots ----

struct chooser {
    struct trio_parking_lot lots[3];
    int chosen;
    int claims;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status wait_for_any(void *arg)
{
    struct chooser *chooser = arg;
    struct trio_waiter waiters[3];

    for (int i = 0; i < 3; i++)
        CHECK(trio_parking_lot_add(&chooser->lots[i], &waiters[i]));
    chooser->rc = trio_park(&test_wait, chooser, agree, NULL);
    for (int i = 0; i < 3; i++) {
        if (!waiters[i].claimed)
            continue;
        chooser->chosen = i;
        chooser->claims++;
    }
    return chooser->rc;
}

// S41
TEST(parking_lot, of_several_places_the_first_wake_claims_one)
{
    struct chooser chooser = {.chosen = -1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_for_any, &chooser));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    for (int i = 0; i < 3; i++)
        CHECK_EQ(trio_parking_lot_count(&chooser.lots[i]), 1);
    CHECK(trio_parking_lot_unpark_one(&chooser.lots[1]));
    // It has left every lot before it runs.
    for (int i = 0; i < 3; i++)
        CHECK_EQ(trio_parking_lot_count(&chooser.lots[i]), 0);
    CHECK(!trio_parking_lot_unpark_one(&chooser.lots[2]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(chooser.chosen, 1);
    CHECK_EQ(chooser.claims, 1);
}

// S41
TEST(parking_lot, cancelled_it_leaves_all_places)
{
    struct chooser chooser = {.chosen = -1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_for_any, &chooser));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(trio_parking_lot_count(&chooser.lots[i]), 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(chooser.claims, 0);
}

// S41
TEST(parking_lot, a_broken_lot_takes_no_waiter)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_waiter waiter;

    trio_parking_lot_break(&lot);
    CHECK(!trio_parking_lot_add(&lot, &waiter));
    CHECK(trio_parking_lot_count(&lot) == 0);
}
