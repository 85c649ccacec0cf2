// Names belong to folders, and a folder is synced as one: what was done to its
// names since is durable then, or lost together. All folders are there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/files/files.h"

static size_t folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static bool is_in(const struct entry *entry, const char *path, size_t folder)
{
    return entry->folder == folder && memcmp(entry->path, path, folder) == 0;
}

// Whether what `path` names is a folder: for others lie in it.
static bool is_folder(const struct disk *disk, const char *path)
{
    const char *name = path + folder_of(path);
    size_t length = strlen(path);

    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    for (struct entry *entry = disk->entries; entry != NULL;
         entry = entry->next) {
        if (entry->folder > length && entry->path[length] == '/' &&
            memcmp(entry->path, path, length) == 0)
            return true;
    }
    return false;
}

bool trio_sim_path_fits_(const char *path)
{
    if (strlen(path) >= PATH_BYTES_MAX)
        return false;
    while (*path != '\0') {
        size_t length = strcspn(path, "/");

        if (length > NAME_BYTES_MAX)
            return false;
        path += length + (path[length] == '/');
    }
    return true;
}

trio_status trio_sim_path_check_(const struct disk *disk, const char *path)
{
    if (*path == '\0')
        return TRIO_ENOENT;
    if (!trio_sim_path_fits_(path))
        return TRIO_EINVAL;
    return is_folder(disk, path) ? TRIO_ENOTSUP : TRIO_OK;
}

// ---- Entries ----

struct entry *trio_sim_entry_find_(const struct disk *disk, const char *path)
{
    struct entry *entry = disk->entries;

    while (entry != NULL && strcmp(entry->path, path) != 0)
        entry = entry->next;
    return entry;
}

const char *trio_sim_name_of_(const struct disk *disk,
                              const struct inode *inode)
{
    struct entry *entry = disk->entries;

    while (entry != NULL && entry->now != inode)
        entry = entry->next;
    return entry == NULL ? NULL : entry->path;
}

static size_t size_of(const char *path)
{
    return sizeof(struct entry) + strlen(path) + 1;
}

struct entry *trio_sim_entry_make_(struct network *network, struct disk *disk,
                                   const char *path)
{
    struct entry *entry = trio_sim_entry_find_(disk, path);

    if (entry != NULL || disk->entry_count >= ENTRIES_MAX)
        return entry;
    entry = trio_sim_pool_take_(&network->pool, size_of(path));
    if (entry == NULL)
        return NULL;
    *entry = (struct entry){.next = disk->entries, .folder = folder_of(path)};
    memcpy(entry->path, path, strlen(path) + 1);
    disk->entries = entry;
    disk->entry_count++;
    return entry;
}

void trio_sim_entry_drop_(struct network *network, struct disk *disk,
                          struct entry *entry)
{
    struct entry **link = &disk->entries;

    if (entry->now != NULL || entry->durable != NULL)
        return;
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    disk->entry_count--;
    trio_sim_pool_give_(&network->pool, entry, size_of(entry->path));
}

static void point(struct network *network, struct disk *disk,
                  struct inode **pointer, struct inode *inode)
{
    struct inode *before = *pointer;

    *pointer = inode;
    if (inode != NULL)
        inode->names++;
    if (before != NULL) {
        before->names--;
        trio_sim_inode_drop_(network, disk, before);
    }
}

void trio_sim_entry_set_(struct network *network, struct disk *disk,
                         struct entry *entry, struct inode *inode)
{
    point(network, disk, &entry->now, inode);
    trio_sim_entry_drop_(network, disk, entry);
}

// ---- What is durable ----

void trio_sim_names_sync_(struct network *network, struct disk *disk,
                          const char *path)
{
    size_t folder = folder_of(path);
    struct entry *next;

    for (struct entry *entry = disk->entries; entry != NULL; entry = next) {
        next = entry->next;
        if (!is_in(entry, path, folder))
            continue;
        point(network, disk, &entry->durable, entry->now);
        trio_sim_entry_drop_(network, disk, entry);
    }
}

// The first entry of a folder that is not as it is on the disk.
static struct entry *find_unsynced(const struct disk *disk)
{
    struct entry *entry = disk->entries;

    while (entry != NULL && entry->now == entry->durable)
        entry = entry->next;
    return entry;
}

static void lose_names(struct network *network, struct disk *disk,
                       const char *path)
{
    size_t folder = folder_of(path);
    struct entry *next;

    for (struct entry *entry = disk->entries; entry != NULL; entry = next) {
        next = entry->next;
        if (is_in(entry, path, folder))
            trio_sim_entry_set_(network, disk, entry, entry->durable);
    }
}

void trio_sim_names_crash_(struct network *network, struct disk *disk)
{
    char path[PATH_BYTES_MAX]; // The entry's own may go with it.
    const struct entry *entry;

    while ((entry = find_unsynced(disk)) != NULL) {
        memcpy(path, entry->path, strlen(entry->path) + 1);
        if (trio_sim_comes_out_(network, "unsynced names", "are kept"))
            trio_sim_names_sync_(network, disk, path);
        else
            lose_names(network, disk, path);
    }
}
