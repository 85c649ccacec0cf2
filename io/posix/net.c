// Sockets of ours are non-blocking, closed in children, and known by their slot
// from the moment that they exist; what cannot be made known is closed again.
// How they connect is told in connection.c, how they transfer in transfer.c.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/posix/descriptors.h"
#include "io/posix/interest.h"
#include "io/posix/os_status.h"
#include "io/posix/poller.h"
#include "io/posix/sockaddr.h"

// ---- Making and ending sockets ----

trio_status trio_posix_own_(struct posix *posix, int descriptor, bool datagram,
                            bool local, trio_handle *ret_handle)
{
    trio_status rc = trio_posix_adopt_(posix, descriptor, datagram, local);

    if (rc == TRIO_OK)
        *ret_handle = descriptor;
    else
        close(descriptor);
    return rc;
}

static int type_of(enum trio_socket_type type)
{
    return type == TRIO_SOCKET_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM;
}

static trio_status net_open(void *context, enum trio_address_family family,
                            enum trio_socket_type type, trio_handle *ret_handle)
{
    struct posix *posix = context;
    int descriptor =
        trio_descriptor_socket_(trio_sockaddr_family_(family), type_of(type));

    if (descriptor < 0)
        return trio_posix_failed_(posix);
    return trio_posix_own_(posix, descriptor, type == TRIO_SOCKET_DATAGRAM,
                           family == TRIO_ADDRESS_LOCAL, ret_handle);
}

static void net_close(void *context, trio_handle handle, bool reset)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_socket_(posix, handle);

    if (slot == NULL)
        return;
    trio_posix_restore_(posix, slot);
    trio_poller_closes_(posix, slot);
    trio_posix_forget_(posix, slot);
    if (reset) {
        static const struct linger at_once = {.l_onoff = 1};
        setsockopt((int)handle, SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof(at_once));
    }
    // It is closed even if that was interrupted: trying again might close
    // somebody else's.
    close((int)handle);
}

static trio_status net_pair(void *context, enum trio_socket_type type,
                            trio_handle ret_handles[2])
{
    struct posix *posix = context;
    bool datagram = type == TRIO_SOCKET_DATAGRAM;
    int ends[2];

    if (trio_descriptor_socket_pair_(type_of(type), ends) < 0)
        return trio_posix_failed_(posix);
    trio_status rc =
        trio_posix_own_(posix, ends[0], datagram, true, &ret_handles[0]);
    if (rc != TRIO_OK) {
        close(ends[1]);
        return rc;
    }
    rc = trio_posix_own_(posix, ends[1], datagram, true, &ret_handles[1]);
    if (rc != TRIO_OK)
        net_close(posix, ret_handles[0], false);
    return rc;
}

// ---- Handles of others ----

// A name tells the family, also that of a socket that has none yet.
static trio_status read_kind(struct posix *posix, trio_handle handle,
                             int *ret_domain, int *ret_type)
{
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof(name);

    if (getsockname((int)handle, (struct sockaddr *)&name, &length) < 0)
        return trio_posix_failed_(posix);
    *ret_domain = name.ss_family;
    length = sizeof(*ret_type);
    return trio_posix_result_(
        posix, getsockopt((int)handle, SOL_SOCKET, SO_TYPE, ret_type, &length));
}

static trio_status net_adopt(void *context, trio_handle handle,
                             enum trio_address_family *ret_family,
                             enum trio_socket_type *ret_type)
{
    struct posix *posix = context;
    int domain = AF_UNSPEC, type = 0;
    trio_status rc = handle > INT_MAX
                         ? trio_posix_refuse_(posix, TRIO_EBADHANDLE, EBADF)
                         : read_kind(posix, handle, &domain, &type);

    if (rc != TRIO_OK)
        return rc;
    enum trio_address_family family = trio_sockaddr_family_of_(domain);
    if (family == 0 || (type != SOCK_STREAM && type != SOCK_DGRAM))
        return trio_posix_refuse_(posix, TRIO_ENOTSUP, 0);
    if (trio_posix_is_used_(posix, handle))
        return trio_posix_refuse_(posix, TRIO_EBUSY, 0);
    rc = trio_posix_adopt_(posix, handle, type == SOCK_DGRAM,
                           family == TRIO_ADDRESS_LOCAL);
    if (rc != TRIO_OK)
        return rc;
    trio_descriptor_adopt_((int)handle);
    trio_posix_slot_(posix, handle)->shared = true;
    *ret_family = family;
    *ret_type = type == SOCK_DGRAM ? TRIO_SOCKET_DATAGRAM : TRIO_SOCKET_STREAM;
    return TRIO_OK;
}

static void net_release(void *context, trio_handle handle)
{
    struct slot *slot = trio_posix_socket_(context, handle);

    if (slot == NULL)
        return;
    trio_posix_restore_(context, slot);
    trio_poller_unregister_(context, slot);
    trio_posix_forget_(context, slot);
}

// ---- Names ----

static trio_status net_local_address(void *context, trio_handle handle,
                                     struct trio_address *ret_address)
{
    struct posix *posix = context;
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof(name);

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getsockname((int)handle, (struct sockaddr *)&name, &length) < 0)
        return trio_posix_failed_(posix);
    *ret_address = trio_sockaddr_to_(&name, length);
    return TRIO_OK;
}

static trio_status net_peer_address(void *context, trio_handle handle,
                                    struct trio_address *ret_address)
{
    struct posix *posix = context;
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof(name);

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getpeername((int)handle, (struct sockaddr *)&name, &length) < 0)
        return trio_posix_failed_(posix);
    *ret_address = trio_sockaddr_to_(&name, length);
    return TRIO_OK;
}

const struct trio_net trio_posix_net_ = {
    .open = net_open,
    .pair = net_pair,
    .adopt = net_adopt,
    .release = net_release,
    .open_pipe = trio_posix_open_pipe_,
    .adopt_descriptor = trio_posix_adopt_descriptor_,
    .read_file = trio_posix_read_file_,
    .write_file = trio_posix_write_file_,
    .bind = trio_posix_bind_,
    .listen = trio_posix_listen_,
    .accept = trio_posix_accept_,
    .connect = trio_posix_connect_,
    .connect_result = trio_posix_connect_result_,
    .receive = trio_posix_receive_,
    .send = trio_posix_send_,
    .receive_message = trio_posix_receive_message_,
    .send_message = trio_posix_send_message_,
    .send_file = trio_posix_send_file_,
    .shutdown_send = trio_posix_shutdown_send_,
    .set_option = trio_posix_set_option_,
    .get_option = trio_posix_get_option_,
    .set_member = trio_posix_set_member_,
    .local_address = net_local_address,
    .peer_address = net_peer_address,
    .path_id = trio_posix_path_id_,
    .remove_path = trio_posix_remove_path_,
    .close = net_close,
};
