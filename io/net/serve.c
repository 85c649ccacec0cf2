// Two nurseries, one inside the other: the inner one runs a loop for each
// listener, the outer one a task for each connection. Stopping cancels the
// inner one and gives the outer one a deadline (S34), so handlers that are at
// work may finish while no connection comes after them.
//
// A connection has one owner at every moment: the loop that accepted it, then,
// from its first step on, its own task. That step comes soon, and always, also
// when cancelled; the loop waits for it before it takes the next connection, so
// that handing over needs no memory.
//
// Whether there is room for a connection is looked at before one is accepted,
// and again after that, since another loop may have filled it meanwhile. When a
// connection ends all loops that wait for room are woken: nobody may want to
// connect where the first of them listens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/serve.h>

#include <trio/error.h>
#include <trio/nursery.h>
#include <trio/parking_lot.h>
#include <trio/probe.h>
#include <trio/task.h>
#include <trio/time.h>

#define PAUSE (100 * TRIO_MS)

static const struct trio_serve_options serve_defaults = {0};

static const struct trio_wait room_wait = {.verb = "accept",
                                           .access = TRIO_ACCESS_ACQUIRE};

struct service {
    struct trio_server *server;
    const struct trio_serve_options *options;
    trio_handler_fn fn;
    void *arg;
    struct trio_nursery handlers;
    struct trio_parking_lot waiting; // Loops, while there is no room.
};

// A connection on its way from a loop to its task.
struct handover {
    struct service *service;
    struct trio_tcp_stream tcp;
    bool taken;
};

struct loop {
    struct service *service;
    struct trio_tcp_listener *listener;
};

// ---- Handling ----

static void report_once(struct trio_server *server,
                        const struct trio_address *peer, trio_status rc)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    if (server->reported)
        return;
    server->reported = true;
    if (trio_error_find(rc) == NULL)
        trio_ignore(trio_fail(rc, "serve %s",
                              trio_address_format(peer, text, sizeof(text))));
    trio_error_print(trio_error_find(rc));
}

static void tell_of_failure(const struct service *service,
                            const struct trio_address *peer, trio_status rc)
{
    if (service->options->on_error != NULL)
        service->options->on_error(peer, rc, service->options->on_error_arg);
    else
        report_once(service->server, peer, rc);
}

static TRIO_CHECKPOINT trio_status handle_connection(void *arg)
{
    struct handover *handover = arg;
    struct service *service = handover->service;
    struct trio_tcp_stream tcp = handover->tcp;

    handover->taken = true; // The loop may go on; `handover` is its again.
    trio_status rc = service->fn(&tcp.stream, service->arg);
    if (trio_is_failure(rc)) {
        tell_of_failure(service, &tcp.peer, rc);
        rc = TRIO_OK; // S48: it never stops the server.
    }
    rc = trio_combine(rc, trio_stream_close(&tcp.stream));
    service->server->connections--;
    trio_parking_lot_unpark_all(&service->waiting);
    return rc;
}

// ---- Accepting ----

static bool is_full(const struct service *service)
{
    size_t max = service->options->connections_max;
    return max != 0 && service->server->connections >= max;
}

static TRIO_CHECKPOINT trio_status await_room(struct service *service)
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

static TRIO_PARKS void await_taken(const struct handover *handover)
{
    while (!handover->taken)
        trio_cancel_shielded_checkpoint();
}

static void count_connection(struct trio_server *server)
{
    server->accepted++;
    server->connections++;
    if (server->connections > server->connections_peak)
        server->connections_peak = server->connections;
}

static trio_status start_handler(struct handover *handover)
{
    struct service *service = handover->service;
    const struct trio_task_options options = {
        .name = "connection", .stack_size = service->options->stack_size};
    trio_status rc = trio_nursery_start_soon_with(&service->handlers, &options,
                                                  handle_connection, handover);

    if (rc != TRIO_OK) {
        handover->taken = true;
        trio_stream_close_forcefully(&handover->tcp.stream);
        return rc;
    }
    count_connection(service->server);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status
accept_one(struct trio_tcp_listener *listener, struct handover *handover)
{
    struct service *service = handover->service;
    struct trio_tcp_stream tcp;
    trio_status rc = await_room(service);

    if (rc == TRIO_OK)
        rc = trio_tcp_accept(listener, &tcp);
    if (rc != TRIO_OK)
        return rc;
    await_taken(handover);
    rc = await_room(service);
    if (rc != TRIO_OK) {
        trio_stream_close_forcefully(&tcp.stream);
        return rc;
    }
    handover->tcp = tcp; // Nobody refers to it yet: it may move.
    handover->taken = false;
    return start_handler(handover);
}

static TRIO_CHECKPOINT trio_status accept_loop(void *arg)
{
    const struct loop *loop = arg;
    struct trio_tcp_listener *listener = loop->listener;
    struct handover handover = {.service = loop->service, .taken = true};
    trio_status rc;

    do {
        rc = accept_one(listener, &handover);
        if (is_shortage(rc)) // Others give back what there is too little of.
            rc = trio_sleep(PAUSE);
    } while (rc == TRIO_OK);
    await_taken(&handover);
    return rc;
}

static trio_status start_loop(struct trio_nursery *loops,
                              struct service *service,
                              struct trio_tcp_listener *listener)
{
    const struct loop loop = {service, listener};
    return trio_nursery_start_soon_copy(loops, accept_loop, &loop,
                                        sizeof(loop));
}

static TRIO_PARKS trio_status accept_on_all(struct service *service,
                                            struct trio_tcp_listener *listeners,
                                            size_t count)
{
    struct trio_nursery loops;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&loops);
    trio_sim_spare(trio_nursery_cancel_scope(&loops));
    service->server->accepting = trio_nursery_cancel_scope(&loops);
    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = start_loop(&loops, service, &listeners[i]);
    rc = trio_nursery_close(&loops, rc);
    service->server->accepting = NULL;
    return rc;
}

// ---- Serving ----

static TRIO_PARKS trio_status serve(struct service *service,
                                    struct trio_tcp_listener *listeners,
                                    size_t count)
{
    trio_nursery_open(&service->handlers);
    trio_sim_spare(trio_nursery_cancel_scope(&service->handlers));
    service->server->handling = trio_nursery_cancel_scope(&service->handlers);
    trio_status rc = accept_on_all(service, listeners, count);
    for (size_t i = 0; i < count; i++)
        trio_tcp_listener_close(&listeners[i]);
    rc = trio_nursery_close(&service->handlers, rc);
    service->server->handling = NULL;
    return rc;
}

trio_status trio_serve(struct trio_server *server,
                       struct trio_tcp_listener *listeners, size_t count,
                       const struct trio_serve_options *options,
                       trio_handler_fn fn, void *arg)
{
    struct service service = {.server = server,
                              .options =
                                  options != NULL ? options : &serve_defaults,
                              .fn = fn,
                              .arg = arg};
    trio_status rc = trio_checkpoint();

    if (rc == TRIO_OK && count == 0)
        return trio_fail(TRIO_EINVAL, "serve: no listener");
    if (rc == TRIO_OK && !server->stopping)
        return serve(&service, listeners, count);
    for (size_t i = 0; i < count; i++)
        trio_tcp_listener_close(&listeners[i]);
    return rc;
}

void trio_serve_stop(struct trio_server *server, trio_duration grace)
{
    server->stopping = true;
    if (server->accepting != NULL)
        trio_cancel_scope_cancel(server->accepting, "the server stops");
    if (server->handling == NULL)
        return;
    trio_time deadline = trio_time_add(trio_now(), grace);
    if (deadline < trio_cancel_scope_deadline(server->handling))
        trio_cancel_scope_set_deadline_at(server->handling, deadline);
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
