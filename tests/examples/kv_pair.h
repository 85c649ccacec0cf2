// A kv_server and one that follows it, on two simulated hosts.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_KV_PAIR_H
#define TESTS_EXAMPLES_KV_PAIR_H

#include "examples/kv_server/follower.h"
#include "tests/examples/kv_stage.h"

// A `pair` is a stage with a second server.
struct pair {
    struct stage stage;    // Comes first. Its server leads.
    struct kv_server copy; // Follows it,
    struct kv_follower follower;
    struct trio_sim_host *host; // on a host of its own.
    peer_fn visitor;
    bool has_copy;      // It is there.
    bool has_to_arrive; // What it is told, in a time. With a still clock only.
};

#define KV_PAIR_INIT                                                           \
    {                                                                          \
        .stage = KV_STAGE_INIT                                                 \
    }

// Has a scene played beside a second server that follows the first, on a host
// of its own; then waits until that has all, and says that the two are equal.
TRIO_CHECKPOINT trio_status kv_pair_follow(struct pair *pair,
                                           trio_task_fn scene);

// The same for a scene of one visit.
TRIO_CHECKPOINT trio_status kv_pair_visit_beside(struct pair *pair,
                                                 peer_fn visitor);

// Cuts the server off from the one that follows it, or mends that.
TRIO_MUST_USE trio_status kv_pair_part(struct pair *pair);
TRIO_MUST_USE trio_status kv_pair_join(struct pair *pair);

#endif // TESTS_EXAMPLES_KV_PAIR_H
