// Forwards connections: `port_forwarder LISTEN TARGET`, both ADDRESS:PORT.
// SIGUSR1 prints what every task is doing. Ctrl-C stops gracefully, a second
// one at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include <trio/trio.h>

#define CONNECT_LIMIT (10 * TRIO_SECOND)
#define GRACE (2 * TRIO_SECOND)

struct forwarder {
    struct trio_server server;
    struct trio_address listen;
    struct trio_address target;
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
    static const struct trio_task_options names[] = {{.name = "request"},
                                                     {.name = "response"}};
    struct way ways[] = {{client, target}, {target, client}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon_with(&nursery, &names[i], copy, &ways[i]);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status forward(struct trio_stream *client,
                                           void *arg)
{
    const struct forwarder *forwarder = arg;
    struct trio_tcp_stream target;
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, CONNECT_LIMIT);
    trio_status rc = trio_tcp_connect(&forwarder->target, &target);
    rc = trio_cancel_scope_close(&limit, rc);
    if (rc != TRIO_OK)
        return rc;
    rc = copy_both_ways(client, &target.stream);
    return trio_combine(rc, trio_stream_close(&target.stream));
}

// Takes signals for as long as the server runs.
static TRIO_CHECKPOINT trio_status take_signals(void *arg)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
    struct forwarder *forwarder = arg;
    struct trio_signal_receiver receiver;
    trio_duration grace = GRACE;
    int signal;

    trio_status rc = trio_signal_receiver_open(&receiver, signals, 3);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    while ((rc = trio_signal_receiver_receive(&receiver, &signal)) == TRIO_OK) {
        if (signal == SIGUSR1) {
            trio_dump_tasks();
        } else {
            trio_serve_stop(&forwarder->server, grace);
            grace = 0; // Who asks again is in a hurry.
        }
    }
    trio_signal_receiver_close(&receiver);
    return rc;
}

static TRIO_CHECKPOINT trio_status serve(struct forwarder *forwarder)
{
    struct trio_tcp_listener listener;
    char text[TRIO_ADDRESS_TEXT_MAX];

    trio_status rc = trio_tcp_listen(&forwarder->listen, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    printf("listening on %s\n",
           trio_address_format(&listener.address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
    return trio_serve(&forwarder->server, &listener, 1, NULL, forward,
                      forwarder);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct forwarder *forwarder = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    // Returns once signals are received, so that none comes too early.
    trio_status rc =
        trio_nursery_start(&nursery, take_signals, forwarder, NULL);
    if (rc == TRIO_OK)
        rc = serve(forwarder);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    return trio_nursery_close(&nursery, rc);
}

int main(int argc, char **argv)
{
    struct forwarder forwarder = {.server = TRIO_SERVER_INIT};

    if (argc != 3 ||
        trio_address_parse(argv[1], &forwarder.listen) != TRIO_OK ||
        trio_address_parse(argv[2], &forwarder.target) != TRIO_OK) {
        fprintf(stderr, "usage: port_forwarder LISTEN TARGET\n");
        return 2;
    }
    return trio_exit_code(trio_run(program, &forwarder));
}
