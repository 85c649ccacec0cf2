// What each client asks for and hears is a history of one object.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_count.h"

#include <stdlib.h>

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

trio_status kv_count_together(void *arg)
{
    trio_status rc = site_visit_two(arg, count_as_ann, count_as_bob, arg);
    return rc == TRIO_OK ? site_visit(arg, read_sum, arg) : rc;
}

trio_status kv_play_history(struct stage *stage,
                            const struct trio_history_model *model,
                            trio_task_fn scene)
{
    trio_history_open(&stage->history, model, NULL, 0, NULL);
    trio_status rc = site_play(&stage->site, scene, stage);
    trio_status answer =
        TRIO_SIM_LINEARIZABLE(&stage->history, "the key is one object");
    trio_history_close(&stage->history);
    return rc == TRIO_OK ? answer : rc;
}
