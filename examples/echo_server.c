// Sends back what it receives: `echo_server [ADDRESS:PORT]`. A client that is
// silent for too long is disconnected; Ctrl-C lets the others finish first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include <trio/trio.h>

#define IDLE_LIMIT (60 * TRIO_SECOND)
#define GRACE (2 * TRIO_SECOND)

// Serves one connection, which is closed after this has returned.
static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg)
{
    char buffer[16 * 1024];
    size_t length;
    struct trio_cancel_scope idle;
    trio_status rc;

    (void)arg;
    trio_move_on_after(&idle, IDLE_LIMIT);
    while ((rc = trio_stream_receive_some(stream, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, buffer, length, NULL);
        if (rc != TRIO_OK)
            break;
        trio_cancel_scope_extend_after(&idle, IDLE_LIMIT);
    }
    rc = trio_cancel_scope_close(&idle, rc);
    return rc == TRIO_EEND ? TRIO_OK : rc; // The end is what we waited for.
}

// Stops the server at the first signal. A second one finds what was there
// before, the built-in Ctrl-C, and interrupts at once.
static TRIO_CHECKPOINT trio_status stop_on_signal(void *arg)
{
    static const int signals[] = {SIGINT, SIGTERM};
    struct trio_server *server = arg;
    struct trio_signal_receiver receiver;
    int signal;

    trio_status rc = trio_signal_receiver_open(&receiver, signals, 2);
    if (rc != TRIO_OK)
        return rc;
    trio_started(NULL);
    rc = trio_signal_receiver_receive(&receiver, &signal);
    trio_signal_receiver_close(&receiver);
    if (rc == TRIO_OK)
        trio_serve_stop(server, GRACE);
    return rc;
}

static void announce(const struct trio_tcp_listener *listener)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    printf("listening on %s\n",
           trio_address_format(&listener->address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tcp_listener listener = {0};
    struct trio_address address;
    struct trio_nursery nursery;

    trio_status rc = trio_address_parse(arg, &address);
    if (rc != TRIO_OK)
        return trio_fail(rc, "not ADDRESS:PORT: %s", (const char *)arg);
    rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;

    trio_nursery_open(&nursery);
    // Returns once signals are received: from here on Ctrl-C is graceful.
    rc = trio_nursery_start(&nursery, stop_on_signal, &server, NULL);
    if (rc == TRIO_OK) {
        announce(&listener);
        rc = trio_serve(&server, &listener, 1, NULL, echo, NULL);
    }
    rc = trio_nursery_close(&nursery, rc);
    trio_tcp_listener_close(&listener); // If serving has not done so.
    return rc;
}

int main(int argc, char **argv)
{
    static char anywhere[] = "127.0.0.1:0";
    return trio_exit_code(trio_run(program, argc > 1 ? argv[1] : anywhere));
}
