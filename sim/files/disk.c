// What a host has open. A handle is a number of its own, with a bit that no
// socket's has, so that neither is ever taken for the other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>
#include <trio/task.h>

#include "sim/files/files.h"

enum { DISK_BYTES_DEFAULT = 16 << 20 };

#define FILE_BIT ((trio_handle)1 << (8 * sizeof(trio_handle) - 2))

struct disk *trio_sim_disk_of_(struct network *network,
                               struct trio_sim_host *host)
{
    if (host->disk != NULL)
        return host->disk;
    struct disk *disk = trio_sim_pool_take_(&network->pool, sizeof(*disk));
    if (disk == NULL)
        return NULL;
    *disk = (struct disk){.host = host, .bytes_max = DISK_BYTES_DEFAULT};
    host->disk = disk;
    return disk;
}

struct disk *trio_sim_disk_here_(void *context)
{
    struct network *network = trio_sim_network_make_(context);

    return network == NULL
               ? NULL
               : trio_sim_disk_of_(network, trio_sim_host_here_(network));
}

trio_status trio_sim_file_open_(struct network *network, struct disk *disk,
                                struct inode *inode,
                                struct open_file **ret_file)
{
    trio_status rc = trio_sim_handle_room_(disk->host, 1);

    if (rc != TRIO_OK)
        return rc;
    struct open_file *file = trio_sim_pool_take_(&network->pool, sizeof(*file));
    if (file == NULL)
        return TRIO_ENOMEM;
    *file = (struct open_file){.next = disk->open,
                               .inode = inode,
                               .handle =
                                   FILE_BIT | (trio_handle)++network->handles};
    disk->open = file;
    inode->handles++;
    disk->host->open++;
    network->files++;
    *ret_file = file;
    return TRIO_OK;
}

void trio_sim_file_close_(struct network *network, struct disk *disk,
                          struct open_file *file)
{
    struct open_file **link = &disk->open;
    struct inode *inode = file->inode;

    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    trio_sim_pool_give_(&network->pool, file, sizeof(*file));
    disk->host->open--;
    network->files--;
    inode->handles--;
    trio_sim_inode_drop_(network, disk, inode);
}

static struct open_file *find_on(const struct disk *disk, trio_handle handle)
{
    struct open_file *file = disk == NULL ? NULL : disk->open;

    while (file != NULL && file->handle != handle)
        file = file->next;
    return file;
}

static bool is_here(const struct trio_sim_host *host)
{
    void **realm = trio_task_realm();

    return realm == NULL || (*realm == NULL ? host->is_home : host == *realm);
}

struct open_file *trio_sim_file_find_(void *context, trio_handle handle,
                                      struct disk **ret_disk)
{
    struct network *network = trio_sim_network_(context);
    struct trio_sim_host *host = network == NULL ? NULL : &network->home;
    struct open_file *file = NULL;

    while (host != NULL && (file = find_on(host->disk, handle)) == NULL)
        host = host->next;
    if (file == NULL)
        return NULL;
    if (!is_here(host))
        trio_misuse("a file of another host", NULL);
    *ret_disk = host->disk;
    return file;
}

// Returns the host of the file that was opened first of those that are open.
static const struct trio_sim_host *host_of_oldest(const struct network *network,
                                                  const struct open_file **ret)
{
    const struct trio_sim_host *first = NULL;

    for (const struct trio_sim_host *host = &network->home; host != NULL;
         host = host->next) {
        const struct open_file *file =
            host->disk == NULL ? NULL : host->disk->open;

        for (; file != NULL; file = file->next) {
            if (first != NULL && file->handle > (*ret)->handle)
                continue;
            first = host;
            *ret = file;
        }
    }
    return first;
}

bool trio_sim_files_left_(const struct trio_sim_world_ *world,
                          struct leftover *ret_left)
{
    const struct network *network = world->network;
    const struct open_file *file = NULL;

    if (network == NULL || !network->used || network->files == 0)
        return false;
    const struct trio_sim_host *host = host_of_oldest(network, &file);
    const char *path = trio_sim_name_of_(host->disk, file->inode);
    *ret_left = (struct leftover){.what = "a file",
                                  .host = host->is_home ? NULL : host->name,
                                  .use = path == NULL ? "" : ", ",
                                  .path = path};
    return true;
}
