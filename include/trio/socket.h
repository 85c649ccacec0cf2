// Sockets: one handle of the world's network, with nothing above it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SOCKET_H
#define TRIO_SOCKET_H

#include <trio/address.h>
#include <trio/backend.h>
#include <trio/base.h>
#include <trio/message.h>
#include <trio/status.h>

// A `trio_socket` sends and receives, as a stream of bytes or in datagrams,
// over IPv4, IPv6, or between programs of one machine. All zeros is a closed
// one.
//
//     struct trio_socket udp;
//     char answer[512];
//     size_t length;
//
//     trio_status rc = trio_socket_open(address.family, TRIO_SOCKET_DATAGRAM,
//                                       &udp);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_socket_connect(&udp, &address);
//     if (rc == TRIO_OK)
//         rc = trio_socket_send(&udp, "time?", 5, NULL);
//     if (rc == TRIO_OK)
//         rc = trio_socket_receive(&udp, answer, sizeof(answer), &length);
//     trio_socket_close(&udp);
//     return rc;
//
// One task may send while another receives; two that do the same get
// TRIO_EBUSY. What the network tells of an earlier datagram, such as that
// nobody listens at the port that a socket is connected to, is the status of
// the next call that sends or receives. The caller owns the storage, which must
// not move while a task is in a call. Not thread-safe: use it from its loop's
// thread only.
struct trio_socket {
    trio_handle handle;              // Private.
    enum trio_address_family family; // Of its addresses. Read only.
    enum trio_socket_type type;      // Read only.
    bool busy[2];                    // Private. By direction: a task is in it.
    bool open;                       // Private.
};

TRIO_BEGIN_DECLS

// ---- Making ----

// Opens a socket. Children do not inherit it.
//
// Checkpoint: never.
// Returns: TRIO_OK       the caller closes it.
//          TRIO_ENOTSUP  there are no such sockets here.
//          TRIO_EMFILE   too many open handles.
//          other         what the system said; the record tells more.
TRIO_MUST_USE trio_status trio_socket_open(enum trio_address_family family,
                                           enum trio_socket_type type,
                                           struct trio_socket *ret_socket);

// Makes two local sockets that are connected with each other.
//
//     struct trio_socket one, other;
//
//     trio_status rc = trio_socket_pair(TRIO_SOCKET_STREAM, &one, &other);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_socket_send(&one, "hello", 5, NULL);
//     if (rc == TRIO_OK)
//         rc = trio_socket_shutdown_send(&one); // `other` will get TRIO_EEND
//     trio_socket_close(&one);
//     trio_socket_close(&other);
//     return rc;
//
// Checkpoint: never.
// Returns: as trio_socket_open; both or none are opened.
TRIO_MUST_USE trio_status trio_socket_pair(enum trio_socket_type type,
                                           struct trio_socket *ret_near,
                                           struct trio_socket *ret_far);

// Makes a socket of a handle of the caller's, which is the socket's then. It is
// made non-blocking, which whoever shares it sees, too.
//
//     struct trio_socket given; // as descriptor 3, by who started us
//
//     trio_status rc = trio_socket_adopt(3, &given);
//     if (rc == TRIO_OK)
//         descriptor = (int)trio_socket_release(&given); // and back
//
// Checkpoint: never.
// Returns: TRIO_OK          the caller closes the socket, not the handle.
//          TRIO_EBADHANDLE  it is not an open socket. It stays the caller's,
//                           here as below.
//          TRIO_EBUSY       it is a socket of this run already, or a task
//                           waits for it.
//          TRIO_ENOTSUP     of another family or type than those here.
//          TRIO_ENOMEM      out of memory.
TRIO_MUST_USE trio_status trio_socket_adopt(trio_handle handle,
                                            struct trio_socket *ret_socket);

// Gives the handle of a socket to the caller, who closes it; it is left
// non-blocking. The socket is closed after that: tasks that use it get
// TRIO_ECLOSED. TRIO_HANDLE_NONE if it was closed.
//
// Checkpoint: never.
TRIO_MUST_USE trio_handle trio_socket_release(struct trio_socket *socket);

// Closes a socket. Tasks that use it get TRIO_ECLOSED. What was sent is still
// delivered. Again is fine.
//
// Checkpoint: never.
void trio_socket_close(struct trio_socket *socket);

// Closes a socket, throws away what was not sent yet, and resets its
// connection. Again is fine.
//
//     if (count > 1000) // It has sent too much.
//         trio_socket_reset(&guest);
//
// Checkpoint: never.
void trio_socket_reset(struct trio_socket *socket);

// ---- Names and options ----

// Gives the socket an address of this machine. Port 0 is a free one; a local
// address without a name is a free abstract one, where there are such.
//
// Checkpoint: never.
// Returns: TRIO_OK             it has that address.
//          TRIO_EADDRINUSE     somebody else has; of a local path, also a file
//                              that is left of somebody who had.
//          TRIO_EADDRNOTAVAIL  it is not an address of this machine.
//          TRIO_EACCES         not permitted.
//          TRIO_ENOENT         there is no folder for this path.
//          TRIO_EINVAL         it has one already, or `address` is of another
//                              family.
//          TRIO_ECLOSED        the socket was closed on this side.
//          other               what the system said; the record tells more.
TRIO_MUST_USE trio_status trio_socket_bind(struct trio_socket *socket,
                                           const struct trio_address *address);

// Listens: connections can be accepted. Up to about `backlog` of them wait.
//
//     struct trio_socket server;
//     struct trio_address who;
//
//     rc = trio_socket_open(address.family, TRIO_SOCKET_STREAM, &server);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_socket_bind(&server, &address);
//     if (rc == TRIO_OK)
//         rc = trio_socket_listen(&server, 128);
//     if (rc == TRIO_OK)
//         rc = trio_socket_accept(&server, &guest, &who);
//     trio_socket_close(&server);
//     return rc;
//
// Checkpoint: never.
// Returns: TRIO_OK          it listens.
//          TRIO_EADDRINUSE  somebody else does, at this address.
//          TRIO_ENOTSUP     sockets of this type do not listen.
//          TRIO_ECLOSED     the socket was closed on this side.
//          other            what the system said; the record tells more.
TRIO_MUST_USE trio_status trio_socket_listen(struct trio_socket *socket,
                                             int backlog);

// Reads the socket's own address.
//
// Checkpoint: never.
// Returns: TRIO_OK       `ret_address` is set.
//          TRIO_ECLOSED  the socket was closed on this side.
//          other         what the system said.
TRIO_MUST_USE trio_status trio_socket_local_address(
    const struct trio_socket *socket, struct trio_address *ret_address);

// Reads the address that the socket is connected to.
//
//     struct trio_address peer;
//
//     rc = trio_socket_peer_address(&guest, &peer);
//
// Checkpoint: never.
// Returns: TRIO_EBROKEN  it is not connected.
//          other         as trio_socket_local_address.
TRIO_MUST_USE trio_status trio_socket_peer_address(
    const struct trio_socket *socket, struct trio_address *ret_address);

// Sets an option; see <trio/backend.h>.
//
//     int size;
//
//     rc = trio_socket_set_option(&udp, TRIO_SOCKET_RECEIVE_BUFFER, 1 << 20);
//     if (rc == TRIO_OK)
//         rc = trio_socket_get_option(&udp, TRIO_SOCKET_RECEIVE_BUFFER, &size);
//
// Checkpoint: never.
// Returns: TRIO_OK       it is set.
//          TRIO_EINVAL   there is no such option, or no such value.
//          TRIO_ENOTSUP  this socket does not have it.
//          TRIO_ECLOSED  the socket was closed on this side.
//          other         what the system said.
TRIO_MUST_USE trio_status trio_socket_set_option(struct trio_socket *socket,
                                                 enum trio_socket_option option,
                                                 int value);

// Reads an option. The system may have made something else of what was set:
// Linux gives twice the size of a buffer.
//
// Checkpoint: never.
// Returns: as trio_socket_set_option.
TRIO_MUST_USE trio_status
trio_socket_get_option(const struct trio_socket *socket,
                       enum trio_socket_option option, int *ret_value);

// Has a datagram socket receive what is sent to a multicast group, on the
// interface of that number, or on one of the system's choice: 0.
//
//     struct trio_address group;
//
//     rc = trio_address_parse("239.1.2.3:0", &group);
//     if (rc == TRIO_OK)
//         rc = trio_socket_join_group(&udp, &group, 0);
//     if (rc == TRIO_OK) // and when it has heard enough
//         rc = trio_socket_leave_group(&udp, &group, 0);
//
// Checkpoint: never.
// Returns: TRIO_OK             it is a member.
//          TRIO_EINVAL         not an address of a group of this family.
//          TRIO_EADDRINUSE     it is a member already.
//          TRIO_ENOTSUP        this socket has no groups.
//          TRIO_ECLOSED        the socket was closed on this side.
//          other               what the system said: there is no such
//                              interface, say.
TRIO_MUST_USE trio_status trio_socket_join_group(
    struct trio_socket *socket, const struct trio_address *group,
    uint32_t interface_number);

// Undoes trio_socket_join_group.
//
// Checkpoint: never.
// Returns: TRIO_EADDRNOTAVAIL  it was no member.
//          other               as trio_socket_join_group.
TRIO_MUST_USE trio_status trio_socket_leave_group(
    struct trio_socket *socket, const struct trio_address *group,
    uint32_t interface_number);

// ---- Connecting ----

// Connects a stream; of a datagram socket, sets where it sends to and from whom
// it receives. When cancelled, the socket is closed. After any other failure
// only closing it is of use.
//
// Checkpoint: always.
// Returns: TRIO_OK             it is connected.
//          TRIO_ECANCELED      an enclosing scope is cancelled.
//          TRIO_ECONNREFUSED   nobody listens there.
//          TRIO_EUNREACHABLE   there is no way to it.
//          TRIO_EPEERTIMEDOUT  it does not answer.
//          TRIO_ENOENT         there is no local socket of this name.
//          TRIO_EBUSY          another task is sending or connecting.
//          TRIO_ECLOSED        the socket was closed on this side.
//          other               what the system said; the record tells more.
TRIO_CHECKPOINT trio_status trio_socket_connect(
    struct trio_socket *socket, const struct trio_address *address);

// Accepts one connection. A connection that was aborted before it was accepted
// is passed over. `ret_peer` may be NULL.
//
// Checkpoint: always.
// Returns: TRIO_OK         `ret_socket` is connected; the caller closes it.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_ECLOSED    the socket was closed on this side.
//          TRIO_EBUSY      another task accepts.
//          TRIO_EINVAL     it does not listen.
//          TRIO_EMFILE     too many open handles; the connection waits.
//          TRIO_ENOMEM     out of memory; the connection waits, or was closed.
//          TRIO_ENOBUFS    out of memory for sockets; it waits.
//          other           what the system said; the record tells more.
TRIO_CHECKPOINT trio_status trio_socket_accept(struct trio_socket *socket,
                                               struct trio_socket *ret_socket,
                                               struct trio_address *ret_peer);

// ---- Sending and receiving ----

// Sends a datagram, or of a stream what fits now, at least a byte. `ret_sent`
// may be NULL.
//
// Checkpoint: always.
// Returns: TRIO_OK            `*ret_sent` bytes were sent; of a datagram all.
//          TRIO_ECANCELED     an enclosing scope is cancelled; nothing was
//                             sent.
//          TRIO_EBROKEN       the peer is gone, or there is none.
//          TRIO_ECONNREFUSED  nobody listened there: told of an earlier
//                             datagram; this one was not sent.
//          TRIO_EMSGSIZE      too large for a datagram.
//          TRIO_EBUSY         another task is sending.
//          TRIO_ECLOSED       the socket was closed on this side.
//          other              what the system said; the record tells more.
TRIO_CHECKPOINT trio_status trio_socket_send(struct trio_socket *socket,
                                             const void *data, size_t size,
                                             size_t *ret_sent);

// Sends a datagram to an address.
//
// Checkpoint: always.
// Returns: TRIO_ENOBUFS  the receiver, a local socket, has no room for more:
//                        the system does not tell when it has.
//          other         as trio_socket_send.
TRIO_CHECKPOINT trio_status
trio_socket_send_to(struct trio_socket *socket, const void *data, size_t size,
                    const struct trio_address *address);

// Sends a message. Of a stream only a part of the data may be sent, but with
// its first byte go all handles.
//
//     static char text[] = "this is a pipe";
//     struct trio_buffer part = {text, sizeof(text)};
//     trio_handle handle = descriptor;
//     struct trio_message message = {0};
//
//     message.buffers = &part;
//     message.buffer_count = 1;
//     message.handles = &handle;
//     message.handle_count = 1;
//     rc = trio_socket_send_message(&guest, &message, NULL);
//
// Checkpoint: always.
// Returns: TRIO_EINVAL  too many buffers or handles, or a stream is given
//                       handles without data.
//          other        as trio_socket_send_to.
TRIO_CHECKPOINT trio_status
trio_socket_send_message(struct trio_socket *socket,
                         const struct trio_message *message, size_t *ret_sent);

// Receives a datagram, which may be empty, or what a stream has, at least a
// byte and at most `size`.
//
// Checkpoint: always.
// Returns: TRIO_OK            `*ret_length` bytes are in `buffer`.
//          TRIO_ETRUNCATED    the datagram is larger than `size`: that much of
//                             it is in `buffer`, and `*ret_length` is `size`.
//                             The rest is lost.
//          TRIO_EEND          the peer of a stream has sent everything.
//          TRIO_ECANCELED     an enclosing scope is cancelled; nothing was
//                             taken.
//          TRIO_EBROKEN       the connection is broken, or there is none.
//          TRIO_ECONNREFUSED  nobody listened there: told of an earlier
//                             datagram.
//          TRIO_EBUSY         another task is receiving.
//          TRIO_ECLOSED       the socket was closed on this side.
//          TRIO_EINVAL        `size` is 0 for a stream.
//          other              what the system said; the record tells more.
TRIO_CHECKPOINT trio_status trio_socket_receive(struct trio_socket *socket,
                                                void *buffer, size_t size,
                                                size_t *ret_length);

// Receives a datagram, and who sent it.
//
// Checkpoint: always.
// Returns: as trio_socket_receive. `ret_sender` is set on TRIO_ETRUNCATED, too.
TRIO_CHECKPOINT trio_status
trio_socket_receive_from(struct trio_socket *socket, void *buffer, size_t size,
                         size_t *ret_length, struct trio_address *ret_sender);

// Receives a message.
//
// Checkpoint: always.
// Returns: TRIO_OK          its data and handles are all there.
//          TRIO_ETRUNCATED  it is filled in; data, if `length` is more than
//                           what the buffers hold, or else handles did not fit,
//                           and are lost. Where no handles are asked for, with
//                           `handle_count` 0 or `handles` NULL, those that come
//                           are closed without a word.
//          TRIO_EINVAL      too many buffers or handles, or no room for data of
//                           a stream.
//          other            as trio_socket_receive.
TRIO_CHECKPOINT trio_status trio_socket_receive_message(
    struct trio_socket *socket, struct trio_message *message);

// Says that nothing more will be sent over a stream, while receiving goes on.
//
// Checkpoint: never.
// Returns: TRIO_OK       the peer will see the end.
//          TRIO_EBROKEN  the peer is gone, or there is none.
//          TRIO_EBUSY    a task is sending.
//          TRIO_ECLOSED  the socket was closed on this side.
TRIO_MUST_USE trio_status trio_socket_shutdown_send(struct trio_socket *socket);

// Waits until a call that receives or accepts would probably not wait.
//
//     rc = trio_socket_wait_readable(&guest); // without a buffer meanwhile
//     if (rc == TRIO_OK)
//         rc = trio_socket_receive(&guest, buffer, sizeof(buffer), &count);
//
// Checkpoint: always.
// Returns: TRIO_OK         try.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EBUSY      another task is receiving.
//          TRIO_ECLOSED    the socket was closed on this side.
TRIO_CHECKPOINT trio_status
trio_socket_wait_readable(struct trio_socket *socket);

// Waits until a call that sends would probably not wait.
//
//     rc = trio_socket_wait_writable(&guest); // then the newest picture
//     if (rc == TRIO_OK)
//         rc = trio_socket_send(&guest, page.text, sizeof(page.text), &count);
//
// Checkpoint: always.
// Returns: TRIO_EBUSY  another task is sending.
//          other       as trio_socket_wait_readable.
TRIO_CHECKPOINT trio_status
trio_socket_wait_writable(struct trio_socket *socket);

TRIO_END_DECLS

#endif // TRIO_SOCKET_H
