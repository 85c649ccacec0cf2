// Those that a scheduler chooses from stand in a line.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The line is a part of the snapshot: `unchosen` tasks from `line_first` on, in
// the order in which they became runnable. Who is chosen leaves it, and those
// before move up by one, so that who is passed over stays first. Where a pass
// is one step the line is never empty while somebody is runnable; it moves
// through the snapshot, and back to its beginning when it comes to the end.
//
// A scheduler may start tasks while it looks at the line. What it looks at then
// stays until it has chosen, even if the snapshot has moved.

#include "core/line.h"
#include "core/pool.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/task_queue.h"

static void release(struct trio_run *run, struct trio_task **snapshot,
                    size_t max)
{
    const struct trio_memory *memory = &run->config.memory;

    if (snapshot != NULL)
        memory->release(memory->context, snapshot,
                        max * sizeof(struct trio_task *));
}

trio_status trio_line_grow_(struct trio_run *run)
{
    size_t max = run->tasks_max * 2 + 16;

    struct trio_task **snapshot =
        trio_allocate_for_all_(run, max * sizeof(struct trio_task *));
    if (snapshot == NULL)
        return TRIO_ENOMEM;
    if (run->snapshot != NULL)
        __builtin_memcpy(snapshot, run->snapshot,
                         run->tasks_max * sizeof(struct trio_task *));
    if (run->shown == run->snapshot)
        run->shown_max = run->tasks_max;
    else
        release(run, run->snapshot, run->tasks_max);
    run->snapshot = snapshot;
    run->tasks_max = max;
    return TRIO_OK;
}

void trio_line_end_(struct trio_run *run)
{
    if (run->shown != run->snapshot)
        release(run, run->shown, run->shown_max);
    release(run, run->snapshot, run->tasks_max);
}

// A task that is runnable is a living one, so there is room for all.
static void append(struct trio_run *run, struct trio_task *task)
{
    if (run->line_first + run->unchosen == run->tasks_max) {
        __builtin_memmove(run->snapshot, run->snapshot + run->line_first,
                          run->unchosen * sizeof(struct trio_task *));
        run->line_first = 0;
    }
    TRIO_ASSERT(run->line_first + run->unchosen < run->tasks_max);
    run->snapshot[run->line_first + run->unchosen++] = task;
}

// Returns who goes on, NULL for the loop.
static struct trio_task *choose(struct trio_run *run)
{
    const struct trio_scheduler *scheduler = &run->config.scheduler;
    struct trio_task **line = run->snapshot + run->line_first;

    run->shown = run->snapshot;
    size_t i = scheduler->pick(scheduler->context, line, run->unchosen);
    TRIO_ASSERT(i <= run->unchosen);
    if (run->shown != run->snapshot)
        release(run, run->shown, run->shown_max);
    run->shown = NULL;
    if (i == run->unchosen)
        return NULL;
    line = run->snapshot + run->line_first;
    struct trio_task *task = line[i];
    __builtin_prefetch(task->context); // While its step is noted.
    if (i > 0)
        __builtin_memmove(line + 1, line, i * sizeof(struct trio_task *));
    run->line_first++;
    run->unchosen--;
    return task;
}

void trio_line_put_back_(struct trio_run *run, struct trio_task *task)
{
    TRIO_ASSERT(run->line_first > 0);
    run->snapshot[--run->line_first] = task;
    run->unchosen++;
}

// The last step of a pass is the last thing here, so that its switch is a jump;
// see step.h.
void trio_line_run_(struct trio_run *run)
{
    struct trio_task *task;

    if (run->unchosen == 0)
        run->line_first = 0;
    while ((task = trio_list_pop_(&run->batch)) != NULL)
        append(run, task);
    task = choose(run);
    while (task != NULL && run->unchosen > 0 &&
           !run->config.scheduler.single_steps) {
        trio_step_(run, task);
        task = run->unchosen > 0 ? choose(run) : NULL;
        // The loop may look before the first step only.
        TRIO_ASSERT(task != NULL || run->unchosen == 0);
    }
    if (task != NULL)
        trio_step_(run, task);
}
