// The numbers of the seam are ours; the system's are in this table only. Many
// of them are others for IPv6.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "io/posix/posix.h"
#include "io/posix/sockaddr.h"

#if !defined(TCP_KEEPIDLE)
#define TCP_KEEPIDLE TCP_KEEPALIVE // As macOS calls it.
#endif

struct option {
    int level;
    int name;
};

// {0, 0}: there is none.
static const struct {
    struct option ipv4; // And for local sockets.
    struct option ipv6; // If it is another.
} table[] = {
    [TRIO_SOCKET_NO_DELAY] = {{IPPROTO_TCP, TCP_NODELAY}, {0, 0}},
    [TRIO_SOCKET_REUSE_ADDRESS] = {{SOL_SOCKET, SO_REUSEADDR}, {0, 0}},
    [TRIO_SOCKET_REUSE_PORT] = {{SOL_SOCKET, SO_REUSEPORT}, {0, 0}},
    [TRIO_SOCKET_V6_ONLY] = {{IPPROTO_IPV6, IPV6_V6ONLY}, {0, 0}},
    [TRIO_SOCKET_KEEP_ALIVE] = {{SOL_SOCKET, SO_KEEPALIVE}, {0, 0}},
    [TRIO_SOCKET_KEEP_ALIVE_IDLE] = {{IPPROTO_TCP, TCP_KEEPIDLE}, {0, 0}},
    [TRIO_SOCKET_KEEP_ALIVE_INTERVAL] = {{IPPROTO_TCP, TCP_KEEPINTVL}, {0, 0}},
    [TRIO_SOCKET_KEEP_ALIVE_COUNT] = {{IPPROTO_TCP, TCP_KEEPCNT}, {0, 0}},
    [TRIO_SOCKET_SEND_BUFFER] = {{SOL_SOCKET, SO_SNDBUF}, {0, 0}},
    [TRIO_SOCKET_RECEIVE_BUFFER] = {{SOL_SOCKET, SO_RCVBUF}, {0, 0}},
    [TRIO_SOCKET_BROADCAST] = {{SOL_SOCKET, SO_BROADCAST}, {0, 0}},
    [TRIO_SOCKET_TTL] = {{IPPROTO_IP, IP_TTL},
                         {IPPROTO_IPV6, IPV6_UNICAST_HOPS}},
    [TRIO_SOCKET_MULTICAST_TTL] = {{IPPROTO_IP, IP_MULTICAST_TTL},
                                   {IPPROTO_IPV6, IPV6_MULTICAST_HOPS}},
    [TRIO_SOCKET_MULTICAST_LOOP] = {{IPPROTO_IP, IP_MULTICAST_LOOP},
                                    {IPPROTO_IPV6, IPV6_MULTICAST_LOOP}},
    [TRIO_SOCKET_MULTICAST_INTERFACE] = {{IPPROTO_IP, IP_MULTICAST_IF},
                                         {IPPROTO_IPV6, IPV6_MULTICAST_IF}},
};

static bool is_ipv6(trio_handle handle)
{
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof(name);

    getsockname((int)handle, (struct sockaddr *)&name, &length);
    return name.ss_family == AF_INET6;
}

static bool find(trio_handle handle, enum trio_socket_option option,
                 struct option *ret_option)
{
    if ((size_t)option >= sizeof(table) / sizeof(table[0]))
        return false;
    bool other = table[option].ipv6.name != 0 && is_ipv6(handle);
    *ret_option = other ? table[option].ipv6 : table[option].ipv4;
    return true;
}

trio_status trio_posix_set_option_(void *context, trio_handle handle,
                                   enum trio_socket_option option, int value)
{
    struct posix *posix = context;
    struct option name;

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (!find(handle, option, &name))
        return trio_posix_refuse_(posix, TRIO_EINVAL, EINVAL);
    if (name.level == IPPROTO_IP && name.name == IP_MULTICAST_IF) {
        struct ip_mreqn request = {.imr_ifindex = value};
        return trio_posix_result_(posix,
                                  setsockopt((int)handle, name.level, name.name,
                                             &request, sizeof(request)));
    }
    return trio_posix_result_(
        posix,
        setsockopt((int)handle, name.level, name.name, &value, sizeof(value)));
}

trio_status trio_posix_get_option_(void *context, trio_handle handle,
                                   enum trio_socket_option option,
                                   int *ret_value)
{
    struct posix *posix = context;
    int value = 0;
    socklen_t length = sizeof(value);
    struct option name;

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (option == TRIO_SOCKET_MULTICAST_INTERFACE ||
        !find(handle, option, &name))
        return trio_posix_refuse_(posix, TRIO_EINVAL, EINVAL);
    trio_status rc = trio_posix_result_(
        posix, getsockopt((int)handle, name.level, name.name, &value, &length));
    if (rc == TRIO_OK)
        *ret_value = value;
    return rc;
}

trio_status trio_posix_set_member_(void *context, trio_handle handle,
                                   const struct trio_address *group,
                                   uint32_t interface_number, bool member)
{
    struct posix *posix = context;
    struct group_req request = {.gr_interface = interface_number};
    int level = group->family == TRIO_ADDRESS_IPV6 ? IPPROTO_IPV6 : IPPROTO_IP;

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    trio_sockaddr_from_(group, &request.gr_group);
    return trio_posix_result_(
        posix, setsockopt((int)handle, level,
                          member ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP,
                          &request, sizeof(request)));
}
