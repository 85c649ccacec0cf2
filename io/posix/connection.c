// How sockets get a peer: one side binds, listens and accepts, the other one
// connects.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/posix/descriptors.h"
#include "io/posix/os_status.h"
#include "io/posix/posix.h"
#include "io/posix/sockaddr.h"

// ---- Listening ----

trio_status trio_posix_bind_(void *context, trio_handle handle,
                             const struct trio_address *address)
{
    struct posix *posix = context;
    struct sockaddr_storage name;
    socklen_t length = trio_sockaddr_from_(address, &name);

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    return trio_posix_result_(
        posix, bind((int)handle, (struct sockaddr *)&name, length));
}

trio_status trio_posix_listen_(void *context, trio_handle handle, int backlog)
{
    struct posix *posix = context;

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    return trio_posix_result_(posix, listen((int)handle, backlog));
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
#if defined(ENONET)
    case ENONET:
#endif
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

trio_status trio_posix_accept_(void *context, trio_handle handle,
                               trio_handle *ret_handle,
                               struct trio_address *ret_peer)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_socket_(posix, handle);
    struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
    socklen_t length;
    int descriptor;

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (slot->datagram) // The system's number is one of a connection's, too.
        return trio_posix_refuse_(posix, TRIO_EINVAL, EINVAL);
    if (slot->readiness[TRIO_READABLE] == READINESS_NONE)
        return TRIO_EWOULDBLOCK;
    do {
        length = sizeof(name);
        descriptor = trio_descriptor_accept_((int)handle,
                                             (struct sockaddr *)&name, &length);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0 && is_of_connection(errno))
        return trio_posix_refuse_(posix, TRIO_ECONNABORTED, errno);
    if (descriptor < 0)
        return trio_posix_transfer_failed_(posix, slot, TRIO_READABLE);
    slot->readiness[TRIO_READABLE] = READINESS_UNKNOWN;
    *ret_peer = trio_sockaddr_to_(&name, length);
    return trio_posix_own_(posix, descriptor, slot->datagram, slot->local,
                           ret_handle);
}

// ---- Connecting ----

trio_status trio_posix_connect_(void *context, trio_handle handle,
                                const struct trio_address *address)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_socket_(posix, handle);
    struct sockaddr_storage name;
    socklen_t length = trio_sockaddr_from_(address, &name);

    if (slot == NULL)
        return TRIO_EBADHANDLE;
    if (connect((int)handle, (struct sockaddr *)&name, length) == 0)
        return TRIO_OK;
    // A local listener has too many who wait; nothing tells when it has less.
    if (errno == EAGAIN && slot->local)
        errno = ENOBUFS;
    // Interrupted, it goes on in the background like any other.
    if (errno == EINTR)
        errno = EINPROGRESS;
    return trio_posix_transfer_failed_(posix, slot, TRIO_WRITABLE);
}

trio_status trio_posix_connect_result_(void *context, trio_handle handle)
{
    struct posix *posix = context;
    int error = 0;
    socklen_t length = sizeof(error);

    if (trio_posix_socket_(posix, handle) == NULL)
        return TRIO_EBADHANDLE;
    if (getsockopt((int)handle, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return trio_posix_failed_(posix);
    if (error == 0)
        return TRIO_OK;
    return trio_posix_refuse_(posix, trio_status_of_errno_(error), error);
}
