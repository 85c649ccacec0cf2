// Hosts: their addresses, ports and paths, and the links between them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_HOST_H
#define TRIO_SIM_NET_HOST_H

#include <trio/realm.h>
#include <trio/sim_job.h>
#include <trio/sim_net.h>

#include "sim/net/alarm.h"
#include "sim/net/endpoint.h"

// ---- host.c: whose sockets they are ----

enum { PORT_BUCKETS = 128 };

// Ports that are given out, as on Linux.
enum { PORT_FIRST = 32768, PORTS = 60999 - PORT_FIRST + 1 };

struct port_bucket {
    struct binding *bound;     // Those that things come to by the port.
    struct binding *connected; // And those that do not.
};

// Of the home host all is zero: its clock is the run's.
struct host_clock {
    trio_time since;   // It began then, as the run has it,
    trio_time shown;   // and showed this.
    uint32_t lost_ppm; // Millionths of the time, since.
};

struct trio_sim_host {
    struct trio_sim_host *next;
    char name[TRIO_SIM_HOST_NAME_MAX]; // As it was given,
    char encoded[TRIO_HOST_SIZE];      // and as the resolver knows it.
    struct trio_address addresses[2]; // IPv4, IPv6.
    bool is_home;                     // The scenario's own.
    bool down;                        // It has crashed,
    bool paused;                      // or is to stand still,
    struct trio_realm_pause pause;
    struct trio_realm_pause stall; // or does, for a while:
    struct alarm stall_alarm;      // it goes on.
    uint32_t stalls;
    bool silent; // Nothing comes from it, and nothing to it,
    trio_time silent_until;
    struct alarm silence; // until this; or it will fall silent.
    struct host_clock clock;
    uint32_t clock_loss_ppm; // If no fault makes it slow.
    bool at_risk;            // The schedule may have it crash.
    uint32_t risks;          // So often it could have, up to RISKS_MAX.
    size_t open;             // Handles.
    size_t open_max;
    uint32_t port_count; // That may be given out.
    uint32_t next_port;  // To be, counted from the first.
    uint32_t turn;       // Among those that share a port.
    struct path *paths;
    struct disk *disk; // NULL: no file was opened.
    uint64_t path_ids;
    struct link *links; // From here to others,
    struct link *loop;  // and to itself; NULL: that takes no time.
    struct port_bucket ports[PORT_BUCKETS];
};

// Prepares the host of a number, which its addresses are made of.
void trio_sim_host_begin_(struct trio_sim_host *host, const char *name,
                          const char *encoded, size_t number);
struct trio_sim_host *trio_sim_host_named_(struct network *network,
                                           const char *encoded);
// Says whether an address, of any port, is one of the host's own.
bool trio_sim_host_has_(const struct trio_sim_host *host,
                        const struct trio_address *address);
// Says whether an address is of the network that the hosts are on, so that one
// of them might have it.
bool trio_sim_host_might_have_(const struct trio_address *address);
// What a host is called in tokens.
uint64_t trio_sim_host_path_(const struct trio_sim_host *host);
// Returns who has an address, as seen from a host; NULL: nobody.
struct trio_sim_host *trio_sim_host_at_(struct network *network,
                                        struct trio_sim_host *from,
                                        const struct trio_address *address);

// ---- host_clock.c: what time it is there ----

// A host has just begun, again or for the first time.
void trio_sim_host_clock_begin_(struct network *network,
                                struct trio_sim_host *host);

// ---- pause.c: a host stands still ----

void trio_sim_host_stall_(struct network *network, struct trio_sim_host *host);
// It goes on, if that was by a fault.
void trio_sim_host_wake_(struct trio_sim_host *host);

// ---- crash.c: a host loses its power ----
enum { RISKS_MAX = 32 };

// A call is being made that the current task's host may not survive, or after
// which it may stand still.
void trio_sim_host_risk_(void *context);
// Does not return if that ends the task which calls.
void trio_sim_host_lose_power_(struct network *network,
                               struct trio_sim_host *host);
void trio_sim_host_gain_power_(struct network *network,
                               struct trio_sim_host *host);
// Frees the ports of connections that are over.
void trio_sim_ports_forget_(struct network *network,
                            struct trio_sim_host *host);

// ---- link.c: the way from one host to another ----

enum latency_shape { LATENCY_FIXED, LATENCY_UNIFORM, LATENCY_LONG_TAIL };

struct latency {
    enum latency_shape shape;
    trio_duration min;
    trio_duration max; // But if it is fixed.
    uint64_t random;   // State of what is drawn.
};

// Beside a link there may be lanes: what is late goes there, so that the rest
// need not wait for it. Each connection has one of its own, which it keeps to
// until that is empty, for its segments stay in order.
struct link {
    struct trio_sim_job job; // First: the next packet arrives.
    struct link *next;       // From the same host; of a lane: beside it.
    struct link *all;        // Of all there are.
    struct network *network;
    struct trio_sim_host *from;
    struct trio_sim_host *to;
    uint64_t path; // What the two are called in tokens.
    struct latency latency;
    size_t bandwidth;     // Bytes a second; 0: as many as one likes.
    trio_time busy_until; // With what was sent before.
    struct packet *first; // On the way.
    struct packet *last;
    trio_time last_due;
    uint64_t sent;
    bool cut;               // Nothing that is sent gets through,
    bool parted;            // and neither for a while.
    bool stopped;           // Nothing arrives.
    bool announced;         // The first packet will arrive.
    struct alarm alarm;     // Then it is not parted any more,
    struct alarm unclog;    // and not stopped.
    struct link *main;      // Of a lane: the link itself; else NULL.
    struct link *lanes;     // All of them.
    struct link *detour;    // That of datagrams.
    struct endpoint *owner; // Of a lane: that of a connection.
};

// Also if nobody is there.
static inline bool trio_sim_link_is_cut_(const struct link *link)
{
    return link->cut || link->parted || link->to->down;
}

// Whether what goes from one host to another has arrived at once.
static inline bool trio_sim_is_near_(const struct trio_sim_host *from,
                                     const struct trio_sim_host *to)
{
    return from == to && from->loop == NULL;
}

// What a link between them is called in tokens.
uint64_t trio_sim_link_path_of_(const struct trio_sim_host *from,
                                const struct trio_sim_host *to);
// Returns NULL if there is no memory.
struct link *trio_sim_link_(struct network *network, struct trio_sim_host *from,
                            struct trio_sim_host *to);
// Datagrams may be lost.
void trio_sim_link_send_(struct link *link, struct packet *packet);
// Puts it at the end, to arrive after the latency and what comes besides.
void trio_sim_link_put_(struct link *link, struct packet *packet,
                        trio_duration delay);
// What was held goes on, unless it is cut still.
void trio_sim_link_go_on_(struct link *link);
// How long what goes wrong somewhere lasts, if it is over by itself.
trio_duration trio_sim_outage_(uint64_t path);
// Has nothing arrive that goes between hosts of which one is silent.
static inline bool trio_sim_link_is_silent_(const struct link *link)
{
    return link->from != link->to && (link->from->silent || link->to->silent);
}
// Nothing gets through any more, either way, for a while.
void trio_sim_link_part_(struct link *link);
void trio_sim_link_mend_(struct link *link);
// Where it leads to is down: what is on its way waits until that is up again,
// what makes a connection is tried again, and datagrams are lost.
void trio_sim_link_goes_down_(struct link *link);
// The same for all links.
// Nothing arrives any more; it does again.
void trio_sim_link_hold_(struct link *link);
void trio_sim_link_release_(struct link *link);
void trio_sim_link_clog_(struct link *link, trio_duration duration);
// Has what is on it arrive when it is due, and what is on its lanes; or not.
void trio_sim_link_announce_(struct link *link);
void trio_sim_link_withdraw_(struct link *link);
// Mends and releases all links.
void trio_sim_links_heal_(struct network *network);

// ---- latency.c ----
trio_duration trio_sim_latency_(struct latency *latency);
// When a packet is on its way, all of it.
trio_time trio_sim_link_sent_at_(struct link *link, const struct packet *packet,
                                 trio_time now);

// ---- lane.c: what goes beside a link ----

// Returns where a packet is to go, the link itself if there is no memory.
struct link *trio_sim_lane_(struct link *link, const struct packet *packet,
                            bool late);
// Whether what a lane has may arrive: all that was sent before has.
bool trio_sim_lane_is_open_(const struct link *link);
void trio_sim_lane_free_(struct network *network, struct endpoint *owner);

// ---- swizzle.c: hosts fall silent, and speak again ----

// The first one does, whoever else is chosen.
void trio_sim_swizzle_(struct network *network,
                       const struct trio_sim_host *first, uint64_t choices,
                       trio_duration duration);
void trio_sim_swizzle_end_(struct network *network);

// ---- fate.c: what may happen to a packet ----

struct fate {
    bool lost;
    bool twice; // It arrives twice.
    trio_duration delay;
};

// Only if something may happen at all.
struct fate trio_sim_fate_(struct link *link, struct packet *packet);

// ---- neighbour.c: addresses that nobody has ----

// Somebody sends there, and will be told.
void trio_sim_neighbour_ask_(struct network *network,
                             struct endpoint *endpoint);

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

// ---- port.c: the ports of a host; port_target.c: who gets what comes ----

static inline struct port_bucket *
trio_sim_port_bucket_(struct trio_sim_host *host, uint16_t port)
{
    return &host->ports[port % PORT_BUCKETS];
}

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

#endif // TRIO_SIM_NET_HOST_H
