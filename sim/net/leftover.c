// What is left open at the end of a run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

// Returns the handle that was opened first of those that are open.
static const struct slot *oldest(const struct network *network)
{
    const struct slot *first = NULL;

    for (size_t i = 0; i < network->slot_count; i++) {
        const struct slot *slot = network->slots[i];

        if (slot->endpoint != NULL &&
            (first == NULL || slot->handle < first->handle))
            first = slot;
    }
    return first;
}

// What it was used for last, and the address that says which one it is.
static const char *use_of(const struct endpoint *endpoint,
                          struct trio_address *ret_address)
{
    *ret_address = endpoint->peer;
    if (endpoint->state == STATE_CONNECTING)
        return ", connecting to ";
    if (endpoint->state == STATE_CONNECTED)
        return ", connected to ";
    *ret_address = endpoint->local;
    return endpoint->state == STATE_LISTENING ? ", listening at "
           : endpoint->binding != NULL        ? ", bound to "
                                              : "";
}

bool trio_sim_network_left_(const struct trio_sim_world_ *world,
                            struct leftover *ret_left)
{
    const struct network *network = world->network;

    if (network == NULL || !network->used || network->open == 0)
        return false;
    const struct endpoint *endpoint = oldest(network)->endpoint;
    const struct trio_sim_host *host = endpoint->host;
    *ret_left = (struct leftover){.what = "a socket",
                                  .host = host->is_home ? NULL : host->name,
                                  .use = ""};
    if (endpoint->kind == KIND_PIPE)
        ret_left->what = "a pipe";
    else if (endpoint->family != TRIO_ADDRESS_LOCAL)
        ret_left->use = use_of(endpoint, &ret_left->address);
    return true;
}
