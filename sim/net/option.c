// The options of sockets: which kind has which, within which bounds, and what
// it is at first. As the system does, buffers are twice what was asked for,
// half of which is for data.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

enum {
    BUFFER_MAX = 212992,
    SEND_MIN = 4608,
    RECEIVE_MIN = 2304,
    TCP_BUFFER = 131072,
    TTL_DEFAULT = 64
};

enum need { ANY, TCP, UDP, IP, IPV6 };

static const struct {
    enum need need; // Who has it.
    int min;
    int max;
} table[] = {
    [TRIO_SOCKET_NO_DELAY] = {TCP, 0, 1},
    [TRIO_SOCKET_REUSE_ADDRESS] = {ANY, 0, 1},
    [TRIO_SOCKET_REUSE_PORT] = {ANY, 0, 1},
    [TRIO_SOCKET_V6_ONLY] = {IPV6, 0, 1},
    [TRIO_SOCKET_KEEP_ALIVE] = {ANY, 0, 1},
    [TRIO_SOCKET_SEND_BUFFER] = {ANY, SEND_MIN, 2 * BUFFER_MAX},
    [TRIO_SOCKET_RECEIVE_BUFFER] = {ANY, RECEIVE_MIN, 2 * BUFFER_MAX},
    [TRIO_SOCKET_BROADCAST] = {ANY, 0, 1},
    [TRIO_SOCKET_TTL] = {IP, 1, 255},
    [TRIO_SOCKET_MULTICAST_TTL] = {UDP, 0, 255},
    [TRIO_SOCKET_MULTICAST_LOOP] = {UDP, 0, 1},
    [TRIO_SOCKET_MULTICAST_INTERFACE] = {UDP, 0, 1},
};

void trio_sim_option_begin_(struct endpoint *endpoint)
{
    int buffer = trio_sim_is_tcp_(endpoint) ? TCP_BUFFER : BUFFER_MAX;

    endpoint->options[TRIO_SOCKET_SEND_BUFFER] = buffer;
    endpoint->options[TRIO_SOCKET_RECEIVE_BUFFER] = buffer;
    endpoint->options[TRIO_SOCKET_TTL] = TTL_DEFAULT;
    endpoint->options[TRIO_SOCKET_MULTICAST_TTL] = 1;
    endpoint->options[TRIO_SOCKET_MULTICAST_LOOP] = 1;
}

static bool has(const struct endpoint *endpoint, enum need need)
{
    switch (need) {
    case TCP:
        return trio_sim_is_tcp_(endpoint);
    case UDP:
        return endpoint->kind == KIND_DATAGRAM &&
               endpoint->family != TRIO_ADDRESS_LOCAL;
    case IP:
        return endpoint->family != TRIO_ADDRESS_LOCAL;
    case IPV6:
        return endpoint->family == TRIO_ADDRESS_IPV6;
    default:
        return true;
    }
}

// Finds the socket, if it has the option.
static trio_status find(void *context, trio_handle handle,
                        enum trio_socket_option option,
                        struct endpoint **ret_endpoint)
{
    const struct slot *slot =
        trio_sim_handle_ours_(trio_sim_network_(context), handle);

    if (slot == NULL || slot->endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    if ((size_t)option >= OPTIONS)
        return TRIO_EINVAL;
    if (!has(slot->endpoint, table[option].need))
        return TRIO_ENOTSUP;
    *ret_endpoint = slot->endpoint;
    return TRIO_OK;
}

static bool is_buffer(enum trio_socket_option option)
{
    return option == TRIO_SOCKET_SEND_BUFFER ||
           option == TRIO_SOCKET_RECEIVE_BUFFER;
}

static int buffer_of(int value, enum trio_socket_option option)
{
    int min = table[option].min;

    if (value < 0 || value > BUFFER_MAX)
        value = BUFFER_MAX;
    return 2 * value < min ? min : 2 * value;
}

trio_status trio_sim_set_option_(void *context, trio_handle handle,
                                 enum trio_socket_option option, int value)
{
    struct endpoint *endpoint;
    trio_status rc = find(context, handle, option, &endpoint);

    if (rc != TRIO_OK)
        return rc;
    if (is_buffer(option)) {
        value = buffer_of(value, option);
    } else if (table[option].max == 1 &&
               option != TRIO_SOCKET_MULTICAST_INTERFACE) {
        value = value != 0;
    } else if (value < table[option].min || value > table[option].max) {
        return option == TRIO_SOCKET_MULTICAST_INTERFACE ? TRIO_EADDRNOTAVAIL
                                                         : TRIO_EINVAL;
    }
    if (option == TRIO_SOCKET_V6_ONLY && endpoint->binding != NULL)
        return TRIO_EINVAL;
    endpoint->options[option] = value;
    trio_sim_changed_(trio_sim_network_(context), endpoint);
    return TRIO_OK;
}

trio_status trio_sim_get_option_(void *context, trio_handle handle,
                                 enum trio_socket_option option, int *ret_value)
{
    struct endpoint *endpoint;
    trio_status rc = find(context, handle, option, &endpoint);

    if (rc != TRIO_OK)
        return rc;
    if (option == TRIO_SOCKET_MULTICAST_INTERFACE)
        return TRIO_EINVAL;
    *ret_value = endpoint->options[option];
    return TRIO_OK;
}
