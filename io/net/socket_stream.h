// How connecting and accepting make a stream out of a socket.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_SOCKET_STREAM_H
#define TRIO_IO_NET_SOCKET_STREAM_H

#include <trio/socket_stream.h>

// Fills `ret_stream` for a connected socket, which is closed after it, and has
// it send at once.
void trio_socket_stream_init_(struct trio_socket_stream *ret_stream,
                              struct trio_socket *socket,
                              const struct trio_address *peer);

#endif // TRIO_IO_NET_SOCKET_STREAM_H
