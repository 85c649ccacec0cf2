// SPDX-License-Identifier: MIT OR Apache-2.0
// A server that answers with what it was asked, on a host of its own, and
// clients on others, each with one connection.

#include <stdio.h>

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "bench/sim/measure.h"

enum { REQUEST = 8 }; // Bytes.

static const struct trio_address port = {.family = TRIO_ADDRESS_IPV4,
                                         .port = 7};

// What everybody knows.
struct scene {
    const struct sim_visits *visits;
    struct trio_address server;
};

// ---- The server ----

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    struct trio_tcp_stream *tcp = arg;
    char data[REQUEST];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(&tcp->stream, data, sizeof(data),
                                          &length)) == TRIO_OK &&
           (rc = trio_stream_send_all(&tcp->stream, data, length, NULL)) ==
               TRIO_OK)
        continue;
    trio_stream_close_forcefully(&tcp->stream);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status answer_all(struct trio_tcp_listener *door,
                                              struct trio_nursery *nursery,
                                              struct trio_tcp_stream *streams,
                                              long count)
{
    trio_status rc = TRIO_OK;

    for (long i = 0; i < count && rc == TRIO_OK; i++) {
        rc = trio_tcp_accept(door, &streams[i]);
        if (rc == TRIO_OK)
            rc = trio_nursery_start_soon(nursery, answer, &streams[i]);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    static const struct trio_tcp_listen_options options = {.backlog = 1000};
    const struct trio_memory *memory = trio_run_memory();
    const struct scene *scene = arg;
    size_t size =
        (size_t)scene->visits->clients * sizeof(struct trio_tcp_stream);
    struct trio_tcp_stream *streams = memory->allocate(memory->context, size);
    struct trio_tcp_listener door;
    struct trio_nursery nursery;
    trio_status rc = streams == NULL ? TRIO_ENOMEM
                                     : trio_tcp_listen(&port, &options, &door);

    if (rc == TRIO_OK) {
        trio_nursery_open(&nursery);
        rc = answer_all(&door, &nursery, streams, scene->visits->clients);
        rc = trio_nursery_close(&nursery, rc);
        trio_tcp_listener_close(&door);
    }
    if (streams != NULL)
        memory->release(memory->context, streams, size);
    return rc;
}

// ---- Clients ----

static TRIO_CHECKPOINT trio_status ask(struct trio_stream *stream)
{
    char data[REQUEST] = "request";
    size_t length;
    trio_status rc = trio_stream_send_all(stream, data, sizeof(data), NULL);

    return rc != TRIO_OK ? rc
                         : trio_stream_receive_some(stream, data, sizeof(data),
                                                    &length);
}

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    const struct scene *scene = arg;
    struct trio_tcp_stream tcp;
    trio_status rc = trio_tcp_connect(&scene->server, &tcp);

    if (rc != TRIO_OK)
        return rc;
    for (long i = 0; i < scene->visits->requests && rc == TRIO_OK; i++) {
        rc = ask(&tcp.stream);
        if (rc == TRIO_OK && scene->visits->pause > 0)
            rc = trio_sleep(scene->visits->pause);
    }
    return trio_combine(rc, trio_stream_close(&tcp.stream));
}

static trio_status start_clients(struct scene *scene,
                                 struct trio_nursery *nursery)
{
    const struct sim_visits *visits = scene->visits;
    struct trio_sim_host *host = NULL;
    char name[32];
    trio_status rc = TRIO_OK;

    for (long i = 0; i < visits->clients && rc == TRIO_OK; i++) {
        snprintf(name, sizeof(name), "client-%ld", i);
        if (host == NULL || visits->hosts > 1)
            rc = trio_sim_host_open(name, NULL, &host);
        if (rc == TRIO_OK)
            rc = trio_sim_host_start_soon(host, nursery, visit, scene);
    }
    return rc;
}

trio_status sim_visit(void *arg)
{
    struct scene scene = {.visits = arg};
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &server);

    if (rc != TRIO_OK)
        return rc;
    scene.server = trio_sim_host_address(server, TRIO_ADDRESS_IPV4, port.port);
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(server, &nursery, serve, &scene);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND); // By then it listens.
    if (rc == TRIO_OK)
        rc = start_clients(&scene, &nursery);
    return trio_nursery_close(&nursery, rc);
}
