// What a task leaves to be done at its end is done, however it ends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

// Exit functions run newest first.
struct guest {
    struct trio_task_exit coat; // First.
    struct trio_task_exit key;
    struct trio_task_local name;
    int steps;
    int *guests;
    trio_status outcome;
};

static const struct trio_task_key guest_key = {NULL};

static void give_coat(struct trio_task_exit *node)
{
    struct guest *guest = (struct guest *)node;

    TRIO_SIM_ALWAYS(guest->steps == 2, "the coat comes after the key");
    guest->steps = 3;
    --*guest->guests;
    trio_sim_settle(node);
}

static void give_key(struct trio_task_exit *node)
{
    struct guest *guest = trio_task_local_get(&guest_key);

    TRIO_SIM_ALWAYS(guest != NULL && &guest->key == node,
                    "a task's value is its own");
    TRIO_SIM_ALWAYS(guest->steps == 1, "the key comes first");
    guest->steps = 2;
    trio_sim_settle(node);
}

static TRIO_CHECKPOINT trio_status stay(void *arg)
{
    struct guest *guest = arg;

    trio_task_on_exit(&guest->coat, give_coat);
    trio_sim_owe(&guest->coat, "coat");
    trio_task_local_set(&guest->name, &guest_key, guest);
    trio_task_on_exit(&guest->key, give_key);
    trio_sim_owe(&guest->key, "key");
    ++*guest->guests;
    guest->steps = 1;
    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_fail(guest->outcome, "stay");
    TRIO_SIM_ALWAYS(guest->steps == 1, "nothing is given back before the end");
    return rc;
}

TRIO_SCENARIO(a_task_gives_back_at_its_end)
{
    int count = 0;
    struct guest guests[] = {{.guests = &count},
                             {.guests = &count, .outcome = TRIO_EIO},
                             {.guests = &count}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(guests); i++)
        rc = trio_nursery_start_soon(&nursery, stay, &guests[i]);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(count == 0, "a nursery learns of a task's end after that");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || trio_cancel_scope_caught(&nursery.scope),
                    "one of them fails");
    if (rc != TRIO_EIO)
        return rc;
    trio_error_clear();
    return TRIO_OK;
}
