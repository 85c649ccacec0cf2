// A file as everybody sees it, as it is on the disk, and the changes from one
// to the other. A sync makes them there, too; a crash makes the former what the
// latter is. A system that has too many changes in memory writes the oldest
// ones by itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/files/files.h"

enum { UNSYNCED_MAX = 1 << 20, CHANGES_TRIED = 8 };

struct inode *trio_sim_inode_new_(struct network *network, struct disk *disk)
{
    struct inode *inode = trio_sim_pool_take_(&network->pool, sizeof(*inode));

    if (inode == NULL)
        return NULL;
    *inode = (struct inode){.next = disk->inodes};
    disk->inodes = inode;
    return inode;
}

void trio_sim_inode_drop_(struct network *network, struct disk *disk,
                          struct inode *inode)
{
    struct inode **link = &disk->inodes;

    if (inode->names > 0 || inode->handles > 0)
        return;
    while (*link != inode)
        link = &(*link)->next;
    *link = inode->next;
    disk->bytes -= inode->now.length;
    trio_sim_inode_forget_(network, inode);
    trio_sim_bytes_free_(&network->pool, &inode->now);
    trio_sim_bytes_free_(&network->pool, &inode->durable);
    trio_sim_pool_give_(&network->pool, inode, sizeof(*inode));
}

// ---- Changes ----

static size_t size_of(const struct change *change)
{
    return sizeof(*change) + change->size;
}

// The first `size` bytes of a write, or all of it.
static bool apply(struct pool *pool, struct bytes *bytes,
                  const struct change *change, size_t size)
{
    return change->resizes ? trio_sim_bytes_resize_(pool, bytes, change->offset)
                           : trio_sim_bytes_write_(pool, bytes, change->offset,
                                                   change->data, size);
}

static void forget_first(struct network *network, struct inode *inode)
{
    struct change *change = inode->first;

    inode->first = change->next;
    if (inode->first == NULL)
        inode->last = NULL;
    inode->unsynced -= size_of(change);
    trio_sim_pool_give_(&network->pool, change, size_of(change));
}

static bool sync_first(struct network *network, struct inode *inode)
{
    const struct change *change = inode->first;

    if (!apply(&network->pool, &inode->durable, change, change->size))
        return false;
    forget_first(network, inode);
    return true;
}

static bool add(struct network *network, struct inode *inode, bool resizes,
                size_t offset, const char *data, size_t size)
{
    struct change *change =
        trio_sim_pool_take_(&network->pool, sizeof(*change) + size);

    if (change == NULL)
        return false;
    *change =
        (struct change){.resizes = resizes, .offset = offset, .size = size};
    if (size > 0)
        memcpy(change->data, data, size);
    if (!apply(&network->pool, &inode->now, change, size)) {
        trio_sim_pool_give_(&network->pool, change, size_of(change));
        return false;
    }
    if (inode->last == NULL)
        inode->first = change;
    else
        inode->last->next = change;
    inode->last = change;
    inode->unsynced += size_of(change);
    while (inode->unsynced > UNSYNCED_MAX && sync_first(network, inode))
        continue;
    return true;
}

bool trio_sim_inode_write_(struct network *network, struct inode *inode,
                           size_t offset, const char *data, size_t size)
{
    return add(network, inode, false, offset, data, size);
}

bool trio_sim_inode_resize_(struct network *network, struct inode *inode,
                            size_t length)
{
    return add(network, inode, true, length, NULL, 0);
}

// ---- What is durable ----

bool trio_sim_inode_sync_(struct network *network, struct inode *inode)
{
    while (inode->first != NULL && sync_first(network, inode))
        continue;
    return inode->first == NULL;
}

void trio_sim_inode_forget_(struct network *network, struct inode *inode)
{
    while (inode->first != NULL)
        forget_first(network, inode);
}

// How much of an unsynced change is on the disk all the same.
static void choose(struct network *network, struct inode *inode,
                   const struct change *change)
{
    size_t half = change->size / 2;

    if (trio_sim_comes_out_(network, "unsynced write", "is kept"))
        (void)apply(&network->pool, &inode->durable, change, change->size);
    else if (half > 0 &&
             trio_sim_comes_out_(network, "unsynced write", "is torn"))
        (void)apply(&network->pool, &inode->durable, change, half);
}

void trio_sim_inode_crash_(struct network *network, struct inode *inode)
{
    struct bytes *now = &inode->now, *durable = &inode->durable;

    for (int i = 0; inode->first != NULL; i++) {
        if (i < CHANGES_TRIED)
            choose(network, inode, inode->first);
        forget_first(network, inode);
    }
    now->length = 0;
    if (durable->length > 0)
        (void)trio_sim_bytes_write_(&network->pool, now, 0, durable->data,
                                    durable->length);
}
