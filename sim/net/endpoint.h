// What handles are for, and who waits for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_ENDPOINT_H
#define TRIO_SIM_NET_ENDPOINT_H

#include <trio/sim_net.h>

#include "sim/net/alarm.h"
#include "sim/net/queue.h"

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
    bool lost;       // Its host has crashed: it is dead, and nobody was told.
    bool dropped;    // Of a datagram socket: whom it was connected to is gone.
    bool timed_out;  // It is broken since the other one did not answer.

    // Of one that connects, or whose segments get through with delays.
    struct alarm alarm; // It tries again, or gives up.
    trio_time begun;    // Connecting.
    uint8_t retries;    // Of connecting.
    uint32_t ahead;     // Segments that it has on a link itself.
    struct link *lane;  // Beside that; or NULL.

    // Of a listener.
    struct line pending; // Connections that are to be accepted.
    size_t embryos;
    size_t backlog;

    // Of who stands in that line, or will.
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
    bool roused[2];                    // They are woken for nothing.
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
// The same, and nobody is told who waits for it.
void trio_sim_handle_lose_(struct network *network, struct slot *slot);
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
// Something is done to an endpoint: who waits for it, or has been woken and is
// to have a turn, may find it another one.
void trio_sim_used_(const struct network *network,
                    const struct endpoint *endpoint);
// The same, and it may be ready.
void trio_sim_changed_(struct network *network, struct endpoint *endpoint);
void trio_sim_forget_news_(struct network *network, struct endpoint *endpoint);

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

#endif // TRIO_SIM_NET_ENDPOINT_H
