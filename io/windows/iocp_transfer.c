// Whether a call would wait, only the call tells: nothing is remembered of what
// it found, for the next wait asks the system anyway.
//
// The system sends what it is given as a whole, however much that is, so a
// large piece is cut: else a peer that reads slowly would cost us all of it in
// memory of the kernel.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"
#include "io/windows/sockaddr.h"
#include "io/windows/status.h"

#define PIECE_MAX ((size_t)256 << 10)

trio_status trio_iocp_refuse_(struct iocp *iocp, trio_status status, int number)
{
    iocp->loop.last_error = number;
    return status;
}

trio_status trio_iocp_error_(struct iocp *iocp, int number)
{
    return trio_iocp_refuse_(
        iocp, trio_status_of_windows_((unsigned long)number), number);
}

trio_status trio_iocp_failed_(struct iocp *iocp)
{
    return trio_iocp_error_(iocp, WSAGetLastError());
}

trio_status trio_iocp_result_(struct iocp *iocp, int result)
{
    return result < 0 ? trio_iocp_failed_(iocp) : TRIO_OK;
}

// Winsock counts in 32 bits.
static int cut(size_t size, size_t most)
{
    return (int)(size < most ? size : most);
}

// A stream has nothing more. That it was reset is an error of the call, or
// looks like an orderly end, if the error was told elsewhere.
static trio_status ended(struct iocp *iocp, trio_handle handle)
{
    return trio_iocp_was_reset_(iocp, handle)
               ? trio_iocp_refuse_(iocp, TRIO_EBROKEN, WSAECONNRESET)
               : TRIO_EEND;
}

// A datagram has no connection that could be reset: nobody listens where an
// earlier one went.
static trio_status receive_failed(struct iocp *iocp, const struct slot *slot)
{
    if (slot->datagram && WSAGetLastError() == WSAECONNRESET)
        return trio_iocp_refuse_(iocp, TRIO_ECONNREFUSED, WSAECONNRESET);
    return trio_iocp_failed_(iocp);
}

trio_status trio_iocp_receive_(void *context, trio_handle handle, void *data,
                               size_t size, size_t *ret_length)
{
    struct iocp *iocp = context;
    const struct slot *slot = trio_iocp_socket_(iocp, handle);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->keyboard != NULL)
        return trio_iocp_read_keyboard_(iocp, slot->keyboard, data, size,
                                        ret_length);
    if (slot->pipe)
        return trio_iocp_read_pipe_(iocp, handle, data, size, ret_length);
    int length = recv((SOCKET)handle, data, cut(size, INT32_MAX), 0);
    if (length < 0 && WSAGetLastError() == WSAEMSGSIZE)
        return TRIO_ETRUNCATED;
    if (length < 0)
        return receive_failed(iocp, slot);
    if (length == 0 && !slot->datagram)
        return ended(iocp, handle);
    *ret_length = (size_t)length;
    return TRIO_OK;
}

// A datagram that says not where it goes, from a socket that does not, either,
// is told of in more than one way.
static trio_status send_failed(struct iocp *iocp, trio_handle handle)
{
    struct sockaddr_storage name;
    int length = sizeof(name);

    if (WSAGetLastError() != WSAEINVAL ||
        getpeername((SOCKET)handle, (struct sockaddr *)&name, &length) == 0)
        return trio_iocp_failed_(iocp);
    return trio_iocp_refuse_(iocp, TRIO_EBROKEN, WSAENOTCONN);
}

trio_status trio_iocp_send_(void *context, trio_handle handle, const void *data,
                            size_t size, size_t *ret_length)
{
    struct iocp *iocp = context;
    const struct slot *slot = trio_iocp_socket_(iocp, handle);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->screen)
        return trio_iocp_write_screen_(iocp, handle, data, size, ret_length);
    if (slot->pipe)
        return trio_iocp_write_pipe_(iocp, handle, data, size, ret_length);
    int length = send((SOCKET)handle, data, cut(size, PIECE_MAX), 0);
    if (length < 0)
        return send_failed(iocp, handle);
    *ret_length = (size_t)length;
    return TRIO_OK;
}

// ---- Messages ----

// A message as the system wants it.
struct parcel {
    WSABUF pieces[TRIO_MESSAGE_BUFFERS_MAX + 1];
    DWORD count;
    size_t size;
    struct sockaddr_storage name;
    int name_length;
};

// Finds the socket and packs the message for it.
static trio_status prepare(struct iocp *iocp, trio_handle handle,
                           const struct trio_message *message,
                           struct parcel *ret_parcel,
                           const struct slot **ret_slot)
{
    *ret_slot = trio_iocp_socket_(iocp, handle);
    if (*ret_slot == NULL)
        return TRIO_EBADHANDLE;
    if (message->buffer_count > TRIO_MESSAGE_BUFFERS_MAX ||
        message->handle_count > TRIO_MESSAGE_HANDLES_MAX)
        return trio_iocp_refuse_(iocp, TRIO_EINVAL, WSAEINVAL);
    ret_parcel->count = 0;
    ret_parcel->size = 0;
    // What is cut is the last piece: behind it there would be a gap.
    for (size_t i = 0;
         i < message->buffer_count && ret_parcel->size < PIECE_MAX; i++) {
        int length =
            cut(message->buffers[i].size, PIECE_MAX - ret_parcel->size);
        ret_parcel->pieces[ret_parcel->count++] =
            (WSABUF){(ULONG)length, message->buffers[i].data};
        ret_parcel->size += (size_t)length;
    }
    return TRIO_OK;
}

// What does not fit is received beside it, for else nobody would be told how
// much it was.
static void add_rest(struct iocp *iocp, struct parcel *parcel)
{
    parcel->pieces[parcel->count++] = (WSABUF){sizeof(iocp->rest), iocp->rest};
}

trio_status trio_iocp_receive_message_(void *context, trio_handle handle,
                                       struct trio_message *message)
{
    struct iocp *iocp = context;
    const struct slot *slot;
    struct parcel parcel;
    trio_status rc = prepare(iocp, handle, message, &parcel, &slot);
    DWORD flags = message->peek ? MSG_PEEK : 0;
    DWORD length = 0;

    if (rc != TRIO_OK)
        return rc;
    if (slot->datagram)
        add_rest(iocp, &parcel);
    parcel.name.ss_family = AF_UNSPEC;
    parcel.name_length = sizeof(parcel.name);
    if (WSARecvFrom((SOCKET)handle, parcel.pieces, parcel.count, &length,
                    &flags, (struct sockaddr *)&parcel.name,
                    &parcel.name_length, NULL, NULL) != 0)
        return receive_failed(iocp, slot);
    if (length == 0 && !slot->datagram)
        return ended(iocp, handle);
    message->length = length;
    message->handle_count = 0;
    if (message->address != NULL)
        *message->address = trio_sockaddr_to_(&parcel.name);
    return length > parcel.size ? TRIO_ETRUNCATED : TRIO_OK;
}

trio_status trio_iocp_send_message_(void *context, trio_handle handle,
                                    const struct trio_message *message,
                                    size_t *ret_length)
{
    struct iocp *iocp = context;
    const struct slot *slot;
    struct parcel parcel;
    trio_status rc = prepare(iocp, handle, message, &parcel, &slot);
    const struct sockaddr *name = NULL;
    DWORD length = 0;

    if (rc != TRIO_OK)
        return rc;
    if (message->handles != NULL && message->handle_count > 0)
        return trio_iocp_refuse_(iocp, TRIO_ENOTSUP, 0);
    parcel.name_length = 0;
    if (message->address != NULL) {
        parcel.name_length =
            trio_sockaddr_from_(message->address, &parcel.name);
        name = (const struct sockaddr *)&parcel.name;
    }
    if (WSASendTo((SOCKET)handle, parcel.pieces, parcel.count, &length, 0, name,
                  parcel.name_length, NULL, NULL) != 0)
        return trio_iocp_failed_(iocp);
    *ret_length = length;
    return TRIO_OK;
}
