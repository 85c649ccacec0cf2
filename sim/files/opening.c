// Opening a file, which may make it, and closing.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/files/files.h"

static trio_status make_file(void *context, struct disk *disk, const char *path,
                             struct inode **ret_inode)
{
    struct network *network = trio_sim_network_(context);

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

trio_status trio_sim_open_file_(void *context, const char *path,
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
        rc = trio_sim_file_resize_(trio_sim_network_(context), disk, inode, 0);
    if (rc == TRIO_OK)
        rc =
            trio_sim_file_open_(trio_sim_network_(context), disk, inode, &file);
    if (rc != TRIO_OK)
        return rc;
    file->appends = options->append;
    file->writes = options->write || options->append;
    *ret_handle = file->handle;
    return TRIO_OK;
}

trio_status trio_sim_close_file_(void *context, trio_handle handle,
                                 int *ret_error)
{
    struct disk *disk;
    struct open_file *file = trio_sim_file_find_(context, handle, &disk);

    (void)ret_error;
    if (file == NULL)
        return TRIO_EBADHANDLE;
    trio_sim_file_close_(trio_sim_network_(context), disk, file);
    return TRIO_OK;
}
