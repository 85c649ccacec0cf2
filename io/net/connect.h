// How streams of all families are connected.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_CONNECT_H
#define TRIO_IO_NET_CONNECT_H

#include <trio/address.h>
#include <trio/socket_stream.h>

// As trio_tcp_connect, to an address of any family.
TRIO_CHECKPOINT trio_status trio_connect_stream_(
    const struct trio_address *address, struct trio_socket_stream *ret_stream);

#endif // TRIO_IO_NET_CONNECT_H
