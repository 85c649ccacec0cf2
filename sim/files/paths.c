// Calls that change what paths name, and make that durable.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/files/files.h"

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

trio_status trio_sim_rename_path_(void *context, const char *from,
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

trio_status trio_sim_remove_file_(void *context, const char *path,
                                  int *ret_error)
{
    struct entry *entry;
    struct disk *disk;

    (void)ret_error;
    trio_status rc = find_named(context, path, "remove a file", &disk, &entry);
    if (rc == TRIO_OK)
        trio_sim_entry_set_(trio_sim_network_(context), disk, entry, NULL);
    return rc;
}

trio_status trio_sim_sync_path_(void *context, const char *path, int *ret_error)
{
    struct disk *disk = trio_sim_disk_here_(context);

    (void)ret_error;
    if (disk == NULL)
        return TRIO_ENOMEM;
    if (!trio_sim_path_fits_(path))
        return TRIO_EINVAL;
    if (trio_sim_fails_(context, "sync a folder", false))
        return TRIO_EIO;
    trio_sim_names_sync_(trio_sim_network_(context), disk, path);
    return TRIO_OK;
}
