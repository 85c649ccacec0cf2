// A `trio_address` holds its port in host order and its bytes in network order,
// so that it is the same value on every system. Everything else about the
// system's own form is filled in here, or thrown away.
//
// There are no local sockets: an address of theirs is of a family that no
// socket of ours has, so that the system refuses it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/sockaddr.h"

#include <string.h>

static int from_ipv4(const struct trio_address *address,
                     struct sockaddr_storage *ret_name)
{
    struct sockaddr_in name = {
        .sin_family = (short)trio_sockaddr_family_(address->family),
        .sin_port = htons(address->port)};

    memcpy(&name.sin_addr, address->bytes, sizeof(name.sin_addr));
    memcpy(ret_name, &name, sizeof(name));
    return sizeof(name);
}

static int from_ipv6(const struct trio_address *address,
                     struct sockaddr_storage *ret_name)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6,
                                .sin6_port = htons(address->port),
                                .sin6_scope_id = address->scope};

    memcpy(&name.sin6_addr, address->bytes, sizeof(name.sin6_addr));
    memcpy(ret_name, &name, sizeof(name));
    return sizeof(name);
}

int trio_sockaddr_from_(const struct trio_address *address,
                        struct sockaddr_storage *ret_name)
{
    return address->family == TRIO_ADDRESS_IPV6 ? from_ipv6(address, ret_name)
                                                : from_ipv4(address, ret_name);
}

int trio_sockaddr_family_(enum trio_address_family family)
{
    if (family == TRIO_ADDRESS_LOCAL)
        return AF_UNIX;
    return family == TRIO_ADDRESS_IPV6 ? AF_INET6 : AF_INET;
}

enum trio_address_family trio_sockaddr_family_of_(int number)
{
    if (number == AF_INET)
        return TRIO_ADDRESS_IPV4;
    return number == AF_INET6 ? TRIO_ADDRESS_IPV6 : (enum trio_address_family)0;
}

static struct trio_address to_ipv4(const struct sockaddr_storage *storage)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV4};
    struct sockaddr_in name;

    memcpy(&name, storage, sizeof(name));
    address.port = ntohs(name.sin_port);
    memcpy(address.bytes, &name.sin_addr, sizeof(name.sin_addr));
    return address;
}

static struct trio_address to_ipv6(const struct sockaddr_storage *storage)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV6};
    struct sockaddr_in6 name;

    memcpy(&name, storage, sizeof(name));
    address.port = ntohs(name.sin6_port);
    address.scope = name.sin6_scope_id;
    memcpy(address.bytes, &name.sin6_addr, sizeof(name.sin6_addr));
    return address;
}

struct trio_address trio_sockaddr_to_(const struct sockaddr_storage *name)
{
    if (name->ss_family == AF_INET)
        return to_ipv4(name);
    if (name->ss_family == AF_INET6)
        return to_ipv6(name);
    return (struct trio_address){.port = 0};
}
