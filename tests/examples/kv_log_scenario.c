// The kv_server with a log, on a host whose power fails: what was acknowledged
// is there when it starts again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>

#include <trio/sim_fault.h>

#include "tests/examples/kv_stage.h"

#define CLIENTS 2
#define COUNT_MAX 4
#define LIMIT (100 * TRIO_SECOND)

struct counter {
    struct scene *scene;
    const char *request; // INCR of a key of its own.
    const char *question;
    int sent;
    int acknowledged;
};

struct scene {
    struct stage stage;
    struct kv_log log;
    enum kv_fsync fsync;
    struct counter counters[CLIENTS];
    struct trio_cancel_scope *counting; // Around the clients.
    int failures;                       // Of the power.
};

static TRIO_CHECKPOINT trio_status let_in(void *arg)
{
    struct stage *stage = arg;

    return site_serve(&stage->site, kv_serve_client, &stage->server);
}

static TRIO_CHECKPOINT trio_status run_logged(void *arg)
{
    struct scene *scene = arg; // The stage comes first, and in it the site.
    struct stage *stage = &scene->stage;

    trio_status rc =
        kv_serve_logged(&stage->server, &stage->limits, &scene->log, "log",
                        scene->fsync, let_in, stage);
    trio_event_set(&stage->site.ready); // Also if it could not.
    return site_excuse(&stage->site, rc);
}

// ---- Clients ----

// Everything stops where it is. Nobody waits for a reply any more.
static void lose_power(struct scene *scene)
{
    scene->failures++;
    trio_sim_host_crash(scene->stage.site.host);
    trio_cancel_scope_cancel(scene->counting, "power failure");
}

static TRIO_CHECKPOINT trio_status count_once(struct peer *peer,
                                              struct counter *counter)
{
    char reply[TEXT_MAX];

    counter->sent++;
    trio_status rc = kv_ask(peer, counter->request, reply);
    if (rc == TRIO_OK)
        counter->acknowledged = atoi(reply + 1);
    return rc;
}

// The first one's second acknowledgement is the last that anybody gets.
static TRIO_CHECKPOINT trio_status count_on(struct peer *peer, void *arg)
{
    struct counter *counter = arg;
    struct scene *scene = counter->scene;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && scene->failures == 0 && counter->sent < COUNT_MAX) {
        rc = count_once(peer, counter);
        if (counter == &scene->counters[0] && counter->acknowledged == 2 &&
            scene->failures == 0)
            lose_power(scene);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status visit_to_count(void *arg)
{
    struct counter *counter = arg;

    return site_visit(&counter->scene->stage.site, count_on, counter);
}

// ---- Before and after ----

static void prepare(struct scene *scene)
{
    static const struct counter counters[CLIENTS] = {
        {.request = "INCR a\r\n", .question = "GET a\r\n"},
        {.request = "INCR b\r\n", .question = "GET b\r\n"}};

    for (int i = 0; i < CLIENTS; i++) {
        scene->counters[i] = counters[i];
        scene->counters[i].scene = scene;
    }
}

// Who cannot be served for want of memory waits for ever, and a schedule may
// have time pass before all else.
static TRIO_CHECKPOINT trio_status
play_once_ready(struct scene *scene, trio_status (*play)(struct scene *))
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, LIMIT);
    trio_status rc = trio_event_wait(&scene->stage.site.ready);
    if (rc == TRIO_OK)
        rc = play(scene);
    return trio_cancel_scope_close(&scope, rc);
}

// Starts the server, and calls `play`.
static TRIO_CHECKPOINT trio_status
with_server(struct scene *scene, trio_status (*play)(struct scene *))
{
    struct site *site = &scene->stage.site;
    struct trio_nursery nursery;

    site->ready = (struct trio_event)TRIO_EVENT_INIT;
    site->door = (struct trio_server)TRIO_SERVER_INIT;
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_sim_host_start_soon(site->host, &nursery, run_logged, scene);
    if (rc == TRIO_OK)
        rc = play_once_ready(scene, play);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "played");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status count_all(struct scene *scene)
{
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_cancel_scope_open(&scope);
    scene->counting = &scope;
    trio_nursery_open(&nursery);
    for (int i = 0; i < CLIENTS && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, visit_to_count,
                                     &scene->counters[i]);
    rc = trio_nursery_close(&nursery, rc);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status look(struct peer *peer, void *arg)
{
    struct scene *scene = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < CLIENTS && rc == TRIO_OK; i++) {
        const struct counter *counter = &scene->counters[i];
        char reply[TEXT_MAX];
        rc = kv_ask(peer, counter->question, reply);
        if (rc != TRIO_OK)
            break;
        int count = reply[0] == '$' ? 0 : atoi(reply);
        TRIO_SIM_ALWAYS(scene->fsync != KV_FSYNC_ALWAYS ||
                            count >= counter->acknowledged,
                        "what was acknowledged is there");
        TRIO_SIM_ALWAYS(count <= counter->sent, "and nothing else");
        TRIO_SIM_SOMETIMES(scene->fsync == KV_FSYNC_ALWAYS
                               ? count > counter->acknowledged
                               : count < counter->acknowledged,
                           "it makes a difference");
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status look_at_all(struct scene *scene)
{
    return site_visit(&scene->stage.site, look, scene);
}

static TRIO_CHECKPOINT trio_status play(enum kv_fsync fsync)
{
    static const struct trio_sim_fault_options faults = {
        .calls = true, .memory = true, .loss = true};
    struct scene scene = {.stage = KV_STAGE_INIT, .fsync = fsync};
    struct site *site = &scene.stage.site;

    trio_sim_faults(&faults);
    prepare(&scene);
    trio_status rc = trio_sim_host_open("server", NULL, &site->host);
    if (rc != TRIO_OK)
        return rc;
    site->address = trio_sim_host_address(site->host, TRIO_ADDRESS_IPV4, 6379);
    rc = with_server(&scene, count_all);
    TRIO_SIM_SOMETIMES(scene.failures > 0, "the power fails");
    // What the clients met then was to be expected.
    if (scene.failures > 0)
        site->failure = TRIO_OK;
    trio_sim_host_restart(site->host);
    if (rc == TRIO_OK && site->failure == TRIO_OK)
        rc = with_server(&scene, look_at_all);
    return rc == TRIO_OK ? site->failure : rc;
}

TRIO_SCENARIO(what_was_acknowledged_outlives_a_power_failure)
{
    (void)arg;
    return play(KV_FSYNC_ALWAYS);
}

TRIO_SCENARIO(without_a_sync_only_the_order_is_kept)
{
    (void)arg;
    return play(KV_FSYNC_NO);
}
