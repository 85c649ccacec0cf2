// Terminates TLS in front of any TCP server:
// `tls_proxy LISTEN TARGET CERTIFICATE`, two times ADDRESS:PORT and a file of
// PEM with the certificate, those of its issuers, and the key. SIGINT and
// SIGTERM stop it gracefully, a second one at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/tls_listener.h>

#include "examples/relay/relay.h"

#define HANDSHAKE_LIMIT (10 * TRIO_SECOND)

struct proxy {
    struct trio_address listen;
    struct trio_address target;
    struct trio_tls_options options;
    struct trio_tls_context context;
};

// Who only connects, or takes for ever, is no reason to disturb the target.
static TRIO_CHECKPOINT trio_status serve_one(struct trio_stream *client,
                                             void *arg)
{
    const struct proxy *proxy = arg;
    // What a TLS listener accepts.
    struct trio_tls_stream *tls = (struct trio_tls_stream *)client;
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, HANDSHAKE_LIMIT);
    trio_status rc = trio_tls_handshake(tls);
    rc = trio_cancel_scope_close(&limit, rc);
    return rc == TRIO_OK ? relay(client, &proxy->target) : rc;
}

static void announce(const struct trio_address *address, void *arg)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    (void)arg;
    printf("listening on %s\n",
           trio_address_format(address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
}

static TRIO_CHECKPOINT trio_status serve(struct proxy *proxy)
{
    const struct trio_serve_options options = {.grace = 2 * TRIO_SECOND,
                                               .on_listening = announce};
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tcp_listener tcp;
    struct trio_tls_listener over_tls;
    struct trio_listener *listener = &over_tls.listener;

    trio_status rc = trio_tcp_listen(&proxy->listen, NULL, &tcp);
    if (rc != TRIO_OK)
        return rc;
    trio_tls_listener_init(&over_tls, &proxy->context, &tcp.listener);
    return trio_serve_listeners_until_signal(&server, &listener, 1, &options,
                                             serve_one, proxy);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct proxy *proxy = arg;

    trio_status rc =
        trio_tls_server_context_open(&proxy->options, &proxy->context);
    if (rc != TRIO_OK)
        return rc;
    rc = serve(proxy);
    trio_tls_context_close(&proxy->context);
    return rc;
}

int main(int argc, char **argv)
{
    struct proxy proxy;

    if (argc != 4 || trio_address_parse(argv[1], &proxy.listen) != TRIO_OK ||
        trio_address_parse(argv[2], &proxy.target) != TRIO_OK) {
        fprintf(stderr, "usage: tls_proxy LISTEN TARGET CERTIFICATE\n");
        return 2;
    }
    proxy.options = (struct trio_tls_options){.certificate_file = argv[3]};
    return trio_exit_code(trio_run(program, &proxy));
}
