// How the parts of TCP make a stream out of a handle.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_TCP_STREAM_H
#define TRIO_IO_NET_TCP_STREAM_H

#include <trio/tcp.h>

// Fills `ret_tcp` for a connected socket, and has it send at once.
void trio_tcp_stream_init_(struct trio_tcp_stream *ret_tcp, trio_handle handle,
                           const struct trio_address *peer);

#endif // TRIO_IO_NET_TCP_STREAM_H
