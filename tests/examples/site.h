// A server on a simulated host of its own, and those who connect to it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_SITE_H
#define TESTS_EXAMPLES_SITE_H

#include <trio/sim_net.h>

#include "tests/scenarios/kit.h"

#define GRACE (100 * TRIO_MS)
#define SITE_PORT 6379

// A `site` is where the server under test listens. `run` is on the host of its
// own, and calls site_serve.
struct site {
    trio_task_fn run; // Its argument is the site.
    struct trio_listen_options listen;
    size_t handles_max;         // Of the server's host; 0: the default.
    trio_duration grace;        // At the end of the scene.
    struct trio_sim_host *host; // Private, as all that follows.
    struct trio_address address;
    struct trio_event ready; // It listens, or cannot.
    struct trio_server door;
    trio_status failure; // The first that a client met in the network.
    trio_time ended;     // When it no longer served.
};

// A `peer` is a connection to the server, and what is read of it.
struct peer {
    struct trio_tcp_stream tcp;
    struct trio_reader reader;
    char buffer[256];
};

typedef trio_status (*peer_fn)(struct peer *peer, void *arg);

// Starts the server, plays `scene(arg)`, and stops the server. With loss on
// all links. Returns what failed, also of what site_excuse let pass.
TRIO_CHECKPOINT trio_status site_play(struct site *site, trio_task_fn scene,
                                      void *arg);

// Listens, and serves until the scene is over.
TRIO_CHECKPOINT trio_status site_serve(struct site *site, trio_handler_fn serve,
                                       void *arg);

// Starts a task on a host of its own.
TRIO_MUST_USE trio_status site_start(struct trio_nursery *nursery,
                                     const char *host, trio_task_fn fn,
                                     void *arg,
                                     struct trio_sim_host **ret_host);

// Has two tasks go on two hosts, "ann" and "bob", until both have ended.
TRIO_CHECKPOINT trio_status site_play_two(trio_task_fn first,
                                          trio_task_fn second, void *arg);

// Connects, calls `use(peer, arg)`, and goes.
TRIO_CHECKPOINT trio_status site_visit(struct site *site, peer_fn use,
                                       void *arg);

// The same for two, on hosts "ann" and "bob", until both have gone.
TRIO_CHECKPOINT trio_status site_visit_two(struct site *site, peer_fn first,
                                           peer_fn second, void *arg);

// Plays a scene of one visit.
TRIO_CHECKPOINT trio_status site_play_visit(struct site *site, peer_fn use,
                                            void *arg);

// Cuts off the client, who is on the scene's own host, stops the server, and
// says that it has ended within its grace. With a still clock only.
TRIO_CHECKPOINT trio_status site_stop_unreachable(struct site *site);

// The network's failures end a client, but not the scene.
TRIO_MUST_USE trio_status site_excuse(struct site *site, trio_status rc);

// A peer that is open is to be closed.
TRIO_CHECKPOINT trio_status peer_open(struct site *site, struct peer *peer);
void peer_close(struct peer *peer);

TRIO_CHECKPOINT trio_status peer_say(struct peer *peer, const char *text);

// Reads a line, without its end, into `text`, of `size` bytes.
TRIO_CHECKPOINT trio_status peer_hear(struct peer *peer, char *text,
                                      size_t size);

#endif // TESTS_EXAMPLES_SITE_H
