// What only the system knows of a handle.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/socket_kit.h"

#include "tests/check.h"
#include "tests/sockets.h"

#include <winsock2.h>
#include <windows.h>

enum { HANDLES_MAX = 1024 };

// Nobody is told whether a socket blocks.
bool is_private(trio_handle handle)
{
    DWORD flags = HANDLE_FLAG_INHERIT;

    return GetHandleInformation((HANDLE)handle, &flags) &&
           (flags & HANDLE_FLAG_INHERIT) == 0;
}

// Sockets: what else is open is the system's own affair, and Wine counts no
// handles. Each is a multiple of four, the lowest that is free.
size_t count_descriptors(void)
{
    size_t count = 0;

    for (SOCKET handle = 4; handle < 4 * HANDLES_MAX; handle += 4) {
        int type, size = sizeof(type);
        count += getsockopt(handle, SOL_SOCKET, SO_TYPE, (char *)&type,
                            &size) == 0;
    }
    return count;
}
