// An option has one number for IPv4, and another for IPv6 where that is a
// matter of the protocol below.
//
// What other systems call reusing an address is what this one does by itself,
// and its own option of that name lets anybody take the address away from who
// has it. What keeps an address apart is an option, too, and set unless the
// caller wishes otherwise.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"
#include "io/windows/sockaddr.h"

// Since Windows 10, version 1709; not in every header.
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#define TCP_KEEPCNT 16
#define TCP_KEEPINTVL 17
#endif

struct option {
    int level;
    int name;
};

static const struct {
    struct option ipv4;
    struct option ipv6; // All zeros: the same.
} table[] = {
    [TRIO_SOCKET_NO_DELAY] = {{IPPROTO_TCP, TCP_NODELAY}, {0, 0}},
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

bool trio_iocp_is_ipv6_(SOCKET socket)
{
    WSAPROTOCOL_INFOW info = {.iAddressFamily = AF_UNSPEC};
    int length = sizeof(info);

    getsockopt(socket, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &length);
    return info.iAddressFamily == AF_INET6;
}

void trio_iocp_share_address_(SOCKET socket, bool share)
{
    BOOL exclusive = !share;

    setsockopt(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE,
               (const char *)&exclusive, sizeof(exclusive));
}

static trio_status find(struct iocp *iocp, trio_handle handle,
                        enum trio_socket_option option,
                        struct option *ret_option)
{
    if (option == TRIO_SOCKET_REUSE_PORT)
        return trio_iocp_refuse_(iocp, TRIO_ENOTSUP, 0);
    if ((size_t)option >= sizeof(table) / sizeof(table[0]))
        return trio_iocp_refuse_(iocp, TRIO_EINVAL, WSAEINVAL);
    bool other =
        table[option].ipv6.name != 0 && trio_iocp_is_ipv6_((SOCKET)handle);
    *ret_option = other ? table[option].ipv6 : table[option].ipv4;
    return TRIO_OK;
}

trio_status trio_iocp_set_option_(void *context, trio_handle handle,
                                  enum trio_socket_option option, int value)
{
    struct iocp *iocp = context;
    struct slot *slot = trio_iocp_socket_(iocp, handle);
    struct option name;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (option == TRIO_SOCKET_REUSE_ADDRESS) {
        slot->reuses_address = value != 0;
        trio_iocp_share_address_((SOCKET)handle, value != 0);
        return TRIO_OK;
    }
    trio_status rc = find(iocp, handle, option, &name);
    if (rc != TRIO_OK)
        return rc;
    // A number there, and not an address, has a zero in front.
    if (name.level == IPPROTO_IP && name.name == IP_MULTICAST_IF)
        value = (int)htonl((u_long)value);
    return trio_iocp_result_(iocp,
                             setsockopt((SOCKET)handle, name.level, name.name,
                                        (const char *)&value, sizeof(value)));
}

trio_status trio_iocp_get_option_(void *context, trio_handle handle,
                                  enum trio_socket_option option,
                                  int *ret_value)
{
    struct iocp *iocp = context;
    const struct slot *slot = trio_iocp_socket_(iocp, handle);
    int value = 0; // Some options are told in one byte.
    int length = sizeof(value);
    struct option name;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (option == TRIO_SOCKET_REUSE_ADDRESS) {
        *ret_value = slot->reuses_address;
        return TRIO_OK;
    }
    if (option == TRIO_SOCKET_MULTICAST_INTERFACE)
        return trio_iocp_refuse_(iocp, TRIO_EINVAL, WSAEINVAL);
    trio_status rc = find(iocp, handle, option, &name);
    if (rc == TRIO_OK)
        rc = trio_iocp_result_(iocp,
                               getsockopt((SOCKET)handle, name.level, name.name,
                                          (char *)&value, &length));
    if (rc == TRIO_OK)
        *ret_value = value;
    return rc;
}

trio_status trio_iocp_set_member_(void *context, trio_handle handle,
                                  const struct trio_address *group,
                                  uint32_t interface_number, bool member)
{
    struct iocp *iocp = context;
    struct group_req request = {.gr_interface = interface_number};
    int level = group->family == TRIO_ADDRESS_IPV6 ? IPPROTO_IPV6 : IPPROTO_IP;

    if (trio_iocp_socket_(iocp, handle) == NULL)
        return TRIO_EBADHANDLE;
    trio_sockaddr_from_(group, &request.gr_group);
    return trio_iocp_result_(
        iocp, setsockopt((SOCKET)handle, level,
                         member ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP,
                         (const char *)&request, sizeof(request)));
}
