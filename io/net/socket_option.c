// Options of a socket. Records name them as <trio/backend.h> does.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/error.h>
#include <trio/socket.h>

#include "io/net/finish.h"
#include "io/net/socket_call.h"

static const char *name_of(enum trio_socket_option option)
{
    static const char *const names[] = {
        [TRIO_SOCKET_NO_DELAY] = "NO_DELAY",
        [TRIO_SOCKET_REUSE_ADDRESS] = "REUSE_ADDRESS",
        [TRIO_SOCKET_REUSE_PORT] = "REUSE_PORT",
        [TRIO_SOCKET_V6_ONLY] = "V6_ONLY",
        [TRIO_SOCKET_KEEP_ALIVE] = "KEEP_ALIVE",
        [TRIO_SOCKET_KEEP_ALIVE_IDLE] = "KEEP_ALIVE_IDLE",
        [TRIO_SOCKET_KEEP_ALIVE_INTERVAL] = "KEEP_ALIVE_INTERVAL",
        [TRIO_SOCKET_KEEP_ALIVE_COUNT] = "KEEP_ALIVE_COUNT",
        [TRIO_SOCKET_SEND_BUFFER] = "SEND_BUFFER",
        [TRIO_SOCKET_RECEIVE_BUFFER] = "RECEIVE_BUFFER",
        [TRIO_SOCKET_BROADCAST] = "BROADCAST",
        [TRIO_SOCKET_TTL] = "TTL",
        [TRIO_SOCKET_MULTICAST_TTL] = "MULTICAST_TTL",
        [TRIO_SOCKET_MULTICAST_LOOP] = "MULTICAST_LOOP",
        [TRIO_SOCKET_MULTICAST_INTERFACE] = "MULTICAST_INTERFACE"};

    size_t count = sizeof(names) / sizeof(*names);

    return (size_t)option < count ? names[option] : "an unknown option";
}

trio_status trio_socket_set_option(struct trio_socket *socket,
                                   enum trio_socket_option option, int value)
{
    const struct trio_world *world = trio_run_world();
    char text[TRIO_ADDRESS_TEXT_MAX];

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    if (value < 0) // Some systems take that for a lot.
        return trio_fail(TRIO_EINVAL, "set %s to %d", name_of(option), value);
    trio_status rc =
        world->net->set_option(world->context, socket->handle, option, value);
    if (rc == TRIO_OK)
        return rc;
    int os_error = trio_net_error_(world); // Naming the socket makes calls.
    return trio_fail_os(rc, os_error, "set %s to %d at %s", name_of(option),
                        value, trio_socket_name_(socket, text, sizeof(text)));
}

trio_status trio_socket_get_option(const struct trio_socket *socket,
                                   enum trio_socket_option option,
                                   int *ret_value)
{
    const struct trio_world *world = trio_run_world();
    char text[TRIO_ADDRESS_TEXT_MAX];

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_status rc = world->net->get_option(world->context, socket->handle,
                                            option, ret_value);
    if (rc == TRIO_OK)
        return rc;
    int os_error = trio_net_error_(world);
    return trio_fail_os(rc, os_error, "read %s at %s", name_of(option),
                        trio_socket_name_(socket, text, sizeof(text)));
}
