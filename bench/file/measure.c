// SPDX-License-Identifier: MIT OR Apache-2.0
// The client throws away what it receives, and orders a file when it has the
// last one.

#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/file/file.h"
#include "bench/meter.h"

struct file file;

static void make_file(size_t size)
{
    static const char block[4096] = "a file of no interest";

    file = (struct file){memfd_create("bench", MFD_CLOEXEC), size};
    for (size_t i = 0; i < size; i += sizeof block)
        if (write(file.descriptor, block, sizeof block) !=
            (ssize_t)sizeof block)
            meter_give_up("memfd_create");
}

static void order_files(int fd, int times)
{
    static char buffer[1 << 16];

    for (; times > 0; times--) {
        if (send(fd, buffer, 1, MSG_NOSIGNAL) != 1)
            meter_give_up("send");
        for (size_t rest = file.size; rest > 0;) {
            ssize_t length = recv(fd, buffer, sizeof buffer, MSG_TRUNC);
            if (length <= 0)
                meter_give_up("recv");
            rest -= (size_t)length;
        }
    }
}

void file_measure(server_fn serve, size_t size, int times, double *ret_figures)
{
    struct rusage usage;

    make_file(size);
    struct server server = server_start(serve, 1);
    int fd = server_connect(server_port(server.report));
    order_files(fd, times / 10);
    struct meter_times start = meter_times_of(server.process);
    order_files(fd, times);
    meter_times_since(start, times, ret_figures);
    close(fd);
    server_end(&server, &usage);
    close(file.descriptor);
}
