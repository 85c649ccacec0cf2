// The paths of local sockets. A path may not be ended by a zero in its address.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/posix.h"

struct path {
    char text[TRIO_ADDRESS_LOCAL_MAX + 1];
};

static struct path path_of(const struct trio_address *address)
{
    struct path path = {""};

    memcpy(path.text, address->bytes, address->length);
    return path;
}

trio_status trio_posix_path_id_(void *context,
                                const struct trio_address *address,
                                uint64_t *ret_id)
{
    struct path path = path_of(address);
    struct stat found;

    if (lstat(path.text, &found) < 0)
        return trio_posix_failed_(context);
    if (!S_ISSOCK(found.st_mode))
        return trio_posix_refuse_(context, TRIO_EEXIST, EEXIST);
    // The device changes only where something is mounted over it. An inode is
    // given out again; when it was made tells the later one from the earlier.
    // Nothing is ever written to it, so that is its time of modification; that
    // of a change comes with a new mode or owner.
    struct timespec time = trio_descriptor_changed_(&found);
    uint64_t made = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
    *ret_id = (found.st_ino ^ (uint64_t)found.st_dev << 40 ^ made << 16) | 1;
    return TRIO_OK;
}

trio_status trio_posix_remove_path_(void *context,
                                    const struct trio_address *address)
{
    struct path path = path_of(address);

    return trio_posix_result_(context, unlink(path.text));
}
