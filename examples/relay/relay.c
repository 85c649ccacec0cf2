// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/relay/relay.h"

#define CONNECT_LIMIT (10 * TRIO_SECOND)

// One way of a connection. The other way is a copy of its own: either may end
// while the other goes on.
struct way {
    struct trio_stream *source;
    struct trio_stream *target;
};

static TRIO_CHECKPOINT trio_status copy(void *arg)
{
    const struct way *way = arg;
    char buffer[32 * 1024];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(way->source, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(way->target, buffer, length, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? trio_stream_send_eof(way->target) : rc;
}

static TRIO_CHECKPOINT trio_status copy_both_ways(struct trio_stream *client,
                                                  struct trio_stream *target)
{
    static const struct trio_task_options names[] = {{.name = "request"},
                                                     {.name = "response"}};
    struct way ways[] = {{client, target}, {target, client}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon_with(&nursery, &names[i], copy, &ways[i]);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status
connect_and_copy(struct trio_stream *client, const struct trio_address *target)
{
    struct trio_tcp_stream tcp;
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, CONNECT_LIMIT);
    trio_status rc = trio_tcp_connect(target, &tcp);
    rc = trio_cancel_scope_close(&limit, rc);
    if (rc != TRIO_OK)
        return rc;
    rc = copy_both_ways(client, &tcp.stream);
    if (rc != TRIO_OK)
        trio_stream_close_forcefully(&tcp.stream);
    return trio_combine(rc, trio_stream_close(&tcp.stream));
}

trio_status relay(struct trio_stream *client, const struct trio_address *target)
{
    trio_status rc = connect_and_copy(client, target);

    if (rc != TRIO_OK)
        trio_stream_close_forcefully(client);
    return rc;
}
