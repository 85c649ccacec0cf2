// A shelf with items under a condition: who is notified gets one, or whoever
// was faster did.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/testing.h>

#include "tests/scenarios/kit.h"

struct shelf {
    struct trio_condition changed;
    int items;
    int taken;
    bool closed;
};

struct guest {
    struct shelf *shelf;
    trio_duration patience;
};

static TRIO_CHECKPOINT trio_status take_one(struct shelf *shelf)
{
    trio_status rc = trio_condition_acquire(&shelf->changed);
    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK && shelf->items == 0 && !shelf->closed)
        rc = trio_condition_wait(&shelf->changed);
    TRIO_SIM_ALWAYS(trio_condition_statistics(&shelf->changed).lock.owner ==
                        trio_task_current(),
                    "whatever a wait returns, the lock is held");
    if (rc == TRIO_OK && shelf->items > 0) {
        shelf->items--;
        shelf->taken++;
    }
    trio_condition_release(&shelf->changed);
    return rc;
}

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    struct guest *guest = arg;
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, guest->patience);
    trio_status rc = take_one(guest->shelf);
    TRIO_SIM_SOMETIMES(rc == TRIO_OK && trio_cancel_scope_called(&patience),
                       "somebody is served at the last moment");
    return trio_cancel_scope_close(&patience, rc);
}

// Writing it into a list takes a while, between the change and the release.
static TRIO_CHECKPOINT trio_status put_one(struct shelf *shelf)
{
    trio_status rc = trio_condition_acquire(&shelf->changed);
    if (rc != TRIO_OK)
        return rc;
    shelf->items++;
    trio_condition_notify(&shelf->changed, 1);
    rc = trio_sleep(TRIO_SECOND);
    trio_condition_release(&shelf->changed);
    return rc;
}

static TRIO_CHECKPOINT trio_status close_shop(struct shelf *shelf)
{
    trio_status rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK)
        TRIO_SIM_ALWAYS(
            shelf->items == 0 ||
                trio_condition_statistics(&shelf->changed).waiting == 0,
            "nobody waits beside an item");
    if (rc == TRIO_OK)
        rc = trio_condition_acquire(&shelf->changed);
    if (rc != TRIO_OK)
        return rc;
    shelf->closed = true;
    trio_condition_notify_all(&shelf->changed);
    TRIO_SIM_ALWAYS(trio_condition_statistics(&shelf->changed).waiting == 0,
                    "after notify_all nobody waits to be notified");
    trio_condition_release(&shelf->changed);
    return TRIO_OK;
}

TRIO_SCENARIO(nobody_waits_beside_an_item)
{
    struct shelf shelf = {.changed = TRIO_CONDITION_INIT};
    struct guest guests[] = {{&shelf, TRIO_SECOND},
                             {&shelf, TRIO_FOREVER},
                             {&shelf, 2 * TRIO_SECOND},
                             {&shelf, TRIO_FOREVER}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&shelf.changed, "changed");
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(guests); i++)
        rc = trio_nursery_start_soon(&nursery, visit, &guests[i]);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = put_one(&shelf);
    if (rc == TRIO_OK)
        rc = close_shop(&shelf);
    rc = trio_nursery_close(&nursery, rc);

    struct trio_condition_statistics left =
        trio_condition_statistics(&shelf.changed);
    TRIO_SIM_ALWAYS(left.waiting == 0 && left.lock.waiting == 0 &&
                        left.lock.owner == NULL,
                    "nobody is left behind");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(shelf.items + shelf.taken == 3, "no item is lost");
    return rc;
}
