// Sockets, pairs and pipes from their opening to their closing.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/socket.h"

static enum endpoint_kind kind_of(enum trio_socket_type type)
{
    return type == TRIO_SOCKET_DATAGRAM ? KIND_DATAGRAM : KIND_STREAM;
}

// ---- Opening ----

trio_status trio_sim_open_(void *context, enum trio_address_family family,
                           enum trio_socket_type type, trio_handle *ret_handle)
{
    struct network *network = trio_sim_network_make_(context);

    if (network == NULL)
        return TRIO_ENOMEM;
    struct trio_sim_host *host = trio_sim_host_here_(network);
    trio_status rc = trio_sim_handle_room_(host, 1);
    if (rc != TRIO_OK)
        return rc;
    if (trio_sim_fails_(context, "open a socket", false))
        return TRIO_EMFILE;
    return trio_sim_handle_own_(
        network, trio_sim_endpoint_new_(network, host, kind_of(type), family),
        ret_handle);
}

// Opens two endpoints that are joined.
static trio_status open_both(void *context, enum endpoint_kind kind,
                             trio_handle ret_handles[2])
{
    struct network *network = trio_sim_network_make_(context);

    if (network == NULL)
        return TRIO_ENOMEM;
    struct trio_sim_host *host = trio_sim_host_here_(network);
    trio_status rc = trio_sim_handle_room_(host, 2);
    if (rc != TRIO_OK)
        return rc;
    if (trio_sim_fails_(context, "open a pair", false))
        return TRIO_EMFILE;
    struct endpoint *one =
        trio_sim_endpoint_new_(network, host, kind, TRIO_ADDRESS_LOCAL);
    rc = trio_sim_handle_own_(network, one, &ret_handles[0]);
    if (rc != TRIO_OK)
        return rc;
    struct endpoint *other =
        trio_sim_endpoint_new_(network, host, kind, TRIO_ADDRESS_LOCAL);
    rc = trio_sim_handle_own_(network, other, &ret_handles[1]);
    if (rc != TRIO_OK) {
        trio_sim_close_(context, ret_handles[0], false);
        return rc;
    }
    trio_sim_stream_join_(one, other);
    other->sends = kind == KIND_PIPE;
    return TRIO_OK;
}

trio_status trio_sim_pair_(void *context, enum trio_socket_type type,
                           trio_handle ret_handles[2])
{
    return open_both(context, kind_of(type), ret_handles);
}

trio_status trio_sim_open_pipe_(void *context, trio_handle ret_handles[2])
{
    return open_both(context, KIND_PIPE, ret_handles);
}

// ---- Taking over, giving away, closing ----

static struct slot *find_foreign(void *context, trio_handle handle,
                                 trio_status *ret_status)
{
    struct slot *slot =
        trio_sim_handle_find_(trio_sim_network_(context), handle);

    *ret_status = slot == NULL ? TRIO_EBADHANDLE : TRIO_EBUSY;
    if (slot == NULL || slot->ours || slot->waiters[TRIO_READABLE] != NULL ||
        slot->waiters[TRIO_WRITABLE] != NULL)
        return NULL;
    return slot;
}

trio_status trio_sim_adopt_(void *context, trio_handle handle,
                            enum trio_address_family *ret_family,
                            enum trio_socket_type *ret_type)
{
    trio_status rc;
    struct slot *slot = find_foreign(context, handle, &rc);

    if (slot == NULL)
        return rc;
    if (slot->endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    slot->ours = true;
    *ret_family = slot->endpoint->family;
    *ret_type = slot->endpoint->kind == KIND_DATAGRAM ? TRIO_SOCKET_DATAGRAM
                                                      : TRIO_SOCKET_STREAM;
    return TRIO_OK;
}

trio_status trio_sim_adopt_descriptor_(void *context, trio_handle handle,
                                       struct trio_descriptor *ret_descriptor)
{
    trio_status rc;
    struct slot *slot = find_foreign(context, handle, &rc);

    if (slot == NULL)
        return rc;
    bool pipe = slot->endpoint->kind == KIND_PIPE;
    slot->ours = true;
    *ret_descriptor =
        (struct trio_descriptor){.receives = !pipe || !slot->endpoint->sends,
                                 .sends = !pipe || slot->endpoint->sends};
    return TRIO_OK;
}

void trio_sim_release_(void *context, trio_handle handle)
{
    struct network *network = trio_sim_network_(context);
    struct slot *slot = trio_sim_handle_ours_(network, handle);

    if (slot == NULL)
        return;
    trio_sim_slot_closing_(network, slot);
    slot->ours = false;
}

void trio_sim_close_(void *context, trio_handle handle, bool reset)
{
    struct network *network = trio_sim_network_(context);
    struct slot *slot = trio_sim_handle_ours_(network, handle);

    if (slot == NULL)
        return;
    slot->endpoint->resets |= reset;
    trio_sim_handle_close_(network, slot);
}

// ---- Names ----

static struct endpoint *find_socket(void *context, trio_handle handle)
{
    const struct slot *slot =
        trio_sim_handle_ours_(trio_sim_network_(context), handle);

    return slot == NULL || slot->endpoint->kind == KIND_PIPE ? NULL
                                                             : slot->endpoint;
}

trio_status trio_sim_local_address_(void *context, trio_handle handle,
                                    struct trio_address *ret_address)
{
    const struct endpoint *endpoint = find_socket(context, handle);

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    *ret_address = endpoint->local;
    return TRIO_OK;
}

trio_status trio_sim_peer_address_(void *context, trio_handle handle,
                                   struct trio_address *ret_address)
{
    const struct endpoint *endpoint = find_socket(context, handle);

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    if (endpoint->state != STATE_CONNECTED ||
        (endpoint->broken && trio_sim_is_tcp_(endpoint)))
        return TRIO_EBROKEN;
    *ret_address = endpoint->peer;
    return TRIO_OK;
}
