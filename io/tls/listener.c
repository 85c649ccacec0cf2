// The stream that is accepted lies behind the TLS stream over it, in the same
// storage.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tls_listener.h>

#include <stddef.h>

#include <trio/run.h>

// What comes behind it is aligned as by malloc.
#define ALIGNMENT _Alignof(max_align_t)
#define TLS_SIZE                                                               \
    ((sizeof(struct trio_tls_stream) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static TRIO_CHECKPOINT trio_status accept(struct trio_listener *listener,
                                          void *storage,
                                          struct trio_stream **ret_stream,
                                          struct trio_address *ret_peer)
{
    struct trio_tls_listener *over = (struct trio_tls_listener *)listener;
    struct trio_tls_stream *tls = storage;
    struct trio_stream *transport;

    trio_status rc = trio_listener_accept(
        over->below, (char *)storage + TLS_SIZE, &transport, ret_peer);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tls_server_open(over->context, transport, tls);
    if (rc == TRIO_OK)
        *ret_stream = &tls->stream;
    else
        trio_stream_close_forcefully(transport);
    return rc;
}

static struct trio_address address_of(const struct trio_listener *listener)
{
    return trio_listener_address(
        ((const struct trio_tls_listener *)listener)->below);
}

static void close_below(struct trio_listener *listener)
{
    trio_listener_close(((struct trio_tls_listener *)listener)->below);
}

static const struct trio_listener_operations tls_operations = {
    .accept = accept, .address = address_of, .close = close_below};

void trio_tls_listener_init(struct trio_tls_listener *ret_listener,
                            struct trio_tls_context *context,
                            struct trio_listener *below)
{
    if (!context->server)
        trio_misuse("a server needs a context for servers", context);
    *ret_listener = (struct trio_tls_listener){
        .listener = {&tls_operations, TLS_SIZE + below->stream_size},
        .below = below,
        .context = context};
}
