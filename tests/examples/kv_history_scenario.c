// The kv_server on a host of its own: what two clients see of a key is one
// object, whatever becomes of the network.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/examples/kv_stage.h"

// ---- Counting ----

static TRIO_CHECKPOINT trio_status count_up(struct stage *stage,
                                            struct peer *peer, uint32_t client)
{
    const struct trio_history_call call = {
        .client = client, .kind = TRIO_HISTORY_ADD, .value = 1};
    char reply[TEXT_MAX];
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 2 && rc == TRIO_OK; i++) {
        size_t id = trio_history_invoke(&stage->history, call);
        rc = kv_ask(peer, "INCR a\r\n", reply);
        if (rc == TRIO_OK)
            trio_history_respond(&stage->history, id, atoll(reply + 1));
        else if (rc == TRIO_ENOBUFS)
            trio_history_fail(&stage->history, id);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status count_as_ann(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    return count_up(stage, peer, 1);
}

static TRIO_CHECKPOINT trio_status count_as_bob(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    return count_up(stage, peer, 2);
}

static TRIO_CHECKPOINT trio_status read_sum(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    const struct trio_history_call call = {.client = 3,
                                           .kind = TRIO_HISTORY_READ};
    char reply[TEXT_MAX];
    size_t id = trio_history_invoke(&stage->history, call);
    trio_status rc = kv_ask(peer, "GET a\r\n", reply);

    if (rc == TRIO_OK)
        trio_history_respond(&stage->history, id,
                             reply[0] == '$' ? 0 : atoll(reply));
    return rc;
}

static TRIO_CHECKPOINT trio_status count_together(void *arg)
{
    trio_status rc = site_visit_two(arg, count_as_ann, count_as_bob, arg);
    return rc == TRIO_OK ? site_visit(arg, read_sum, arg) : rc;
}

// Plays a scene whose operations are to be those of one object.
static TRIO_CHECKPOINT trio_status
play_history(struct stage *stage, const struct trio_history_model *model,
             trio_task_fn scene)
{
    trio_history_open(&stage->history, model, NULL, 0, NULL);
    trio_status rc = site_play(&stage->site, scene, stage);
    trio_status answer =
        TRIO_SIM_LINEARIZABLE(&stage->history, "the key is one object");
    trio_history_close(&stage->history);
    return rc == TRIO_OK ? answer : rc;
}

TRIO_SCENARIO(each_increment_counts_once)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return play_history(&stage, &trio_history_counter, count_together);
}

// Cut off from the server, the one that follows it changes nothing of that.
static TRIO_CHECKPOINT trio_status count_while_it_lags(void *arg)
{
    trio_status rc = kv_stage_part(arg);

    if (rc == TRIO_OK)
        rc = count_together(arg);
    return trio_combine(rc, kv_stage_join(arg));
}

static TRIO_CHECKPOINT trio_status count_beside_it(void *arg)
{
    return kv_stage_follow(arg, count_while_it_lags);
}

TRIO_SCENARIO(each_increment_counts_once_while_a_follower_lags)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return play_history(&stage, &trio_history_counter, count_beside_it);
}

// ---- A register, and a partition ----

#define PATIENCE (300 * TRIO_MS)

static TRIO_CHECKPOINT trio_status set_and_get(struct stage *stage,
                                               struct peer *peer,
                                               uint32_t client)
{
    struct trio_history_call call = {
        .client = client, .kind = TRIO_HISTORY_WRITE, .value = client};
    char request[TEXT_MAX], reply[TEXT_MAX];

    snprintf(request, sizeof(request), "SET a %" PRIu32 "\r\n", client);
    size_t id = trio_history_invoke(&stage->history, call);
    trio_status rc = kv_ask(peer, request, reply);
    if (rc == TRIO_ENOBUFS)
        trio_history_fail(&stage->history, id);
    if (rc != TRIO_OK)
        return rc;
    trio_history_respond(&stage->history, id, 0);
    call.kind = TRIO_HISTORY_READ;
    id = trio_history_invoke(&stage->history, call);
    rc = kv_ask(peer, "GET a\r\n", reply);
    if (rc == TRIO_OK)
        trio_history_respond(&stage->history, id, atoll(reply));
    return rc;
}

// Who has waited too long goes, and may have been heard or not.
static TRIO_CHECKPOINT trio_status try_once(struct stage *stage,
                                            uint32_t client)
{
    struct trio_cancel_scope limit;
    struct peer peer;

    trio_fail_after(&limit, PATIENCE);
    trio_status rc = peer_open(&stage->site, &peer);
    if (rc == TRIO_OK) {
        rc = set_and_get(stage, &peer, client);
        peer_close(&peer);
    }
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status try_twice(struct stage *stage,
                                             uint32_t client)
{
    trio_status rc = try_once(stage, client);

    if (rc == TRIO_ETIMEDOUT)
        rc = try_once(stage, client);
    TRIO_SIM_SOMETIMES(rc == TRIO_ETIMEDOUT, "somebody gives up");
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : site_excuse(&stage->site, rc);
}

static TRIO_CHECKPOINT trio_status ann_tries(void *arg)
{
    return try_twice(arg, 1);
}

static TRIO_CHECKPOINT trio_status bob_tries(void *arg)
{
    return try_twice(arg, 2);
}

// Cuts a client off in both directions, for longer than it waits.
static TRIO_CHECKPOINT trio_status part(struct stage *stage,
                                        struct trio_sim_host *client)
{
    struct trio_sim_host *server = stage->site.host;
    trio_status rc = trio_sleep(2 * TRIO_SIM_LATENCY_DEFAULT);

    if (rc == TRIO_OK)
        rc = trio_sim_link_cut(client, server);
    if (rc == TRIO_OK)
        rc = trio_sim_link_cut(server, client);
    if (rc == TRIO_OK)
        rc = trio_sleep(PATIENCE + PATIENCE / 2);
    if (rc == TRIO_OK)
        rc = trio_sim_link_mend(client, server);
    return rc == TRIO_OK ? trio_sim_link_mend(server, client) : rc;
}

static TRIO_CHECKPOINT trio_status share_while_parted(void *arg)
{
    struct trio_sim_host *ann, *bob;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = site_start(&nursery, "ann", ann_tries, arg, &ann);
    if (rc == TRIO_OK)
        rc = site_start(&nursery, "bob", bob_tries, arg, &bob);
    if (rc == TRIO_OK)
        rc = part(arg, ann);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(a_key_is_a_register_through_a_partition)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return play_history(&stage, &trio_history_register, share_while_parted);
}
