// Network addresses: an IP address and a port, as values.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_ADDRESS_H
#define TRIO_ADDRESS_H

#include <trio/base.h>
#include <trio/status.h>

enum trio_address_family { TRIO_ADDRESS_IPV4 = 4, TRIO_ADDRESS_IPV6 = 6 };

// An IP address and a port, the same on every system.
struct trio_address {
    enum trio_address_family family;
    uint16_t port;     // In host order.
    uint32_t scope;    // Interface of a link-local IPv6 address, else 0.
    uint8_t bytes[16]; // In network order; the first four for IPv4.
};

// Enough for every address as text, with its final zero.
#define TRIO_ADDRESS_TEXT_MAX 72

TRIO_BEGIN_DECLS

// Reads a numeric address: "127.0.0.1:80", "[::1]:80". No names.
//
// Checkpoint: never. For any thread.
// Returns: TRIO_OK      `ret_address` is set.
//          TRIO_EINVAL  it is not of that form.
TRIO_MUST_USE trio_status trio_address_parse(const char *text,
                                             struct trio_address *ret_address);

// Writes an address as text into `buffer`, cut to `size` bytes; returns
// `buffer`.
//
// Checkpoint: never. For any thread.
const char *trio_address_format(const struct trio_address *address,
                                char *buffer, size_t size);

TRIO_END_DECLS

#endif // TRIO_ADDRESS_H
