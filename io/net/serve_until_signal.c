// Serving where a text says, until a signal.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/serve.h>

#include <string.h>

#include <trio/error.h>
#include <trio/resolve.h>
#include <trio/tcp.h>

#include "io/net/address.h"
#include "io/net/finish.h"

static const struct trio_serve_options defaults = {0};

struct until_signal {
    struct trio_server server;
    const struct trio_serve_options *options;
    struct trio_socket_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count;
};

// Reads "host:80". The port is read as that of an address.
static bool split(const char *where, char host[TRIO_HOST_SIZE],
                  uint16_t *ret_port)
{
    const char *colon = strrchr(where, ':');
    size_t length = colon != NULL ? (size_t)(colon - where) : 0;
    char text[sizeof("0.0.0.0:65535")] = "0.0.0.0";
    struct trio_address address;

    if (length == 0 || length >= TRIO_HOST_SIZE ||
        strlen(colon) > sizeof(":65535") - 1)
        return false;
    memcpy(text + strlen(text), colon, strlen(colon) + 1);
    if (!trio_address_read_(text, &address))
        return false;
    memcpy(host, where, length);
    host[length] = '\0';
    *ret_port = address.port;
    return true;
}

static TRIO_CHECKPOINT trio_status listen_on(struct until_signal *until,
                                             const char *where)
{
    const struct trio_listen_options *options = until->options->listen;
    struct trio_address address;
    char host[TRIO_HOST_SIZE];
    uint16_t port;
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    if (trio_address_read_(where, &address)) {
        rc = trio_socket_listener_open(&address, options, until->listeners);
        until->count = rc == TRIO_OK;
        return trio_net_finish_(false, rc);
    }
    if (split(where, host, &port))
        return trio_tcp_listen_all(strcmp(host, "*") == 0 ? NULL : host, port,
                                   options, until->listeners, &until->count);
    return trio_net_finish_(
        false, trio_fail(TRIO_EINVAL, "not an address: %s", where));
}

static TRIO_CHECKPOINT trio_status serve(struct until_signal *until,
                                         trio_handler_fn fn, void *arg)
{
    struct trio_listener *listeners[TRIO_TCP_LISTEN_ALL_MAX];

    for (size_t i = 0; i < until->count; i++)
        listeners[i] = &until->listeners[i].listener;
    return trio_serve_listeners_until_signal(
        &until->server, listeners, until->count, until->options, fn, arg);
}

trio_status trio_serve_until_signal(const char *where,
                                    const struct trio_serve_options *options,
                                    trio_handler_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    struct until_signal until = {.server = TRIO_SERVER_INIT,
                                 .options =
                                     options != NULL ? options : &defaults};
    trio_status rc = listen_on(&until, where);

    return rc == TRIO_OK ? serve(&until, fn, arg) : rc;
}
