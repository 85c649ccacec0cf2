// A simulated run has no sockets: its streams are memory. What a real one does
// depends on the machine, and on who is at the other end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <netdb.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "sim/runner/guard.h"

// clang-format off
GUARD("a real socket", int, socket, (int family, int type, int protocol),
      (family, type, protocol))
GUARD("a real socket", int, socketpair,
      (int family, int type, int protocol, int ret_ends[2]),
      (family, type, protocol, ret_ends))
GUARD("a real socket", int, connect,
      (int handle, const struct sockaddr *address, socklen_t length),
      (handle, address, length))
GUARD("a real socket", int, bind,
      (int handle, const struct sockaddr *address, socklen_t length),
      (handle, address, length))
GUARD("a real socket", int, listen, (int handle, int backlog),
      (handle, backlog))
GUARD("a real socket", int, accept,
      (int handle, struct sockaddr *ret_address, socklen_t *length),
      (handle, ret_address, length))
GUARD("a real socket", int, accept4,
      (int handle, struct sockaddr *ret_address, socklen_t *length, int flags),
      (handle, ret_address, length, flags))
GUARD("a real resolver", int, getaddrinfo,
      (const char *host, const char *service, const struct addrinfo *hints,
       struct addrinfo **ret_list),
      (host, service, hints, ret_list))

GUARD("a real poller", int, epoll_create, (int size), (size))
GUARD("a real poller", int, epoll_create1, (int flags), (flags))
GUARD("a real poller", int, epoll_ctl,
      (int poller, int operation, int handle, struct epoll_event *event),
      (poller, operation, handle, event))
// clang-format on
