// Terminates TLS in front of any TCP server:
// `tls_proxy LISTEN TARGET CERTIFICATE`, two times ADDRESS:PORT and a file of
// PEM with the certificate, those of its issuers, and the key. SIGINT and
// SIGTERM stop it gracefully, a second one at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include <trio/tls.h>
#include <trio/trio.h>

#define HANDSHAKE_LIMIT (10 * TRIO_SECOND)
#define CONNECT_LIMIT (10 * TRIO_SECOND)
#define GRACE (2 * TRIO_SECOND)

struct proxy {
    struct trio_server server;
    struct trio_address listen;
    struct trio_address target;
    struct trio_tls_options options;
    struct trio_tls_context context;
};

// One way of a connection. The other way is a copy of its own: either may end
// while the other goes on.
struct way {
    struct trio_stream *source;
    struct trio_stream *target;
};

static TRIO_CHECKPOINT trio_status copy(void *arg)
{
    const struct way *way = arg;
    char buffer[32 * 1024];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(way->source, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(way->target, buffer, length, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? trio_stream_send_eof(way->target) : rc;
}

// Copies both ways until both have ended. A failure of either cancels the
// other.
static TRIO_CHECKPOINT trio_status copy_both_ways(struct trio_stream *client,
                                                  struct trio_stream *target)
{
    struct way ways[] = {{client, target}, {target, client}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, copy, &ways[i]);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status forward(const struct proxy *proxy,
                                           struct trio_stream *client)
{
    struct trio_tcp_stream target;
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, CONNECT_LIMIT);
    trio_status rc = trio_tcp_connect(&proxy->target, &target);
    rc = trio_cancel_scope_close(&limit, rc);
    if (rc != TRIO_OK)
        return rc;
    rc = copy_both_ways(client, &target.stream);
    return trio_combine(rc, trio_stream_close(&target.stream));
}

// Who only connects, or takes for ever, is no reason to disturb the target.
static TRIO_CHECKPOINT trio_status serve_one(struct trio_stream *transport,
                                             void *arg)
{
    struct proxy *proxy = arg;
    struct trio_tls_stream tls;
    struct trio_cancel_scope limit;

    trio_status rc = trio_tls_server_open(&proxy->context, transport, &tls);
    if (rc != TRIO_OK)
        return rc;
    trio_fail_after(&limit, HANDSHAKE_LIMIT);
    rc = trio_tls_handshake(&tls);
    rc = trio_cancel_scope_close(&limit, rc);
    if (rc == TRIO_OK)
        rc = forward(proxy, &tls.stream);
    return trio_combine(rc, trio_stream_close(&tls.stream));
}

// Takes signals for as long as the server runs.
static TRIO_CHECKPOINT trio_status take_signals(void *arg)
{
    static const int signals[] = {SIGINT, SIGTERM};
    struct proxy *proxy = arg;
    struct trio_signal_receiver receiver;
    trio_duration grace = GRACE;
    int signal;

    trio_status rc = trio_signal_receiver_open(&receiver, signals, 2);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    while ((rc = trio_signal_receiver_receive(&receiver, &signal)) == TRIO_OK) {
        trio_serve_stop(&proxy->server, grace);
        grace = 0; // Who asks again is in a hurry.
    }
    trio_signal_receiver_close(&receiver);
    return rc;
}

static TRIO_CHECKPOINT trio_status serve(struct proxy *proxy)
{
    struct trio_tcp_listener listener;
    char text[TRIO_ADDRESS_TEXT_MAX];

    trio_status rc = trio_tcp_listen(&proxy->listen, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    printf("listening on %s\n",
           trio_address_format(&listener.address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
    return trio_serve(&proxy->server, &listener, 1, NULL, serve_one, proxy);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct proxy *proxy = arg;
    struct trio_nursery nursery;

    trio_status rc =
        trio_tls_server_context_open(&proxy->options, &proxy->context);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_nursery_start(&nursery, take_signals, proxy, NULL);
    if (rc == TRIO_OK)
        rc = serve(proxy);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    rc = trio_nursery_close(&nursery, rc);
    trio_tls_context_close(&proxy->context);
    return rc;
}

int main(int argc, char **argv)
{
    struct proxy proxy = {.server = TRIO_SERVER_INIT};

    if (argc != 4 || trio_address_parse(argv[1], &proxy.listen) != TRIO_OK ||
        trio_address_parse(argv[2], &proxy.target) != TRIO_OK) {
        fprintf(stderr, "usage: tls_proxy LISTEN TARGET CERTIFICATE\n");
        return 2;
    }
    proxy.options.certificate_file = argv[3];
    return trio_exit_code(trio_run(program, &proxy));
}
