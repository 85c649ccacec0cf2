// Files are read and written by jobs, beside the loop, unless the kernel sends
// from one itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <unistd.h>

#include "io/posix/os_status.h"
#include "io/posix/posix.h"

// The most that the system sends in one call.
#define SEND_FILE_MAX ((uint64_t)0x7ffff000)

// No member of the world is touched: this is another thread.
static trio_status finish(long length, size_t *ret_length, int *ret_error)
{
    if (length < 0) {
        *ret_error = errno;
        return trio_status_of_errno_(errno);
    }
    *ret_length = (size_t)length;
    return TRIO_OK;
}

trio_status trio_posix_read_file_(void *context, trio_handle handle,
                                  int64_t offset, void *data, size_t size,
                                  size_t *ret_length, int *ret_error)
{
    long length;

    (void)context;
    do
        length = offset < 0 ? read((int)handle, data, size)
                            : pread((int)handle, data, size, offset);
    while (length < 0 && errno == EINTR);
    return length == 0 && size > 0 ? TRIO_EEND
                                   : finish(length, ret_length, ret_error);
}

trio_status trio_posix_write_file_(void *context, trio_handle handle,
                                   int64_t offset, const void *data,
                                   size_t size, size_t *ret_length,
                                   int *ret_error)
{
    long length;

    (void)context;
    do
        length = offset < 0 ? write((int)handle, data, size)
                            : pwrite((int)handle, data, size, offset);
    while (length < 0 && errno == EINTR);
    return finish(length, ret_length, ret_error);
}

trio_status trio_posix_send_file_(void *context, trio_handle handle,
                                  trio_handle file, uint64_t offset,
                                  uint64_t size, uint64_t *ret_length)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_socket_(posix, handle);
    size_t most = (size_t)(size < SEND_FILE_MAX ? size : SEND_FILE_MAX);
    int64_t from = (int64_t)offset;
    long length;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_WRITABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    do
        length = trio_posix_sendfile_((int)handle, (int)file, from, most);
    while (length < 0 && errno == EINTR);
    if (length < 0 && (errno == EINVAL || errno == ENOSYS))
        return TRIO_ENOTSUP;
    if (length < 0)
        return trio_posix_send_failed_(posix, slot);
    if (length == 0 && most > 0)
        return TRIO_EEND;
    // The file may have been what ended it.
    slot->readiness[TRIO_WRITABLE] = READINESS_UNKNOWN;
    *ret_length = (uint64_t)length;
    return TRIO_OK;
}
