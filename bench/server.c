// SPDX-License-Identifier: MIT OR Apache-2.0
// Server and client are kept apart: each has a processor. Where there is only
// one, or this is not allowed, they share.

#include "bench/server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/meter.h"

enum { BACKLOG = 4096 };

static void run_on(size_t processor)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}

struct server server_start(server_fn serve, int connections)
{
    int ends[2];

    if (pipe(ends) != 0)
        meter_give_up("pipe");
    pid_t process = fork();
    if (process < 0)
        meter_give_up("fork");
    if (process == 0) {
        close(ends[0]);
        run_on(0);
        serve(ends[1], connections);
        _exit(0);
    }
    close(ends[1]);
    run_on(1);
    return (struct server){process, ends[0]};
}

void server_end(const struct server *server, struct rusage *ret_usage)
{
    int status;

    close(server->report);
    if (wait4(server->process, &status, 0, ret_usage) != server->process ||
        status != 0)
        meter_give_up("server");
}

void server_report(int report, uint16_t port)
{
    if (write(report, &port, sizeof port) != (ssize_t)sizeof port)
        meter_give_up("write");
    close(report);
}

uint16_t server_port(int report)
{
    uint16_t port;

    if (read(report, &port, sizeof port) != (ssize_t)sizeof port)
        meter_give_up("server");
    return port;
}

// ---- Sockets ----

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

static int without_delay(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int server_listen(int report, int flags)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        meter_give_up("listen");
    server_report(report, ntohs(address.sin_port));
    return fd;
}

int server_accept(int listener, int flags)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | flags);

    if (fd < 0)
        meter_give_up("accept4");
    return without_delay(fd);
}

int server_connect(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        meter_give_up("connect");
    return without_delay(fd);
}
