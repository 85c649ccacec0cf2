// Network addresses as values: an IP address and a port, or a local socket.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_ADDRESS_H
#define TRIO_ADDRESS_H

#include <trio/base.h>
#include <trio/status.h>

enum trio_address_family {
    TRIO_ADDRESS_LOCAL = 1,
    TRIO_ADDRESS_IPV4 = 4,
    TRIO_ADDRESS_IPV6 = 6
};

// The longest name of a local socket, in bytes.
#define TRIO_ADDRESS_LOCAL_MAX 108

// A `trio_address` is an IP address and a port, or the name of a local socket,
// the same on every system. All zeros is no address.
//
// A local socket is named by a path, by bytes that are no path (Linux's
// abstract names, with a zero byte in front), or not at all: such are both ends
// of a pair, and who connects without binding.
struct trio_address {
    enum trio_address_family family;
    uint16_t port;   // In host order; 0 for local ones.
    uint32_t scope;  // Interface of a link-local IPv6 address, else 0.
    uint32_t length; // Of a local socket's name; 0 if it has none, or for IP.
    uint8_t bytes[TRIO_ADDRESS_LOCAL_MAX]; // In network order: the first four
                                           // for IPv4, 16 for IPv6. Or the
                                           // name, without a final zero.
};

// Enough for every address as text, with its final zero.
#define TRIO_ADDRESS_TEXT_MAX 440

TRIO_BEGIN_DECLS

// Reads an address. No names of hosts are looked up. "127.0.0.1:80" is IPv4;
// "[::1]:80" and "[fe80::1%2]:80" are IPv6, the latter with the number of its
// interface; "unix:/run/store.sock" is a local socket by its path,
// "unix:@store" one by an abstract name, and "unix:" one without a name.
//
// In the name of a local socket "\xNN" is the byte of that value, and a
// backslash is written so: "unix:\x40a" is the path "@a", "unix:@a\x00b" is an
// abstract name with a zero byte in it.
//
// Checkpoint: never. For any thread.
// Returns: TRIO_OK      `ret_address` is set.
//          TRIO_EINVAL  it is not of that form, or the name is too long;
//                       `ret_address` is left alone.
TRIO_MUST_USE trio_status trio_address_parse(const char *text,
                                             struct trio_address *ret_address);

// Names a local socket by a path, which is taken as it is.
//
//     struct trio_address store;
//     trio_status rc = trio_address_from_path("/run/store.sock", &store);
//
// Checkpoint: never. For any thread.
// Returns: TRIO_OK      `ret_address` is set.
//          TRIO_EINVAL  it is empty, or longer than TRIO_ADDRESS_LOCAL_MAX;
//                       `ret_address` is left alone.
TRIO_MUST_USE trio_status
trio_address_from_path(const char *path, struct trio_address *ret_address);

// Says whether two addresses are the same.
//
//     struct trio_address home;
//
//     rc = trio_address_parse("127.0.0.1:80", &home);
//     if (rc == TRIO_OK && trio_address_equal(&address, &home))
//         printf("it is us\n");
//
// Checkpoint: never. For any thread.
bool trio_address_equal(const struct trio_address *one,
                        const struct trio_address *other);

// Writes an address as text into `buffer`, cut to `size` bytes; returns
// `buffer`. Equal addresses are equal as text, others are not, and what was not
// cut is read back as the same address. What is none is "no address".
//
// Checkpoint: never. For any thread.
const char *trio_address_format(const struct trio_address *address,
                                char *buffer, size_t size);

TRIO_END_DECLS

#endif // TRIO_ADDRESS_H
