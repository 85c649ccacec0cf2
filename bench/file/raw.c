// SPDX-License-Identifier: MIT OR Apache-2.0
// By hand: sendfile until all of it is sent, and poll where it would block.

#include <errno.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/file/file.h"
#include "bench/meter.h"

static void wait_for(int fd, short events)
{
    struct pollfd wanted = {.fd = fd, .events = events};

    if (poll(&wanted, 1, -1) != 1)
        meter_give_up("poll");
}

static void send_file(int fd)
{
    off_t offset = 0;

    while (offset < (off_t)file.size) {
        size_t rest = file.size - (size_t)offset;
        if (sendfile(fd, file.descriptor, &offset, rest) > 0)
            continue;
        if (errno != EAGAIN)
            meter_give_up("sendfile");
        wait_for(fd, POLLOUT);
    }
}

void raw_serve_file(int report, int connections)
{
    int listener = server_listen(report, 0);
    char order;

    (void)connections;
    int fd = server_accept(listener, SOCK_NONBLOCK);
    for (;;) {
        wait_for(fd, POLLIN);
        if (recv(fd, &order, 1, 0) != 1)
            break;
        send_file(fd);
    }
    close(fd);
    close(listener);
}
