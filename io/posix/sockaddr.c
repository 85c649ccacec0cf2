// A `trio_address` holds its port in host order and its bytes in network order,
// so that it is the same value on every system. Everything else about the
// system's own form is filled in here, or thrown away.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/sockaddr.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

static socklen_t from_ipv4(const struct trio_address *address,
                           struct sockaddr_storage *ret_name)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(address->port)};
    memcpy(&name.sin_addr, address->bytes, sizeof(name.sin_addr));
    memcpy(ret_name, &name, sizeof(name));
    return sizeof(name);
}

static socklen_t from_ipv6(const struct trio_address *address,
                           struct sockaddr_storage *ret_name)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6,
                                .sin6_port = htons(address->port),
                                .sin6_scope_id = address->scope};
    memcpy(&name.sin6_addr, address->bytes, sizeof(name.sin6_addr));
    memcpy(ret_name, &name, sizeof(name));
    return sizeof(name);
}

// The length tells where a name ends: without a final zero, so that the longest
// path and abstract names fit.
static socklen_t from_local(const struct trio_address *address,
                            struct sockaddr_storage *ret_name)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);

    memset(ret_name, 0, sizeof(*ret_name)); // Some look for a final zero.
    ret_name->ss_family = AF_UNIX;
    memcpy((char *)ret_name + start, address->bytes, address->length);
    return (socklen_t)(start + address->length);
}

socklen_t trio_sockaddr_from_(const struct trio_address *address,
                              struct sockaddr_storage *ret_name)
{
    if (address->family == TRIO_ADDRESS_LOCAL)
        return from_local(address, ret_name);
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
    if (number == AF_UNIX)
        return TRIO_ADDRESS_LOCAL;
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

// The system adds a zero to a path, which is then longer than its field.
static struct trio_address to_local(const struct sockaddr_storage *storage,
                                    socklen_t size)
{
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    struct trio_address address = {.family = TRIO_ADDRESS_LOCAL};
    const char *path = (const char *)storage + start;
    size_t length = size > start ? size - start : 0;

    if (length > TRIO_ADDRESS_LOCAL_MAX)
        length = TRIO_ADDRESS_LOCAL_MAX;
    if (length > 0 && path[0] != '\0')
        length = strnlen(path, length);
    address.length = (uint32_t)length;
    memcpy(address.bytes, path, length);
    return address;
}

struct trio_address trio_sockaddr_to_(const struct sockaddr_storage *name,
                                      socklen_t length)
{
    if (name->ss_family == AF_INET)
        return to_ipv4(name);
    if (name->ss_family == AF_INET6)
        return to_ipv6(name);
    if (name->ss_family == AF_UNIX)
        return to_local(name, length);
    return (struct trio_address){.port = 0};
}
