// The simulated network: what its files share.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Everything lies in the network's own memory, which a new run has all of
// again. Nothing is there before the first socket is opened.

#ifndef TRIO_SIM_NET_NET_H
#define TRIO_SIM_NET_NET_H

#include <trio/backend.h>
#include <trio/clock.h>
#include <trio/run.h>
#include <trio/sim_job.h>
#include <trio/sim_net.h>
#include <trio/testing.h>

#include "sim/internal.h"

struct endpoint;
struct network;

// ---- pool.c: memory ----

enum { POOL_CLASSES = 16 };

struct pool {
    struct trio_memory base; // Where chunks come from.
    struct pool_chunk *chunks;
    struct pool_chunk *chunk; // In use; those before it are full.
    void *free[POOL_CLASSES]; // By the size's logarithm.
};

// Returns NULL if there is no memory.
void *trio_sim_pool_take_(struct pool *pool, size_t size);
void trio_sim_pool_give_(struct pool *pool, void *block, size_t size);
void trio_sim_pool_reset_(struct pool *pool);
void trio_sim_pool_end_(struct pool *pool);

// ---- cursor.c: the buffers of a message, one after the other ----

struct cursor {
    const struct trio_buffer *buffers;
    size_t count;
    size_t offset; // In the first of them.
};

size_t trio_sim_message_size_(const struct trio_message *message);
struct cursor trio_sim_cursor_(const struct trio_message *message);
// Each moves the cursor by at most `size` bytes; returns by how many.
size_t trio_sim_cursor_read_(struct cursor *cursor, void *data, size_t size);
size_t trio_sim_cursor_write_(struct cursor *cursor, const void *data,
                              size_t size);

// ---- queue.c: bytes on their way ----

// What goes with some of the bytes.
struct enclosure {
    struct trio_address sender;
    size_t handle_count;
    struct endpoint *handles[TRIO_MESSAGE_HANDLES_MAX]; // Held.
};

// Bytes that were sent in one piece.
struct segment {
    struct segment *next;
    struct enclosure *enclosure; // Or NULL.
    uint32_t begin;              // Of what is left of it, in `data`,
    uint32_t end;                // and its end.
    uint32_t room;               // Of `data`.
    uint32_t reserved;
    unsigned char data[];
};

struct queue {
    struct segment *first;
    struct segment *last;
    size_t bytes;
    size_t count; // Of segments.
};

// Returns NULL if there is no memory.
struct segment *trio_sim_segment_new_(struct network *network, size_t room);
void trio_sim_segment_free_(struct network *network, struct segment *segment);
void trio_sim_queue_push_(struct queue *queue, struct segment *segment);
struct segment *trio_sim_queue_pop_(struct queue *queue);
void trio_sim_queue_clear_(struct network *network, struct queue *queue);
// Copies up to `size` bytes in; returns how many, less without memory.
size_t trio_sim_queue_append_(struct network *network, struct queue *queue,
                              struct cursor *cursor, size_t size);
// Moves up to `size` bytes; returns how many.
size_t trio_sim_queue_move_(struct network *network, struct queue *from,
                            struct queue *to, size_t size);
// Takes bytes out of the front, up to and with a piece that has an enclosure,
// which is `ret_enclosure`, the caller's, then. Peeking takes nothing.
size_t trio_sim_queue_take_(struct network *network, struct queue *queue,
                            struct cursor *cursor, bool peek,
                            struct enclosure **ret_enclosure);

// ---- enclosure.c: handles that go with a message ----
TRIO_MUST_USE trio_status trio_sim_enclose_(struct network *network,
                                            const struct trio_message *message,
                                            struct enclosure **ret_enclosure);
void trio_sim_enclosure_free_(struct network *network,
                              struct enclosure *enclosure);
// Opens its handles for the message; the rest is dropped. Returns
// TRIO_ETRUNCATED if there is a rest that the message asked for.
TRIO_MUST_USE trio_status trio_sim_unpack_(struct network *network,
                                           const struct enclosure *enclosure,
                                           struct trio_message *message);

// ---- host.c: whose sockets they are ----

enum { PORT_BUCKETS = 128 };

struct port_bucket {
    struct binding *bound;     // Those that things come to by the port.
    struct binding *connected; // And those that do not.
};

struct trio_sim_host {
    struct trio_sim_host *next;
    char name[TRIO_SIM_HOST_NAME_MAX];
    struct trio_address addresses[2]; // IPv4, IPv6.
    bool is_home;                     // The scenario's own.
    size_t open;                      // Handles.
    size_t open_max;
    uint32_t last_port; // That was given out.
    uint32_t turn;      // Among those that share a port.
    struct path *paths;
    uint64_t path_ids;
    struct link *links; // From here to others,
    struct link *loop;  // and to itself; NULL: that takes no time.
    struct port_bucket ports[PORT_BUCKETS];
};

// Prepares the host of a number, which its addresses are made of.
void trio_sim_host_begin_(struct trio_sim_host *host, const char *name,
                          size_t number);
struct trio_sim_host *trio_sim_host_named_(struct network *network,
                                           const char *name);
// Says whether an address, of any port, is one of the host's own.
bool trio_sim_host_has_(const struct trio_sim_host *host,
                        const struct trio_address *address);
// Returns who has an address, as seen from a host; NULL: nobody.
struct trio_sim_host *trio_sim_host_at_(struct network *network,
                                        struct trio_sim_host *from,
                                        const struct trio_address *address);

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

// Between two hosts it takes its time, on one it has arrived on return. Without
// memory it is as fast as that, too.
void trio_sim_packet_send_(struct network *network,
                           const struct packet *packet);
// From one end of a connection to the other.
void trio_sim_packet_tell_(struct network *network, struct endpoint *from,
                           enum packet_kind kind);
void trio_sim_packet_arrive_(struct network *network,
                             const struct packet *packet);

// ---- link.c: the way from one host to another ----

struct link {
    struct trio_sim_job job; // First: the next packet arrives.
    struct link *next;       // From the same host.
    struct link *all;        // Of all there are.
    struct network *network;
    struct trio_sim_host *from;
    struct trio_sim_host *to;
    trio_duration latency;
    struct packet *first; // On the way.
    struct packet *last;
    trio_time last_due;
    uint64_t sent;
    bool cut;       // Nothing that is sent gets through.
    bool announced; // The first packet will arrive.
};

// Whether what goes from one host to another has arrived at once.
static inline bool trio_sim_is_near_(const struct trio_sim_host *from,
                                     const struct trio_sim_host *to)
{
    return from == to && from->loop == NULL;
}

// Returns NULL if there is no memory.
struct link *trio_sim_link_(struct network *network, struct trio_sim_host *from,
                            struct trio_sim_host *to);
// Datagrams may be lost.
void trio_sim_link_send_(struct link *link, struct packet *packet);
void trio_sim_link_mend_(struct link *link);

// ---- ip.c: addresses ----
bool trio_sim_ip_is_any_(const struct trio_address *address);
bool trio_sim_ip_is_loopback_(const struct trio_address *address);
bool trio_sim_ip_is_group_(const struct trio_address *address);
bool trio_sim_ip_is_broadcast_(const struct trio_address *address);
struct trio_address trio_sim_ip_any_(enum trio_address_family family);
struct trio_address trio_sim_ip_loopback_(enum trio_address_family family);
bool trio_sim_ip_same_(const struct trio_address *one,
                       const struct trio_address *other); // But for the port.
// An IPv4 address that is written as an IPv6 one, and back.
struct trio_address trio_sim_ip_plain_(struct trio_address address);
struct trio_address trio_sim_ip_in_(enum trio_address_family family,
                                    struct trio_address address);

// ---- endpoint.c: what handles are for ----

enum endpoint_kind { KIND_STREAM, KIND_DATAGRAM, KIND_PIPE };

enum endpoint_state {
    STATE_FRESH,
    STATE_LISTENING,
    STATE_CONNECTING,
    STATE_EMBRYO,   // Of a listener: its client does not know of it yet.
    STATE_CONNECTED // Or was.
};

enum { TRANSFERS_TRIED = 4 };

enum { OPTIONS = TRIO_SOCKET_MULTICAST_INTERFACE + 1, GROUPS_MAX = 20 };

// Endpoints that wait for their turn.
struct line {
    struct endpoint *first;
    struct endpoint *last;
    size_t count;
};

struct endpoint {
    enum endpoint_kind kind;
    enum endpoint_state state;
    enum trio_address_family family;
    struct trio_sim_host *host;
    struct endpoint *next; // Of all there are.
    struct endpoint *previous;
    struct slot *slots; // The handles for it.
    size_t holders;     // Handles, and messages that carry it.
    size_t flights;     // Packets from it and to it.
    uint8_t transfers;  // That could have failed, up to TRANSFERS_TRIED.
    struct trio_address local;
    struct trio_address peer;
    struct binding *binding; // Of its port; NULL: none.
    struct path *path;       // The same of a local one.
    trio_status failure;     // For the next call, once.
    int options[OPTIONS];
    struct trio_address *groups; // GROUPS_MAX of them; family 0: free.

    // What is received and sent, and the other end.
    struct endpoint *other;
    struct queue received;
    struct queue unsent;
    size_t arriving; // Bytes on the way to it.
    bool sends;      // Of a pipe: this is the end to send into.
    bool shut;       // It sends no more,
    bool told;       // and has told so.
    bool ended;      // The other sends no more.
    bool broken;     // The connection was reset,
    bool untold;     // and no call has said so.
    bool tried;      // Connecting was begun, and is not known to be over.
    bool lent;       // Its port was given to it, not asked for.
    bool resets;     // Closing is to reset it.
    bool first;      // Its end came first.
    bool dead;       // Closed; the other one may still be there.
    bool dropped;    // Of a datagram socket: whom it was connected to is gone.

    // Of a listener.
    struct line pending;  // Connections that are to be accepted.
    struct line knocking; // That have to wait for room among those.
    size_t embryos;
    size_t backlog;

    // Of who stands in one of those.
    struct endpoint *listener;
    struct endpoint *line_next;

    // Of who has news for those who wait.
    struct endpoint *news_next;
    bool has_news;
};

struct endpoint *trio_sim_endpoint_new_(struct network *network,
                                        struct trio_sim_host *host,
                                        enum endpoint_kind kind,
                                        enum trio_address_family family);
void trio_sim_endpoint_free_(struct network *network,
                             struct endpoint *endpoint);
// It is dead, and goes as soon as nothing leads to it.
void trio_sim_endpoint_retire_(struct network *network,
                               struct endpoint *endpoint);
void trio_sim_endpoint_drop_(struct network *network,
                             struct endpoint *endpoint); // By one holder.
void trio_sim_line_add_(struct line *line, struct endpoint *endpoint);
struct endpoint *trio_sim_line_take_(struct line *line);
void trio_sim_line_leave_(struct line *line, struct endpoint *endpoint);
TRIO_MUST_USE trio_status trio_sim_take_failure_(struct endpoint *endpoint);

static inline bool trio_sim_is_tcp_(const struct endpoint *endpoint)
{
    return endpoint->kind == KIND_STREAM &&
           endpoint->family != TRIO_ADDRESS_LOCAL;
}

// ---- handle.c ----

struct slot {
    struct endpoint *endpoint; // NULL: free.
    struct slot *next;         // Of the same endpoint, or of the free ones.
    trio_handle handle;
    struct trio_io_waiter *waiters[2]; // By direction.
    bool ours;                         // Not given away, or adopted.
};

// Room for handles of a host; TRIO_EMFILE: there is none.
TRIO_MUST_USE trio_status
trio_sim_handle_room_(const struct trio_sim_host *host, size_t count);
TRIO_MUST_USE trio_status trio_sim_handle_open_(struct network *network,
                                                struct endpoint *endpoint,
                                                bool ours,
                                                trio_handle *ret_handle);
void trio_sim_handle_close_(struct network *network, struct slot *slot);
// Returns NULL if it is not open; the latter also if it is not ours.
struct slot *trio_sim_handle_find_(const struct network *network,
                                   trio_handle handle);
struct slot *trio_sim_handle_ours_(const struct network *network,
                                   trio_handle handle);
// Opens a handle for a new endpoint, which is freed if that fails.
TRIO_MUST_USE trio_status trio_sim_handle_own_(struct network *network,
                                               struct endpoint *endpoint,
                                               trio_handle *ret_handle);

// ---- readiness.c ----
TRIO_MUST_USE trio_status trio_sim_arm_(void *context,
                                        struct trio_io_waiter *waiter);
void trio_sim_disarm_(void *context, struct trio_io_waiter *waiter);
void trio_sim_closing_(void *context, trio_handle handle);
size_t trio_sim_waiters_(void *context);
// Tells all who wait for a handle that it is closed.
void trio_sim_slot_closing_(struct network *network, struct slot *slot);
// Something has happened that may make an endpoint ready.
void trio_sim_changed_(struct network *network, struct endpoint *endpoint);
void trio_sim_forget_news_(struct network *network, struct endpoint *endpoint);

// ---- port.c: the ports of a host ----

struct binding {
    struct binding *next;
    struct endpoint *owner; // NULL: it is gone, and lingers.
    enum endpoint_kind kind;
    struct trio_address address;
    bool dual; // Of IPv6, and for IPv4, too.
    bool reuse_address;
    trio_time until; // That lingers.
};

TRIO_MUST_USE trio_status
trio_sim_port_bind_(struct network *network, struct endpoint *endpoint,
                    const struct trio_address *address);
// Binds to a port that is free.
TRIO_MUST_USE trio_status trio_sim_port_bind_any_(struct network *network,
                                                  struct endpoint *endpoint,
                                                  struct trio_address address);
// Shares the port of a listener.
TRIO_MUST_USE trio_status trio_sim_port_share_(struct network *network,
                                               struct endpoint *endpoint);
void trio_sim_port_leave_(struct network *network, struct endpoint *endpoint);
// Whether a bound endpoint may listen.
bool trio_sim_port_may_listen_(const struct endpoint *endpoint);
struct endpoint *trio_sim_port_listener_(struct trio_sim_host *host,
                                         const struct trio_address *address);
struct endpoint *trio_sim_port_datagram_(struct trio_sim_host *host,
                                         const struct trio_address *to,
                                         const struct trio_address *from);

// ---- path.c: the names of local sockets ----

struct path {
    struct path *next;
    struct endpoint *owner; // NULL: it is left over.
    uint64_t id;
    struct trio_address name;
};

TRIO_MUST_USE trio_status
trio_sim_path_bind_(struct network *network, struct endpoint *endpoint,
                    const struct trio_address *address);
void trio_sim_path_leave_(struct network *network, struct endpoint *endpoint);
// Finds who has a name.
TRIO_MUST_USE trio_status trio_sim_path_find_(
    struct trio_sim_host *host, const struct trio_address *address,
    struct endpoint **ret_endpoint);
TRIO_MUST_USE trio_status trio_sim_path_id_(void *context,
                                            const struct trio_address *address,
                                            uint64_t *ret_id);
TRIO_MUST_USE trio_status
trio_sim_path_remove_(void *context, const struct trio_address *address);

// ---- connect.c, listen.c, admit.c: making connections ----
TRIO_MUST_USE trio_status trio_sim_connect_(void *context, trio_handle handle,
                                            const struct trio_address *address);
// Connecting has failed.
void trio_sim_refused_(struct network *network, struct endpoint *client);
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
// Lets those in that wait for room, as far as there is.
void trio_sim_let_in_(struct network *network, struct endpoint *listener);
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

// ---- option.c ----
void trio_sim_option_begin_(struct endpoint *endpoint);
TRIO_MUST_USE trio_status trio_sim_set_option_(void *context,
                                               trio_handle handle,
                                               enum trio_socket_option option,
                                               int value);
TRIO_MUST_USE trio_status trio_sim_get_option_(void *context,
                                               trio_handle handle,
                                               enum trio_socket_option option,
                                               int *ret_value);

// Of what may wait to be sent, and to be received, in bytes.
static inline size_t trio_sim_send_max_(const struct endpoint *endpoint)
{
    return (size_t)endpoint->options[TRIO_SOCKET_SEND_BUFFER] / 2;
}

static inline size_t trio_sim_receive_max_(const struct endpoint *endpoint)
{
    return (size_t)endpoint->options[TRIO_SOCKET_RECEIVE_BUFFER] / 2;
}

// ---- group.c: multicast groups ----
TRIO_MUST_USE trio_status trio_sim_set_member_(void *context,
                                               trio_handle handle,
                                               const struct trio_address *group,
                                               uint32_t interface_number,
                                               bool member);
bool trio_sim_is_member_(const struct endpoint *endpoint,
                         const struct trio_address *group);

// ---- transfer.c: what sends and receives, by kind ----
extern const struct trio_net trio_sim_net_;

// ---- resolver.c: names ----
void trio_sim_lookup_addresses_(struct trio_lookup *lookup);
void trio_sim_lookup_name_(struct trio_lookup *lookup);

// A name and one of its addresses.
struct name {
    struct name *next;
    struct trio_address address;
    char text[TRIO_HOST_SIZE];
};

// ---- network.c ----

struct network {
    struct pool pool;
    bool used;  // In this run.
    bool loses; // What is sent may be lost.
    struct trio_sim_world_ *world;
    struct trio_sim_host home; // The first of all hosts.
    size_t host_count;
    struct link *links;         // All.
    struct name *names;         // The newest first.
    size_t open;                // Handles of all hosts.
    struct endpoint *endpoints; // All, the newest first.
    struct slot **slots;        // By index.
    size_t slot_count;
    size_t slot_max;
    struct slot *free_slots;
    uint64_t handles; // So many were opened in this run.
    size_t waiters;
    struct endpoint *news_first; // Who has news, in that order.
    struct endpoint *news_last;
};

// The network of a world; NULL: no socket was opened in this run.
static inline struct network *trio_sim_network_(void *context)
{
    struct network *network = ((struct trio_sim_world_ *)context)->network;

    return network != NULL && network->used ? network : NULL;
}

// The same, and makes one; NULL: there is no memory.
struct network *trio_sim_network_make_(void *context);

// Whether the schedule wants this call to fail; `once`: but no later one.
static inline bool trio_sim_fails_(void *context, const char *what, bool once)
{
    const struct trio_sim_world_ *world = context;

    return world->fails != NULL && world->fails(what, once);
}

// Whose sockets the current task has.
struct trio_sim_host *trio_sim_host_here_(struct network *network);

#endif // TRIO_SIM_NET_NET_H
