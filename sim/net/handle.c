// A handle is an index and the number of its opening, so that none is ever the
// same as an earlier one: whoever uses what was closed is told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/run.h>

#include "sim/net/net.h"

enum { INDEX_BITS = 20, SLOTS_FIRST = 64 };

trio_status trio_sim_handle_room_(const struct trio_sim_host *host,
                                  size_t count)
{
    return host->open + count > host->open_max ? TRIO_EMFILE : TRIO_OK;
}

static bool grow(struct network *network)
{
    const struct trio_memory *memory = &network->pool.base;
    size_t max = network->slot_max == 0 ? SLOTS_FIRST : 2 * network->slot_max;

    if (max > (size_t)1 << INDEX_BITS)
        return false;
    struct slot **slots =
        memory->allocate(memory->context, max * sizeof(struct slot *));
    if (slots == NULL)
        return false;
    if (network->slots != NULL) {
        memcpy(slots, network->slots,
               network->slot_count * sizeof(struct slot *));
        memory->release(memory->context, network->slots,
                        network->slot_max * sizeof(struct slot *));
    }
    network->slots = slots;
    network->slot_max = max;
    return true;
}

// Returns a slot whose handle has the right index.
static struct slot *take_slot(struct network *network)
{
    struct slot *slot = network->free_slots;

    if (slot != NULL) {
        network->free_slots = slot->next;
        return slot;
    }
    if (network->slot_count == network->slot_max && !grow(network))
        return NULL;
    slot = trio_sim_pool_take_(&network->pool, sizeof(*slot));
    if (slot == NULL)
        return NULL;
    slot->handle = (trio_handle)network->slot_count;
    network->slots[network->slot_count++] = slot;
    return slot;
}

trio_status trio_sim_handle_open_(struct network *network,
                                  struct endpoint *endpoint, bool ours,
                                  trio_handle *ret_handle)
{
    const trio_handle mask = ((trio_handle)1 << INDEX_BITS) - 1;
    trio_status rc = trio_sim_handle_room_(endpoint->host, 1);

    if (rc != TRIO_OK)
        return rc;
    struct slot *slot = take_slot(network);
    if (slot == NULL)
        return TRIO_ENOMEM;
    trio_handle number = (trio_handle)++network->handles;
    *slot =
        (struct slot){.endpoint = endpoint,
                      .next = endpoint->slots,
                      .handle = number << INDEX_BITS | (slot->handle & mask),
                      .ours = ours};
    endpoint->slots = slot;
    endpoint->holders++;
    endpoint->host->open++;
    network->open++;
    *ret_handle = slot->handle;
    return TRIO_OK;
}

trio_status trio_sim_handle_own_(struct network *network,
                                 struct endpoint *endpoint,
                                 trio_handle *ret_handle)
{
    if (endpoint == NULL)
        return TRIO_ENOMEM;
    trio_status rc = trio_sim_handle_open_(network, endpoint, true, ret_handle);
    if (rc != TRIO_OK)
        trio_sim_endpoint_free_(network, endpoint);
    return rc;
}

void trio_sim_handle_lose_(struct network *network, struct slot *slot)
{
    for (int direction = 0; direction < 2; direction++) {
        network->waiters -= slot->waiters[direction] != NULL;
        slot->waiters[direction] = NULL;
    }
    trio_sim_handle_close_(network, slot);
}

void trio_sim_handle_close_(struct network *network, struct slot *slot)
{
    struct endpoint *endpoint = slot->endpoint;
    struct slot **link = &endpoint->slots;

    trio_sim_slot_closing_(network, slot);
    while (*link != slot)
        link = &(*link)->next;
    *link = slot->next;
    endpoint->host->open--;
    network->open--;
    slot->endpoint = NULL;
    slot->next = network->free_slots;
    network->free_slots = slot;
    trio_sim_endpoint_drop_(network, endpoint);
}

struct slot *trio_sim_handle_find_(const struct network *network,
                                   trio_handle handle)
{
    const trio_handle mask = ((trio_handle)1 << INDEX_BITS) - 1;

    if (network == NULL || handle < 0 ||
        (size_t)(handle & mask) >= network->slot_count)
        return NULL;
    struct slot *slot = network->slots[handle & mask];
    return slot->endpoint != NULL && slot->handle == handle ? slot : NULL;
}

struct slot *trio_sim_handle_ours_(const struct network *network,
                                   trio_handle handle)
{
    struct slot *slot = trio_sim_handle_find_(network, handle);
    void **realm = trio_task_realm();

    if (slot == NULL || !slot->ours)
        return NULL;
    struct trio_sim_host *host = slot->endpoint->host;
    if (realm != NULL && (*realm == NULL ? host->is_home : host == *realm) == 0)
        trio_misuse("a handle of another host", slot->endpoint);
    return slot;
}
