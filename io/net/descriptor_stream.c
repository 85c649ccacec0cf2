// A descriptor that can be waited for is sent to and received from as a socket
// is: only what it is made of differs, and which halves it has. A file cannot
// be waited for, and its calls may take long: each is one in a thread, during
// which the half is busy and the descriptor stays open, whoever closes the
// stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/descriptor_stream.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>
#include <trio/thread.h>

#include "io/net/finish.h"
#include "io/net/socket_call.h"
#include "io/net/socket_stream.h"

// The stream is its first member.
static struct trio_socket *socket_of(struct trio_stream *stream)
{
    return &((struct trio_socket_stream *)stream)->socket;
}

// ---- Files ----

struct file_call {
    const struct trio_world *world;
    trio_handle handle;
    const void *data;
    void *buffer;
    size_t size;
    size_t length;
    int error;
};

static trio_status read_in_thread(void *arg)
{
    struct file_call *call = arg;
    const struct trio_world *world = call->world;

    return world->net->read_file(world->context, call->handle, -1, call->buffer,
                                 call->size, &call->length, &call->error);
}

static trio_status write_in_thread(void *arg)
{
    struct file_call *call = arg;
    const struct trio_world *world = call->world;

    return world->net->write_file(world->context, call->handle, -1, call->data,
                                  call->size, &call->length, &call->error);
}

// Closes the descriptor of a file that was closed, once no thread is in it.
static void close_if_unused(struct trio_socket *socket)
{
    const struct trio_world *world = trio_run_world();

    if (socket->open || socket->busy[0] || socket->busy[1] ||
        socket->handle == TRIO_HANDLE_NONE)
        return;
    world->net->close(world->context, socket->handle, false);
    socket->handle = TRIO_HANDLE_NONE;
}

static TRIO_CHECKPOINT trio_status call_in_thread(struct trio_socket *socket,
                                                  enum trio_direction direction,
                                                  struct file_call *call)
{
    bool reads = direction == TRIO_READABLE;

    call->world = trio_run_world();
    call->handle = socket->handle;
    socket->busy[direction] = true;
    trio_status rc =
        trio_thread_run(NULL, reads ? read_in_thread : write_in_thread, call);
    socket->busy[direction] = false;
    close_if_unused(socket);
    if (!trio_is_failure(rc) || rc == TRIO_EEND || call->error == 0)
        return rc;
    return trio_fail_os(rc, call->error, "%s descriptor %lld",
                        reads ? "read from" : "write to",
                        (long long)call->handle);
}

static TRIO_CHECKPOINT trio_status file_send_all(struct trio_stream *stream,
                                                 const void *data, size_t size,
                                                 size_t *ret_sent)
{
    struct trio_socket *socket = socket_of(stream);
    const struct trio_world *world;
    trio_status rc = trio_socket_begin_(socket, TRIO_WRITABLE, &world);

    if (rc != TRIO_OK)
        return rc;
    if (size == 0)
        return trio_net_finish_(false, TRIO_OK);
    while (rc == TRIO_OK && *ret_sent < size) {
        struct file_call call = {.data = (const char *)data + *ret_sent,
                                 .size = size - *ret_sent};
        rc = socket->open ? call_in_thread(socket, TRIO_WRITABLE, &call)
                          : trio_fail_bare(TRIO_ECLOSED);
        *ret_sent += call.length;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status
file_wait_writable(struct trio_stream *stream)
{
    const struct trio_world *world;
    trio_status rc =
        trio_socket_begin_(socket_of(stream), TRIO_WRITABLE, &world);
    return rc == TRIO_OK ? trio_net_finish_(false, rc) : rc;
}

static TRIO_CHECKPOINT trio_status file_receive_some(struct trio_stream *stream,
                                                     void *buffer, size_t size,
                                                     size_t *ret_length)
{
    struct trio_socket *socket = socket_of(stream);
    struct file_call call = {.buffer = buffer, .size = size};
    const struct trio_world *world;
    trio_status rc = trio_socket_begin_(socket, TRIO_READABLE, &world);

    if (rc == TRIO_OK)
        rc = call_in_thread(socket, TRIO_READABLE, &call);
    if (rc == TRIO_OK)
        *ret_length = call.length;
    return rc;
}

static void file_close_forcefully(struct trio_stream *stream)
{
    struct trio_socket *socket = socket_of(stream);

    trio_touch(socket, TRIO_ACCESS_WRITE);
    socket->open = false;
    close_if_unused(socket);
}

static TRIO_CHECKPOINT trio_status file_close(struct trio_stream *stream)
{
    file_close_forcefully(stream);
    return trio_checkpoint();
}

// ---- Making ----

#define SENDS                                                                  \
    .send_all = trio_socket_stream_send_all_,                                  \
    .wait_writable = trio_socket_stream_wait_writable_
#define RECEIVES .receive_some = trio_socket_stream_receive_some_
#define CLOSES                                                                 \
    .close = trio_socket_stream_close_,                                        \
    .close_forcefully = trio_socket_stream_close_forcefully_

#define FILE_SENDS                                                             \
    .send_all = file_send_all, .wait_writable = file_wait_writable
#define FILE_RECEIVES .receive_some = file_receive_some
#define FILE_CLOSES                                                            \
    .close = file_close, .close_forcefully = file_close_forcefully

// By whether it is a file, receives, sends.
static const struct trio_stream_operations operations[2][2][2] = {
    {{{CLOSES}, {SENDS, CLOSES}},
     {{RECEIVES, CLOSES}, {RECEIVES, SENDS, CLOSES}}},
    {{{FILE_CLOSES}, {FILE_SENDS, FILE_CLOSES}},
     {{FILE_RECEIVES, FILE_CLOSES}, {FILE_RECEIVES, FILE_SENDS, FILE_CLOSES}}}};

static void init(struct trio_descriptor_stream *ret_stream, trio_handle handle,
                 struct trio_descriptor descriptor)
{
    *ret_stream = (struct trio_descriptor_stream){
        .over = {.stream.operations =
                     &operations[descriptor.is_file][descriptor.receives]
                                [descriptor.sends],
                 .socket = {.handle = handle, .open = true}}};
}

trio_status
trio_descriptor_stream_open(trio_handle descriptor,
                            struct trio_descriptor_stream *ret_stream)
{
    const struct trio_world *world = trio_run_world();
    struct trio_descriptor found;
    trio_status rc =
        world->net->adopt_descriptor(world->context, descriptor, &found);

    if (rc != TRIO_OK)
        return trio_fail_os(rc, trio_net_error_(world),
                            "make a stream of descriptor %lld",
                            (long long)descriptor);
    init(ret_stream, descriptor, found);
    return TRIO_OK;
}

trio_handle
trio_descriptor_stream_release(struct trio_descriptor_stream *stream)
{
    struct trio_socket *socket = &stream->over.socket;
    bool is_file = stream->stream.operations != NULL &&
                   stream->stream.operations->close == file_close;

    if (is_file && (socket->busy[0] || socket->busy[1]))
        trio_misuse("gave back a file that a thread is in", stream);
    return trio_socket_release(socket);
}

trio_status trio_pipe_open(struct trio_descriptor_stream *ret_receiver,
                           struct trio_descriptor_stream *ret_sender)
{
    const struct trio_world *world = trio_run_world();
    trio_handle handles[2];
    trio_status rc = world->net->open_pipe(world->context, handles);

    if (rc != TRIO_OK)
        return trio_fail_os(rc, trio_net_error_(world), "open a pipe");
    init(ret_receiver, handles[0], (struct trio_descriptor){.receives = true});
    init(ret_sender, handles[1], (struct trio_descriptor){.sends = true});
    return TRIO_OK;
}
