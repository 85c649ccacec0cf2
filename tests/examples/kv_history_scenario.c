// The kv_server on a host of its own: what two clients see of a key is one
// object, whatever becomes of the network.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/examples/kv_count.h"

TRIO_SCENARIO(each_increment_counts_once)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return kv_play_history(&stage, &trio_history_counter, kv_count_together);
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
    return kv_play_history(&stage, &trio_history_register, share_while_parted);
}
