// There is no call for it, so one end listens for the other on the loopback.
// Somebody else on this machine may get there first; so the ends are compared,
// and what was not ours is dropped.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "io/windows/iocp.h"
#include "io/windows/sockaddr.h"

static const struct trio_address loopback = {.family = TRIO_ADDRESS_IPV4,
                                             .bytes = {127, 0, 0, 1}};

static SOCKET open_socket(int type)
{
    return WSASocketW(AF_INET, type, 0, NULL, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

// Binds a socket to any port of the loopback; tells which.
static bool bind_any(SOCKET socket, struct sockaddr_storage *ret_name)
{
    int length = trio_sockaddr_from_(&loopback, ret_name);

    return bind(socket, (struct sockaddr *)ret_name, length) == 0 &&
           getsockname(socket, (struct sockaddr *)ret_name, &length) == 0;
}

static bool connect_to(SOCKET socket, const struct sockaddr_storage *name)
{
    return connect(socket, (const struct sockaddr *)name,
                   sizeof(struct sockaddr_in)) == 0;
}

static bool have_same_name(SOCKET end, const struct sockaddr_storage *peer)
{
    struct sockaddr_storage name;
    int length = sizeof(name);

    if (getsockname(end, (struct sockaddr *)&name, &length) != 0)
        return false;
    struct trio_address one = trio_sockaddr_to_(&name);
    struct trio_address other = trio_sockaddr_to_(peer);
    return memcmp(&one, &other, sizeof(one)) == 0;
}

// Accepts until it is the end that was connected.
static SOCKET accept_end(SOCKET listener, SOCKET end)
{
    for (;;) {
        struct sockaddr_storage peer;
        int length = sizeof(peer);
        SOCKET accepted = accept(listener, (struct sockaddr *)&peer, &length);

        if (accepted == INVALID_SOCKET || have_same_name(end, &peer))
            return accepted;
        closesocket(accepted);
    }
}

static bool connect_streams(SOCKET ends[2])
{
    struct sockaddr_storage name;
    SOCKET listener = open_socket(SOCK_STREAM);

    ends[0] = open_socket(SOCK_STREAM);
    ends[1] = INVALID_SOCKET;
    if (listener != INVALID_SOCKET && ends[0] != INVALID_SOCKET &&
        bind_any(listener, &name) && listen(listener, 1) == 0 &&
        connect_to(ends[0], &name))
        ends[1] = accept_end(listener, ends[0]);
    int error = WSAGetLastError();
    if (listener != INVALID_SOCKET)
        closesocket(listener);
    WSASetLastError(error);
    return ends[1] != INVALID_SOCKET;
}

static bool connect_datagrams(SOCKET ends[2])
{
    struct sockaddr_storage names[2];

    ends[0] = open_socket(SOCK_DGRAM);
    ends[1] = open_socket(SOCK_DGRAM);
    return ends[0] != INVALID_SOCKET && ends[1] != INVALID_SOCKET &&
           bind_any(ends[0], &names[0]) && bind_any(ends[1], &names[1]) &&
           connect_to(ends[0], &names[1]) && connect_to(ends[1], &names[0]);
}

int trio_iocp_connect_pair_(bool datagram, SOCKET ret_ends[2])
{
    if (datagram ? connect_datagrams(ret_ends) : connect_streams(ret_ends))
        return 0;
    int error = WSAGetLastError();
    for (int i = 0; i < 2; i++)
        if (ret_ends[i] != INVALID_SOCKET)
            closesocket(ret_ends[i]);
    return error;
}
