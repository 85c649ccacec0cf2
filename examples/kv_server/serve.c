// A whole server, for whoever lets its clients in: main at an address and until
// a signal, a scenario on a simulated host.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/server.h"

#include <trio/error.h>

static TRIO_CHECKPOINT trio_status
serve_and_collect(struct kv_server *server, trio_task_fn serve, void *arg)
{
    static const struct trio_task_options collector = {.name = "collector"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon_with(&nursery, &collector,
                                                  kv_server_collect, server);
    if (rc == TRIO_OK)
        rc = serve(arg);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    return trio_nursery_close(&nursery, rc);
}

trio_status kv_serve(struct kv_server *ret_server,
                     const struct kv_limits *limits, trio_task_fn serve,
                     void *arg)
{
    trio_status rc = kv_server_open(ret_server, limits);

    if (rc != TRIO_OK)
        return rc;
    rc = serve_and_collect(ret_server, serve, arg);
    kv_server_close(ret_server);
    return rc;
}
