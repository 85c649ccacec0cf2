// Network addresses as the socket calls want them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_SOCKADDR_H
#define TRIO_IO_WINDOWS_SOCKADDR_H

#include <winsock2.h>

#include <ws2tcpip.h>

#include <trio/address.h>

// Returns the length of what it wrote to `ret_name`.
int trio_sockaddr_from_(const struct trio_address *address,
                        struct sockaddr_storage *ret_name);

// Returns all zeros for a family that is none of ours.
struct trio_address trio_sockaddr_to_(const struct sockaddr_storage *name);

// Returns the system's number of a family.
int trio_sockaddr_family_(enum trio_address_family family);

// Returns the family of that number, 0 if it is none of ours.
enum trio_address_family trio_sockaddr_family_of_(int number);

#endif // TRIO_IO_WINDOWS_SOCKADDR_H
