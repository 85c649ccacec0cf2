// The seam's functions, which a job calls on the stack of the task that waits
// for it: so the host is that task's. Each may fail as the run wants it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/files/files.h"

enum { WRITE_BYTES_MAX = 256 << 10 }; // In one call.

static struct network *network_of(void *context)
{
    return trio_sim_network_(context);
}

// Whether a call on an open file fails; that of the first few is asked.
static bool fails(void *context, struct open_file *file, const char *what,
                  bool once)
{
    return file->calls < FILE_CALLS_TRIED &&
           trio_sim_fails_(context, what, once);
}

// ---- Opening ----

static trio_status make_file(void *context, struct disk *disk, const char *path,
                             struct inode **ret_inode)
{
    struct network *network = network_of(context);

    if (trio_sim_fails_(context, "make a file", false))
        return TRIO_ENOSPC;
    struct entry *entry = trio_sim_entry_make_(network, disk, path);
    if (entry == NULL)
        return TRIO_ENOSPC;
    struct inode *inode = trio_sim_inode_new_(network, disk);
    if (inode == NULL) {
        trio_sim_entry_drop_(network, disk, entry);
        return TRIO_ENOMEM;
    }
    trio_sim_entry_set_(network, disk, entry, inode);
    *ret_inode = inode;
    return TRIO_OK;
}

static trio_status find_or_make(void *context, struct disk *disk,
                                const char *path,
                                const struct trio_file_options *options,
                                struct inode **ret_inode)
{
    trio_status rc = trio_sim_path_check_(disk, path);

    if (rc != TRIO_OK)
        return rc;
    struct entry *entry = trio_sim_entry_find_(disk, path);
    if (entry == NULL || entry->now == NULL)
        return options->create || options->exclusive
                   ? make_file(context, disk, path, ret_inode)
                   : TRIO_ENOENT;
    *ret_inode = entry->now;
    return options->exclusive ? TRIO_EEXIST : TRIO_OK;
}

static trio_status resize(struct network *network, struct disk *disk,
                          struct inode *inode, size_t length)
{
    size_t before = inode->now.length;

    if (!trio_sim_inode_resize_(network, inode, length))
        return TRIO_ENOMEM;
    disk->bytes += length - before;
    return TRIO_OK;
}

static trio_status open_file(void *context, const char *path,
                             const struct trio_file_options *options,
                             trio_handle *ret_handle, int *ret_error)
{
    struct disk *disk = trio_sim_disk_here_(context);
    struct open_file *file;
    struct inode *inode;

    (void)ret_error;
    if (disk == NULL)
        return TRIO_ENOMEM;
    if (trio_sim_fails_(context, "open a file", false))
        return TRIO_EMFILE;
    trio_status rc = trio_sim_handle_room_(disk->host, 1);
    if (rc == TRIO_OK)
        rc = find_or_make(context, disk, path, options, &inode);
    if (rc == TRIO_OK && options->truncate && inode->now.length > 0)
        rc = resize(network_of(context), disk, inode, 0);
    if (rc == TRIO_OK)
        rc = trio_sim_file_open_(network_of(context), disk, inode, &file);
    if (rc != TRIO_OK)
        return rc;
    file->appends = options->append;
    file->writes = options->write || options->append;
    *ret_handle = file->handle;
    return TRIO_OK;
}

static trio_status close_file(void *context, trio_handle handle, int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    trio_sim_file_close_(network_of(context), disk, file);
    return TRIO_OK;
}

// ---- Reading and writing ----

static trio_status read_file(void *context, trio_handle handle, uint64_t offset,
                             void *data, size_t size, size_t *ret_length,
                             int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    if (offset > INT64_MAX)
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

static trio_status write_file(void *context, trio_handle handle,
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
    if (offset > INT64_MAX)
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
    if (!trio_sim_inode_write_(network_of(context), inode, (size_t)offset, data,
                               size))
        return TRIO_ENOMEM;
    disk->bytes += inode->now.length - before;
    *ret_length = size;
    return TRIO_OK;
}

static trio_status size_of(void *context, trio_handle handle,
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

static trio_status truncate_file(void *context, trio_handle handle,
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
    return resize(network_of(context), disk, file->inode, (size_t)size);
}

// ---- What is durable ----

// After a sync that failed the system takes what it could not write for
// written.
static trio_status sync_file(void *context, trio_handle handle, int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    bool failed = fails(context, file, "sync a file", false);
    file->calls++;
    if (!failed && trio_sim_inode_sync_(network_of(context), file->inode))
        return TRIO_OK;
    trio_sim_inode_forget_(network_of(context), file->inode);
    return TRIO_EIO;
}

static trio_status sync_path(void *context, const char *path, int *ret_error)
{
    struct disk *disk = trio_sim_disk_here_(context);

    (void)ret_error;
    if (disk == NULL)
        return TRIO_ENOMEM;
    if (__builtin_strlen(path) >= PATH_BYTES_MAX)
        return TRIO_EINVAL;
    if (trio_sim_fails_(context, "sync a folder", false))
        return TRIO_EIO;
    trio_sim_names_sync_(network_of(context), disk, path);
    return TRIO_OK;
}

// ---- Paths ----

// Finds what a path names, to be changed by a call that may fail.
static trio_status find_named(void *context, const char *path, const char *what,
                              struct disk **ret_disk, struct entry **ret_entry)
{
    struct disk *disk = trio_sim_disk_here_(context);

    if (disk == NULL)
        return TRIO_ENOMEM;
    trio_status rc = trio_sim_path_check_(disk, path);
    if (rc != TRIO_OK)
        return rc;
    struct entry *entry = trio_sim_entry_find_(disk, path);
    if (entry == NULL || entry->now == NULL)
        return TRIO_ENOENT;
    if (trio_sim_fails_(context, what, false))
        return TRIO_EIO;
    *ret_disk = disk;
    *ret_entry = entry;
    return TRIO_OK;
}

static trio_status rename_path(void *context, const char *from,
                               const char *path, int *ret_error)
{
    struct network *network = trio_sim_network_make_(context);
    struct entry *source, *target;
    struct disk *disk;

    (void)ret_error;
    trio_status rc = find_named(context, from, "rename a file", &disk, &source);
    if (rc == TRIO_OK)
        rc = trio_sim_path_check_(disk, path);
    if (rc != TRIO_OK)
        return rc;
    target = trio_sim_entry_make_(network, disk, path);
    if (target == NULL)
        return TRIO_ENOSPC;
    if (target == source)
        return TRIO_OK;
    trio_sim_entry_set_(network, disk, target, source->now);
    trio_sim_entry_set_(network, disk, source, NULL);
    return TRIO_OK;
}

static trio_status remove_path(void *context, const char *path, int *ret_error)
{
    struct entry *entry;
    struct disk *disk;

    (void)ret_error;
    trio_status rc = find_named(context, path, "remove a file", &disk, &entry);
    if (rc == TRIO_OK)
        trio_sim_entry_set_(network_of(context), disk, entry, NULL);
    return rc;
}

const struct trio_files trio_sim_files_ = {.open = open_file,
                                           .close = close_file,
                                           .read = read_file,
                                           .write = write_file,
                                           .size = size_of,
                                           .truncate = truncate_file,
                                           .sync = sync_file,
                                           .rename = rename_path,
                                           .remove = remove_path,
                                           .sync_path = sync_path};
