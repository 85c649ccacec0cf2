// Several hosts in one simulated run; trio/sim_link.h has the links between
// them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_H
#define TRIO_SIM_NET_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/sim_fault.h>
#include <trio/sim_link.h>
#include <trio/status.h>
#include <trio/time.h>

// A `trio_sim_host` is a machine of its own: addresses, ports, local sockets, a
// limit on handles. The scenario's own tasks are on a host named "home". Whom a
// task starts is on the same host, and what a host has open no other one may
// use: that is misuse.
//
//     static TRIO_CHECKPOINT trio_status echo_once(void *arg)
//     {
//         struct trio_tcp_listener *listener = arg;
//         struct trio_tcp_stream stream;
//         char byte;
//         size_t length;
//         trio_status rc = trio_tcp_accept(listener, &stream);
//
//         if (rc != TRIO_OK)
//             return rc;
//         rc = trio_stream_receive_some(&stream.stream, &byte, 1, &length);
//         if (rc == TRIO_OK)
//             rc = trio_stream_send_all(&stream.stream, &byte, 1, NULL);
//         return trio_combine(rc, trio_stream_close(&stream.stream));
//     }
//
//     static TRIO_CHECKPOINT trio_status serve(void *arg)
//     {
//         struct trio_address address;
//         struct trio_tcp_listener listener;
//
//         (void)arg;
//         trio_status rc = trio_address_parse("0.0.0.0:7", &address);
//         if (rc == TRIO_OK)
//             rc = trio_tcp_listen(&address, NULL, &listener);
//         if (rc != TRIO_OK)
//             return rc;
//         rc = echo_once(&listener);
//         trio_tcp_listener_close(&listener);
//         return rc;
//     }
//
//     static TRIO_CHECKPOINT trio_status ask_the_server(void *arg)
//     {
//         struct trio_sim_host *server;
//         struct trio_nursery nursery;
//         struct trio_tcp_stream stream;
//
//         trio_status rc = trio_sim_host_open("server", NULL, &server);
//         if (rc != TRIO_OK)
//             return rc;
//         trio_nursery_open(&nursery);
//         rc = trio_sim_host_start_soon(server, &nursery, serve, arg);
//         if (rc == TRIO_OK)
//             rc = trio_sleep(TRIO_SECOND); // Mostly it listens by then.
//         if (rc == TRIO_OK)
//             rc = trio_tcp_open("server", 7, NULL, &stream);
//         if (rc == TRIO_OK) {
//             rc = trio_stream_send_all(&stream.stream, "x", 1, NULL);
//             if (rc == TRIO_OK)
//                 rc = trio_stream_send_eof(&stream.stream);
//             rc = trio_combine(rc, trio_stream_close(&stream.stream));
//         }
//         return trio_nursery_close(&nursery, rc);
//     }
//
// Mostly: time may pass before the server's first step, and in orders beyond
// PASS it does. A scenario that is to stand that tries again where it is
// refused.
//
// What is sent to another host arrives after the latency of the link, in the
// order of sending, and time passes until then. A schedule may have it arrive
// earlier, while tasks could still go on, or later, when other links or
// deadlines come first; "2nd segment client -> server" is what it is called
// then. Who waits until all tasks are blocked waits for what is on its way,
// too.
//
// As on Linux, who connects tries again 1, 3, 7, 15, 31 and 63 seconds after
// the first time, as long as a segment is lost or the listener has no room, and
// gives up after 127: TRIO_EPEERTIMEDOUT. An address of the hosts' network,
// 10.0.0.0/16 and fd00::/112, that nobody has is TRIO_EUNREACHABLE after 3
// seconds, any other one at once. Who has sent what cannot get through
// gives up the connection after 924.6 seconds. Who waits until all tasks are
// blocked does not wait for these.
//
// What differs from a real network: acknowledgements take no time, and all
// folders exist for the paths of local sockets.
//
// The failure sweep of a campaign has calls fail, each once: "open a socket"
// and "accept" with TRIO_EMFILE, "connect" with TRIO_ECONNREFUSED, "resolve"
// with TRIO_EUNREACHABLE, and the first "transfer"s of each end of a connection
// reset it.
//
// All of this lasts until the end of the run, in simulated runs only: elsewhere
// each function is misuse.
struct trio_sim_host;

enum { TRIO_SIM_HOST_NAME_MAX = 64 }; // With the final zero.

// The most that a clock loses: a tenth of the time.
enum { TRIO_SIM_CLOCK_LOSS_MAX = 100000 };

// The most that a clock is ahead or behind: a good decade.
#define TRIO_SIM_CLOCK_AHEAD_MAX (100000 * TRIO_HOUR)

// What may differ from host to host. Zero is the default.
//
// A host's tasks have a clock of their own, which is what trio_now tells them,
// what their durations count by, and what a time that they give or are given
// means: `trio_sleep_until(trio_now() + TRIO_SECOND)` sleeps for a second on
// each. It is `clock_ahead` of home's when the host is opened, and from then on
// loses so many millionths of the time; home's, the run's own, is the fastest.
// It never goes back, but for a restart, with which it begins anew: as on real
// machines a time means nothing on another one, nor after a restart. It does
// not jump ahead either; that is how it looks on a host that stood still.
//
//     static const struct trio_sim_host_options old = {
//         .clock_ahead = -TRIO_HOUR, .clock_loss_ppm = 200};
//     struct trio_sim_host *host;
//
//     rc = trio_sim_host_open("server", &old, &host);
//
// Outside of tasks, and of the run as a whole (trio_run_next_deadline), it is
// home's time.
struct trio_sim_host_options {
    size_t handles_max;        // That are open at a time; 0: 1,024.
    uint16_t ports_max;        // That are given out; 0: 28,232.
    trio_duration clock_ahead; // When it is opened; negative: it is behind. Up
                               // to TRIO_SIM_CLOCK_AHEAD_MAX either way.
    uint32_t clock_loss_ppm;   // Up to TRIO_SIM_CLOCK_LOSS_MAX.
};

TRIO_BEGIN_DECLS

// Adds a host, with the addresses 10.0.0.N and fd00::N, where N is 1 for the
// scenario's own, then 2, 3, ... Its name is known to the resolver, in the form
// that trio_host_encode gives and without a dot at its end: "Server" and
// "server." are "server" to it. Reports have it as it was given.
//
// Checkpoint: never.
// Returns: TRIO_OK       `ret_host` is set.
//          TRIO_EINVAL   the name is too long, or nobody could look it up: it
//                        cannot be a name, see trio_host_encode, or it is an
//                        address; or its clock would lose too much, or be too
//                        far ahead or behind.
//          TRIO_EEXIST   the resolver knows one of that name, or it is
//                        "localhost".
//          TRIO_ENOTSUP  the name is not ASCII, and there is no libidn2.
//          TRIO_ENOMEM   out of memory.
TRIO_MUST_USE trio_status trio_sim_host_open(
    const char *name, const struct trio_sim_host_options *options,
    struct trio_sim_host **ret_host);

// Returns the scenario's own host, NULL if there is no memory.
//
// Checkpoint: never.
struct trio_sim_host *trio_sim_host_home(void);

// Starts a task on a host, in any nursery. Only in a task.
//
// Checkpoint: never.
// Returns: as trio_nursery_start_soon, and
//          TRIO_EUNREACHABLE  the host is down; nothing was started.
TRIO_MUST_USE trio_status trio_sim_host_start_soon(struct trio_sim_host *host,
                                                   struct trio_nursery *nursery,
                                                   trio_task_fn fn, void *arg);

// Has a host lose its power: what runs there comes to its end where it is.
// Nothing of its tasks ever happens again: no step, no cleanup, no exit
// function. A nursery in which such a task was started from elsewhere sees it
// end, with TRIO_OK. A task of another host in a nursery of such a task is
// given up as well; what that one held stays with its own host. What they wait
// for forgets them, and a function that a thread has not begun never begins.
// What they owe (trio_sim_owe) is forgiven, and what they took is given back:
// the run's memory, blocks of malloc, descriptors of files. Outside of
// campaigns memory stays taken, and everywhere what a library that is not
// linked in has taken for them, as OpenSSL does.
//
// Its disk has what was durable, and what the run chooses besides: see
// <trio/sim_file.h>.
//
// Its sockets are gone and its ports free, without a word to anybody. What is
// sent there by connections is sent again and again until the host is up, and
// then reset; datagrams are lost. What it has sent already arrives.
//
// A lock, a permit, a token of a limiter in memory that is not the host's is
// not given back: hosts share no memory, and a scenario that has them share
// some has to know.
//
// A host that is down stays so. A task may crash its own host: then there is no
// return. Misuse for the scenario's own host, and outside a task.
//
//     trio_sim_host_crash(distant);
//     rc = trio_sleep(10 * TRIO_SECOND);
//     trio_sim_host_restart(distant); // Nothing runs there yet.
//
// Checkpoint: never.
void trio_sim_host_crash(struct trio_sim_host *host);

// Has a host that is down be up again, with nothing running, and the addresses
// that it had. Its clock shows once more what it showed when it was opened. A
// host that is up stays so.
//
// Checkpoint: never.
void trio_sim_host_restart(struct trio_sim_host *host);

// Runs a program on a host, and again whenever the host has crashed, `down`
// after that. Meanwhile the host may crash by itself: in a campaign the power
// may fail before each of the first 32 calls of its tasks that connect, accept,
// send or receive, as other calls may fail: "main on server, power no. 3 ->
// fails".
//
//     rc = trio_sim_host_keep_running(distant, TRIO_SECOND, program, NULL);
//
// Mostly that is a task's whole work, whose nursery is cancelled in the end.
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED     an enclosing scope is cancelled, and the program
//                             has ended; a host that was down stays so.
//          TRIO_EUNREACHABLE  the host is down; nothing was run.
//          other              as the program, once that has ended by itself, or
//                             as trio_nursery_start_soon.
TRIO_CHECKPOINT trio_status
trio_sim_host_keep_running(struct trio_sim_host *host, trio_duration down,
                           trio_task_fn fn, void *arg);

// Has a host stand still, as a virtual machine that is stopped: its tasks take
// no steps. What is sent to it arrives, as far as its buffers have room; its
// deadlines pass, and its tasks learn of that late. A host that is paused, or
// down, stays so; one that crashes is not paused any more. A task that pauses
// its own host ends its step first. Misuse for the scenario's own host, and
// outside a task.
//
//     trio_sim_host_pause(distant);
//     rc = trio_sleep(TRIO_MINUTE);
//     trio_sim_host_resume(distant);
//
// Checkpoint: never.
void trio_sim_host_pause(struct trio_sim_host *host);

// Has it go on: whoever could have taken a step meanwhile takes it, in the
// order in which they could. A host that is not paused goes on as it did.
//
// Checkpoint: never. Misuse outside a task.
void trio_sim_host_resume(struct trio_sim_host *host);

// Returns an address of a host, with a port. A family that is neither IPv4 nor
// IPv6 is misuse.
//
// Checkpoint: never.
struct trio_address trio_sim_host_address(const struct trio_sim_host *host,
                                          enum trio_address_family family,
                                          uint16_t port);

// Has the resolver answer `name` with one address more, be it anybody's or not.
// The name is known in the form that trio_host_encode gives and without a dot
// at its end. Names of hosts and "localhost" keep their own addresses: what is
// added to them is not looked at.
//
//     struct trio_address address =
//         trio_sim_host_address(distant, TRIO_ADDRESS_IPV4, 0);
//
//     rc = trio_sim_resolver_add("www.example.org", &address);
//
// Checkpoint: never.
// Returns: TRIO_OK       it is known.
//          TRIO_EINVAL   nobody could look the name up: it cannot be a name, or
//                        it is an address; or `address` is no IP address.
//          TRIO_ENOTSUP  the name is not ASCII, and there is no libidn2.
//          TRIO_ENOMEM   out of memory.
TRIO_MUST_USE trio_status
trio_sim_resolver_add(const char *name, const struct trio_address *address);

TRIO_END_DECLS

#endif // TRIO_SIM_NET_H
