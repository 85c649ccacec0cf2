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

static TRIO_CHECKPOINT trio_status
connect_until_done(const struct trio_world *world, struct trio_socket *socket,
                   const struct trio_address *address, bool *parked)
{
    trio_status rc =
        world->net->connect(world->context, socket->handle, address);

    while (rc == TRIO_ENOBUFS && socket->family == TRIO_ADDRESS_LOCAL) {
        *parked = true;
        rc = trio_sleep(FULL_PAUSE);
        if (rc == TRIO_OK && !socket->open)
            rc = trio_fail_bare(TRIO_ECLOSED);
        if (rc != TRIO_OK)
            return rc;
        rc = world->net->connect(world->context, socket->handle, address);
    }
    while (rc == TRIO_EWOULDBLOCK) {
        *parked = true;
        rc = trio_socket_await_(socket, TRIO_WRITABLE);
        if (rc != TRIO_OK)
            return rc;
        rc = world->net->connect_result(world->context, socket->handle);
    }
    return trio_socket_failed_(socket, rc, "connect", address); // S46
}

trio_status trio_socket_connect(struct trio_socket *socket,
                                const struct trio_address *address)
{
    const struct trio_world *world;
    bool parked = false;
    trio_status rc = trio_socket_begin_(socket, TRIO_WRITABLE, &world);

    if (rc == TRIO_ECANCELED)
        trio_socket_close(socket);
    if (rc != TRIO_OK)
        return rc;
    socket->busy[TRIO_WRITABLE] = true;
    rc = address->family == socket->family
             ? connect_until_done(world, socket, address, &parked)
             : trio_socket_misfit_("connect", address);
    socket->busy[TRIO_WRITABLE] = false;
    if (rc == TRIO_ECANCELED)
        trio_socket_reset(socket);
    return trio_net_finish_(parked, rc);
}
