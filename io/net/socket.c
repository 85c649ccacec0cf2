// A socket has its handle exactly while it is open. Nothing here waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket.h>

#include <trio/error.h>
#include <trio/task.h>

#include "io/net/finish.h"
#include "io/net/socket_call.h"

static struct trio_socket opened(trio_handle handle,
                                 enum trio_address_family family,
                                 enum trio_socket_type type)
{
    return (struct trio_socket){
        .handle = handle, .family = family, .type = type, .open = true};
}

// ---- Making ----

static bool is_kind(enum trio_address_family family, enum trio_socket_type type)
{
    return (family == TRIO_ADDRESS_LOCAL || family == TRIO_ADDRESS_IPV4 ||
            family == TRIO_ADDRESS_IPV6) &&
           (type == TRIO_SOCKET_STREAM || type == TRIO_SOCKET_DATAGRAM);
}

static const char *family_name(enum trio_address_family family)
{
    if (family == TRIO_ADDRESS_LOCAL)
        return "a local";
    return family == TRIO_ADDRESS_IPV4 ? "an IPv4" : "an IPv6";
}

static const char *type_name(enum trio_socket_type type)
{
    return type == TRIO_SOCKET_STREAM ? "stream" : "datagram";
}

trio_status trio_socket_open(enum trio_address_family family,
                             enum trio_socket_type type,
                             struct trio_socket *ret_socket)
{
    const struct trio_world *world = trio_run_world();
    trio_handle handle;

    if (!is_kind(family, type))
        return trio_fail(TRIO_ENOTSUP, "open a socket of family %d and type %d",
                         (int)family, (int)type);
    trio_status rc = world->net->open(world->context, family, type, &handle);
    if (rc != TRIO_OK)
        return trio_fail_os(rc, trio_net_error_(world), "open %s %s socket",
                            family_name(family), type_name(type));
    *ret_socket = opened(handle, family, type);
    return TRIO_OK;
}

trio_status trio_socket_pair(enum trio_socket_type type,
                             struct trio_socket *ret_near,
                             struct trio_socket *ret_far)
{
    const struct trio_world *world = trio_run_world();
    trio_handle handles[2];

    if (!is_kind(TRIO_ADDRESS_LOCAL, type))
        return trio_fail(TRIO_ENOTSUP, "open a pair of sockets of type %d",
                         (int)type);
    trio_status rc = world->net->pair(world->context, type, handles);

    if (rc != TRIO_OK)
        return trio_fail_os(rc, trio_net_error_(world),
                            "open a pair of %s sockets", type_name(type));
    *ret_near = opened(handles[0], TRIO_ADDRESS_LOCAL, type);
    *ret_far = opened(handles[1], TRIO_ADDRESS_LOCAL, type);
    return TRIO_OK;
}

trio_status trio_socket_adopt(trio_handle handle,
                              struct trio_socket *ret_socket)
{
    const struct trio_world *world = trio_run_world();
    enum trio_address_family family;
    enum trio_socket_type type;
    trio_status rc = world->net->adopt(world->context, handle, &family, &type);

    if (rc != TRIO_OK)
        return trio_fail_os(rc, trio_net_error_(world),
                            "make a socket of handle %lld", (long long)handle);
    *ret_socket = opened(handle, family, type);
    return TRIO_OK;
}

trio_handle trio_socket_release(struct trio_socket *socket)
{
    const struct trio_world *world = trio_run_world();
    trio_handle handle = socket->handle;

    trio_touch(socket, TRIO_ACCESS_WRITE);
    if (!socket->open)
        return TRIO_HANDLE_NONE;
    socket->open = false;
    socket->handle = TRIO_HANDLE_NONE;
    world->net->release(world->context, handle);
    return handle;
}

static void close_socket(struct trio_socket *socket, bool reset)
{
    const struct trio_world *world = trio_run_world();

    trio_touch(socket, TRIO_ACCESS_WRITE);
    if (!socket->open)
        return;
    socket->open = false;
    world->net->close(world->context, socket->handle, reset);
    socket->handle = TRIO_HANDLE_NONE;
}

void trio_socket_close(struct trio_socket *socket)
{
    close_socket(socket, false);
}

void trio_socket_reset(struct trio_socket *socket)
{
    close_socket(socket, true);
}

// ---- Names ----

trio_status trio_socket_bind(struct trio_socket *socket,
                             const struct trio_address *address)
{
    const struct trio_world *world = trio_run_world();

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    if (address->family != socket->family)
        return trio_socket_misfit_("bind to", address);
    trio_status rc = world->net->bind(world->context, socket->handle, address);
    return trio_socket_failed_(socket, rc, "bind to", address);
}

trio_status trio_socket_listen(struct trio_socket *socket, int backlog)
{
    const struct trio_world *world = trio_run_world();

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_status rc =
        world->net->listen(world->context, socket->handle, backlog);
    return trio_socket_failed_(socket, rc, "listen on", NULL);
}

trio_status trio_socket_local_address(const struct trio_socket *socket,
                                      struct trio_address *ret_address)
{
    const struct trio_world *world = trio_run_world();

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_status rc =
        world->net->local_address(world->context, socket->handle, ret_address);
    return trio_socket_failed_(socket, rc, "read the address of", NULL);
}

trio_status trio_socket_peer_address(const struct trio_socket *socket,
                                     struct trio_address *ret_address)
{
    const struct trio_world *world = trio_run_world();

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_status rc =
        world->net->peer_address(world->context, socket->handle, ret_address);
    return trio_socket_failed_(socket, rc, "read the peer of", NULL);
}

// ---- Multicast groups ----

static trio_status set_member(struct trio_socket *socket,
                              const struct trio_address *group,
                              uint32_t interface_number, bool member)
{
    const struct trio_world *world = trio_run_world();
    const char *what = member ? "join" : "leave";
    char text[TRIO_ADDRESS_TEXT_MAX];

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    if (socket->type != TRIO_SOCKET_DATAGRAM ||
        socket->family == TRIO_ADDRESS_LOCAL)
        return trio_fail(TRIO_ENOTSUP, "%s %s: the socket has no groups", what,
                         trio_address_format(group, text, sizeof(text)));
    if (group->family != socket->family)
        return trio_socket_misfit_(what, group);
    trio_status rc = world->net->set_member(world->context, socket->handle,
                                            group, interface_number, member);
    return trio_socket_failed_(socket, rc, what, group);
}

trio_status trio_socket_join_group(struct trio_socket *socket,
                                   const struct trio_address *group,
                                   uint32_t interface_number)
{
    return set_member(socket, group, interface_number, true);
}

trio_status trio_socket_leave_group(struct trio_socket *socket,
                                    const struct trio_address *group,
                                    uint32_t interface_number)
{
    return set_member(socket, group, interface_number, false);
}
