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

// The operations of a socket stream, for streams that are made of one and are
// addressed by no name: they take part in a table of their own.
TRIO_CHECKPOINT trio_status
trio_socket_stream_send_all_(struct trio_stream *stream, const void *data,
                             size_t size, size_t *ret_sent);
TRIO_CHECKPOINT trio_status
trio_socket_stream_wait_writable_(struct trio_stream *stream);
TRIO_CHECKPOINT trio_status trio_socket_stream_receive_some_(
    struct trio_stream *stream, void *buffer, size_t size, size_t *ret_length);
TRIO_CHECKPOINT trio_status
trio_socket_stream_close_(struct trio_stream *stream);
void trio_socket_stream_close_forcefully_(struct trio_stream *stream);

#endif // TRIO_IO_NET_SOCKET_STREAM_H
