// What only the system knows of a handle.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/socket_kit.h"

#include "tests/check.h"
#include "tests/sockets.h"

#include <windows.h>

// Nobody is told whether a socket blocks.
bool is_private(trio_handle handle)
{
    DWORD flags = HANDLE_FLAG_INHERIT;

    return GetHandleInformation((HANDLE)handle, &flags) &&
           (flags & HANDLE_FLAG_INHERIT) == 0;
}

// Handles of all kinds. Wine counts none.
size_t count_descriptors(void)
{
    DWORD count = 0;

    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &count));
    return count;
}
