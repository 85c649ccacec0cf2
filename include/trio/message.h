// Messages: what one call sends or receives over a socket, with everything that
// can go with it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_MESSAGE_H
#define TRIO_MESSAGE_H

#include <trio/address.h>
#include <trio/base.h>

// Something of the world's: a descriptor, a socket, an index. Opaque.
typedef intptr_t trio_handle;

#define TRIO_HANDLE_NONE ((trio_handle)-1)

// A piece of memory. It is only read where it is sent.
struct trio_buffer {
    void *data;
    size_t size;
};

// The most buffers, and the most handles, of one message.
#define TRIO_MESSAGE_BUFFERS_MAX 64
#define TRIO_MESSAGE_HANDLES_MAX 64

// A `trio_message` is one datagram, or a piece of a stream: data in several
// buffers, an address, handles. All zeros is an empty one.
//
//     char head[4], body[1024];
//     struct trio_buffer buffers[] = {{head, sizeof(head)},
//                                     {body, sizeof(body)}};
//     struct trio_address sender;
//     struct trio_message message = {0};
//
//     message.buffers = buffers;
//     message.buffer_count = 2;
//     message.address = &sender;
//     rc = trio_socket_receive_message(&udp, &message);
//
// Handles go over local sockets only. Who sends them keeps them: the receiver
// gets others, for the same things, which are the receiver's to close. They are
// not inherited by children. What is sent and never received is closed with the
// socket.
struct trio_message {
    struct trio_buffer *buffers; // Filled, or sent, one after the other.
    size_t buffer_count;
    struct trio_address *address; // To whom, or where to write from whom; all
                                  // zeros if that is not known. Or NULL.
    trio_handle *handles; // What goes with it, or where to write that; or NULL.
    size_t handle_count;  // Of those. Receiving: room, then how many came.
    size_t length;        // Set by receiving: bytes, of a datagram all that it
                          // has, whether they fit or not.
    bool peek;            // Receiving takes nothing. The handles are others
                          // each time.
};

#endif // TRIO_MESSAGE_H
