// Names of hosts: to addresses, and back.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_RESOLVE_H
#define TRIO_RESOLVE_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/status.h>

// The most addresses of one name that are looked at, and the size of a name as
// DNS has it, with its final zero.
#define TRIO_RESOLVE_MAX 64
#define TRIO_HOST_SIZE 256

// How to resolve. Zero, or NULL for the whole, is the default.
struct trio_resolve_options {
    enum trio_address_family family; // Only those; 0: IPv4 and IPv6.
};

// A `trio_resolver` answers in place of the system, in one run: in tests, in
// simulation, or from a table of the program's own.
//
//     static const struct trio_resolver ours = {.resolve = look_into_table};
//
//     const struct trio_resolver *before = trio_resolver_set(&ours);
//     rc = fetch("http://example.org", &page);
//     trio_resolver_set(before);
//
// Both functions are called in a system task, and are cancelled when nobody
// waits for the answer any more; so it and its context stay in place until the
// run has ended. A function that is NULL is the system's.
struct trio_resolver {
    void *context;

    // Finds the addresses of a host, in the order in which to try them; their
    // ports do not matter. `*ret_count` is at most `max`: others are left out;
    // 0 is TRIO_ENOENT. `host` is ASCII in lower case, `family` 0 for any.
    trio_status (*resolve)(void *context, const char *host,
                           enum trio_address_family family,
                           struct trio_address *ret_addresses, size_t max,
                           size_t *ret_count);

    // Finds the name of an address, whose port is 0.
    trio_status (*reverse)(void *context, const struct trio_address *address,
                           char *ret_host, size_t size);
};

TRIO_BEGIN_DECLS

// Finds the addresses of a host, each once and with the given port, in the
// order in which they are to be tried: as the system sorts them, which is that
// of RFC 6724. An address is taken as it is; a name is asked of the system's
// resolver in a thread. Who asks what somebody is asking already waits for the
// same answer. What is not ASCII is encoded first; see trio_host_encode.
//
//     struct trio_address found[8];
//     size_t count;
//
//     trio_status rc =
//         trio_resolve("example.org", 443, NULL, found, 8, &count);
//
// When cancelled it returns at once. The system's resolver cannot be called
// back: its thread works on, and its slot of trio_thread_limiter is taken until
// then.
//
// Checkpoint: always.
// Returns: TRIO_OK            `ret_addresses` has `*ret_count` of them, one or
//                             more and at most `max`; others are left out.
//          TRIO_ECANCELED     an enclosing scope is cancelled.
//          TRIO_ENOENT        there is no such name, or it has no address.
//          TRIO_EINVAL        it cannot be a name, and the record says which
//                             label is wrong; or `max` is 0.
//          TRIO_EUNREACHABLE  no server has answered; it may later.
//          TRIO_EMFILE        too many open handles, so that it could not look.
//          TRIO_ENOMEM        out of memory or of threads.
//          other              what the system said; the record tells more.
TRIO_CHECKPOINT trio_status
trio_resolve(const char *host, uint16_t port,
             const struct trio_resolve_options *options,
             struct trio_address *ret_addresses, size_t max, size_t *ret_count);

// Finds the name of an address, and writes it to `buffer` of `size` bytes:
// TRIO_HOST_SIZE is enough for any.
//
//     char host[TRIO_HOST_SIZE];
//
//     trio_status rc = trio_resolve_address(&address, host, sizeof(host));
//     if (rc == TRIO_OK)
//         printf("it is %s\n", host);
//
// Checkpoint: always.
// Returns: TRIO_OK            `buffer` has the name.
//          TRIO_ECANCELED     an enclosing scope is cancelled.
//          TRIO_ENOENT        it has no name.
//          TRIO_EINVAL        it is not an IP address.
//          TRIO_EMSGSIZE      the name does not fit.
//          TRIO_EUNREACHABLE  no server has answered; it may later.
//          TRIO_ENOMEM        out of memory or of threads.
//          other              what the system said; the record tells more.
TRIO_CHECKPOINT trio_status
trio_resolve_address(const struct trio_address *address, char *buffer,
                     size_t size);

// Has a resolver answer all questions of this run that are asked from now on;
// NULL: the system's. Returns the one before.
//
// Checkpoint: never.
const struct trio_resolver *
trio_resolver_set(const struct trio_resolver *resolver);

// Writes a host's name to `buffer` as DNS has it: ASCII, in lower case. What is
// not ASCII is encoded by IDNA 2008 with the mapping of UTS 46, not
// transitional, which libidn2 does; it is loaded when the first such name
// comes. `host` is UTF-8.
//
// Checkpoint: never. In a task.
// Returns: TRIO_OK        `buffer` has the name.
//          TRIO_EINVAL    it cannot be a name; the record says which label is
//                         wrong, and why.
//          TRIO_EMSGSIZE  it does not fit into `size` bytes; TRIO_HOST_SIZE is
//                         enough for any.
//          TRIO_ENOTSUP   it is not ASCII, and there is no libidn2.
//          TRIO_ENOMEM    out of memory.
TRIO_MUST_USE trio_status trio_host_encode(const char *host, char *buffer,
                                           size_t size);

TRIO_END_DECLS

#endif // TRIO_RESOLVE_H
