// The server is the whole one, but for what lets its clients in.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_stage.h"

#define ARRIVAL_MAX (20 * TRIO_SECOND)

static TRIO_CHECKPOINT trio_status let_in(void *arg)
{
    struct stage *stage = arg;
    return site_serve(&stage->site, kv_serve_client, &stage->server);
}

trio_status kv_stage_run(void *arg)
{
    struct stage *stage = arg; // The site comes first.
    return kv_serve(&stage->server, &stage->limits, let_in, stage);
}

// ---- The follower ----

static bool has_entry(struct kv_store *store, const struct kv_entry *entry)
{
    struct kv_bytes value;
    return kv_store_get(store, kv_entry_key(entry), &value) &&
           kv_bytes_equal(value, kv_entry_value(entry));
}

static bool are_equal(struct kv_store *one, struct kv_store *other)
{
    bool equal = kv_store_count(one) == kv_store_count(other);

    for (size_t i = 0; i < one->table.buckets && equal; i++) {
        const struct kv_entry *entry = kv_table_bucket(&one->table, i);
        for (; entry != NULL && equal; entry = entry->next)
            equal = has_entry(other, entry);
    }
    return equal;
}

static TRIO_CHECKPOINT trio_status follow(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = kv_server_open(&stage->copy, &stage->limits);

    if (rc != TRIO_OK)
        return site_excuse(&stage->site, rc);
    stage->has_copy = true;
    kv_follower_open(&stage->follower, &stage->copy, "server", SITE_PORT);
    rc = kv_follower_run(&stage->follower);
    stage->has_copy = false;
    kv_server_close(&stage->copy);
    return rc;
}

// Whether something else than the network has ended the last connection: what
// is missing here, or there, may be missing for ever.
static bool is_hindered(const struct stage *stage)
{
    switch ((int)stage->follower.failure) {
    case TRIO_OK:
    case TRIO_EEND:
    case TRIO_EBROKEN:
    case TRIO_ETIMEDOUT:
        return !stage->has_copy;
    default:
        return true;
    }
}

// Waits until the follower has acknowledged all that there is now. Where the
// clock is not still it may run away from the network for ever.
static TRIO_CHECKPOINT trio_status compare(struct stage *stage)
{
    struct kv_leader *leader = &stage->server.leader;
    uint64_t offset = kv_leader_offset(leader);
    trio_time begun = trio_now();
    trio_status rc =
        kv_leader_wait(leader, offset, 1, trio_time_add(begun, ARRIVAL_MAX));
    bool has_all =
        rc == TRIO_OK && stage->has_copy && kv_leader_count(leader, offset) > 0;
    bool is_late = rc == TRIO_OK && trio_now() >= begun + ARRIVAL_MAX;

    TRIO_SIM_SOMETIMES(has_all, "the follower has all");
    TRIO_SIM_ALWAYS(has_all || !is_late || !stage->has_to_arrive ||
                        is_hindered(stage),
                    "the follower comes to have all");
    TRIO_SIM_ALWAYS(!has_all ||
                        are_equal(&stage->server.store, &stage->copy.store),
                    "the two are equal in the end");
    return rc;
}

trio_status kv_stage_follow(struct stage *stage, trio_task_fn scene)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        site_start(&nursery, "follower", follow, stage, &stage->copy_host);
    if (rc == TRIO_OK)
        rc = scene(stage);
    if (rc == TRIO_OK && stage->site.failure == TRIO_OK)
        rc = compare(stage);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "compared");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    struct stage *stage = arg;
    return site_visit(&stage->site, stage->visitor, stage);
}

static TRIO_CHECKPOINT trio_status visit_beside(void *arg)
{
    return kv_stage_follow(arg, visit);
}

trio_status kv_stage_visit_beside(struct stage *stage, peer_fn visitor)
{
    stage->visitor = visitor;
    return site_play(&stage->site, visit_beside, stage);
}

trio_status kv_stage_part(struct stage *stage)
{
    trio_status rc = trio_sim_link_cut(stage->site.host, stage->copy_host);
    return rc == TRIO_OK ? trio_sim_link_cut(stage->copy_host, stage->site.host)
                         : rc;
}

trio_status kv_stage_join(struct stage *stage)
{
    trio_status rc = trio_sim_link_mend(stage->site.host, stage->copy_host);
    return rc == TRIO_OK
               ? trio_sim_link_mend(stage->copy_host, stage->site.host)
               : rc;
}

// ---- Replies ----

trio_status kv_hear(struct peer *peer, char *text)
{
    trio_status rc = peer_hear(peer, text, TEXT_MAX);

    if (rc == TRIO_OK && text[0] == '$' && strcmp(text, "$-1") != 0)
        rc = peer_hear(peer, text, TEXT_MAX);
    return rc == TRIO_OK && text[0] == '-' ? TRIO_ENOBUFS : rc;
}

trio_status kv_ask(struct peer *peer, const char *request, char *reply)
{
    trio_status rc = peer_say(peer, request);
    return rc == TRIO_OK ? kv_hear(peer, reply) : rc;
}

trio_status kv_expect(struct peer *peer, const char *const *replies,
                      size_t count)
{
    char reply[TEXT_MAX];
    trio_status rc = TRIO_OK;

    for (size_t i = 0; i < count && rc == TRIO_OK; i++) {
        rc = kv_hear(peer, reply);
        TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(reply, replies[i]) == 0,
                        "replies are in the order of requests");
    }
    return rc;
}
