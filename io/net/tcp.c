// TCP is socket streams and socket listeners by another name: its socket
// belongs to connect until it is connected, and every other way out closes it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tcp.h>

#include <trio/socket.h>
#include <trio/task.h>

#include "io/net/connect.h"
#include "io/net/finish.h"
#include "io/net/socket_call.h"
#include "io/net/socket_stream.h"

trio_status trio_connect_stream_(const struct trio_address *address,
                                 struct trio_socket_stream *ret_stream)
{
    struct trio_socket socket = {.open = false};
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_open(address->family, TRIO_SOCKET_STREAM, &socket);
    if (rc != TRIO_OK) {
        rc = trio_socket_failed_(&socket, rc, "connect", address); // S46
        return trio_net_finish_(false, rc);
    }
    rc = trio_socket_connect(&socket, address);
    if (rc == TRIO_OK)
        trio_socket_stream_init_(ret_stream, &socket, address);
    else
        trio_socket_reset(&socket);
    return rc;
}

trio_status trio_tcp_connect(const struct trio_address *address,
                             struct trio_tcp_stream *ret_stream)
{
    return trio_connect_stream_(address, ret_stream);
}

trio_status trio_tcp_listen(const struct trio_address *address,
                            const struct trio_tcp_listen_options *options,
                            struct trio_tcp_listener *ret_listener)
{
    return trio_socket_listener_open(address, options, ret_listener);
}

trio_status trio_tcp_accept(struct trio_tcp_listener *listener,
                            struct trio_tcp_stream *ret_stream)
{
    return trio_socket_listener_accept(listener, ret_stream);
}

void trio_tcp_listener_close(struct trio_tcp_listener *listener)
{
    trio_listener_close(&listener->listener);
}
