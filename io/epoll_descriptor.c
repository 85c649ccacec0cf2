// Whether a descriptor blocks is a flag of the open file, which others may
// share: a shell has its terminal back when we end, and reads from it. So what
// we make non-blocking we make blocking again. Of two of our descriptors that
// share one, the last has to. SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/epoll.h"
#include "io/os_status.h"

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

// ---- Making ----

static trio_status own(struct epoll *epoll, int descriptor)
{
    // Local: how much is there, only trying tells.
    trio_status rc = trio_epoll_adopt_(epoll, descriptor, false, true);

    if (rc == TRIO_OK)
        trio_epoll_slot_(epoll, descriptor)->plain = true;
    else
        epoll->last_error = ENOMEM;
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

// Asks the kernel whether a descriptor can be waited for.
static trio_status find_file(struct epoll *epoll, int descriptor,
                             bool *ret_is_file)
{
    struct epoll_event event = {.events = EPOLLONESHOT};

    if (epoll_ctl(epoll->descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0) {
        epoll_ctl(epoll->descriptor, EPOLL_CTL_DEL, descriptor, NULL);
        *ret_is_file = false;
        return TRIO_OK;
    }
    *ret_is_file = errno == EPERM;
    // Somebody waits for it.
    return errno == EPERM || errno == EEXIST ? TRIO_OK
                                             : trio_epoll_failed_(epoll);
}

static trio_status look_at(struct epoll *epoll, int descriptor, int flags,
                           struct trio_descriptor *ret_descriptor)
{
    int mode = flags & O_ACCMODE;
    struct stat found;

    if (fstat(descriptor, &found) < 0)
        return trio_epoll_failed_(epoll);
    if ((flags & O_PATH) != 0 || S_ISDIR(found.st_mode))
        return TRIO_ENOTSUP;
    ret_descriptor->receives = mode == O_RDONLY || mode == O_RDWR;
    ret_descriptor->sends = mode == O_WRONLY || mode == O_RDWR;
    return find_file(epoll, descriptor, &ret_descriptor->is_file);
}

trio_status trio_epoll_adopt_descriptor_(void *context, trio_handle handle,
                                         struct trio_descriptor *ret_descriptor)
{
    struct epoll *epoll = context;
    const struct slot *known = trio_epoll_slot_(epoll, handle);
    int descriptor = handle > INT_MAX ? -1 : (int)handle;
    int flags = fcntl(descriptor, F_GETFL);

    if (flags < 0)
        return trio_epoll_failed_(epoll);
    if (known != NULL && known->ours)
        return TRIO_EBUSY;
    trio_status rc = look_at(epoll, descriptor, flags, ret_descriptor);
    if (rc == TRIO_OK)
        rc = own(epoll, descriptor);
    if (rc != TRIO_OK)
        return rc;
    struct slot *slot = trio_epoll_slot_(epoll, descriptor);
    slot->shared = true;
    slot->file = ret_descriptor->is_file;
    slot->restores = !slot->file && (flags & O_NONBLOCK) == 0;
    if (slot->restores)
        set_blocks(descriptor, false);
    return TRIO_OK;
}

// ---- Blocking again ----

void trio_epoll_restore_(struct epoll *epoll, struct slot *slot)
{
    int descriptor = (int)(slot - epoll->slots);

    if (!slot->restores)
        return;
    slot->restores = false;
    set_blocks(descriptor, true);
    for (size_t i = 0; i < epoll->slot_count; i++) {
        struct slot *other = &epoll->slots[i];
        if (other == slot || !other->plain || other->file || !blocks((int)i))
            continue; // None of ours blocks unless it became so just now.
        set_blocks((int)i, false);
        other->restores = true;
        return;
    }
}

void trio_epoll_restore_all_(struct epoll *epoll)
{
    for (size_t i = 0; i < epoll->slot_count; i++) {
        if (!epoll->slots[i].restores)
            continue;
        epoll->slots[i].restores = false;
        set_blocks((int)i, true);
    }
}

// ---- Files ----

// No member of the world is touched: this is another thread.
static trio_status finish(long length, size_t *ret_length, int *ret_error)
{
    if (length < 0) {
        *ret_error = errno;
        return trio_status_of_errno_(errno);
    }
    *ret_length = (size_t)length;
    return TRIO_OK;
}

trio_status trio_epoll_read_file_(void *context, trio_handle handle,
                                  int64_t offset, void *data, size_t size,
                                  size_t *ret_length, int *ret_error)
{
    long length;

    (void)context;
    do
        length = offset < 0 ? read((int)handle, data, size)
                            : pread((int)handle, data, size, offset);
    while (length < 0 && errno == EINTR);
    return length == 0 && size > 0 ? TRIO_EEND
                                   : finish(length, ret_length, ret_error);
}

trio_status trio_epoll_write_file_(void *context, trio_handle handle,
                                   int64_t offset, const void *data,
                                   size_t size, size_t *ret_length,
                                   int *ret_error)
{
    long length;

    (void)context;
    do
        length = offset < 0 ? write((int)handle, data, size)
                            : pwrite((int)handle, data, size, offset);
    while (length < 0 && errno == EINTR);
    return finish(length, ret_length, ret_error);
}
