// One listener for each address that a host has, all at one port. A family that
// this machine does not have is passed over; every other failure takes back
// what was opened before it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tcp.h>

#include <trio/error.h>
#include <trio/resolve.h>
#include <trio/task.h>

#include "io/net/finish.h"

// The port that was free at the first address may be taken at the second.
#define TRIES 20

struct hosts {
    const struct trio_address *addresses;
    size_t count;
};

static bool is_absent(trio_status rc)
{
    return rc == TRIO_ENOTSUP || rc == TRIO_EADDRNOTAVAIL;
}

// Port 0 is one that is free at the first.
static trio_status listen_at(struct hosts hosts, uint16_t port,
                             const struct trio_listen_options *options,
                             struct trio_socket_listener *listeners,
                             size_t *ret_count)
{
    size_t count = 0;
    trio_status absent = TRIO_OK, rc = TRIO_OK;

    for (size_t i = 0; i < hosts.count && rc == TRIO_OK; i++) {
        struct trio_address address = hosts.addresses[i];
        address.port = port;
        rc = trio_socket_listener_open(&address, options, &listeners[count]);
        if (rc == TRIO_OK)
            port = listeners[count++].address.port;
        if (is_absent(rc)) {
            absent = rc;
            rc = TRIO_OK;
        }
    }
    if (rc == TRIO_OK && count == 0)
        return absent;
    for (size_t i = 0; i < count && rc != TRIO_OK; i++)
        trio_listener_close(&listeners[i].listener);
    if (rc == TRIO_OK)
        *ret_count = count;
    return rc;
}

static trio_status try_to_listen(struct hosts hosts, uint16_t port,
                                 const struct trio_listen_options *options,
                                 struct trio_socket_listener *listeners,
                                 size_t *ret_count)
{
    int tries = port == 0 ? TRIES : 1;
    trio_status rc;

    do
        rc = listen_at(hosts, port, options, listeners, ret_count);
    while (rc == TRIO_EADDRINUSE && --tries > 0);
    return rc;
}

trio_status trio_tcp_listen_all(const char *host, uint16_t port,
                                const struct trio_tcp_listen_options *options,
                                struct trio_tcp_listener *ret_listeners,
                                size_t *ret_count)
{
    static const struct trio_address any[] = {{.family = TRIO_ADDRESS_IPV6},
                                              {.family = TRIO_ADDRESS_IPV4}};
    struct trio_address found[TRIO_TCP_LISTEN_ALL_MAX];
    struct hosts hosts = {any, 2};
    bool parked = host != NULL;
    trio_status rc;

    if (host != NULL) {
        hosts.addresses = found;
        rc = trio_resolve(host, port, NULL, found, TRIO_TCP_LISTEN_ALL_MAX,
                          &hosts.count);
    } else {
        rc = trio_checkpoint_if_cancelled();
    }
    if (rc != TRIO_OK)
        return rc;
    rc = try_to_listen(hosts, port, options, ret_listeners, ret_count);
    return trio_net_finish_(parked, rc);
}
