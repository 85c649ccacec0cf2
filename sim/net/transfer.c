// Whatever is sent and received is a message; the short forms have one buffer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/task.h>

#include "sim/net/socket.h"

static bool has_handles(const struct trio_message *message)
{
    return message->handles != NULL && message->handle_count > 0;
}

static bool is_too_much(const struct trio_message *message)
{
    return message->buffer_count > TRIO_MESSAGE_BUFFERS_MAX ||
           message->handle_count > TRIO_MESSAGE_HANDLES_MAX;
}

static struct endpoint *find(void *context, trio_handle handle)
{
    trio_sim_host_risk_(context);
    const struct network *network = trio_sim_network_(context);
    const struct slot *slot = trio_sim_handle_ours_(network, handle);

    if (slot == NULL)
        return NULL;
    trio_sim_used_(network, slot->endpoint);
    return slot->endpoint;
}

// ---- By kind ----

static trio_status receive_by_kind(void *context, struct endpoint *endpoint,
                                   struct trio_message *message)
{
    struct network *network = trio_sim_network_(context);

    return endpoint->kind == KIND_DATAGRAM
               ? trio_sim_datagram_receive_(network, endpoint, message)
               : trio_sim_stream_receive_(network, endpoint, message);
}

static trio_status send_by_kind(void *context, struct endpoint *endpoint,
                                const struct trio_message *message,
                                size_t *ret_length)
{
    struct network *network = trio_sim_network_(context);

    if (endpoint->kind != KIND_DATAGRAM)
        return trio_sim_stream_send_(network, endpoint, message, ret_length);
    return endpoint->family == TRIO_ADDRESS_LOCAL
               ? trio_sim_local_send_(network, endpoint, message, ret_length)
               : trio_sim_datagram_send_(network, endpoint, message,
                                         ret_length);
}

// ---- The seam ----

static trio_status receive(void *context, trio_handle handle, void *data,
                           size_t size, size_t *ret_length)
{
    struct endpoint *endpoint = find(context, handle);
    struct trio_buffer buffer = {data, size};
    struct trio_message message = {.buffers = &buffer, .buffer_count = 1};

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    trio_status rc = receive_by_kind(context, endpoint, &message);
    if (rc == TRIO_OK)
        *ret_length = message.length;
    return rc;
}

static trio_status send(void *context, trio_handle handle, const void *data,
                        size_t size, size_t *ret_length)
{
    struct endpoint *endpoint = find(context, handle);
    struct trio_buffer buffer = {(void *)(uintptr_t)data, size};
    struct trio_message message = {.buffers = &buffer, .buffer_count = 1};

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    return send_by_kind(context, endpoint, &message, ret_length);
}

static trio_status receive_message(void *context, trio_handle handle,
                                   struct trio_message *message)
{
    struct endpoint *endpoint = find(context, handle);

    if (endpoint == NULL || endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    if (is_too_much(message))
        return TRIO_EINVAL;
    return receive_by_kind(context, endpoint, message);
}

static trio_status send_message(void *context, trio_handle handle,
                                const struct trio_message *message,
                                size_t *ret_length)
{
    struct endpoint *endpoint = find(context, handle);

    if (endpoint == NULL || endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    if (is_too_much(message))
        return TRIO_EINVAL;
    if (has_handles(message) && endpoint->family != TRIO_ADDRESS_LOCAL)
        return TRIO_ENOTSUP;
    return send_by_kind(context, endpoint, message, ret_length);
}

static trio_status shutdown_send(void *context, trio_handle handle)
{
    struct endpoint *endpoint = find(context, handle);

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    if (endpoint->kind != KIND_DATAGRAM)
        return trio_sim_stream_shut_(trio_sim_network_(context), endpoint);
    endpoint->shut = true; // Even where that is refused.
    return endpoint->state == STATE_CONNECTED ||
                   endpoint->family == TRIO_ADDRESS_LOCAL
               ? TRIO_OK
               : TRIO_EBROKEN;
}

// ---- Files: there are none ----

static trio_status read_file(void *context, trio_handle handle, int64_t offset,
                             void *data, size_t size, size_t *ret_length,
                             int *ret_error)
{
    (void)context, (void)handle, (void)offset, (void)data, (void)size;
    (void)ret_length, (void)ret_error;
    return TRIO_EBADHANDLE;
}

static trio_status write_file(void *context, trio_handle handle, int64_t offset,
                              const void *data, size_t size, size_t *ret_length,
                              int *ret_error)
{
    (void)context, (void)handle, (void)offset, (void)data, (void)size;
    (void)ret_length, (void)ret_error;
    return TRIO_EBADHANDLE;
}

static trio_status send_file(void *context, trio_handle handle,
                             trio_handle file, uint64_t offset, uint64_t size,
                             uint64_t *ret_length)
{
    (void)file, (void)offset, (void)size, (void)ret_length;
    return find(context, handle) == NULL ? TRIO_EBADHANDLE : TRIO_ENOTSUP;
}

const struct trio_net trio_sim_net_ = {
    .open = trio_sim_open_,
    .pair = trio_sim_pair_,
    .adopt = trio_sim_adopt_,
    .release = trio_sim_release_,
    .open_pipe = trio_sim_open_pipe_,
    .adopt_descriptor = trio_sim_adopt_descriptor_,
    .read_file = read_file,
    .write_file = write_file,
    .bind = trio_sim_bind_,
    .listen = trio_sim_listen_,
    .accept = trio_sim_accept_,
    .connect = trio_sim_connect_,
    .connect_result = trio_sim_connect_result_,
    .receive = receive,
    .send = send,
    .receive_message = receive_message,
    .send_message = send_message,
    .send_file = send_file,
    .shutdown_send = shutdown_send,
    .set_option = trio_sim_set_option_,
    .get_option = trio_sim_get_option_,
    .set_member = trio_sim_set_member_,
    .local_address = trio_sim_local_address_,
    .peer_address = trio_sim_peer_address_,
    .path_id = trio_sim_path_id_,
    .remove_path = trio_sim_path_remove_,
    .close = trio_sim_close_};
