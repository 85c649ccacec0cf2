// A server that is to be listening before anybody calls it; it may fail, be
// cancelled, or be too slow before that, and is never left behind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct server {
    trio_duration delay;
    trio_status outcome; // Instead of listening.
    bool running;
    bool listening;
    bool started;
    bool late;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct server *server = arg;

    server->running = true;
    trio_status rc = trio_sleep(server->delay);
    if (rc == TRIO_OK)
        rc = trio_fail(server->outcome, "listen");
    if (rc == TRIO_OK) {
        server->listening = true;
        trio_started(server);
        rc = trio_sleep_forever();
        server->listening = false;
    }
    server->running = false;
    return rc;
}

// Starts one with little patience; what comes of it is known at the return.
static TRIO_CHECKPOINT trio_status start(struct trio_nursery *nursery,
                                         struct server *server)
{
    struct trio_cancel_scope patience;
    void *value = NULL;

    trio_move_on_after(&patience, 2 * TRIO_SECOND);
    trio_status rc = trio_nursery_start(nursery, serve, server, &value);
    TRIO_SIM_ALWAYS((rc == TRIO_OK) == (value == server),
                    "who has started gives its value");
    TRIO_SIM_ALWAYS(rc == TRIO_OK || !server->running,
                    "what has not started does not run");
    server->started = rc == TRIO_OK;
    server->late = trio_cancel_scope_called(&patience);
    return trio_cancel_scope_close(&patience, rc);
}

static TRIO_CHECKPOINT trio_status start_in_a_task(void *arg)
{
    struct server *server = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = start(&nursery, server);
    TRIO_SIM_SOMETIMES(server->started && server->late,
                       "it starts at the last moment");
    if (rc == TRIO_OK && server->started)
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "done");
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(!server->running, "no server outlives its nursery");
    return rc;
}

TRIO_SCENARIO(no_server_is_left_behind)
{
    struct server servers[] = {{.delay = TRIO_SECOND},
                               {.delay = 2 * TRIO_SECOND},
                               {.delay = 3 * TRIO_SECOND}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(servers); i++)
        rc = trio_nursery_start_soon(&nursery, start_in_a_task, &servers[i]);
    rc = trio_nursery_close(&nursery, rc);
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_SOMETIMES(!servers[2].started, "one is too slow");
    return rc;
}

// ---- A nursery that is cancelled while somebody starts a server in it ----

struct site {
    struct trio_nursery *nursery;
    const bool *open; // Late, one comes to a nursery that is closed by now.
    struct server server;
};

static TRIO_CHECKPOINT trio_status start_elsewhere(void *arg)
{
    struct site *site = arg;

    if (!*site->open)
        return TRIO_OK;
    trio_status rc = start(site->nursery, &site->server);
    TRIO_SIM_SOMETIMES(rc == TRIO_ENOTSTARTED, "its nursery is cancelled");
    return rc == TRIO_ENOTSTARTED ? TRIO_OK : rc;
}

TRIO_SCENARIO(a_start_ends_with_its_nursery, .still_clock = true)
{
    struct trio_nursery callers;
    struct trio_nursery servers;
    bool open = true;
    struct site sites[] = {{&servers, &open, {.delay = 3 * TRIO_SECOND / 2}},
                           {&servers, &open, {.delay = TRIO_SECOND}},
                           {&servers, &open, {.delay = TRIO_SECOND / 2}}};
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&callers);
    trio_nursery_open(&servers);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(sites); i++)
        rc = trio_nursery_start_soon(&callers, start_elsewhere, &sites[i]);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    trio_time cancelled = trio_now();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&servers), "enough");
    rc = trio_nursery_close(&servers, rc);
    TRIO_SIM_ALWAYS(trio_now() == cancelled, "what is cancelled ends at once");
    open = false;
    for (size_t i = 0; i < COUNT(sites); i++)
        TRIO_SIM_ALWAYS(!sites[i].server.running,
                        "no server outlives its nursery");
    return trio_nursery_close(&callers, rc);
}

// ---- One that fails ----

TRIO_SCENARIO(a_start_returns_the_failure)
{
    struct server failing = {.delay = TRIO_SECOND, .outcome = TRIO_EADDRINUSE};
    struct server serving = {.delay = 0};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = start(&nursery, &serving);
    if (rc == TRIO_OK && serving.started)
        rc = start(&nursery, &failing);
    TRIO_SIM_ALWAYS(!failing.started && !failing.running,
                    "one that fails does not start");
    if (rc == TRIO_EADDRINUSE) {
        trio_error_clear();
        rc = trio_checkpoint();
        TRIO_SIM_ALWAYS(rc != TRIO_OK || serving.listening ||
                            trio_current_cancel_reason().source !=
                                TRIO_CANCEL_NONE,
                        "the failure of a start is the caller's alone");
    }
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "done");
    return trio_nursery_close(&nursery, rc);
}
