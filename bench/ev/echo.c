// SPDX-License-Identifier: MIT OR Apache-2.0
// An echo server on libev, which knows of readiness only: what is read and
// written is up to its user.

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo.h"
#include "bench/meter.h"

static int connections_left;

static void end_connection(struct ev_loop *loop, ev_io *connection)
{
    ev_io_stop(loop, connection);
    close(connection->fd);
    free(connection);
    if (--connections_left == 0)
        ev_break(loop, EVBREAK_ALL);
}

static void echo(struct ev_loop *loop, ev_io *connection, int events)
{
    char buffer[ECHO_BUFFER];
    ssize_t length = recv(connection->fd, buffer, sizeof buffer, 0);

    (void)events;
    if (length < 0 && errno == EAGAIN)
        return;
    if (length <= 0 ||
        send(connection->fd, buffer, (size_t)length, MSG_NOSIGNAL) != length)
        end_connection(loop, connection);
}

static void accept_one(struct ev_loop *loop, ev_io *listener, int events)
{
    ev_io *connection = malloc(sizeof *connection);

    (void)events;
    if (connection == NULL)
        meter_give_up("malloc");
    ev_io_init(connection, echo, server_accept(listener->fd, SOCK_NONBLOCK),
               EV_READ);
    ev_io_start(loop, connection);
}

void ev_serve_echo(int report, int connections)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    ev_io listener;

    if (loop == NULL)
        meter_give_up("ev_loop_new");
    connections_left = connections;
    ev_io_init(&listener, accept_one, server_listen(report, SOCK_NONBLOCK),
               EV_READ);
    ev_io_start(loop, &listener);
    ev_run(loop, 0);
}
