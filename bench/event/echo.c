// SPDX-License-Identifier: MIT OR Apache-2.0
// An echo server on libevent, without its buffers, which cost more.

#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo.h"
#include "bench/meter.h"

static int connections_left;

static void end_connection(struct event *connection)
{
    struct event_base *base = event_get_base(connection);
    int fd = event_get_fd(connection);

    event_free(connection);
    close(fd);
    if (--connections_left == 0)
        event_base_loopbreak(base);
}

static void echo(int fd, short events, void *connection)
{
    char buffer[ECHO_BUFFER];
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);

    (void)events;
    if (length < 0 && errno == EAGAIN)
        return;
    if (length <= 0 || send(fd, buffer, (size_t)length, MSG_NOSIGNAL) != length)
        end_connection(connection);
}

static void watch(struct event_base *base, int fd, event_callback_fn fn)
{
    struct event *event =
        event_new(base, fd, EV_READ | EV_PERSIST, fn, event_self_cbarg());

    if (event == NULL || event_add(event, NULL) != 0)
        meter_give_up("event_add");
}

static void accept_one(int fd, short events, void *listener)
{
    (void)events;
    watch(event_get_base(listener), server_accept(fd, SOCK_NONBLOCK), echo);
}

void event_serve_echo(int report, int connections)
{
    struct event_base *base = event_base_new();

    if (base == NULL)
        meter_give_up("event_base_new");
    connections_left = connections;
    watch(base, server_listen(report, SOCK_NONBLOCK), accept_one);
    event_base_dispatch(base);
}
