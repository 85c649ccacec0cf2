// What sockets do: connecting, sending, receiving, ending.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_WIRE_H
#define TRIO_SIM_NET_WIRE_H

#include "sim/net/endpoint.h"
#include "sim/net/host.h"

// ---- packet.c: what goes from endpoint to endpoint ----

enum packet_kind {
    PACKET_OPEN,        // Somebody wants to be connected,
    PACKET_REFUSED,     // and nobody listens,
    PACKET_ACCEPTED,    // or somebody does,
    PACKET_ESTABLISHED, // and knows that the other one knows.
    PACKET_DATA,
    PACKET_END,
    PACKET_RESET,
    PACKET_DATAGRAM,
    PACKET_NOBODY // There is nobody to get that datagram.
};

struct packet {
    struct packet *next;
    enum packet_kind kind;
    struct trio_sim_host *here; // Where it comes from,
    struct trio_sim_host *there;
    struct endpoint *from;
    struct endpoint *to;        // NULL: whoever has the address.
    struct segment *segment;    // Of DATA and DATAGRAM.
    struct trio_address target; // Of OPEN and DATAGRAM.
    trio_time due;
    uint64_t number; // On its link, in this direction.
    bool held;       // Until the link is mended.
};

// Whether it is one of those that make a connection: who connects tries again
// if that is lost.
static inline bool trio_sim_is_handshake_(enum packet_kind kind)
{
    return kind == PACKET_OPEN || kind == PACKET_REFUSED ||
           kind == PACKET_ACCEPTED;
}

// Whether it gets through, if only late.
static inline bool trio_sim_is_sent_again_(enum packet_kind kind)
{
    return kind == PACKET_ESTABLISHED || kind == PACKET_DATA ||
           kind == PACKET_END || kind == PACKET_RESET;
}

// Between two hosts it takes its time, on one it has arrived on return. Without
// memory it is as fast as that, too.
void trio_sim_packet_send_(struct network *network,
                           const struct packet *packet);
// From one end of a connection to the other.
void trio_sim_packet_tell_(struct network *network, struct endpoint *from,
                           enum packet_kind kind);
void trio_sim_packet_arrive_(struct network *network,
                             const struct packet *packet);
// Has a datagram arrive twice; not without memory.
void trio_sim_packet_double_(struct network *network,
                             const struct packet *packet);

// ---- connect.c, listen.c, admit.c: making connections ----
TRIO_MUST_USE trio_status trio_sim_connect_(void *context, trio_handle handle,
                                            const struct trio_address *address);
// Connecting has failed.
void trio_sim_connect_failed_(struct network *network, struct endpoint *client,
                              trio_status rc);
// A packet of it was lost: it is tried again some time later, or given up.
void trio_sim_handshake_lost_(struct network *network,
                              const struct packet *packet);
TRIO_MUST_USE trio_status trio_sim_connect_result_(void *context,
                                                   trio_handle handle);
TRIO_MUST_USE trio_status trio_sim_bind_(void *context, trio_handle handle,
                                         const struct trio_address *address);
TRIO_MUST_USE trio_status trio_sim_listen_(void *context, trio_handle handle,
                                           int backlog);
TRIO_MUST_USE trio_status trio_sim_accept_(void *context, trio_handle handle,
                                           trio_handle *ret_handle,
                                           struct trio_address *ret_peer);
// A client comes to a listener, of the same host or not.
void trio_sim_admit_(struct network *network, struct endpoint *listener,
                     struct endpoint *client);
// What comes of that.
void trio_sim_open_arrives_(struct network *network,
                            const struct packet *packet);
void trio_sim_established_(struct network *network, struct endpoint *server);
bool trio_sim_listener_is_full_(const struct endpoint *listener);
void trio_sim_stop_listening_(struct network *network,
                              struct endpoint *listener);

// ---- stream.c: connections, and pipes ----
TRIO_MUST_USE trio_status
trio_sim_stream_send_(struct network *network, struct endpoint *endpoint,
                      const struct trio_message *message, size_t *ret_length);
TRIO_MUST_USE trio_status
trio_sim_stream_receive_(struct network *network, struct endpoint *endpoint,
                         struct trio_message *message);
TRIO_MUST_USE trio_status trio_sim_stream_shut_(struct network *network,
                                                struct endpoint *endpoint);
bool trio_sim_stream_is_writable_(const struct endpoint *endpoint);
bool trio_sim_stream_is_readable_(const struct endpoint *endpoint);
void trio_sim_stream_join_(struct endpoint *one, struct endpoint *other);
// What the other end has sent arrives.
void trio_sim_data_arrives_(struct network *network,
                            const struct packet *packet);
// Whether the connection is reset just now.
bool trio_sim_breaks_(struct network *network, struct endpoint *endpoint);
void trio_sim_reset_arrives_(struct network *network,
                             struct endpoint *endpoint);
void trio_sim_end_arrives_(struct network *network, struct endpoint *endpoint);
// What it has sent does not get through: it gives up some day.
void trio_sim_unanswered_(struct network *network, struct endpoint *endpoint);
// Sends what waits, as far as there is room.
void trio_sim_push_(struct network *network, struct endpoint *endpoint);
// Nobody holds it any more.
void trio_sim_stream_end_(struct network *network, struct endpoint *endpoint);

// ---- datagram.c, local_datagram.c ----
TRIO_MUST_USE trio_status
trio_sim_datagram_send_(struct network *network, struct endpoint *endpoint,
                        const struct trio_message *message, size_t *ret_length);
TRIO_MUST_USE trio_status
trio_sim_datagram_receive_(struct network *network, struct endpoint *endpoint,
                           struct trio_message *message);
// Makes a datagram of a message.
TRIO_MUST_USE trio_status trio_sim_datagram_make_(
    struct network *network, const struct trio_message *message,
    const struct trio_address *sender, struct segment **ret_segment);
void trio_sim_datagram_arrives_(struct network *network,
                                const struct packet *packet);
void trio_sim_datagram_end_(struct network *network, struct endpoint *endpoint);
TRIO_MUST_USE trio_status
trio_sim_datagram_connect_(struct network *network, struct endpoint *endpoint,
                           const struct trio_address *address);
TRIO_MUST_USE trio_status
trio_sim_local_send_(struct network *network, struct endpoint *endpoint,
                     const struct trio_message *message, size_t *ret_length);
bool trio_sim_local_is_writable_(const struct endpoint *endpoint);
// There is room again; it is gone.
void trio_sim_local_received_(struct network *network,
                              struct endpoint *endpoint);
void trio_sim_local_end_(struct network *network, struct endpoint *endpoint);

// ---- group.c: multicast groups ----
TRIO_MUST_USE trio_status trio_sim_set_member_(void *context,
                                               trio_handle handle,
                                               const struct trio_address *group,
                                               uint32_t interface_number,
                                               bool member);
bool trio_sim_is_member_(const struct endpoint *endpoint,
                         const struct trio_address *group);

#endif // TRIO_SIM_NET_WIRE_H
