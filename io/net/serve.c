// Two nurseries, one inside the other: the inner one runs a loop for each
// listener, the outer one a task for each connection. Stopping cancels the
// inner one and gives the outer one a deadline (S34), so handlers that are at
// work may finish while no connection comes after them.
//
// A connection has one owner at every moment: the loop that accepts it, into
// memory of its own, then, from its first step on, its own task. That step
// comes soon, and always, also when cancelled.
//
// Whether there is room for a connection is looked at before one is accepted,
// and again after that, since another loop may have filled it meanwhile.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/serve.h>

#include <trio/error.h>
#include <trio/probe.h>
#include <trio/time.h>

#include "io/net/connection.h"

#define PAUSE_DEFAULT (100 * TRIO_MS)

static const struct trio_serve_options serve_defaults = {0};

static const struct trio_wait room_wait = {.verb = "accept",
                                           .access = TRIO_ACCESS_ACQUIRE};

struct loop {
    struct trio_service_ *service;
    struct trio_listener *listener;
};

static struct trio_listener *listener_at(const struct trio_service_ *service,
                                         size_t i)
{
    return service->listeners != NULL ? service->listeners[i]
                                      : &service->in_one_array[i].listener;
}

// ---- Accepting ----

static bool is_full(const struct trio_service_ *service)
{
    size_t max = service->options->connections_max;
    return max != 0 && service->server->connections >= max;
}

static TRIO_CHECKPOINT trio_status await_room(struct trio_service_ *service)
{
    trio_status rc = TRIO_OK;

    if (is_full(service))
        service->server->pauses++;
    while (rc == TRIO_OK && is_full(service))
        rc = trio_parking_lot_park(&service->waiting, &room_wait,
                                   service->server);
    return rc;
}

static bool is_shortage(trio_status rc)
{
    return rc == TRIO_EMFILE || rc == TRIO_ENOMEM || rc == TRIO_ENOBUFS;
}

// Accepts into `connection`, and gives that to a task, or not.
static TRIO_CHECKPOINT trio_status
accept_into(struct trio_connection_ *connection, struct trio_listener *listener)
{
    trio_status rc = trio_listener_accept(
        listener, connection->storage, &connection->stream, &connection->peer);

    if (rc != TRIO_OK)
        return rc;
    rc = await_room(connection->service);
    if (rc == TRIO_OK)
        rc = trio_connection_start_(connection);
    if (rc != TRIO_OK)
        trio_stream_close_forcefully(connection->stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status accept_one(const struct loop *loop)
{
    trio_status rc = await_room(loop->service);

    if (rc != TRIO_OK)
        return rc;
    struct trio_connection_ *connection =
        trio_connection_make_(loop->service, loop->listener);
    if (connection == NULL)
        return trio_fail_bare(TRIO_ENOMEM);
    rc = accept_into(connection, loop->listener);
    if (rc != TRIO_OK)
        trio_connection_drop_(connection);
    return rc;
}

static TRIO_CHECKPOINT trio_status accept_loop(void *arg)
{
    const struct loop *loop = arg;
    trio_duration pause = loop->service->options->accept_pause;
    trio_status rc;

    do {
        rc = accept_one(loop);
        if (is_shortage(rc)) // Others give back what there is too little of.
            rc = trio_sleep(pause != 0 ? pause : PAUSE_DEFAULT);
    } while (rc == TRIO_OK);
    return rc;
}

static trio_status start_loop(struct trio_nursery *loops,
                              struct trio_service_ *service,
                              struct trio_listener *listener)
{
    const struct loop loop = {service, listener};
    return trio_nursery_start_soon_copy(loops, accept_loop, &loop,
                                        sizeof(loop));
}

static TRIO_PARKS trio_status accept_on_all(struct trio_service_ *service)
{
    struct trio_nursery loops;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&loops);
    service->server->accepting = &loops;
    for (size_t i = 0; i < service->count && rc == TRIO_OK; i++)
        rc = start_loop(&loops, service, listener_at(service, i));
    rc = trio_nursery_close(&loops, rc);
    service->server->accepting = NULL;
    return rc;
}

// ---- Serving ----

static void close_listeners(const struct trio_service_ *service)
{
    for (size_t i = 0; i < service->count; i++)
        trio_listener_close(listener_at(service, i));
}

static TRIO_PARKS trio_status serve_all(struct trio_service_ *service)
{
    trio_nursery_open(&service->handlers);
    service->server->handling = &service->handlers;
    trio_status rc = accept_on_all(service);
    close_listeners(service);
    rc = trio_nursery_close(&service->handlers, rc);
    service->server->handling = NULL;
    return rc;
}

static TRIO_CHECKPOINT trio_status
serve(struct trio_service_ *service, const struct trio_serve_options *options)
{
    trio_status rc = trio_checkpoint();

    service->options = options != NULL ? options : &serve_defaults;
    if (rc == TRIO_OK && service->count == 0)
        return trio_fail(TRIO_EINVAL, "serve: no listener");
    if (rc == TRIO_OK && !service->server->stopping)
        return serve_all(service);
    close_listeners(service);
    return rc;
}

trio_status trio_serve(struct trio_server *server,
                       struct trio_socket_listener *listeners, size_t count,
                       const struct trio_serve_options *options,
                       trio_handler_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_service_ service = {.server = server,
                                    .in_one_array = listeners,
                                    .count = count,
                                    .fn = fn,
                                    .arg = arg};
    return serve(&service, options);
}

trio_status trio_serve_listeners(struct trio_server *server,
                                 struct trio_listener *const *listeners,
                                 size_t count,
                                 const struct trio_serve_options *options,
                                 trio_handler_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_service_ service = {.server = server,
                                    .listeners = listeners,
                                    .count = count,
                                    .fn = fn,
                                    .arg = arg};
    return serve(&service, options);
}

void trio_serve_stop(struct trio_server *server, trio_duration grace)
{
    server->stopping = true;
    if (server->accepting != NULL)
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(server->accepting),
                                 "the server stops");
    if (server->handling == NULL)
        return;
    struct trio_cancel_scope *scope =
        trio_nursery_cancel_scope(server->handling);
    trio_time deadline = trio_time_add(trio_now(), grace);
    if (deadline < trio_cancel_scope_deadline(scope))
        trio_cancel_scope_set_deadline_at(scope, deadline);
}

struct trio_server_statistics
trio_server_statistics(const struct trio_server *server)
{
    return (struct trio_server_statistics){.connections = server->connections,
                                           .connections_peak =
                                               server->connections_peak,
                                           .accepted = server->accepted,
                                           .pauses = server->pauses};
}
