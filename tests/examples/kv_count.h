// Two clients of a kv_server who count together.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_KV_COUNT_H
#define TESTS_EXAMPLES_KV_COUNT_H

#include "tests/examples/kv_stage.h"

// A scene: two clients add to a key, and then the sum is read.
TRIO_CHECKPOINT trio_status kv_count_together(void *stage);

// Plays a scene whose operations are to be those of one object.
TRIO_CHECKPOINT trio_status
kv_play_history(struct stage *stage, const struct trio_history_model *model,
                trio_task_fn scene);

#endif // TESTS_EXAMPLES_KV_COUNT_H
