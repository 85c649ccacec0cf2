// Whether a descriptor blocks is a flag of the open file, which others may
// share: a shell has its terminal back when we end, and reads from it. So what
// we make non-blocking we make blocking again. Of two of our descriptors that
// share one, the last has to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <fcntl.h>

#include "io/posix/posix.h"

static bool blocks(int descriptor)
{
    return (fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
}

static void set_blocks(int descriptor, bool blocks)
{
    int flags = fcntl(descriptor, F_GETFL);
    fcntl(descriptor, F_SETFL,
          blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void trio_posix_unblock_(struct posix *posix, struct slot *slot)
{
    int descriptor = (int)(slot - posix->slots);

    slot->restores = blocks(descriptor);
    if (slot->restores)
        set_blocks(descriptor, false);
}

void trio_posix_restore_(struct posix *posix, struct slot *slot)
{
    int descriptor = (int)(slot - posix->slots);

    if (!slot->restores)
        return;
    slot->restores = false;
    set_blocks(descriptor, true);
    for (size_t i = 0; i < posix->slot_count; i++) {
        struct slot *other = &posix->slots[i];
        if (other == slot || !other->plain || other->file || !blocks((int)i))
            continue; // None of ours blocks unless it became so just now.
        set_blocks((int)i, false);
        other->restores = true;
        return;
    }
}

void trio_posix_restore_all_(struct posix *posix)
{
    for (size_t i = 0; i < posix->slot_count; i++) {
        if (!posix->slots[i].restores)
            continue;
        posix->slots[i].restores = false;
        set_blocks((int)i, true);
    }
}
