// What only the system knows of a handle.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/socket_kit.h"

#include <dirent.h>
#include <fcntl.h>

#include "tests/check.h"
#include "tests/sockets.h"

bool is_private(trio_handle handle)
{
    return (fcntl((int)handle, F_GETFD) & FD_CLOEXEC) != 0 &&
           (fcntl((int)handle, F_GETFL) & O_NONBLOCK) != 0;
}

size_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    REQUIRE(folder != NULL);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}
