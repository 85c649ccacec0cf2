// The server is stopped as its program would be by a signal: not cancelled.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/site.h"

#include <string.h>

#include <trio/testing.h>

#define TICK (100 * TRIO_MS)
#define TICKS_MAX 500 // Of a scene.

// What a client meets is told by the client.
static void say_nothing(const struct trio_address *peer, trio_status rc,
                        void *arg)
{
    (void)peer;
    (void)rc;
    (void)arg;
}

trio_status site_serve(struct site *site, trio_handler_fn serve, void *arg)
{
    static const struct trio_serve_options options = {.on_error = say_nothing};
    static const struct trio_address any = {.family = TRIO_ADDRESS_IPV4,
                                            .port = SITE_PORT};
    struct trio_tcp_listener listener;
    trio_status rc = trio_tcp_listen(&any, &site->listen, &listener);

    trio_event_set(&site->ready);
    if (rc != TRIO_OK)
        return site_excuse(site, rc);
    rc = trio_serve(&site->door, &listener, 1, &options, serve, arg);
    site->ended = trio_now();
    return rc;
}

static TRIO_CHECKPOINT trio_status open_and_play(struct site *site,
                                                 struct trio_nursery *nursery,
                                                 trio_task_fn scene, void *arg)
{
    const struct trio_sim_host_options options = {.handles_max =
                                                      site->handles_max};
    trio_status rc = trio_sim_host_open("server", &options, &site->host);

    if (rc != TRIO_OK)
        return rc;
    site->address =
        trio_sim_host_address(site->host, TRIO_ADDRESS_IPV4, SITE_PORT);
    rc = trio_sim_host_start_soon(site->host, nursery, site->run, site);
    if (rc == TRIO_OK)
        rc = trio_event_wait(&site->ready);
    return rc == TRIO_OK ? scene(arg) : rc;
}

// Counts how often all wait, with nothing on its way.
static TRIO_CHECKPOINT trio_status count_idle(void *arg)
{
    int *idle = arg;
    trio_status rc;

    while ((rc = trio_wait_all_tasks_blocked(0)) == TRIO_OK &&
           (rc = trio_sleep(TICK)) == TRIO_OK)
        (*idle)++;
    return rc;
}

// Ends a scene that takes too long. Most of the time nothing was to be done: it
// hangs, as it may where memory is used up for ever. Otherwise it is the
// schedule, which lets time pass before all else.
static TRIO_CHECKPOINT trio_status watch(void *arg)
{
    struct trio_cancel_scope *scene = arg;
    struct trio_nursery nursery;
    int idle = 0;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, count_idle, &idle);
    for (int tick = 0; tick < TICKS_MAX && rc == TRIO_OK; tick++)
        rc = trio_sleep(TICK);
    if (rc == TRIO_OK && idle > TICKS_MAX / 2)
        rc = TRIO_ETIMEDOUT;
    trio_cancel_scope_cancel(scene, "takes too long");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status play_watched(struct site *site,
                                                struct trio_nursery *outer,
                                                trio_task_fn scene, void *arg)
{
    static const struct trio_task_options options = {.name = "watch"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &options, watch, scope);
    if (rc == TRIO_OK)
        rc = open_and_play(site, outer, scene, arg);
    trio_cancel_scope_cancel(scope, "played");
    return trio_nursery_close(&nursery, rc);
}

trio_status site_play(struct site *site, trio_task_fn scene, void *arg)
{
    static const struct trio_sim_fault_options lossy = {.loss = true};
    struct trio_nursery nursery;

    trio_sim_faults(&lossy);
    site->ready = (struct trio_event)TRIO_EVENT_INIT;
    site->door = (struct trio_server)TRIO_SERVER_INIT;
    trio_nursery_open(&nursery);
    trio_status rc = play_watched(site, &nursery, scene, arg);
    trio_serve_stop(&site->door, site->grace);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_OK ? site->failure : rc;
}

trio_status site_excuse(struct site *site, trio_status rc)
{
    switch ((int)rc) {
    case TRIO_EEND:
    case TRIO_EBROKEN:
    case TRIO_ECONNREFUSED:
    case TRIO_EUNREACHABLE:
    case TRIO_EMFILE:
    case TRIO_ENOBUFS:
    case TRIO_ENOMEM:
        if (site->failure == TRIO_OK)
            site->failure = rc;
        return TRIO_OK;
    default:
        return rc;
    }
}

// ---- Clients ----

trio_status site_start(struct trio_nursery *nursery, const char *host,
                       trio_task_fn fn, void *arg,
                       struct trio_sim_host **ret_host)
{
    trio_status rc = trio_sim_host_open(host, NULL, ret_host);
    return rc == TRIO_OK ? trio_sim_host_start_soon(*ret_host, nursery, fn, arg)
                         : rc;
}

static TRIO_CHECKPOINT trio_status play_two(trio_task_fn first, void *ann,
                                            trio_task_fn second, void *bob)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = site_start(&nursery, "ann", first, ann, &host);
    if (rc == TRIO_OK)
        rc = site_start(&nursery, "bob", second, bob, &host);
    return trio_nursery_close(&nursery, rc);
}

trio_status site_play_two(trio_task_fn first, trio_task_fn second, void *arg)
{
    return play_two(first, arg, second, arg);
}

trio_status site_visit(struct site *site, peer_fn use, void *arg)
{
    struct peer peer;
    trio_status rc = peer_open(site, &peer);

    if (rc == TRIO_OK) {
        rc = use(&peer, arg);
        peer_close(&peer);
    }
    return site_excuse(site, rc);
}

struct visit {
    struct site *site;
    peer_fn use;
    void *arg;
};

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    struct visit *visit = arg;
    return site_visit(visit->site, visit->use, visit->arg);
}

trio_status site_visit_two(struct site *site, peer_fn first, peer_fn second,
                           void *arg)
{
    struct visit ann = {site, first, arg}, bob = {site, second, arg};
    return play_two(visit, &ann, visit, &bob);
}

trio_status site_play_visit(struct site *site, peer_fn use, void *arg)
{
    struct visit only = {site, use, arg};
    return site_play(site, visit, &only);
}

trio_status site_stop_unreachable(struct site *site)
{
    trio_status rc = trio_sim_link_cut(site->host, trio_sim_host_home());

    if (rc != TRIO_OK)
        return rc;
    trio_time begin = trio_now();
    trio_serve_stop(&site->door, GRACE);
    rc = trio_sleep(2 * GRACE);
    TRIO_SIM_ALWAYS(rc != TRIO_OK ||
                        (site->ended >= begin && site->ended <= begin + GRACE),
                    "it ends within its grace");
    return rc;
}

trio_status peer_open(struct site *site, struct peer *peer)
{
    trio_status rc = trio_tcp_connect(&site->address, &peer->tcp);

    if (rc == TRIO_OK)
        trio_reader_init(&peer->reader, &peer->tcp.stream, peer->buffer,
                         sizeof(peer->buffer));
    return rc;
}

void peer_close(struct peer *peer)
{
    trio_stream_close_forcefully(&peer->tcp.stream);
}

trio_status peer_say(struct peer *peer, const char *text)
{
    return trio_stream_send_all(&peer->tcp.stream, text, strlen(text), NULL);
}

trio_status peer_hear(struct peer *peer, char *text, size_t size)
{
    char *line;
    size_t length;
    trio_status rc = trio_reader_read_line(&peer->reader, &line, &length);

    if (rc != TRIO_OK)
        return rc;
    if (length >= size)
        return TRIO_EMSGSIZE;
    memcpy(text, line, length);
    text[length] = '\0';
    return TRIO_OK;
}
