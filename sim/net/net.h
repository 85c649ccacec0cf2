// The simulated network: what all of its files know.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Everything lies in the network's own memory, which a new run has all of
// again. Nothing is there before the first socket is opened.

#ifndef TRIO_SIM_NET_NET_H
#define TRIO_SIM_NET_NET_H

#include <trio/backend.h>
#include <trio/clock.h>
#include <trio/run.h>
#include <trio/testing.h>

#include "sim/internal.h"
#include "sim/net/endpoint.h"
#include "sim/net/host.h"
#include "sim/net/queue.h"
#include "sim/net/wire.h"

// ---- transfer.c: what sends and receives, by kind ----
extern const struct trio_net trio_sim_net_;

// ---- inet_aton.c ----
bool trio_sim_inet_aton_(const char *text, struct trio_address *ret);

// ---- resolver.c: names ----
// Writes a name as the resolver is asked for it, without a dot at its end.
// TRIO_EINVAL: nobody could ask for it, as it is no name, or an address.
TRIO_MUST_USE trio_status trio_sim_name_encode_(const char *name,
                                                char *ret_encoded);
// Whether it is "localhost" or a host's, encoded; those keep their addresses.
bool trio_sim_name_is_taken_(struct network *network, const char *encoded);
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
    bool used;            // In this run.
    struct alarm *alarms; // All that are set.
    struct trio_sim_world_ *world;
    struct trio_sim_host home; // The first of all hosts.
    size_t host_count;
    size_t hosts_at_risk;
    struct link *links;         // All.
    struct name *names;         // The newest first.
    size_t open;                // Handles of all hosts, but for
    size_t files;               // those of files.
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

// That of the current run, which has to be simulated; NULL: there is no memory.
struct network *trio_sim_network_of_(const char *rule);

// The time of a world. That the network looks at it is no reading of the task's
// whose call it serves.
trio_time trio_sim_network_now_(const struct trio_sim_world_ *world);

// Whether the schedule wants this call to fail; `once`: but no later one.
static inline bool trio_sim_fails_(void *context, const char *what, bool once)
{
    const struct trio_sim_world_ *world = context;

    return world->fails != NULL && world->fails(what, once);
}

// The same of what was just sent over a link, or without one of a call, of
// which it may be `asked` that this befalls it.
static inline bool trio_sim_strikes_(const struct trio_sim_world_ *world,
                                     const struct trio_sim_job *link,
                                     const char *what, bool asked)
{
    return (asked || world->all_faults) && world->strikes != NULL &&
           world->strikes(link, what, asked);
}

// Whose sockets the current task has.
struct trio_sim_host *trio_sim_host_here_(struct network *network);

#endif // TRIO_SIM_NET_NET_H
