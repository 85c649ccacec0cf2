// Addresses as text, where it is a question whether it is one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_ADDRESS_H
#define TRIO_IO_NET_ADDRESS_H

#include <stdbool.h>
#include <trio/address.h>

// As trio_address_parse; that it is none is no failure.
bool trio_address_read_(const char *text, struct trio_address *ret_address);

#endif // TRIO_IO_NET_ADDRESS_H
