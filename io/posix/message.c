// Handles that arrive are descriptors of this process from that moment on, so
// each of them ends up in the message or is closed, and none is inherited by a
// child that another thread starts in between.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/posix.h"
#include "io/posix/sockaddr.h"

// A message as the system wants it, with what that points to.
struct parcel {
    struct msghdr header;
    struct sockaddr_storage name;
    struct iovec pieces[TRIO_MESSAGE_BUFFERS_MAX];
    size_t size; // Of all pieces.
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(TRIO_MESSAGE_HANDLES_MAX * sizeof(int))];
    } control;
};

static bool has_handles(const struct trio_message *message)
{
    return message->handles != NULL && message->handle_count > 0;
}

static bool pack(struct parcel *parcel, const struct trio_message *message)
{
    if (message->buffer_count > TRIO_MESSAGE_BUFFERS_MAX ||
        message->handle_count > TRIO_MESSAGE_HANDLES_MAX)
        return false;
    parcel->size = 0;
    for (size_t i = 0; i < message->buffer_count; i++) {
        parcel->pieces[i] =
            (struct iovec){message->buffers[i].data, message->buffers[i].size};
        parcel->size += message->buffers[i].size;
    }
    parcel->header = (struct msghdr){.msg_iov = parcel->pieces,
                                     .msg_iovlen = message->buffer_count};
    if (has_handles(message)) {
        // Not the padding after the last one: a handle might fit there.
        parcel->header.msg_control = parcel->control.bytes;
        parcel->header.msg_controllen =
            CMSG_LEN(message->handle_count * sizeof(int));
    }
    return true;
}

// Finds the socket and packs the message for it, if it is ready.
static trio_status prepare(struct posix *posix, trio_handle handle,
                           enum trio_direction direction,
                           const struct trio_message *message,
                           struct parcel *parcel, struct slot **ret_slot)
{
    struct slot *slot = trio_posix_socket_(posix, handle);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    *ret_slot = slot;
    if (!pack(parcel, message))
        return trio_posix_refuse_(posix, TRIO_EINVAL, EINVAL);
    return slot->readiness[direction] == READINESS_NONE ? TRIO_EWOULDBLOCK
                                                        : TRIO_OK;
}

// ---- Receiving ----

static void take_handle(struct trio_message *message, size_t room,
                        const unsigned char *data)
{
    int descriptor;

    memcpy(&descriptor, data, sizeof(descriptor));
    trio_descriptor_received_(descriptor);
    if (message->handle_count < room)
        message->handles[message->handle_count++] = descriptor;
    else
        close(descriptor);
}

static void take_handles(struct trio_message *message, struct msghdr *header)
{
    size_t room = message->handle_count;

    message->handle_count = 0;
    if (header->msg_control == NULL)
        return;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL;
         part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++)
            take_handle(message, room, CMSG_DATA(part) + i * sizeof(int));
    }
}

static trio_status unpack(const struct slot *slot, struct parcel *parcel,
                          struct trio_message *message, size_t length)
{
    bool asked = has_handles(message);
    int flags = parcel->header.msg_flags;

    take_handles(message, &parcel->header);
    message->length = length;
    if (message->address != NULL)
        *message->address =
            trio_sockaddr_to_(&parcel->name, parcel->header.msg_namelen);
    if (slot->datagram && (flags & MSG_TRUNC) != 0)
        return TRIO_ETRUNCATED;
    return asked && (flags & MSG_CTRUNC) != 0 ? TRIO_ETRUNCATED : TRIO_OK;
}

trio_status trio_posix_receive_message_(void *context, trio_handle handle,
                                        struct trio_message *message)
{
    struct posix *posix = context;
    struct slot *slot;
    struct parcel parcel;
    ssize_t length;
    trio_status rc =
        prepare(posix, handle, TRIO_READABLE, message, &parcel, &slot);

    if (rc != TRIO_OK)
        return rc;
    parcel.name.ss_family = AF_UNSPEC;
    if (message->address != NULL) {
        parcel.header.msg_name = &parcel.name;
        parcel.header.msg_namelen = sizeof(parcel.name);
    }
    int flags = trio_descriptor_receive_flags_ |
                (slot->datagram ? trio_descriptor_length_flag_ : 0) |
                (message->peek ? MSG_PEEK : 0);
    size_t whole =
        slot->datagram ? trio_descriptor_next_length_((int)handle) : 0;
    do
        length = recvmsg((int)handle, &parcel.header, flags);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return trio_posix_transfer_failed_(posix, slot, TRIO_READABLE);
    if (length == 0 && !slot->datagram)
        return trio_posix_ended_(posix, slot);
    trio_posix_transferred_(slot, TRIO_READABLE, (size_t)length,
                            message->peek ? 0 : parcel.size);
    return unpack(slot, &parcel, message,
                  whole > (size_t)length ? whole : (size_t)length);
}

// ---- Sending ----

static void enclose_handles(struct parcel *parcel,
                            const struct trio_message *message)
{
    struct cmsghdr *part = &parcel->control.align;

    *part = (struct cmsghdr){.cmsg_len =
                                 CMSG_LEN(message->handle_count * sizeof(int)),
                             .cmsg_level = SOL_SOCKET,
                             .cmsg_type = SCM_RIGHTS};
    for (size_t i = 0; i < message->handle_count; i++) {
        int descriptor = (int)message->handles[i];
        memcpy(CMSG_DATA(part) + i * sizeof(int), &descriptor,
               sizeof(descriptor));
    }
}

// What was sent is open for whoever receives it, also after we close it.
static void share_handles(struct posix *posix,
                          const struct trio_message *message)
{
    for (size_t i = 0; i < message->handle_count; i++) {
        struct slot *slot = trio_posix_slot_(posix, message->handles[i]);
        if (slot != NULL)
            slot->shared = true;
    }
}

static void address_to(struct parcel *parcel,
                       const struct trio_address *address)
{
    parcel->header.msg_name = &parcel->name;
    parcel->header.msg_namelen = trio_sockaddr_from_(address, &parcel->name);
}

trio_status trio_posix_send_message_(void *context, trio_handle handle,
                                     const struct trio_message *message,
                                     size_t *ret_length)
{
    struct posix *posix = context;
    struct slot *slot;
    struct parcel parcel;
    ssize_t length;
    trio_status rc =
        prepare(posix, handle, TRIO_WRITABLE, message, &parcel, &slot);

    if (rc != TRIO_OK)
        return rc;
    if (has_handles(message) && !slot->local)
        return TRIO_ENOTSUP; // The kernel would drop them without a word.
    if (has_handles(message))
        enclose_handles(&parcel, message);
    if (message->address != NULL)
        address_to(&parcel, message->address);
    do
        length =
            sendmsg((int)handle, &parcel.header, trio_descriptor_send_flags_);
    while (length < 0 && errno == EINTR);
    // The queue of somebody else is full. Ours may have room all the while, and
    // its readiness is all that the kernel tells of.
    if (length < 0 && errno == EAGAIN && slot->local && slot->datagram &&
        message->address != NULL)
        errno = ENOBUFS;
    if (length < 0)
        return trio_posix_send_failed_(posix, slot);
    if (has_handles(message))
        share_handles(posix, message);
    trio_posix_transferred_(slot, TRIO_WRITABLE, (size_t)length, parcel.size);
    *ret_length = (size_t)length;
    return TRIO_OK;
}
