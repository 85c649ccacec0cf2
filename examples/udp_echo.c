// Sends each datagram back to where it came from: `udp_echo [ADDRESS:PORT]`.
// Ctrl-C ends it and tells how many there were.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>

#include <trio/trio.h>

// What is larger is dropped. It is what fits into a packet on most networks.
#define DATAGRAM_MAX 1472

struct echo {
    struct trio_socket udp;
    unsigned long echoed;
    unsigned long dropped;
};

// Receives one datagram and sends it back. UDP promises nothing, and so does
// this: what cannot be sent back is dropped.
static TRIO_CHECKPOINT trio_status echo_one(struct echo *echo)
{
    char data[DATAGRAM_MAX];
    struct trio_address sender;
    size_t length;

    trio_status rc = trio_socket_receive_from(&echo->udp, data, sizeof(data),
                                              &length, &sender);
    if (rc == TRIO_OK)
        rc = trio_socket_send_to(&echo->udp, data, length, &sender);
    if (rc == TRIO_OK)
        echo->echoed++;
    else if (rc != TRIO_ECANCELED)
        echo->dropped++;
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status echo_all(void *arg)
{
    trio_status rc;

    do
        rc = echo_one(arg);
    while (rc == TRIO_OK);
    return rc;
}

static TRIO_CHECKPOINT trio_status serve_until_signal(struct echo *echo)
{
    static const int signals[] = {SIGINT, SIGTERM};
    struct trio_signal_receiver receiver;
    struct trio_nursery nursery;
    struct trio_address address;
    char text[TRIO_ADDRESS_TEXT_MAX];
    int signal;

    trio_status rc = trio_signal_receiver_open(&receiver, signals, 2);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_local_address(&echo->udp, &address);
    if (rc == TRIO_OK) {
        printf("listening on %s\n",
               trio_address_format(&address, text, sizeof(text)));
        fflush(stdout); // Whoever started us may be waiting for this line.
    }
    trio_nursery_open(&nursery);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, echo_all, echo);
    if (rc == TRIO_OK)
        rc = trio_signal_receiver_receive(&receiver, &signal);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "a signal");
    rc = trio_nursery_close(&nursery, rc);
    trio_signal_receiver_close(&receiver);
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct echo echo = {.echoed = 0};
    struct trio_address address;

    trio_status rc = trio_address_parse(arg, &address);
    if (rc != TRIO_OK)
        return trio_fail(rc, "not ADDRESS:PORT: %s", (const char *)arg);
    rc = trio_socket_open(address.family, TRIO_SOCKET_DATAGRAM, &echo.udp);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_bind(&echo.udp, &address);
    if (rc == TRIO_OK)
        rc = serve_until_signal(&echo);
    trio_socket_close(&echo.udp);
    if (rc == TRIO_OK)
        printf("%lu echoed, %lu dropped\n", echo.echoed, echo.dropped);
    return rc;
}

int main(int argc, char **argv)
{
    static char anywhere[] = "127.0.0.1:0";
    return trio_exit_code(trio_run(program, argc > 1 ? argv[1] : anywhere));
}
