// Socket options as the system numbers them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_SOCKET_OPTION_H
#define TRIO_IO_SOCKET_OPTION_H

#include <trio/backend.h>

// Returns what setsockopt does.
int trio_socket_option_set_(int descriptor, enum trio_socket_option option,
                            int value);

#endif // TRIO_IO_SOCKET_OPTION_H
