// The kernel tells of a direction once, by an edge, and then relies on us to
// remember. What a call found is remembered here:
//
//     nothing there, or no room   the direction is not ready
//     less than was asked for     the same, which saves the call that would
//                                 find nothing
//     all that was asked for      unknown: there may be more
//
// A short transfer proves that nothing is left only as long as the other side
// is there. Once it has hung up, the data and the end may have come in one
// edge, and no second one would ever tell of the end: then calls go on until
// they have met it. So they do from the first urgent data of TCP on, which a
// receive stops in front of, with more behind it from the same edge.
//
// Where a transfer ends for other reasons, a short one proves nothing at all:
// at the end of a datagram, and of what was sent with handles over a local
// stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/os_status.h"
#include "io/posix/posix.h"

trio_status trio_posix_refuse_(struct posix *posix, trio_status status,
                               int number)
{
    posix->loop.last_error = number;
    return status;
}

trio_status trio_posix_failed_(struct posix *posix)
{
    return trio_posix_refuse_(posix, trio_status_of_errno_(errno), errno);
}

trio_status trio_posix_result_(struct posix *posix, int result)
{
    return result < 0 ? trio_posix_failed_(posix) : TRIO_OK;
}

trio_status trio_posix_transfer_failed_(struct posix *posix, struct slot *slot,
                                        enum trio_direction direction)
{
    trio_status rc = trio_status_of_errno_(errno);

    if (rc == TRIO_EWOULDBLOCK) {
        slot->readiness[direction] = READINESS_NONE;
        return rc;
    }
    // The kernel tells of these once, to whichever direction asks first; later
    // calls would take what is left for an orderly end.
    if (!slot->datagram && (errno == ECONNRESET || errno == ETIMEDOUT))
        slot->failure = errno;
    return trio_posix_failed_(posix);
}

trio_status trio_posix_send_failed_(struct posix *posix, struct slot *slot)
{
    // So macOS says where the peer is just about to go. Trying again would tell
    // the same, but for a filter on the way that says it for ever.
    if (errno == EPROTOTYPE && !slot->datagram)
        return trio_posix_refuse_(posix, TRIO_EBROKEN, errno);
    return trio_posix_transfer_failed_(posix, slot, TRIO_WRITABLE);
}

trio_status trio_posix_ended_(struct posix *posix, const struct slot *slot)
{
    if (slot->failure == 0)
        return TRIO_EEND;
    return trio_posix_refuse_(posix, trio_status_of_errno_(slot->failure),
                              slot->failure);
}

// Returns the length of a datagram, or one more than `size` for any longer one.
static ssize_t take_datagram(int descriptor, void *data, size_t size)
{
    struct iovec piece = {data, size};
    struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t length = recvmsg(descriptor, &header, 0);

    if (length >= 0 && (header.msg_flags & MSG_TRUNC) != 0)
        return (ssize_t)size + 1;
    return length;
}

// What is no stream of sockets.
static NOINLINE ssize_t take_other(const struct slot *slot, int descriptor,
                                   void *data, size_t size)
{
    return slot->plain ? read(descriptor, data, size)
                       : take_datagram(descriptor, data, size);
}

static ssize_t take(const struct slot *slot, int descriptor, void *data,
                    size_t size)
{
    return slot->plain || slot->datagram
               ? take_other(slot, descriptor, data, size)
               : recv(descriptor, data, size, 0);
}

// Nothing has to be kept for a call that is in vain, so that is found out first
// and the call made by a function of its own.
static NOINLINE trio_status receive_now(struct posix *posix, struct slot *slot,
                                        int descriptor, void *data, size_t size,
                                        size_t *ret_length)
{
    ssize_t length;

    do
        length = take(slot, descriptor, data, size);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return trio_posix_transfer_failed_(posix, slot, TRIO_READABLE);
    if (length == 0 && !slot->datagram)
        return trio_posix_ended_(posix, slot);
    trio_posix_transferred_(slot, TRIO_READABLE, (size_t)length, size);
    if ((size_t)length > size)
        return TRIO_ETRUNCATED;
    *ret_length = (size_t)length;
    return TRIO_OK;
}

trio_status trio_posix_receive_(void *context, trio_handle handle, void *data,
                                size_t size, size_t *ret_length)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_socket_(posix, handle);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_READABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    return receive_now(posix, slot, (int)handle, data, size, ret_length);
}

trio_status trio_posix_send_(void *context, trio_handle handle,
                             const void *data, size_t size, size_t *ret_length)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_socket_(posix, handle);
    ssize_t length;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_WRITABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    do
        length = slot->plain ? trio_posix_write_((int)handle, data, size)
                             : send((int)handle, data, size,
                                    trio_descriptor_send_flags_);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return trio_posix_send_failed_(posix, slot);
    trio_posix_transferred_(slot, TRIO_WRITABLE, (size_t)length, size);
    *ret_length = (size_t)length;
    return TRIO_OK;
}

trio_status trio_posix_shutdown_send_(void *context, trio_handle handle)
{
    struct posix *posix = context;

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    return trio_posix_result_(posix, shutdown((int)handle, SHUT_WR));
}
