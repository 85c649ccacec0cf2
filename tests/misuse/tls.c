// Misuse of TLS.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tls.h>
#include <trio/tls_listener.h>
#include <trio/tls_open.h>

#include "tests/misuse/misuse.h"

static struct trio_tls_context client = {.server = false};
static struct trio_tls_context server = {.server = true};
static struct trio_stream transport;

// misuse: a client needs a context for clients
//   in task 1 "main"
//   object
INSIDE(making_a_client_with_a_context_for_servers)
{
    struct trio_tls_stream tls;

    return trio_tls_client_open(&server, &transport, "host.example", &tls);
}

// misuse: a client needs a context for clients
//   in task 1 "main"
//   object
INSIDE(opening_a_connection_with_a_context_for_servers)
{
    struct trio_tls_connection connection;

    return trio_tls_open(&server, "host.example", 443, NULL, &connection);
}

// misuse: a server needs a context for servers
//   in task 1 "main"
//   object
INSIDE(making_a_server_with_a_context_for_clients)
{
    struct trio_tls_stream tls;

    return trio_tls_server_open(&client, &transport, &tls);
}

// misuse: a server needs a context for servers
//   in task 1 "main"
//   object
INSIDE(listening_with_a_context_for_clients)
{
    struct trio_listener below = {.stream_size = 0};
    struct trio_tls_listener listener;

    trio_tls_listener_init(&listener, &client, &below);
    return trio_checkpoint();
}
