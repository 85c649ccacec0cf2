// The names of local sockets as text.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_LOCAL_ADDRESS_H
#define TRIO_IO_NET_LOCAL_ADDRESS_H

#include <stdbool.h>
#include <trio/address.h>

// Reads what follows "unix:". False: it is none.
bool trio_local_address_read_(const char *text,
                              struct trio_address *ret_address);

// As trio_address_format; `size` is at least 1.
const char *trio_local_address_format_(const struct trio_address *address,
                                       char *buffer, size_t size);

#endif // TRIO_IO_NET_LOCAL_ADDRESS_H
