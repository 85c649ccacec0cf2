// IP addresses, whatever their port.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static size_t length_of(const struct trio_address *address)
{
    return address->family == TRIO_ADDRESS_IPV4 ? 4 : 16;
}

bool trio_sim_ip_is_any_(const struct trio_address *address)
{
    for (size_t i = 0; i < length_of(address); i++)
        if (address->bytes[i] != 0)
            return false;
    return true;
}

struct trio_address trio_sim_ip_any_(enum trio_address_family family)
{
    return (struct trio_address){.family = family};
}

struct trio_address trio_sim_ip_loopback_(enum trio_address_family family)
{
    struct trio_address address = {.family = family};

    address.bytes[0] = family == TRIO_ADDRESS_IPV4 ? 127 : 0;
    address.bytes[length_of(&address) - 1] = 1;
    return address;
}

bool trio_sim_ip_same_(const struct trio_address *one,
                       const struct trio_address *other)
{
    return one->family == other->family &&
           memcmp(one->bytes, other->bytes, length_of(one)) == 0;
}

bool trio_sim_ip_is_loopback_(const struct trio_address *address)
{
    struct trio_address loopback = trio_sim_ip_loopback_(address->family);

    if (address->family == TRIO_ADDRESS_IPV4)
        return address->bytes[0] == 127;
    return trio_sim_ip_same_(address, &loopback);
}

bool trio_sim_ip_is_group_(const struct trio_address *address)
{
    if (address->family == TRIO_ADDRESS_IPV4)
        return address->bytes[0] >> 4 == 0xe;
    return address->bytes[0] == 0xff;
}

bool trio_sim_ip_is_broadcast_(const struct trio_address *address)
{
    return address->family == TRIO_ADDRESS_IPV4 &&
           memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0;
}

struct trio_address trio_sim_ip_plain_(struct trio_address address)
{
    struct trio_address plain = {.family = TRIO_ADDRESS_IPV4,
                                 .port = address.port};

    if (address.family != TRIO_ADDRESS_IPV6 ||
        memcmp(address.bytes, mapped, sizeof(mapped)) != 0)
        return address;
    memcpy(plain.bytes, address.bytes + sizeof(mapped), 4);
    return plain;
}

struct trio_address trio_sim_ip_in_(enum trio_address_family family,
                                    struct trio_address address)
{
    struct trio_address other = {.family = TRIO_ADDRESS_IPV6,
                                 .port = address.port};

    if (family != TRIO_ADDRESS_IPV6 || address.family != TRIO_ADDRESS_IPV4)
        return address;
    memcpy(other.bytes, mapped, sizeof(mapped));
    memcpy(other.bytes + sizeof(mapped), address.bytes, 4);
    return other;
}
