// A handler that fails, or whose stream does at its close, ends its connection
// and nothing else. All loops that wait for room are woken then: nobody may
// want to connect where the first of them listens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/connection.h"

#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

struct trio_connection_ *
trio_connection_make_(struct trio_service_ *service,
                      const struct trio_listener *listener)
{
    const struct trio_memory *memory = trio_run_memory();
    size_t size = sizeof(struct trio_connection_) + listener->stream_size;
    struct trio_connection_ *connection =
        memory->allocate(memory->context, size);

    if (connection != NULL) {
        connection->service = service;
        connection->size = size;
    }
    return connection;
}

void trio_connection_drop_(struct trio_connection_ *connection)
{
    const struct trio_memory *memory = trio_run_memory();
    memory->release(memory->context, connection, connection->size);
}

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

static void tell_of_failure(const struct trio_service_ *service,
                            const struct trio_address *peer, trio_status rc)
{
    if (service->options->on_error != NULL)
        service->options->on_error(peer, rc, service->options->on_error_arg);
    else
        report_once(service->server, peer, rc);
}

static TRIO_CHECKPOINT trio_status handle_connection(void *arg)
{
    struct trio_connection_ *connection = arg;
    struct trio_service_ *service = connection->service;
    trio_status rc = service->fn(connection->stream, service->arg);

    rc = trio_combine(rc, trio_stream_close(connection->stream));
    if (trio_is_failure(rc)) {
        tell_of_failure(service, &connection->peer, rc);
        rc = TRIO_OK; // S48: it never stops the server.
    }
    trio_connection_drop_(connection);
    service->server->connections--;
    trio_parking_lot_unpark_all(&service->waiting);
    return rc;
}

static void count_connection(struct trio_server *server)
{
    server->accepted++;
    server->connections++;
    if (server->connections > server->connections_peak)
        server->connections_peak = server->connections;
}

trio_status trio_connection_start_(struct trio_connection_ *connection)
{
    struct trio_service_ *service = connection->service;
    const struct trio_task_options options = {
        .name = "connection", .stack_size = service->options->stack_size};
    trio_status rc = trio_nursery_start_soon_with(
        &service->handlers, &options, handle_connection, connection);

    if (rc == TRIO_OK)
        count_connection(service->server);
    return rc;
}
