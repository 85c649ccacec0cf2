// Connecting to a host by its name.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TCP_OPEN_H
#define TRIO_TCP_OPEN_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/status.h>
#include <trio/tcp.h>
#include <trio/time.h>

// The most addresses of a host that trio_tcp_open tries.
#define TRIO_TCP_OPEN_MAX 16

// How to connect to a host. Zero, or NULL for the whole, is the default.
struct trio_tcp_open_options {
    enum trio_address_family family; // Only those; 0: IPv4 and IPv6.

    // How long an attempt is alone before the next one joins it, in
    // nanoseconds. Default 250 ms.
    trio_duration attempt_delay;

    // Connects to one address in place of trio_tcp_connect, with the same
    // results: through a proxy, from an address of one's own, in simulation.
    trio_status (*connect)(void *context, const struct trio_address *address,
                           struct trio_tcp_stream *ret_stream);
    void *context;
};

TRIO_BEGIN_DECLS

// Connects to a port of a host, which is given by its name or by an address.
// The name is resolved by trio_resolve, and its addresses are tried in that
// order, with one of the other family in second place. Each attempt begins when
// the one before has taken `attempt_delay` without success, or at once when an
// attempt fails. The first that is connected wins; all others are given up, and
// nothing of them is left open (RFC 8305, "happy eyeballs").
//
//     struct trio_tcp_stream tcp;
//
//     trio_status rc = trio_tcp_open("example.org", 80, NULL, &tcp);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(&tcp.stream, "hello", 5, NULL);
//     return trio_combine(rc, trio_stream_close(&tcp.stream));
//
// It waits as long as the system does for a peer that does not answer, which
// may be minutes: put it into a scope with a deadline.
//
// Checkpoint: always.
// Returns: TRIO_OK            `ret_stream` is connected; the caller closes it.
//          TRIO_ECANCELED     an enclosing scope is cancelled.
//          TRIO_ENOENT        there is no such name, or it has no address.
//          TRIO_EUNREACHABLE  no name server has answered, or there is no way
//                             to any of the addresses.
//          TRIO_EINVAL        it cannot be a name.
//          TRIO_EGROUP        all attempts failed, with different statuses; the
//                             record has a child for each.
//          TRIO_ENOMEM        out of memory or of threads.
//          other              all attempts failed, with this status.
TRIO_CHECKPOINT trio_status
trio_tcp_open(const char *host, uint16_t port,
              const struct trio_tcp_open_options *options,
              struct trio_tcp_stream *ret_stream);

TRIO_END_DECLS

#endif // TRIO_TCP_OPEN_H
