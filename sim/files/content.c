// What an open file holds: reading, writing, its length, and what of that is
// durable.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/files/files.h"

enum { WRITE_BYTES_MAX = 256 << 10 }; // In one call.

// Whether a call on an open file fails; that of the first few is asked.
static bool fails(void *context, struct open_file *file, const char *what,
                  bool once)
{
    return file->calls < FILE_CALLS_TRIED &&
           trio_sim_fails_(context, what, once);
}

trio_status trio_sim_file_resize_(struct network *network, struct disk *disk,
                                  struct inode *inode, size_t length)
{
    size_t before = inode->now.length;

    if (!trio_sim_inode_resize_(network, inode, length))
        return TRIO_ENOMEM;
    disk->bytes += length - before;
    return TRIO_OK;
}

// Whether there are such offsets.
static bool is_in_range(uint64_t offset, size_t size)
{
    return offset <= INT64_MAX && size <= INT64_MAX - offset;
}

trio_status trio_sim_read_file_(void *context, trio_handle handle,
                                uint64_t offset, void *data, size_t size,
                                size_t *ret_length, int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    if (!is_in_range(offset, size))
        return TRIO_EINVAL;
    if (fails(context, file, "read a file", false))
        return TRIO_EIO;
    file->calls++;
    const struct bytes *bytes = &file->inode->now;
    if (size > 0 && offset >= bytes->length)
        return TRIO_EEND;
    size_t most = size == 0 ? 0 : bytes->length - (size_t)offset;
    *ret_length = size < most ? size : most;
    if (*ret_length > 0)
        __builtin_memcpy(data, bytes->data + offset, *ret_length);
    return TRIO_OK;
}

// How much of a write there is room for.
static size_t room(const struct disk *disk, const struct inode *inode,
                   uint64_t offset, size_t size)
{
    size_t left =
        disk->bytes < disk->bytes_max ? disk->bytes_max - disk->bytes : 0;
    size_t end = inode->now.length + left;

    if (end > FILE_BYTES_MAX)
        end = FILE_BYTES_MAX;
    if (offset >= end)
        return 0;
    if (size > WRITE_BYTES_MAX)
        size = WRITE_BYTES_MAX;
    return size < end - offset ? size : end - (size_t)offset;
}

// How much of a write the run wants to be made; 0 and a status: nothing. Who
// finds no space has written what there was space for before.
static size_t choose_length(void *context, struct disk *disk,
                            struct open_file *file, size_t size,
                            trio_status *ret_status)
{
    size_t half = size / 2;

    *ret_status = TRIO_ENOSPC;
    if (disk->full) {
        disk->full = false;
        return 0;
    }
    if (fails(context, file, "write a file", false)) {
        disk->full = half > 0;
        return half;
    }
    *ret_status = TRIO_EIO;
    if (fails(context, file, "write to the disk", false))
        return 0;
    return half > 0 && fails(context, file, "write in one piece", true) ? half
                                                                        : size;
}

trio_status trio_sim_write_file_(void *context, trio_handle handle,
                                 uint64_t offset, const void *data, size_t size,
                                 size_t *ret_length, int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);
    trio_status rc;

    (void)ret_error;
    if (file == NULL || !file->writes)
        return TRIO_EBADHANDLE;
    struct inode *inode = file->inode;
    size_t before = inode->now.length;
    if (file->appends)
        offset = before;
    if (!is_in_range(offset, size))
        return TRIO_EINVAL;
    *ret_length = 0;
    if (size == 0)
        return TRIO_OK;
    size = choose_length(context, disk, file, size, &rc);
    file->calls++;
    if (size == 0)
        return rc;
    size = room(disk, inode, offset, size);
    if (size == 0)
        return TRIO_ENOSPC;
    if (!trio_sim_inode_write_(trio_sim_network_(context), inode,
                               (size_t)offset, data, size))
        return TRIO_ENOMEM;
    disk->bytes += inode->now.length - before;
    *ret_length = size;
    return TRIO_OK;
}

trio_status trio_sim_file_size_(void *context, trio_handle handle,
                                uint64_t *ret_size, int *ret_error)
{
    struct disk *disk;
    const struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    *ret_size = file->inode->now.length;
    return TRIO_OK;
}

trio_status trio_sim_truncate_file_(void *context, trio_handle handle,
                                    uint64_t size, int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    if (!file->writes || size > INT64_MAX)
        return TRIO_EINVAL;
    if (size > FILE_BYTES_MAX)
        return TRIO_ENOSPC;
    if (fails(context, file, "set a length", false))
        return TRIO_EIO;
    file->calls++;
    return trio_sim_file_resize_(trio_sim_network_(context), disk, file->inode,
                                 (size_t)size);
}

// ---- What is durable ----

// After a sync that failed the system takes what it could not write for
// written.
trio_status trio_sim_sync_file_(void *context, trio_handle handle,
                                int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    bool failed = fails(context, file, "sync a file", false);
    file->calls++;
    if (!failed &&
        trio_sim_inode_sync_(trio_sim_network_(context), file->inode))
        return TRIO_OK;
    trio_sim_inode_forget_(trio_sim_network_(context), file->inode);
    return TRIO_EIO;
}
