// The follower is on a host of its own, without clients.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_pair.h"

#define ARRIVAL_MAX (20 * TRIO_SECOND)

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
    struct pair *pair = arg;
    trio_status rc = kv_server_open(&pair->copy, &pair->stage.limits);

    if (rc != TRIO_OK)
        return site_excuse(&pair->stage.site, rc);
    pair->has_copy = true;
    kv_follower_open(&pair->follower, &pair->copy, "server", SITE_PORT);
    rc = kv_follower_run(&pair->follower);
    pair->has_copy = false;
    kv_server_close(&pair->copy);
    return rc;
}

// Whether something else than the network has ended the last connection: what
// is missing here, or there, may be missing for ever.
static bool is_hindered(const struct pair *pair)
{
    switch ((int)pair->follower.failure) {
    case TRIO_OK:
    case TRIO_EEND:
    case TRIO_EBROKEN:
    case TRIO_ETIMEDOUT:
        return !pair->has_copy;
    default:
        return true;
    }
}

// Waits until the follower has acknowledged all that there is now. Where the
// clock is not still it may run away from the network for ever.
static TRIO_CHECKPOINT trio_status compare(struct pair *pair)
{
    struct kv_leader *leader = &pair->stage.server.leader;
    uint64_t offset = kv_leader_offset(leader);

    trio_sim_calm(ARRIVAL_MAX + TRIO_MINUTE);
    trio_time begun = trio_now();
    trio_status rc =
        kv_leader_wait(leader, offset, 1, trio_time_add(begun, ARRIVAL_MAX));
    bool has_all =
        rc == TRIO_OK && pair->has_copy && kv_leader_count(leader, offset) > 0;
    bool is_late = rc == TRIO_OK && trio_now() >= begun + ARRIVAL_MAX;

    TRIO_SIM_SOMETIMES(has_all, "the follower has all");
    TRIO_SIM_ALWAYS(has_all || !is_late || !pair->has_to_arrive ||
                        is_hindered(pair),
                    "the follower comes to have all");
    TRIO_SIM_ALWAYS(!has_all ||
                        are_equal(&pair->stage.server.store, &pair->copy.store),
                    "the two are equal in the end");
    return rc;
}

trio_status kv_pair_follow(struct pair *pair, trio_task_fn scene)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        site_start(&nursery, "follower", follow, pair, &pair->host);
    if (rc == TRIO_OK)
        rc = scene(pair);
    if (rc == TRIO_OK && pair->stage.site.failure == TRIO_OK)
        rc = compare(pair);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "compared");
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status visit(void *arg)
{
    struct pair *pair = arg;
    return site_visit(&pair->stage.site, pair->visitor, pair);
}

static TRIO_CHECKPOINT trio_status visit_beside(void *arg)
{
    return kv_pair_follow(arg, visit);
}

trio_status kv_pair_visit_beside(struct pair *pair, peer_fn visitor)
{
    pair->visitor = visitor;
    return site_play(&pair->stage.site, visit_beside, pair);
}

trio_status kv_pair_part(struct pair *pair)
{
    trio_status rc = trio_sim_link_cut(pair->stage.site.host, pair->host);
    return rc == TRIO_OK ? trio_sim_link_cut(pair->host, pair->stage.site.host)
                         : rc;
}

trio_status kv_pair_join(struct pair *pair)
{
    trio_status rc = trio_sim_link_mend(pair->stage.site.host, pair->host);
    return rc == TRIO_OK ? trio_sim_link_mend(pair->host, pair->stage.site.host)
                         : rc;
}
