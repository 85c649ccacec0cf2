// What is no socket, or need not be one: pipes, and descriptors of the
// caller's, of which only the kernel knows what they are.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/epoll.h"

static trio_status own(struct epoll *epoll, int descriptor)
{
    // Local: how much is there, only trying tells.
    trio_status rc = trio_epoll_adopt_(epoll, descriptor, false, true);

    if (rc == TRIO_OK)
        trio_epoll_slot_(epoll, descriptor)->plain = true;
    return rc;
}

trio_status trio_epoll_open_pipe_(void *context, trio_handle ret_handles[2])
{
    struct epoll *epoll = context;
    int ends[2];

    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
        return trio_epoll_failed_(epoll);
    trio_status rc = own(epoll, ends[0]);
    if (rc == TRIO_OK) {
        rc = own(epoll, ends[1]);
        if (rc != TRIO_OK)
            trio_epoll_forget_(epoll, trio_epoll_slot_(epoll, ends[0]));
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

static trio_status look_at(struct epoll *epoll, int descriptor, int flags,
                           struct trio_descriptor *ret_descriptor)
{
    int mode = flags & O_ACCMODE;
    struct stat found;

    if (fstat(descriptor, &found) < 0)
        return trio_epoll_failed_(epoll);
    if ((flags & O_PATH) != 0 || S_ISDIR(found.st_mode))
        return trio_epoll_refuse_(epoll, TRIO_ENOTSUP, 0);
    ret_descriptor->receives = mode == O_RDONLY || mode == O_RDWR;
    ret_descriptor->sends = mode == O_WRONLY || mode == O_RDWR;
    trio_status rc = trio_epoll_can_wait_(epoll, descriptor);
    ret_descriptor->is_file = rc == TRIO_ENOTSUP;
    return ret_descriptor->is_file ? TRIO_OK : rc;
}

trio_status trio_epoll_adopt_descriptor_(void *context, trio_handle handle,
                                         struct trio_descriptor *ret_descriptor)
{
    struct epoll *epoll = context;
    int descriptor = handle > INT_MAX ? -1 : (int)handle;
    int flags = fcntl(descriptor, F_GETFL);

    if (flags < 0)
        return trio_epoll_failed_(epoll);
    if (trio_epoll_is_used_(epoll, handle))
        return trio_epoll_refuse_(epoll, TRIO_EBUSY, 0);
    trio_status rc = look_at(epoll, descriptor, flags, ret_descriptor);
    if (rc == TRIO_OK)
        rc = own(epoll, descriptor);
    if (rc != TRIO_OK)
        return rc;
    struct slot *slot = trio_epoll_slot_(epoll, descriptor);
    slot->shared = true;
    slot->file = ret_descriptor->is_file;
    if (!slot->file)
        trio_epoll_unblock_(epoll, slot);
    return TRIO_OK;
}
