// Streams over the simulated network, made for the stream contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/streams/ends.h"

#include <trio/cancel_scope.h>
#include <trio/nursery.h>
#include <trio/testing.h>

static void set_ends(struct trio_stream_ends *ret_ends,
                     struct trio_stream *sender, struct trio_stream *receiver)
{
    ret_ends->sender = sender;
    ret_ends->receiver = receiver;
}

static TRIO_CHECKPOINT trio_status
connect_both(struct trio_tcp_listener *listener, struct trio_tcp_stream tcp[2])
{
    trio_status rc = trio_tcp_connect(&listener->address, &tcp[0]);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(listener, &tcp[1]);
    if (rc != TRIO_OK)
        trio_stream_close_forcefully(&tcp[0].stream);
    return rc;
}

trio_status make_tcp(void *arg, struct trio_stream_ends *ret_ends)
{
    struct ends_kit *kit = arg;
    struct trio_tcp_listener listener;
    struct trio_address address;
    trio_status rc = trio_address_parse("10.0.0.1:0", &address);

    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = connect_both(&listener, kit->tcp);
    trio_tcp_listener_close(&listener);
    set_ends(ret_ends, &kit->tcp[0].stream, &kit->tcp[1].stream);
    return rc;
}

trio_status make_local(void *arg, struct trio_stream_ends *ret_ends)
{
    struct ends_kit *kit = arg;
    trio_status rc = trio_socket_stream_pair(&kit->local[0], &kit->local[1]);

    set_ends(ret_ends, &kit->local[0].stream, &kit->local[1].stream);
    return rc;
}

trio_status make_pipe(void *arg, struct trio_stream_ends *ret_ends)
{
    struct ends_kit *kit = arg;
    trio_status rc = trio_pipe_open(&kit->pipe[1], &kit->pipe[0]);

    set_ends(ret_ends, &kit->pipe[0].stream, &kit->pipe[1].stream);
    return rc;
}

// ---- Clogged ----

static TRIO_CHECKPOINT trio_status send_much(void *arg)
{
    static const char zeros[128 * 1024];
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK)
        rc = trio_stream_send_all(arg, zeros, sizeof(zeros), NULL);
    return rc;
}

// Sends until it would wait.
static TRIO_CHECKPOINT trio_status fill(struct trio_stream *stream)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, send_much, stream);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

trio_status clog_ends(const struct trio_stream_ends *ends, bool both,
                      trio_status rc)
{
    if (rc != TRIO_OK)
        return rc;
    rc = fill(ends->sender);
    if (rc == TRIO_OK && both)
        rc = fill(ends->receiver);
    if (rc == TRIO_OK)
        return TRIO_OK;
    trio_stream_close_forcefully(ends->sender);
    trio_stream_close_forcefully(ends->receiver);
    return rc;
}

trio_status make_tcp_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    return clog_ends(ret_ends, true, make_tcp(arg, ret_ends));
}

trio_status make_local_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    return clog_ends(ret_ends, true, make_local(arg, ret_ends));
}

trio_status make_pipe_clogged(void *arg, struct trio_stream_ends *ret_ends)
{
    return clog_ends(ret_ends, false, make_pipe(arg, ret_ends));
}
