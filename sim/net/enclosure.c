// Handles that go with a message hold what they are for until they are opened
// on the other side, or dropped with the message.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

trio_status trio_sim_enclose_(struct network *network,
                              const struct trio_message *message,
                              struct enclosure **ret_enclosure)
{
    size_t count = message->handles == NULL ? 0 : message->handle_count;

    *ret_enclosure = NULL;
    if (count == 0)
        return TRIO_OK;
    for (size_t i = 0; i < count; i++)
        if (trio_sim_handle_find_(network, message->handles[i]) == NULL)
            return TRIO_EBADHANDLE;
    struct enclosure *enclosure =
        trio_sim_pool_take_(&network->pool, sizeof(*enclosure));
    if (enclosure == NULL)
        return TRIO_ENOBUFS;
    enclosure->sender.family = (enum trio_address_family)0;
    enclosure->handle_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct slot *slot =
            trio_sim_handle_find_(network, message->handles[i]);
        enclosure->handles[i] = slot->endpoint;
        slot->endpoint->holders++;
    }
    *ret_enclosure = enclosure;
    return TRIO_OK;
}

void trio_sim_enclosure_free_(struct network *network,
                              struct enclosure *enclosure)
{
    for (size_t i = 0; i < enclosure->handle_count; i++)
        trio_sim_endpoint_drop_(network, enclosure->handles[i]);
    trio_sim_pool_give_(&network->pool, enclosure, sizeof(*enclosure));
}

trio_status trio_sim_unpack_(struct network *network,
                             const struct enclosure *enclosure,
                             struct trio_message *message)
{
    size_t count = enclosure == NULL ? 0 : enclosure->handle_count;
    size_t room = message->handles == NULL ? 0 : message->handle_count;

    message->handle_count = 0;
    for (size_t i = 0; i < count && i < room; i++) {
        if (trio_sim_handle_open_(network, enclosure->handles[i], false,
                                  &message->handles[i]) != TRIO_OK)
            return TRIO_ETRUNCATED;
        message->handle_count++;
    }
    return count > room && room > 0 ? TRIO_ETRUNCATED : TRIO_OK;
}
