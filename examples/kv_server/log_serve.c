// A server with a log: it is loaded before anybody is let in, and written until
// the last client has gone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

#include <trio/error.h>
#include <trio/task.h>

struct serving {
    struct kv_server *server;
    struct kv_log *log;
    const char *path;
    enum kv_fsync fsync;
    trio_task_fn serve;
    void *arg;
};

static trio_status refuse(const struct kv_request *request, const char *reason,
                          int length)
{
    struct kv_bytes name = request->arguments[0];

    return trio_fail(
        TRIO_EPROTOCOL, "the log's '%.*s' cannot be executed: %.*s",
        (int)(name.length < 32 ? name.length : 32), name.data, length, reason);
}

// Executes a request, whose reply nobody hears unless it is an error.
static trio_status execute(const struct kv_request *request, void *arg)
{
    struct kv_client *client = arg;
    struct kv_buffer *out = &client->output;

    if (!kv_request_changes(request))
        return refuse(request, "it changes nothing", 18);
    kv_execute(client);
    if (out->failure != TRIO_OK)
        return trio_fail_bare(out->failure);
    if (*kv_buffer_first(out) == '-')
        return refuse(request, kv_buffer_first(out) + 1, (int)out->held - 3);
    kv_buffer_take(out, out->held);
    return TRIO_OK;
}

// A client that is none, but executes. While it does, nothing expires: that is
// a change of its own, and in the log where it belongs.
static TRIO_CHECKPOINT trio_status load(const struct serving *serving)
{
    const struct kv_limits *limits = &serving->server->limits;
    struct kv_client client;

    memset(&client, 0, offsetof(struct kv_client, parser));
    client.server = serving->server;
    kv_buffer_init(&client.output, (size_t)limits->output);
    kv_parser_init(&client.parser, (size_t)limits->bulk);
    serving->server->store.keeps_expired = true;
    trio_status rc =
        kv_log_open(serving->log, serving->path, serving->fsync, &client.parser,
                    (size_t)limits->request, execute, &client);
    serving->server->store.keeps_expired = false;
    kv_buffer_free(&client.output);
    return rc;
}

static TRIO_CHECKPOINT trio_status serve_and_log(const struct serving *serving)
{
    static const struct trio_task_options writer = {.name = "log"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon_with(&nursery, &writer, kv_log_run,
                                                  serving->log);
    if (rc == TRIO_OK)
        rc = serving->serve(serving->arg);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "served");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status load_and_serve(void *arg)
{
    struct serving *serving = arg;
    struct kv_server *server = serving->server;

    trio_status rc = load(serving);
    if (rc != TRIO_OK)
        return rc;
    kv_log_observe(serving->log, &server->changes);
    server->log = serving->log;
    rc = serve_and_log(serving);
    server->log = NULL;
    kv_log_close(serving->log);
    return rc;
}

trio_status kv_serve_logged(struct kv_server *ret_server,
                            const struct kv_limits *limits,
                            struct kv_log *ret_log, const char *path,
                            enum kv_fsync fsync, trio_task_fn serve, void *arg)
{
    struct serving serving = {.server = ret_server,
                              .log = ret_log,
                              .path = path,
                              .fsync = fsync,
                              .serve = serve,
                              .arg = arg};

    return kv_serve(ret_server, limits, load_and_serve, &serving);
}
