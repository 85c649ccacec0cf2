// What only the system knows of a handle.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/socket_kit.h"

#include <fcntl.h>

bool is_private(trio_handle handle)
{
    return (fcntl((int)handle, F_GETFD) & FD_CLOEXEC) != 0 &&
           (fcntl((int)handle, F_GETFL) & O_NONBLOCK) != 0;
}
