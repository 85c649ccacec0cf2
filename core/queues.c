// Who is runnable waits in one of three places: in the line that a scheduler
// chooses from, in the snapshot of this pass, for the next pass. They follow
// each other in this order.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/queues.h"
#include "core/run.h"
#include "core/task.h"
#include "core/task_queue.h"

static void move_line(struct trio_run *run, trio_task_test_ *test,
                      struct queue *target)
{
    struct trio_task **line = run->snapshot + run->line_first;
    size_t count = 0;

    for (size_t i = 0; i < run->unchosen; i++) {
        if (test(run, line[i]))
            trio_queue_push_(target, line[i]);
        else
            line[count++] = line[i];
    }
    run->unchosen = count;
}

static void move_list(struct trio_run *run, struct trio_task **link,
                      trio_task_test_ *test, struct queue *target)
{
    while (*link != NULL) {
        struct trio_task *task = *link;
        if (!test(run, task)) {
            link = &task->next;
            continue;
        }
        *link = task->next;
        trio_queue_push_(target, task);
    }
}

void trio_queue_move_(struct trio_run *run, struct queue *queue,
                      trio_task_test_ *test, struct queue *target)
{
    struct trio_task *task, *rest = trio_queue_take_(queue);

    move_list(run, &rest, test, target);
    while ((task = trio_list_pop_(&rest)) != NULL)
        trio_queue_push_(queue, task);
}

void trio_queues_move_(struct trio_run *run, trio_task_test_ *test,
                       struct queue *target)
{
    move_line(run, test, target);
    move_list(run, &run->batch, test, target);
    trio_queue_move_(run, &run->ready, test, target);
}
