// Each direction of a socket has at most one task in it, and its flag says so.
// Closing does not wait for it: it wakes that task, which finds the socket
// closed and never touches the handle again, for the number may be somebody
// else's by then. So after each wait that is looked at before the handle.
//
// A call begins with the cancel check, before it has done anything, and is
// never called cancelled once it has.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/socket_call.h"

#include <trio/error.h>
#include <trio/io.h>
#include <trio/task.h>

#include "io/net/finish.h"

trio_status trio_socket_refused_(const struct trio_socket *socket)
{
    return trio_io_end(
        trio_fail_bare(socket->open ? TRIO_EBUSY : TRIO_ECLOSED));
}

static TRIO_CHECKPOINT trio_status
make_until_done(const struct trio_world *world,
                const struct trio_socket_call_ *call, bool *ret_parked)
{
    struct trio_socket *socket = call->socket;
    trio_status rc;

    while ((rc = call->make(world, socket->handle, call->arg)) ==
           TRIO_EWOULDBLOCK) {
        *ret_parked = true;
        rc = trio_socket_await_(socket, call->direction);
        if (rc != TRIO_OK)
            return rc;
    }
    return trio_socket_failed_(socket, rc, call->what, call->peer);
}

trio_status trio_socket_perform_(const struct trio_socket_call_ *call)
{
    struct trio_socket *socket = call->socket;
    const struct trio_world *world;
    bool parked = false;
    trio_status rc = trio_socket_begin_(socket, call->direction, &world);

    if (rc != TRIO_OK)
        return rc;
    socket->busy[call->direction] = true;
    rc = make_until_done(world, call, &parked);
    rc = trio_net_finish_(parked, rc);
    socket->busy[call->direction] = false;
    return rc;
}

// ---- Records ----

static bool says_all(trio_status rc)
{
    return rc == TRIO_EEND || rc == TRIO_ETRUNCATED || rc == TRIO_ECONNABORTED;
}

const char *trio_socket_name_(const struct trio_socket *socket, char *buffer,
                              size_t size)
{
    const struct trio_world *world = trio_run_world();
    struct trio_address name;

    if (!socket->open ||
        (world->net->peer_address(world->context, socket->handle, &name) !=
             TRIO_OK &&
         world->net->local_address(world->context, socket->handle, &name) !=
             TRIO_OK))
        return "somebody";
    return trio_address_format(&name, buffer, size);
}

trio_status trio_socket_explain_(const struct trio_socket *socket,
                                 trio_status rc, int os_error, const char *what,
                                 const struct trio_address *peer)
{
    char text[TRIO_ADDRESS_TEXT_MAX];
    bool is_named = peer != NULL && peer->family != 0;

    if (socket->family == 0 && !is_named)
        return trio_fail_os(rc, os_error, "%s descriptor %lld", what,
                            (long long)socket->handle);
    const char *name = is_named ? trio_address_format(peer, text, sizeof(text))
                                : trio_socket_name_(socket, text, sizeof(text));
    return trio_fail_os(rc, os_error, "%s %s", what, name);
}

trio_status trio_socket_record_(const struct trio_socket *socket,
                                trio_status rc, const char *what,
                                const struct trio_address *peer)
{
    if (says_all(rc))
        return trio_fail_bare(rc);
    return trio_socket_explain_(socket, rc, trio_net_error_(trio_run_world()),
                                what, peer);
}

trio_status trio_socket_misfit_(const char *what,
                                const struct trio_address *address)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    return trio_fail(TRIO_EINVAL, "%s %s: of another family", what,
                     trio_address_format(address, text, sizeof(text)));
}
