// The socket belongs to this call until it is connected: every other way out
// closes it, a cancellation in the last instant too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tcp.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/io.h>
#include <trio/task.h>

#include "io/net/finish.h"
#include "io/net/tcp_stream.h"

// Connects a socket; `*parked` says whether that took a wait.
static TRIO_CHECKPOINT trio_status
connect_handle(const struct trio_world *world, trio_handle handle,
               const struct trio_address *address, bool *parked)
{
    trio_status rc = world->net->connect(world->context, handle, address);

    while (rc == TRIO_EWOULDBLOCK) {
        rc = trio_wait_writable(handle);
        *parked = true;
        if (rc == TRIO_OK)
            rc = world->net->connect_result(world->context, handle);
    }
    return rc;
}

// S46: the record names the address.
static trio_status failed(const struct trio_world *world, trio_status rc,
                          const struct trio_address *address)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    return trio_fail_os(rc, trio_net_error_(world), "connect %s",
                        trio_address_format(address, text, sizeof(text)));
}

trio_status trio_tcp_connect(const struct trio_address *address,
                             struct trio_tcp_stream *ret_stream)
{
    const struct trio_world *world = trio_run_world();
    bool parked = false;
    trio_handle handle;
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    rc = world->net->open(world->context, address->family, TRIO_SOCKET_STREAM,
                          &handle);
    if (rc != TRIO_OK)
        return trio_net_finish_(false, failed(world, rc, address));
    rc = connect_handle(world, handle, address, &parked);
    if (rc != TRIO_OK) {
        rc = failed(world, rc, address); // Keeps a cancellation as it is.
        world->net->close(world->context, handle, true);
        return trio_net_finish_(parked, rc);
    }
    trio_tcp_stream_init_(ret_stream, handle, address);
    return trio_net_finish_(parked, TRIO_OK);
}
