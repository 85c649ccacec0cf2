// Who waits is told when the loop looks, in the order in which things happened,
// and only of what is still so then.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

// ---- What is ready ----

static bool is_readable(const struct endpoint *endpoint)
{
    if (endpoint->failure != TRIO_OK || endpoint->received.count > 0)
        return true;
    return endpoint->kind != KIND_DATAGRAM &&
           trio_sim_stream_is_readable_(endpoint);
}

static bool is_writable(const struct endpoint *endpoint)
{
    if (endpoint->failure != TRIO_OK)
        return true;
    if (endpoint->kind != KIND_DATAGRAM)
        return trio_sim_stream_is_writable_(endpoint);
    return endpoint->family != TRIO_ADDRESS_LOCAL ||
           trio_sim_local_is_writable_(endpoint);
}

static bool is_ready(const struct endpoint *endpoint,
                     enum trio_direction direction)
{
    return direction == TRIO_READABLE ? is_readable(endpoint)
                                      : is_writable(endpoint);
}

// ---- Telling ----

static void finish(struct network *network, struct slot *slot,
                   enum trio_direction direction, trio_status result)
{
    struct trio_io_waiter *waiter = slot->waiters[direction];

    if (waiter == NULL)
        return;
    slot->waiters[direction] = NULL;
    slot->roused[direction] = false;
    network->waiters--;
    trio_io_ready(waiter, result);
}

static bool is_awaited(const struct endpoint *endpoint)
{
    for (const struct slot *slot = endpoint->slots; slot != NULL;
         slot = slot->next)
        if (slot->waiters[0] != NULL || slot->waiters[1] != NULL)
            return true;
    return false;
}

void trio_sim_used_(const struct network *network,
                    const struct endpoint *endpoint)
{
    const struct trio_sim_world_ *world = network->world;

    if (world->used == NULL)
        return;
    for (const struct slot *slot = endpoint->slots; slot != NULL;
         slot = slot->next)
        world->used(slot->handle);
}

void trio_sim_changed_(struct network *network, struct endpoint *endpoint)
{
    trio_sim_used_(network, endpoint);
    if (endpoint->has_news || !is_awaited(endpoint))
        return;
    endpoint->has_news = true;
    endpoint->news_next = NULL;
    if (network->news_last == NULL)
        network->news_first = endpoint;
    else
        network->news_last->news_next = endpoint;
    network->news_last = endpoint;
}

static struct endpoint *take_news(struct network *network)
{
    struct endpoint *endpoint = network->news_first;

    if (endpoint == NULL)
        return NULL;
    network->news_first = endpoint->news_next;
    if (network->news_first == NULL)
        network->news_last = NULL;
    endpoint->has_news = false;
    return endpoint;
}

void trio_sim_forget_news_(struct network *network, struct endpoint *endpoint)
{
    struct endpoint *first = network->news_first, *other;

    if (!endpoint->has_news)
        return;
    network->news_first = network->news_last = NULL;
    for (; (other = first) != NULL;) {
        first = other->news_next;
        other->has_news = false;
        if (other != endpoint)
            trio_sim_changed_(network, other);
    }
}

bool trio_sim_has_news_(const struct trio_sim_world_ *world)
{
    return world->network != NULL && world->network->news_first != NULL;
}

void trio_sim_tell_news_(struct trio_sim_world_ *world)
{
    struct endpoint *endpoint;

    if (world->network == NULL)
        return;
    while ((endpoint = take_news(world->network)) != NULL)
        for (struct slot *slot = endpoint->slots; slot != NULL;
             slot = slot->next)
            for (int direction = 0; direction < 2; direction++)
                if (slot->roused[direction] ||
                    is_ready(endpoint, (enum trio_direction)direction))
                    finish(world->network, slot, (enum trio_direction)direction,
                           TRIO_OK);
}

// ---- Waiting ----

trio_status trio_sim_arm_(void *context, struct trio_io_waiter *waiter)
{
    struct network *network = trio_sim_network_(context);
    struct slot *slot = trio_sim_handle_find_(network, waiter->handle);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->waiters[waiter->direction] != NULL)
        return TRIO_EBUSY;
    if (is_ready(slot->endpoint, waiter->direction))
        return TRIO_EEXIST;
    slot->waiters[waiter->direction] = waiter;
    network->waiters++;
    if (trio_sim_strikes_(network->world, NULL, "woken for nothing",
                          network->world->faults.spurious)) {
        slot->roused[waiter->direction] = true;
        trio_sim_changed_(network, slot->endpoint);
    }
    return TRIO_OK;
}

void trio_sim_disarm_(void *context, struct trio_io_waiter *waiter)
{
    struct network *network = trio_sim_network_(context);
    struct slot *slot = trio_sim_handle_find_(network, waiter->handle);

    TRIO_ASSERT(slot != NULL && slot->waiters[waiter->direction] == waiter);
    slot->waiters[waiter->direction] = NULL;
    slot->roused[waiter->direction] = false;
    network->waiters--;
}

void trio_sim_slot_closing_(struct network *network, struct slot *slot)
{
    finish(network, slot, TRIO_READABLE, TRIO_ECLOSED);
    finish(network, slot, TRIO_WRITABLE, TRIO_ECLOSED);
}

void trio_sim_closing_(void *context, trio_handle handle)
{
    struct network *network = trio_sim_network_(context);
    struct slot *slot = trio_sim_handle_find_(network, handle);

    if (slot != NULL)
        trio_sim_slot_closing_(network, slot);
}

size_t trio_sim_waiters_(void *context)
{
    const struct network *network = trio_sim_network_(context);

    return network == NULL ? 0 : network->waiters;
}
