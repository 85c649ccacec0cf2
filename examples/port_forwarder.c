// Forwards connections: `port_forwarder LISTEN TARGET`, both ADDRESS:PORT.
// SIGUSR1 prints what every task is doing. Ctrl-C stops gracefully, a second
// one at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include "examples/relay/relay.h"

struct forwarder {
    const char *listen;
    struct trio_address target;
};

static TRIO_CHECKPOINT trio_status forward(struct trio_stream *client,
                                           void *arg)
{
    const struct forwarder *forwarder = arg;
    return relay(client, &forwarder->target);
}

static TRIO_CHECKPOINT trio_status dump_on_signal(void *arg)
{
    static const int signals[] = {SIGUSR1};
    struct trio_signal_receiver receiver;
    int signal;

    (void)arg;
    trio_status rc = trio_signal_receiver_open(&receiver, signals, 1);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    while ((rc = trio_signal_receiver_receive(&receiver, &signal)) == TRIO_OK)
        trio_dump_tasks();
    trio_signal_receiver_close(&receiver);
    return rc;
}

static void announce(const struct trio_address *address, void *arg)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    (void)arg;
    printf("listening on %s\n",
           trio_address_format(address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    const struct trio_serve_options options = {.grace = 2 * TRIO_SECOND,
                                               .on_listening = announce};
    struct forwarder *forwarder = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    // Returns once the signal is received, so that none comes too early.
    trio_status rc = trio_nursery_start(&nursery, dump_on_signal, NULL, NULL);
    if (rc == TRIO_OK)
        rc = trio_serve_until_signal(forwarder->listen, &options, forward,
                                     forwarder);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    return trio_nursery_close(&nursery, rc);
}

int main(int argc, char **argv)
{
    struct forwarder forwarder;

    if (argc != 3 ||
        trio_address_parse(argv[2], &forwarder.target) != TRIO_OK) {
        fprintf(stderr, "usage: port_forwarder LISTEN TARGET\n");
        return 2;
    }
    forwarder.listen = argv[1];
    return trio_exit_code(trio_run(program, &forwarder));
}
