// What is no socket, or need not be one: pipes, and descriptors of the
// caller's, of which only the kernel knows what they are.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/interest.h"
#include "io/posix/poller.h"

static trio_status own(struct posix *posix, int descriptor)
{
    // Local: how much is there, only trying tells.
    trio_status rc = trio_posix_adopt_(posix, descriptor, false, true);

    if (rc == TRIO_OK)
        trio_posix_slot_(posix, descriptor)->plain = true;
    return rc;
}

trio_status trio_posix_open_pipe_(void *context, trio_handle ret_handles[2])
{
    struct posix *posix = context;
    int ends[2];

    if (trio_descriptor_pipe_(ends) < 0)
        return trio_posix_failed_(posix);
    trio_status rc = own(posix, ends[0]);
    if (rc == TRIO_OK) {
        rc = own(posix, ends[1]);
        if (rc != TRIO_OK)
            trio_posix_forget_(posix, trio_posix_slot_(posix, ends[0]));
    }
    if (rc != TRIO_OK) {
        close(ends[0]);
        close(ends[1]);
        return rc;
    }
    ret_handles[0] = ends[0];
    ret_handles[1] = ends[1];
    return TRIO_OK;
}

static trio_status look_at(struct posix *posix, int descriptor, int flags,
                           struct trio_descriptor *ret_descriptor)
{
    int mode = flags & O_ACCMODE;
    struct stat found;

    if (fstat(descriptor, &found) < 0)
        return trio_posix_failed_(posix);
    if (trio_descriptor_is_path_(flags) || S_ISDIR(found.st_mode))
        return trio_posix_refuse_(posix, TRIO_ENOTSUP, 0);
    ret_descriptor->receives = mode == O_RDONLY || mode == O_RDWR;
    ret_descriptor->sends = mode == O_WRONLY || mode == O_RDWR;
    int error = trio_poller_can_wait_(posix, descriptor);
    ret_descriptor->is_file = trio_poller_status_(error) == TRIO_ENOTSUP;
    return error == 0 || ret_descriptor->is_file
               ? TRIO_OK
               : trio_posix_refuse_(posix, trio_poller_status_(error), error);
}

trio_status trio_posix_adopt_descriptor_(void *context, trio_handle handle,
                                         struct trio_descriptor *ret_descriptor)
{
    struct posix *posix = context;
    int descriptor = handle > INT_MAX ? -1 : (int)handle;
    int flags = fcntl(descriptor, F_GETFL);

    if (flags < 0)
        return trio_posix_failed_(posix);
    if (trio_posix_is_used_(posix, handle))
        return trio_posix_refuse_(posix, TRIO_EBUSY, 0);
    trio_status rc = look_at(posix, descriptor, flags, ret_descriptor);
    if (rc == TRIO_OK)
        rc = own(posix, descriptor);
    if (rc != TRIO_OK)
        return rc;
    struct slot *slot = trio_posix_slot_(posix, descriptor);
    slot->shared = true;
    slot->file = ret_descriptor->is_file;
    if (!slot->file)
        trio_posix_unblock_(posix, slot);
    return TRIO_OK;
}
