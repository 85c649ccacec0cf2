// One listener for each family that this machine has, all at one port. A family
// that is not there is passed over; every other failure takes back what was
// opened before it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tcp.h>

#include <string.h>

#include <trio/error.h>

// The port that was free for the first family may be taken for the second.
#define TRIES 20

static bool is_absent(trio_status rc)
{
    return rc == TRIO_ENOTSUP || rc == TRIO_EADDRNOTAVAIL;
}

// Listens on all families; `port` 0 is a free one of the first.
static trio_status listen_at(uint16_t port,
                             const struct trio_listen_options *options,
                             struct trio_socket_listener *listeners,
                             size_t *ret_count)
{
    static const enum trio_address_family families[] = {TRIO_ADDRESS_IPV6,
                                                        TRIO_ADDRESS_IPV4};
    size_t count = 0;
    trio_status absent = TRIO_OK, rc = TRIO_OK;

    for (size_t i = 0; i < 2 && rc == TRIO_OK; i++) {
        struct trio_address any = {.family = families[i], .port = port};
        rc = trio_socket_listener_open(&any, options, &listeners[count]);
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

// Reads an IP address without a port.
static bool read_host(const char *host, struct trio_address *ret_address)
{
    bool has_colons = strchr(host, ':') != NULL;
    const char *tail = has_colons ? "]:0" : ":0";
    size_t length = strlen(host), at = 0;
    char text[64];

    if (length > sizeof(text) - sizeof("[]:0"))
        return false;
    if (has_colons)
        text[at++] = '[';
    memcpy(text + at, host, length);
    memcpy(text + at + length, tail, strlen(tail) + 1);
    return trio_address_parse(text, ret_address) == TRIO_OK;
}

static trio_status listen_on_one(const char *host, uint16_t port,
                                 const struct trio_listen_options *options,
                                 struct trio_socket_listener *ret_listeners,
                                 size_t *ret_count)
{
    struct trio_address address;

    if (!read_host(host, &address))
        return trio_fail(TRIO_EINVAL, "not a numeric address: %s", host);
    address.port = port;
    trio_status rc =
        trio_socket_listener_open(&address, options, &ret_listeners[0]);
    if (rc == TRIO_OK)
        *ret_count = 1;
    return rc;
}

trio_status trio_tcp_listen_all(const char *host, uint16_t port,
                                const struct trio_tcp_listen_options *options,
                                struct trio_tcp_listener *ret_listeners,
                                size_t *ret_count)
{
    trio_status rc = TRIO_EADDRINUSE;

    if (host != NULL)
        return listen_on_one(host, port, options, ret_listeners, ret_count);
    for (int i = 0; i < (port == 0 ? TRIES : 1) && rc == TRIO_EADDRINUSE; i++)
        rc = listen_at(port, options, ret_listeners, ret_count);
    return rc;
}
