// Two races that have two winners when the loop is late.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// event_two_winners: of two mirrors the one that answers first is used, and the
// other one's task is cancelled. If both deadlines have passed when the loop
// looks, both tasks are woken, and no cancellation reaches the second. The fix:
// only who finds no winner yet is one.
//
// event_hedged_order: if an order is not confirmed after 5 ms, it is sent once
// more, to another server. On a late loop the confirmation of the first and the
// impatience come in one instant. The fix: an order has a number, and a number
// is carried out once.

#include "bench/bugs/bugs.h"

// ---- Two winners ----

struct race {
    struct trio_nursery nursery;
    int winner; // 0: none yet.
    int results;
    bool fixed;
};

static trio_status finish(struct race *race, int who, trio_status rc)
{
    if (rc != TRIO_OK)
        return rc;
    trio_touch(race, TRIO_ACCESS_WRITE);
    if (race->fixed && race->winner != 0)
        return TRIO_OK;
    race->winner = who;
    race->results++;
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&race->nursery),
                             "somebody has won");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status ask_near(void *arg)
{
    bugs_start();
    return finish(arg, 1, trio_sleep(9 * TRIO_MS));
}

static TRIO_CHECKPOINT trio_status ask_far(void *arg)
{
    bugs_start();
    return finish(arg, 2, trio_sleep(10 * TRIO_MS));
}

static TRIO_CHECKPOINT trio_status run_race(bool fixed)
{
    static const struct trio_task_options near = {.name = "near"};
    static const struct trio_task_options far = {.name = "far"};
    struct race race = {.fixed = fixed};

    trio_nursery_open(&race.nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&race.nursery, &near, ask_near, &race);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon_with(&race.nursery, &far, ask_far, &race);
    rc = trio_nursery_close(&race.nursery, rc);
    TRIO_SIM_ALWAYS(race.results <= 1, "a race has one result");
    return rc;
}

TRIO_SCENARIO(event_two_winners, .witness = "main near far clock*2")
{
    (void)arg;
    return run_race(false);
}

TRIO_SCENARIO(event_two_winners_fixed)
{
    (void)arg;
    return run_race(true);
}

// ---- An order that is carried out twice ----

struct order {
    struct trio_nursery nursery;
    bool confirmed;
    int carried_out;
    bool fixed;
};

static TRIO_CHECKPOINT trio_status carry_out(void *arg)
{
    struct order *order = arg;

    bugs_start();
    trio_status rc = trio_sleep(4 * TRIO_MS);
    trio_touch(order, TRIO_ACCESS_WRITE);
    if (rc != TRIO_OK || (order->fixed && order->carried_out > 0))
        return rc;
    order->carried_out++;
    order->confirmed = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_order(void *arg)
{
    static const struct trio_task_options server = {.name = "server"};
    struct order *order = arg;

    trio_status rc =
        trio_nursery_start_soon_with(&order->nursery, &server, carry_out, arg);
    if (rc == TRIO_OK)
        rc = trio_sleep(5 * TRIO_MS);
    trio_touch(order, TRIO_ACCESS_READ);
    if (rc == TRIO_OK && !order->confirmed)
        rc = trio_nursery_start_soon_with(&order->nursery, &server, carry_out,
                                          arg);
    return rc;
}

static TRIO_CHECKPOINT trio_status place_order(bool fixed)
{
    struct order order = {.fixed = fixed};

    trio_nursery_open(&order.nursery);
    trio_status rc = send_order(&order);
    rc = trio_nursery_close(&order.nursery, rc);
    TRIO_SIM_ALWAYS(order.carried_out <= 1, "an order is carried out once");
    return rc;
}

TRIO_SCENARIO(event_hedged_order, .witness = "main server clock*2 main server")
{
    (void)arg;
    return place_order(false);
}

TRIO_SCENARIO(event_hedged_order_fixed)
{
    (void)arg;
    return place_order(true);
}
