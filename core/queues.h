// Taking tasks out of wherever they wait for their turn.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_QUEUES_H
#define TRIO_CORE_QUEUES_H

#include <stdbool.h>

struct queue;
struct trio_run;
struct trio_task;

typedef bool trio_task_test_(const struct trio_run *run,
                             const struct trio_task *task);

// Moves those that pass the test to the end of a queue, in their order.
void trio_queues_move_(struct trio_run *run, trio_task_test_ *test,
                       struct queue *target);

void trio_queue_move_(struct trio_run *run, struct queue *queue,
                      trio_task_test_ *test, struct queue *target);

// ---- realm_pause.c ----

// Puts aside whoever is in a realm that is paused, if any is.
void trio_realms_hold_(struct trio_run *run);

#endif // TRIO_CORE_QUEUES_H
