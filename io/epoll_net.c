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
// they have met it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/epoll.h"
#include "io/os_status.h"
#include "io/sockaddr.h"
#include "io/socket_option.h"

// Finds a socket of ours; NULL if it is none.
static struct slot *find(struct epoll *epoll, trio_handle handle)
{
    struct slot *slot = trio_epoll_slot_(epoll, handle);

    if (slot != NULL && slot->ours)
        return slot;
    epoll->last_error = EBADF;
    return NULL;
}

static trio_status failed(struct epoll *epoll)
{
    epoll->last_error = errno;
    return trio_status_of_errno_(errno);
}

static trio_status result_of(struct epoll *epoll, int result)
{
    return result < 0 ? failed(epoll) : TRIO_OK;
}

// A transfer in one direction failed.
static trio_status transfer_failed(struct epoll *epoll, struct slot *slot,
                                   enum trio_direction direction)
{
    trio_status rc = trio_status_of_errno_(errno);

    if (rc == TRIO_EWOULDBLOCK) {
        slot->readiness[direction] = READINESS_NONE;
        return rc;
    }
    // The kernel tells of these once, to whichever direction asks first; later
    // calls would take what is left for an orderly end.
    if (errno == ECONNRESET || errno == ETIMEDOUT)
        slot->failure = errno;
    return failed(epoll);
}

static void transferred(struct slot *slot, enum trio_direction direction,
                        size_t length, size_t size)
{
    bool is_short = length < size && !slot->hung_up;
    slot->readiness[direction] = is_short ? READINESS_NONE : READINESS_UNKNOWN;
}

// ---- Making and ending sockets ----

static trio_status adopt(struct epoll *epoll, int descriptor,
                         trio_handle *ret_handle)
{
    trio_status rc = trio_epoll_adopt_(epoll, descriptor);

    if (rc != TRIO_OK) {
        epoll->last_error = ENOMEM;
        close(descriptor);
        return rc;
    }
    *ret_handle = descriptor;
    return TRIO_OK;
}

static trio_status net_open(void *context, enum trio_address_family family,
                            trio_handle *ret_handle)
{
    struct epoll *epoll = context;
    int domain = trio_sockaddr_family_(family);
    int descriptor =
        socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (descriptor < 0)
        return failed(epoll);
    return adopt(epoll, descriptor, ret_handle);
}

static void net_close(void *context, trio_handle handle, bool reset)
{
    struct epoll *epoll = context;
    struct slot *slot = find(epoll, handle);

    if (slot == NULL)
        return;
    trio_epoll_forget_(epoll, slot);
    if (reset) {
        static const struct linger at_once = {.l_onoff = 1};
        setsockopt((int)handle, SOL_SOCKET, SO_LINGER, &at_once,
                   sizeof(at_once));
    }
    // Closing takes it off epoll, too. It is closed even if that was
    // interrupted: trying again might close somebody else's.
    close((int)handle);
}

// ---- Listening ----

static trio_status net_bind(void *context, trio_handle handle,
                            const struct trio_address *address)
{
    struct epoll *epoll = context;
    struct sockaddr_storage name;
    socklen_t length = trio_sockaddr_from_(address, &name);

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    return result_of(epoll,
                     bind((int)handle, (struct sockaddr *)&name, length));
}

static trio_status net_listen(void *context, trio_handle handle, int backlog)
{
    struct epoll *epoll = context;

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    return result_of(epoll, listen((int)handle, backlog));
}

// Errors that the connection had before it was accepted are not the listener's.
static bool is_of_connection(int error)
{
    switch (error) {
    case ECONNABORTED:
    case ECONNRESET:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENONET:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

static trio_status net_accept(void *context, trio_handle handle,
                              trio_handle *ret_handle,
                              struct trio_address *ret_peer)
{
    struct epoll *epoll = context;
    struct slot *slot = find(epoll, handle);
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length;
    int descriptor;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_READABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    do {
        length = sizeof(name);
        descriptor = accept4((int)handle, (struct sockaddr *)&name, &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0 && is_of_connection(errno)) {
        epoll->last_error = errno;
        return TRIO_ECONNABORTED;
    }
    if (descriptor < 0)
        return transfer_failed(epoll, slot, TRIO_READABLE);
    slot->readiness[TRIO_READABLE] = READINESS_UNKNOWN;
    *ret_peer = trio_sockaddr_to_(&name, length);
    return adopt(epoll, descriptor, ret_handle); // Moves the slots.
}

// ---- Connecting ----

static trio_status net_connect(void *context, trio_handle handle,
                               const struct trio_address *address)
{
    struct epoll *epoll = context;
    struct slot *slot = find(epoll, handle);
    struct sockaddr_storage name;
    socklen_t length = trio_sockaddr_from_(address, &name);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (connect((int)handle, (struct sockaddr *)&name, length) == 0)
        return TRIO_OK;
    // Interrupted, it goes on in the background like any other.
    if (errno == EINTR)
        errno = EINPROGRESS;
    return transfer_failed(epoll, slot, TRIO_WRITABLE);
}

static trio_status net_connect_result(void *context, trio_handle handle)
{
    struct epoll *epoll = context;
    int error = 0;
    socklen_t length = sizeof(error);

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getsockopt((int)handle, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return failed(epoll);
    if (error == 0)
        return TRIO_OK;
    epoll->last_error = error;
    return trio_status_of_errno_(error);
}

// ---- Transfers ----

static trio_status net_receive(void *context, trio_handle handle, void *data,
                               size_t size, size_t *ret_length)
{
    struct epoll *epoll = context;
    struct slot *slot = find(epoll, handle);
    ssize_t length;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_READABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    do
        length = recv((int)handle, data, size, 0);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return transfer_failed(epoll, slot, TRIO_READABLE);
    if (length == 0 && slot->failure != 0) {
        epoll->last_error = slot->failure;
        return trio_status_of_errno_(slot->failure);
    }
    if (length == 0)
        return TRIO_EEND;
    transferred(slot, TRIO_READABLE, (size_t)length, size);
    *ret_length = (size_t)length;
    return TRIO_OK;
}

static trio_status net_send(void *context, trio_handle handle, const void *data,
                            size_t size, size_t *ret_length)
{
    struct epoll *epoll = context;
    struct slot *slot = find(epoll, handle);
    ssize_t length;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->readiness[TRIO_WRITABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    do
        length = send((int)handle, data, size, MSG_NOSIGNAL);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return transfer_failed(epoll, slot, TRIO_WRITABLE);
    transferred(slot, TRIO_WRITABLE, (size_t)length, size);
    *ret_length = (size_t)length;
    return TRIO_OK;
}

static trio_status net_shutdown_send(void *context, trio_handle handle)
{
    struct epoll *epoll = context;

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    return result_of(epoll, shutdown((int)handle, SHUT_WR));
}

// ---- Options and names ----

static trio_status net_set_option(void *context, trio_handle handle,
                                  enum trio_socket_option option, int value)
{
    struct epoll *epoll = context;

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    return result_of(epoll,
                     trio_socket_option_set_((int)handle, option, value));
}

static trio_status net_local_address(void *context, trio_handle handle,
                                     struct trio_address *ret_address)
{
    struct epoll *epoll = context;
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof(name);

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getsockname((int)handle, (struct sockaddr *)&name, &length) < 0)
        return failed(epoll);
    *ret_address = trio_sockaddr_to_(&name, length);
    return TRIO_OK;
}

static trio_status net_peer_address(void *context, trio_handle handle,
                                    struct trio_address *ret_address)
{
    struct epoll *epoll = context;
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length = sizeof(name);

    if (find(epoll, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getpeername((int)handle, (struct sockaddr *)&name, &length) < 0)
        return failed(epoll);
    *ret_address = trio_sockaddr_to_(&name, length);
    return TRIO_OK;
}

const struct trio_net trio_epoll_net_ = {
    .open = net_open,
    .bind = net_bind,
    .listen = net_listen,
    .accept = net_accept,
    .connect = net_connect,
    .connect_result = net_connect_result,
    .receive = net_receive,
    .send = net_send,
    .shutdown_send = net_shutdown_send,
    .set_option = net_set_option,
    .local_address = net_local_address,
    .peer_address = net_peer_address,
    .close = net_close,
};
