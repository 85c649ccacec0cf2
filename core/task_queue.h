// Tasks in a row, linked through their descriptors.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_TASK_QUEUE_H
#define TRIO_CORE_TASK_QUEUE_H

#include <stddef.h>

#include "core/task.h"

struct queue {
    struct trio_task *first;
    struct trio_task *last;
};

static inline void trio_queue_push_(struct queue *queue, struct trio_task *task)
{
    task->next = NULL;
    if (queue->first == NULL)
        queue->first = task;
    else
        queue->last->next = task;
    queue->last = task;
}

// Takes the whole queue, as the list of its tasks.
static inline struct trio_task *trio_queue_take_(struct queue *queue)
{
    struct trio_task *first = queue->first;
    queue->first = NULL;
    return first;
}

static inline void trio_list_push_(struct trio_task **list,
                                   struct trio_task *task)
{
    task->next = *list;
    *list = task;
}

static inline struct trio_task *trio_list_pop_(struct trio_task **list)
{
    struct trio_task *task = *list;
    if (task != NULL)
        *list = task->next;
    return task;
}

#endif // TRIO_CORE_TASK_QUEUE_H
