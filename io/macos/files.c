// What macOS does its own way about files and datagrams.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "io/posix/descriptors.h"

// It may fail and have sent something all the same. Zero would send the rest.
long trio_descriptor_send_file_(int descriptor, int file, int64_t offset,
                                size_t size)
{
    off_t length = (off_t)size;

    if (size == 0)
        return 0;
    if (sendfile(file, descriptor, (off_t)offset, &length, NULL, 0) == 0)
        return (long)length;
    return (errno == EAGAIN || errno == EINTR) && length > 0 ? (long)length
                                                             : -1;
}

size_t trio_descriptor_next_length_(int descriptor)
{
    int length = 0;
    socklen_t size = sizeof(length);

    getsockopt(descriptor, SOL_SOCKET, SO_NREAD, &length, &size);
    return length > 0 ? (size_t)length : 0;
}

// fsync leaves it in the cache of the drive. Not every file system knows more;
// but where one does, its failure is not made up for by less.
int trio_descriptor_sync_(int descriptor)
{
    int rc = fcntl(descriptor, F_FULLFSYNC);

    if (rc < 0 && (errno == ENOTSUP || errno == EINVAL || errno == ENOTTY))
        return fsync(descriptor);
    return rc < 0 ? -1 : 0;
}

struct timespec trio_descriptor_changed_(const struct stat *file)
{
    return file->st_mtimespec;
}
