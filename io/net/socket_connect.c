// The socket of a connect that is cancelled is closed by it, in the last
// instant too: what it was connected to, nobody would know.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket.h>

#include <trio/error.h>
#include <trio/io.h>
#include <trio/task.h>
#include <trio/time.h>

#include "io/net/finish.h"
#include "io/net/socket_call.h"

// A local listener at which too many wait does not tell when that is over.
#define FULL_PAUSE (5 * TRIO_MS)

// ---- Connecting ----

static TRIO_CHECKPOINT trio_status
connect_until_done(struct trio_socket *socket,
                   const struct trio_address *address, bool *parked)
{
    const struct trio_world *world = trio_run_world();
    trio_status rc =
        world->net->connect(world->context, socket->handle, address);

    while (rc == TRIO_ENOBUFS && socket->family == TRIO_ADDRESS_LOCAL) {
        *parked = true;
        rc = trio_sleep(FULL_PAUSE);
        if (rc == TRIO_OK && !socket->open)
            rc = trio_fail_bare(TRIO_ECLOSED);
        if (rc == TRIO_OK)
            rc = world->net->connect(world->context, socket->handle, address);
    }
    while (rc == TRIO_EWOULDBLOCK) {
        *parked = true;
        rc = trio_socket_await_(socket, TRIO_WRITABLE);
        if (rc == TRIO_OK)
            rc = world->net->connect_result(world->context, socket->handle);
    }
    return rc;
}

trio_status trio_socket_connect(struct trio_socket *socket,
                                const struct trio_address *address)
{
    bool parked = false;
    trio_status rc = trio_socket_begin_(socket, TRIO_WRITABLE);

    if (rc == TRIO_ECANCELED)
        trio_socket_close(socket);
    if (rc != TRIO_OK)
        return rc;
    socket->busy[TRIO_WRITABLE] = true;
    rc = address->family == socket->family
             ? connect_until_done(socket, address, &parked)
             : trio_fail(TRIO_EINVAL, "connect to another family");
    socket->busy[TRIO_WRITABLE] = false;
    // S46: the record names the address, and keeps a cancellation as it is.
    rc = trio_socket_failed_(socket, rc, "connect", address);
    if (rc == TRIO_ECANCELED)
        trio_socket_reset(socket);
    return trio_net_finish_(parked, rc);
}

// ---- Accepting ----

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
