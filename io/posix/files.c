// Regular files by POSIX. No member of the world is touched: this is another
// thread.
//
// A file is opened without waiting, for what the path names may be a pipe that
// nobody sends into. Only then it is known what it is.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/os_status.h"

#define MODE_DEFAULT 0666
#define MODE_MAX 07777

static trio_status failed(int *ret_error)
{
    *ret_error = errno;
    return trio_status_of_errno_(errno);
}

static trio_status result(long returned, int *ret_error)
{
    return returned < 0 ? failed(ret_error) : TRIO_OK;
}

// ---- Opening ----

static int flags_of(const struct trio_file_options *options)
{
    int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

    flags |= options->write || options->append ? O_RDWR : O_RDONLY;
    if (options->append)
        flags |= O_APPEND;
    if (options->create || options->exclusive)
        flags |= O_CREAT;
    if (options->exclusive)
        flags |= O_EXCL;
    if (options->truncate)
        flags |= O_TRUNC;
    return flags;
}

static int open_retried(const char *path, int flags, unsigned mode)
{
    int descriptor;

    do
        descriptor = open(path, flags, mode);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

static trio_status check_regular(int descriptor, int *ret_error)
{
    struct stat found;

    if (fstat(descriptor, &found) < 0)
        return failed(ret_error);
    return S_ISREG(found.st_mode) ? TRIO_OK : TRIO_ENOTSUP;
}

static trio_status open_file(void *context, const char *path,
                             const struct trio_file_options *options,
                             trio_handle *ret_handle, int *ret_error)
{
    unsigned mode = options->mode == 0 ? MODE_DEFAULT : options->mode;
    int descriptor = open_retried(path, flags_of(options), mode & MODE_MAX);

    (void)context;
    if (descriptor < 0 && errno == ENXIO) { // A socket, or a device's.
        *ret_error = errno;
        return TRIO_ENOTSUP;
    }
    if (descriptor < 0)
        return failed(ret_error);
    trio_status rc = check_regular(descriptor, ret_error);
    if (rc != TRIO_OK) {
        close(descriptor);
        return rc;
    }
    *ret_handle = descriptor;
    return TRIO_OK;
}

// It is closed also where the call fails.
static trio_status close_file(void *context, trio_handle handle, int *ret_error)
{
    (void)context;
    if (close((int)handle) == 0 || errno == EINTR)
        return TRIO_OK;
    return failed(ret_error);
}

// ---- Reading and writing ----

static trio_status read_file(void *context, trio_handle handle, uint64_t offset,
                             void *data, size_t size, size_t *ret_length,
                             int *ret_error)
{
    long length;

    (void)context;
    do
        length = pread((int)handle, data, size, (off_t)offset);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return failed(ret_error);
    *ret_length = (size_t)length;
    return length == 0 && size > 0 ? TRIO_EEND : TRIO_OK;
}

// Linux appends to what was opened for that, whatever the offset.
static trio_status write_file(void *context, trio_handle handle,
                              uint64_t offset, const void *data, size_t size,
                              size_t *ret_length, int *ret_error)
{
    long length;

    (void)context;
    do
        length = pwrite((int)handle, data, size, (off_t)offset);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return failed(ret_error);
    *ret_length = (size_t)length;
    return TRIO_OK;
}

static trio_status size_of(void *context, trio_handle handle,
                           uint64_t *ret_size, int *ret_error)
{
    struct stat found;

    (void)context;
    if (fstat((int)handle, &found) < 0)
        return failed(ret_error);
    *ret_size = (uint64_t)found.st_size;
    return TRIO_OK;
}

static trio_status truncate_file(void *context, trio_handle handle,
                                 uint64_t size, int *ret_error)
{
    int rc;

    (void)context;
    do
        rc = ftruncate((int)handle, (off_t)size);
    while (rc < 0 && errno == EINTR);
    return result(rc, ret_error);
}

// ---- Durability ----

// EINVAL, EROFS: what is behind it has nothing to be durable on.
static trio_status synced(int returned, int *ret_error)
{
    if (returned == 0)
        return TRIO_OK;
    if (errno != EINVAL && errno != EROFS)
        return failed(ret_error);
    *ret_error = errno;
    return TRIO_ENOTSUP;
}

static trio_status sync_file(void *context, trio_handle handle, int *ret_error)
{
    int rc;

    (void)context;
    do
        rc = trio_descriptor_sync_((int)handle);
    while (rc < 0 && errno == EINTR);
    return synced(rc, ret_error);
}

// Writes the folder of a path into `folder`; says whether it fits.
static bool folder_of(const char *path, char *folder, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);

    if (slash == NULL)
        path = ".", length = 1;
    else if (length == 0)
        length = 1; // "/"
    return length < size && snprintf(folder, size, "%.*s", (int)length, path);
}

static trio_status sync_path(void *context, const char *path, int *ret_error)
{
    char folder[PATH_MAX];

    (void)context;
    if (path[0] == '\0') {
        errno = ENOENT;
        return failed(ret_error);
    }
    if (!folder_of(path, folder, sizeof(folder)))
        return TRIO_EINVAL;
    int descriptor =
        open_retried(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (descriptor < 0)
        return failed(ret_error);
    int rc;
    do
        rc = fsync(descriptor);
    while (rc < 0 && errno == EINTR);
    trio_status status = synced(rc, ret_error);
    close(descriptor);
    return status;
}

// ---- Paths ----

static trio_status rename_path(void *context, const char *from,
                               const char *path, int *ret_error)
{
    (void)context;
    return result(rename(from, path), ret_error);
}

static trio_status remove_path(void *context, const char *path, int *ret_error)
{
    (void)context;
    return result(unlink(path), ret_error);
}

const struct trio_files trio_platform_files_ = {.open = open_file,
                                                .close = close_file,
                                                .read = read_file,
                                                .write = write_file,
                                                .size = size_of,
                                                .truncate = truncate_file,
                                                .sync = sync_file,
                                                .rename = rename_path,
                                                .remove = remove_path,
                                                .sync_path = sync_path};
