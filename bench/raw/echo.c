// SPDX-License-Identifier: MIT OR Apache-2.0
// The shortest echo server that there is: level-triggered epoll, no state per
// connection. A message that does not fit into the socket's buffer would be
// cut; those of the load always fit.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo.h"
#include "bench/meter.h"

enum { BATCH = 256, BACKLOG = 4096 };

static void watch(int poll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0)
        meter_give_up("epoll_ctl");
}

static int listen_on_loopback(int report)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        meter_give_up("listen");
    echo_report(report, ntohs(address.sin_port));
    return fd;
}

static void accept_one(int poll, int listener)
{
    int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        meter_give_up("accept4");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poll, fd);
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
    int listener = listen_on_loopback(report);
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
