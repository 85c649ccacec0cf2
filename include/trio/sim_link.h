// Links between simulated hosts: how slow they are, and when they stand still.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_LINK_H
#define TRIO_SIM_LINK_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/time.h>

struct trio_sim_host; // See trio/sim_net.h.

// Of every link at first, in each direction.
#define TRIO_SIM_LATENCY_DEFAULT (500 * TRIO_US)

TRIO_BEGIN_DECLS

// ---- How slow they are ----

// Sets how long what is sent from one host to another is on its way, from now
// on. On one host that takes no time at first; `from` and `to` may be the same.
// Local sockets and pipes have no links.
//
//     struct trio_sim_host *home = trio_sim_host_home();
//
//     if (home != NULL)
//         rc = trio_sim_link_set_latency(home, distant, 40 * TRIO_MS);
//
// Checkpoint: never.
// Returns: TRIO_OK      it is set.
//          TRIO_EINVAL  `latency` is below 0.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status trio_sim_link_set_latency(struct trio_sim_host *from,
                                                    struct trio_sim_host *to,
                                                    trio_duration latency);

// Sets that it is a time from `min` to `max`, each as likely. It is drawn from
// the run's random data, also where tasks come first in, first out. What is
// sent later does not arrive earlier for that.
//
//     rc = trio_sim_link_set_latency_uniform(here, distant, 10 * TRIO_MS,
//                                            30 * TRIO_MS);
//
// Checkpoint: never.
// Returns: TRIO_OK      it is set.
//          TRIO_EINVAL  `min` is below 0 or above `max`.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status trio_sim_link_set_latency_uniform(
    struct trio_sim_host *from, struct trio_sim_host *to, trio_duration min,
    trio_duration max);

// The same, with a long tail: half of all times are from `min` to twice that, a
// quarter from there to four times that, an eighth to eight times, and so on;
// none is above `max`.
//
//     rc = trio_sim_link_set_latency_long_tail(here, distant, 10 * TRIO_MS,
//                                              TRIO_SECOND);
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency_uniform; TRIO_EINVAL also if `min` is
// 0.
TRIO_MUST_USE trio_status trio_sim_link_set_latency_long_tail(
    struct trio_sim_host *from, struct trio_sim_host *to, trio_duration min,
    trio_duration max);

// Sets how many bytes of data a link takes each second, from now on; 0: any
// number, as at first. Whatever is sent waits until what was sent before is on
// its way, and then the latency begins.
//
//     rc = trio_sim_link_set_bandwidth(here, distant, 125 * 1000); // 1 Mbit/s
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency.
TRIO_MUST_USE trio_status
trio_sim_link_set_bandwidth(struct trio_sim_host *from,
                            struct trio_sim_host *to, size_t bytes_per_second);

// ---- When they stand still ----

// Cuts the way from one host to another: a partition, if it is cut in both
// directions. What is on its way already arrives. What is sent from now on
// waits until the link is mended if it belongs to a connection, and its sender
// gives up some day; datagrams are lost, and so are attempts to connect.
//
//     rc = trio_sim_link_cut(here, distant);
//     if (rc == TRIO_OK)
//         rc = trio_sim_link_cut(distant, here);
//     if (rc == TRIO_OK)
//         rc = trio_sleep(TRIO_MINUTE);
//     if (rc == TRIO_OK)
//         rc = trio_sim_link_mend(here, distant);
//     if (rc == TRIO_OK)
//         rc = trio_sim_link_mend(distant, here);
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency.
TRIO_MUST_USE trio_status trio_sim_link_cut(struct trio_sim_host *from,
                                            struct trio_sim_host *to);

// Mends it, also if a fault has cut it: what has waited arrives after the
// latency.
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency.
TRIO_MUST_USE trio_status trio_sim_link_mend(struct trio_sim_host *from,
                                             struct trio_sim_host *to);

// Holds a link: from now on nothing arrives over it, neither what is on its way
// nor what is sent later, of datagrams either. Nothing is lost, nobody gives up
// for that, and who waits until all tasks are blocked does not wait for it.
//
//     rc = trio_sim_link_hold(here, distant);
//     if (rc == TRIO_OK)
//         rc = trio_socket_send(&guest, "x", 1, &count);
//     if (rc == TRIO_OK)
//         rc = trio_sim_link_release(here, distant); // Only now it may come.
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency.
TRIO_MUST_USE trio_status trio_sim_link_hold(struct trio_sim_host *from,
                                             struct trio_sim_host *to);

// Releases it: what would have arrived by now does at once, in its order.
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency.
TRIO_MUST_USE trio_status trio_sim_link_release(struct trio_sim_host *from,
                                                struct trio_sim_host *to);

// Holds a link for so long, and then releases it.
//
//     rc = trio_sim_link_clog(here, distant, 5 * TRIO_SECOND);
//
// Checkpoint: never.
// Returns: as trio_sim_link_set_latency.
TRIO_MUST_USE trio_status trio_sim_link_clog(struct trio_sim_host *from,
                                             struct trio_sim_host *to,
                                             trio_duration duration);

// Has some of the run's hosts fall silent one by one, in the first half of
// `duration`, and speak again in the second half, in another order. Between a
// host that is silent and others it is as if all links were held. Which hosts
// these are, home among them, and when, is drawn from the run's random data;
// there is at least one. Who is in a swizzle already stays there.
//
//     trio_sim_swizzle(10 * TRIO_SECOND);
//
// Checkpoint: never.
void trio_sim_swizzle(trio_duration duration);

// Mends and releases all links of the run, and ends a swizzle. They stay as
// slow as they are.
//
//     trio_sim_links_heal();
//
// Checkpoint: never.
void trio_sim_links_heal(void);

TRIO_END_DECLS

#endif // TRIO_SIM_LINK_H
