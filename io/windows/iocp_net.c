// Sockets of ours are non-blocking, closed in children, and known by their slot
// from the moment that they exist; what cannot be made known is closed again.
// How they transfer is told in iocp_transfer.c.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"
#include "io/windows/sockaddr.h"

#include <mswsock.h>

// ---- Making and ending sockets ----

static bool unblock(SOCKET socket)
{
    u_long yes = 1;

    SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, 0);
    return ioctlsocket(socket, (long)FIONBIO, &yes) == 0;
}

// Whether a datagram that nobody listens for is told of by a later call. That
// is for who is connected: others could not tell which one it was.
static void tell_refusals(SOCKET socket, bool tell)
{
    BOOL wanted = tell;
    DWORD length;

    WSAIoctl(socket, SIO_UDP_CONNRESET, &wanted, sizeof(wanted), NULL, 0,
             &length, NULL, NULL);
}

static trio_status own(struct iocp *iocp, SOCKET socket, bool datagram,
                       trio_handle *ret_handle)
{
    trio_status rc = unblock(socket)
                         ? trio_iocp_adopt_(iocp, (trio_handle)socket, datagram)
                         : trio_iocp_failed_(iocp);

    if (rc == TRIO_OK)
        *ret_handle = (trio_handle)socket;
    else
        closesocket(socket);
    return rc;
}

static trio_status net_open(void *context, enum trio_address_family family,
                            enum trio_socket_type type, trio_handle *ret_handle)
{
    struct iocp *iocp = context;
    bool datagram = type == TRIO_SOCKET_DATAGRAM;

    if (family == TRIO_ADDRESS_LOCAL) // Some systems know a part of them.
        return trio_iocp_refuse_(iocp, TRIO_ENOTSUP, 0);
    SOCKET socket = WSASocketW(
        trio_sockaddr_family_(family), datagram ? SOCK_DGRAM : SOCK_STREAM, 0,
        NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);

    if (socket == INVALID_SOCKET)
        return trio_iocp_failed_(iocp);
    trio_iocp_share_address_(socket, false);
    if (datagram)
        tell_refusals(socket, false);
    return own(iocp, socket, datagram, ret_handle);
}

static void net_close(void *context, trio_handle handle, bool reset)
{
    struct iocp *iocp = context;
    struct slot *slot = trio_iocp_socket_(iocp, handle);

    if (slot == NULL)
        return;
    if (slot->pipe || slot->file) {
        trio_iocp_close_pipe_(iocp, handle, reset);
        return;
    }
    trio_iocp_forget_(iocp, slot);
    if (reset) {
        static const struct linger at_once = {.l_onoff = 1};
        setsockopt((SOCKET)handle, SOL_SOCKET, SO_LINGER,
                   (const char *)&at_once, sizeof(at_once));
    }
    closesocket((SOCKET)handle);
}

// ---- Handles of others ----

trio_status trio_iocp_adopt_socket_(void *context, trio_handle handle,
                                    enum trio_address_family *ret_family,
                                    enum trio_socket_type *ret_type)
{
    struct iocp *iocp = context;
    WSAPROTOCOL_INFOW info;
    int length = sizeof(info);

    if (getsockopt((SOCKET)handle, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info,
                   &length) != 0)
        return trio_iocp_failed_(iocp);
    enum trio_address_family family =
        trio_sockaddr_family_of_(info.iAddressFamily);
    bool datagram = info.iSocketType == SOCK_DGRAM;
    if (family == 0 || (info.iSocketType != SOCK_STREAM && !datagram))
        return trio_iocp_refuse_(iocp, TRIO_ENOTSUP, 0);
    if (trio_iocp_is_used_(iocp, handle))
        return trio_iocp_refuse_(iocp, TRIO_EBUSY, 0);
    trio_status rc = trio_iocp_adopt_(iocp, handle, datagram);
    if (rc != TRIO_OK)
        return rc;
    unblock((SOCKET)handle);
    *ret_family = family;
    *ret_type = datagram ? TRIO_SOCKET_DATAGRAM : TRIO_SOCKET_STREAM;
    return TRIO_OK;
}

static void net_release(void *context, trio_handle handle)
{
    struct slot *slot = trio_iocp_socket_(context, handle);

    if (slot != NULL && slot->pipe)
        trio_iocp_release_pipe_(context, handle);
    else if (slot != NULL)
        trio_iocp_forget_(context, slot);
}

// ---- Listening ----

static trio_status net_bind(void *context, trio_handle handle,
                            const struct trio_address *address)
{
    struct iocp *iocp = context;
    struct sockaddr_storage name;
    int length = trio_sockaddr_from_(address, &name);

    if (trio_iocp_socket_(iocp, handle) == NULL)
        return TRIO_EBADHANDLE;
    return trio_iocp_result_(
        iocp, bind((SOCKET)handle, (struct sockaddr *)&name, length));
}

// A socket gets no port by listening, as it does elsewhere.
static void bind_any(SOCKET socket)
{
    struct sockaddr_storage name;
    int length = sizeof(name);

    if (getsockname(socket, (struct sockaddr *)&name, &length) == 0)
        return;
    struct trio_address any = {.family = trio_iocp_is_ipv6_(socket)
                                             ? TRIO_ADDRESS_IPV6
                                             : TRIO_ADDRESS_IPV4};
    length = trio_sockaddr_from_(&any, &name);
    bind(socket, (struct sockaddr *)&name, length);
}

static trio_status net_listen(void *context, trio_handle handle, int backlog)
{
    struct iocp *iocp = context;

    if (trio_iocp_socket_(iocp, handle) == NULL)
        return TRIO_EBADHANDLE;
    bind_any((SOCKET)handle);
    return trio_iocp_result_(iocp, listen((SOCKET)handle, backlog));
}

// Errors that the connection had before it was accepted are not the listener's.
static bool is_of_connection(int error)
{
    return error == WSAECONNRESET || error == WSAECONNABORTED ||
           error == WSAENETDOWN || error == WSAENETUNREACH ||
           error == WSAEHOSTUNREACH || error == WSAETIMEDOUT;
}

static trio_status net_accept(void *context, trio_handle handle,
                              trio_handle *ret_handle,
                              struct trio_address *ret_peer)
{
    struct iocp *iocp = context;
    const struct slot *slot = trio_iocp_socket_(iocp, handle);
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    int length = sizeof(name);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->datagram)
        return trio_iocp_refuse_(iocp, TRIO_EINVAL, WSAEOPNOTSUPP);
    SOCKET socket = accept((SOCKET)handle, (struct sockaddr *)&name, &length);
    if (socket == INVALID_SOCKET && is_of_connection(WSAGetLastError()))
        return trio_iocp_refuse_(iocp, TRIO_ECONNABORTED, WSAGetLastError());
    if (socket == INVALID_SOCKET)
        return trio_iocp_failed_(iocp);
    *ret_peer = trio_sockaddr_to_(&name);
    return own(iocp, socket, false, ret_handle);
}

// ---- Connecting ----

static trio_status net_connect(void *context, trio_handle handle,
                               const struct trio_address *address)
{
    struct iocp *iocp = context;
    const struct slot *slot = trio_iocp_socket_(iocp, handle);
    struct sockaddr_storage name;
    int length = trio_sockaddr_from_(address, &name);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->datagram)
        tell_refusals((SOCKET)handle, true);
    return trio_iocp_result_(
        iocp, connect((SOCKET)handle, (struct sockaddr *)&name, length));
}

static trio_status net_connect_result(void *context, trio_handle handle)
{
    struct iocp *iocp = context;
    int error = 0;
    int length = sizeof(error);

    if (trio_iocp_socket_(iocp, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getsockopt((SOCKET)handle, SOL_SOCKET, SO_ERROR, (char *)&error,
                   &length) != 0)
        return trio_iocp_failed_(iocp);
    return error == 0 ? TRIO_OK : trio_iocp_error_(iocp, error);
}

static trio_status net_shutdown_send(void *context, trio_handle handle)
{
    struct iocp *iocp = context;

    if (trio_iocp_socket_(iocp, handle) == NULL)
        return TRIO_EBADHANDLE;
    return trio_iocp_result_(iocp, shutdown((SOCKET)handle, SD_SEND));
}

// ---- Names ----

static trio_status tell_address(struct iocp *iocp, trio_handle handle,
                                int(WSAAPI *ask)(SOCKET, struct sockaddr *,
                                                 int *),
                                struct trio_address *ret_address)
{
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    int length = sizeof(name);

    if (trio_iocp_socket_(iocp, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (ask((SOCKET)handle, (struct sockaddr *)&name, &length) != 0)
        return trio_iocp_failed_(iocp);
    *ret_address = trio_sockaddr_to_(&name);
    return TRIO_OK;
}

static trio_status net_local_address(void *context, trio_handle handle,
                                     struct trio_address *ret_address)
{
    return tell_address(context, handle, getsockname, ret_address);
}

static trio_status net_peer_address(void *context, trio_handle handle,
                                    struct trio_address *ret_address)
{
    return tell_address(context, handle, getpeername, ret_address);
}

const struct trio_net trio_iocp_net_ = {
    .open = net_open,
    .pair = trio_iocp_pair_,
    .adopt = trio_iocp_adopt_socket_,
    .release = net_release,
    .open_pipe = trio_iocp_open_pipe_,
    .adopt_descriptor = trio_iocp_adopt_descriptor_,
    .read_file = trio_iocp_read_file_,
    .write_file = trio_iocp_write_file_,
    .bind = net_bind,
    .listen = net_listen,
    .accept = net_accept,
    .connect = net_connect,
    .connect_result = net_connect_result,
    .receive = trio_iocp_receive_,
    .send = trio_iocp_send_,
    .receive_message = trio_iocp_receive_message_,
    .send_message = trio_iocp_send_message_,
    .send_file = trio_iocp_send_file_,
    .shutdown_send = net_shutdown_send,
    .set_option = trio_iocp_set_option_,
    .get_option = trio_iocp_get_option_,
    .set_member = trio_iocp_set_member_,
    .local_address = net_local_address,
    .peer_address = net_peer_address,
    .path_id = trio_iocp_path_id_,
    .remove_path = trio_iocp_remove_path_,
    .close = net_close,
};
