// The numbers of the seam are ours; the system's are in this table only.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/socket_option.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static const struct {
    int level;
    int name;
} table[] = {
    [TRIO_SOCKET_NO_DELAY] = {IPPROTO_TCP, TCP_NODELAY},
    [TRIO_SOCKET_REUSE_ADDRESS] = {SOL_SOCKET, SO_REUSEADDR},
    [TRIO_SOCKET_REUSE_PORT] = {SOL_SOCKET, SO_REUSEPORT},
    [TRIO_SOCKET_V6_ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
    [TRIO_SOCKET_KEEP_ALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
    [TRIO_SOCKET_SEND_BUFFER] = {SOL_SOCKET, SO_SNDBUF},
    [TRIO_SOCKET_RECEIVE_BUFFER] = {SOL_SOCKET, SO_RCVBUF},
};

int trio_socket_option_set_(int descriptor, enum trio_socket_option option,
                            int value)
{
    if ((size_t)option >= sizeof(table) / sizeof(table[0])) {
        errno = EINVAL;
        return -1;
    }
    return setsockopt(descriptor, table[option].level, table[option].name,
                      &value, sizeof(value));
}
