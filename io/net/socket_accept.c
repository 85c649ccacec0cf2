// What was aborted before it was accepted is gone, and nothing that the caller
// could do about it: the next one is accepted in its place.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket.h>

#include "io/net/socket_call.h"

struct accepting {
    trio_handle handle;
    struct trio_address peer;
};

static trio_status make_accept(const struct trio_world *world,
                               trio_handle handle, void *arg)
{
    struct accepting *accepting = arg;
    return world->net->accept(world->context, handle, &accepting->handle,
                              &accepting->peer);
}

trio_status trio_socket_accept(struct trio_socket *socket,
                               struct trio_socket *ret_socket,
                               struct trio_address *ret_peer)
{
    struct accepting accepting;
    const struct trio_socket_call_ call = {.socket = socket,
                                           .direction = TRIO_READABLE,
                                           .make = make_accept,
                                           .arg = &accepting,
                                           .what = "accept on"};
    trio_status rc;

    do // S48: what was aborted is gone; the next, please.
        rc = trio_socket_perform_(&call);
    while (rc == TRIO_ECONNABORTED);
    if (rc != TRIO_OK)
        return rc;
    *ret_socket = (struct trio_socket){.handle = accepting.handle,
                                       .family = socket->family,
                                       .type = socket->type,
                                       .open = true};
    if (ret_peer != NULL)
        *ret_peer = accepting.peer;
    return TRIO_OK;
}
