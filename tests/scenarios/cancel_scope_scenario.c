// Scopes in scopes: who is cancelled learns of it at every checkpoint, up to
// the close of the scope that it was; what is shielded does not.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

static TRIO_PARKS void clean_up(bool *clean)
{
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, TRIO_FOREVER);
    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    TRIO_SIM_ALWAYS(rc == TRIO_OK, "nothing outside is visible in a shield");
    *clean = trio_cancel_scope_close(&shield, rc) == TRIO_OK;
}

struct visitor {
    trio_duration patience;
    bool came;
    bool clean;
};

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    struct visitor *visitor = arg;
    struct trio_cancel_scope patience;

    visitor->came = true;
    trio_move_on_after(&patience, visitor->patience);
    trio_status rc = trio_sleep(2 * TRIO_SECOND);
    if (rc == TRIO_ECANCELED) {
        TRIO_SIM_ALWAYS(trio_checkpoint() == TRIO_ECANCELED,
                        "a cancellation is a level");
        TRIO_SIM_ALWAYS(trio_current_cancel_reason().source != TRIO_CANCEL_NONE,
                        "every cancellation has a reason");
    }
    clean_up(&visitor->clean);
    rc = trio_cancel_scope_close(&patience, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || !trio_cancel_scope_caught(&patience) ||
                        trio_cancel_scope_called(&patience),
                    "a scope catches its own cancellation only");
    return rc;
}

TRIO_SCENARIO(everybody_cleans_up)
{
    struct visitor visitors[] = {{.patience = TRIO_SECOND},
                                 {.patience = 2 * TRIO_SECOND},
                                 {.patience = TRIO_FOREVER}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(visitors); i++)
        rc = trio_nursery_start_soon(&nursery, visit, &visitors[i]);
    if (rc == TRIO_OK)
        rc = trio_sleep(3 * TRIO_SECOND / 2);
    if (rc == TRIO_OK)
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    for (size_t i = 0; i < COUNT(visitors); i++)
        TRIO_SIM_ALWAYS(visitors[i].clean == visitors[i].came,
                        "who is cancelled cleans up all the same");
    return rc;
}

// ---- Two cancellations at once ----

struct house {
    struct trio_cancel_scope *whole;
    struct trio_cancel_scope *room;
};

static TRIO_CHECKPOINT trio_status cancel_both(void *arg)
{
    struct house *house = arg;

    trio_status rc = trio_sleep(TRIO_SECOND);
    if (house->room != NULL)
        trio_cancel_scope_cancel(house->room, "the room is closed");
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (house->whole != NULL)
        trio_cancel_scope_cancel(house->whole, "the house is closed");
    return rc;
}

static TRIO_CHECKPOINT trio_status stay(struct house *house)
{
    struct trio_cancel_scope room;

    trio_cancel_scope_open(&room);
    house->room = &room;
    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    house->room = NULL;
    bool outside = trio_cancel_scope_called(house->whole);
    rc = trio_cancel_scope_close(&room, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || !trio_cancel_scope_caught(&room) ||
                        !outside,
                    "what is cancelled outside goes on outwards");
    TRIO_SIM_SOMETIMES(outside && trio_cancel_scope_called(&room),
                       "both are cancelled at once");
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&room), "only the room is");
    return rc;
}

TRIO_SCENARIO(the_outer_cancellation_is_not_absorbed)
{
    struct trio_cancel_scope whole;
    struct house house = {.whole = &whole};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&whole);
    trio_status rc = trio_nursery_start_soon(&nursery, cancel_both, &house);
    if (rc == TRIO_OK)
        rc = stay(&house);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MINUTE);
    house.whole = NULL;
    rc = trio_cancel_scope_close(&whole, rc);
    return trio_nursery_close(&nursery, rc);
}

// ---- A cancellation beside a failure, which is dealt with ----

static TRIO_CHECKPOINT trio_status fail_to_clean_up(void *arg)
{
    bool *told = arg;

    trio_status rc = trio_sleep(2 * TRIO_SECOND);
    *told = rc == TRIO_ECANCELED;
    return *told ? trio_fail(TRIO_EIO, "clean up") : rc;
}

static TRIO_CHECKPOINT trio_status forgive(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, fail_to_clean_up, arg);
    if (rc == TRIO_OK)
        rc = trio_sleep(2 * TRIO_SECOND);
    rc = trio_nursery_close(&nursery, rc);
    if (rc != TRIO_EIO)
        return rc;
    trio_error_clear();
    return TRIO_OK;
}

TRIO_SCENARIO(a_cancellation_is_known_beside_a_failure)
{
    struct trio_cancel_scope scope;
    bool told = false;

    (void)arg;
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_sim_target(&scope);
    trio_status rc = forgive(&told);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(!told || rc != TRIO_OK || trio_cancel_scope_caught(&scope),
                    "a scope knows that what was inside did not complete");
    return rc;
}

// ---- Handles, which may outlive their scope ----

struct remote {
    struct trio_cancel_handle *handle;
    bool open;
};

static TRIO_CHECKPOINT trio_status press(void *arg)
{
    struct remote *remote = arg;

    trio_status rc = trio_sleep(TRIO_SECOND);
    trio_status pressed = trio_cancel_handle_cancel(remote->handle, "pressed");
    TRIO_SIM_ALWAYS((pressed == TRIO_OK) == remote->open,
                    "a handle cancels a scope that is open, and no other");
    trio_cancel_handle_release(remote->handle);
    return rc;
}

TRIO_SCENARIO(a_handle_may_outlive_its_scope)
{
    struct remote remote = {.open = true};
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_share(&scope, &remote.handle);
    if (rc == TRIO_OK) {
        rc = trio_nursery_start_soon(&nursery, press, &remote);
        if (rc != TRIO_OK)
            trio_cancel_handle_release(remote.handle);
    }
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    remote.open = false;
    rc = trio_cancel_scope_close(&scope, rc);
    return trio_nursery_close(&nursery, rc);
}
