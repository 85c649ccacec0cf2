// SPDX-License-Identifier: MIT OR Apache-2.0
// The shortest echo server that there is: level-triggered epoll, no state per
// connection. A message that does not fit into the socket's buffer would be
// cut; those of the load always fit.

#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo.h"
#include "bench/meter.h"

enum { BATCH = 256 };

static void watch(int poll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0)
        meter_give_up("epoll_ctl");
}

static void accept_one(int poll, int listener)
{
    watch(poll, server_accept(listener, SOCK_NONBLOCK));
}

// Says whether the connection is still there.
static bool echo(int fd)
{
    char buffer[ECHO_BUFFER];
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);

    if (length > 0 && send(fd, buffer, (size_t)length, MSG_NOSIGNAL) == length)
        return true;
    close(fd);
    return false;
}

void raw_serve_echo(int report, int connections)
{
    struct epoll_event events[BATCH];
    int listener = server_listen(report, SOCK_NONBLOCK);
    int poll = epoll_create1(EPOLL_CLOEXEC);

    watch(poll, listener);
    while (connections > 0) {
        int ready = epoll_wait(poll, events, BATCH, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == listener)
                accept_one(poll, listener);
            else
                connections -= !echo(events[i].data.fd);
    }
}
