// What the power's failing does to a disk, and what a scenario says about one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_file.h>

#include <trio/run.h>

#include "sim/files/files.h"

void trio_sim_files_crash_(struct network *network, struct trio_sim_host *host)
{
    struct disk *disk = host->disk;
    struct inode *next;

    if (disk == NULL)
        return;
    while (disk->open != NULL)
        trio_sim_file_close_(network, disk, disk->open);
    trio_sim_names_crash_(network, disk);
    disk->bytes = 0;
    for (struct inode *inode = disk->inodes; inode != NULL; inode = next) {
        next = inode->next;
        trio_sim_inode_crash_(network, inode);
        disk->bytes += inode->now.length;
    }
    disk->full = false;
}

static struct network *network_of(void)
{
    const struct trio_world *world = trio_run_world();

    if (world->io->name != trio_sim_world_name_)
        trio_misuse("a disk needs a simulated run", NULL);
    return trio_sim_network_make_(world->context);
}

void trio_sim_files_lose(struct trio_sim_host *host)
{
    struct network *network = network_of();

    if (network != NULL)
        trio_sim_files_crash_(network, host);
}

trio_status trio_sim_files_set_size(struct trio_sim_host *host, size_t size)
{
    struct network *network = network_of();
    struct disk *disk =
        network == NULL ? NULL : trio_sim_disk_of_(network, host);

    if (disk == NULL)
        return TRIO_ENOMEM;
    disk->bytes_max = size;
    return TRIO_OK;
}
