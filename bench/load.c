// SPDX-License-Identifier: MIT OR Apache-2.0
// At any time there is at most one message under way on each connection. So the
// server is saturated, as far as so many connections can, but never flooded,
// and no message is split or merged by the way it is counted.

#include "bench/load.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/echo.h"
#include "bench/meter.h"

enum { BATCH = 256 };

void load_open(struct load *load, uint16_t port, int connections)
{
    load->poll = epoll_create1(EPOLL_CLOEXEC);
    load->count = connections;
    load->sockets = calloc((size_t)connections, sizeof *load->sockets);
    load->missing = calloc(LOAD_DESCRIPTORS_MAX, sizeof *load->missing);
    if (load->poll < 0 || load->sockets == NULL || load->missing == NULL)
        meter_give_up("epoll_create1");
    for (int i = 0; i < connections; i++) {
        int fd = server_connect(port);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (fd >= LOAD_DESCRIPTORS_MAX ||
            epoll_ctl(load->poll, EPOLL_CTL_ADD, fd, &event) != 0)
            meter_give_up("epoll_ctl");
        load->sockets[i] = fd;
    }
}

static void send_message(struct load *load, int fd)
{
    static const char message[ECHO_MESSAGE];

    load->missing[fd] = ECHO_MESSAGE;
    if (send(fd, message, sizeof message, MSG_NOSIGNAL) != ECHO_MESSAGE)
        meter_give_up("send");
}

// Says whether the answer is complete.
static int receive(struct load *load, int fd)
{
    char buffer[ECHO_MESSAGE];
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);

    if (length <= 0)
        meter_give_up("recv");
    load->missing[fd] -= (int)length;
    return load->missing[fd] == 0;
}

void load_run(struct load *load, long requests)
{
    struct epoll_event events[BATCH];
    long unsent = requests, unanswered = requests;

    for (int i = 0; i < load->count && unsent > 0; i++, unsent--)
        send_message(load, load->sockets[i]);
    while (unanswered > 0) {
        int ready = epoll_wait(load->poll, events, BATCH, -1);
        for (int i = 0; i < ready; i++) {
            if (!receive(load, events[i].data.fd))
                continue;
            unanswered--;
            if (unsent > 0) {
                unsent--;
                send_message(load, events[i].data.fd);
            }
        }
    }
}

void load_close(struct load *load)
{
    for (int i = 0; i < load->count; i++)
        close(load->sockets[i]);
    close(load->poll);
    free(load->sockets);
    free(load->missing);
}
