// The birth of a task: what it will need is taken while failing is an answer.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A start takes a descriptor, the record that a failure will need, the promise
// of a stack, and, if a scheduler is to choose among all tasks, a place to show
// it in. After that nothing that happens to the task needs memory. A start that
// does not get everything gives back what it got.

#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/line.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/own_stack.h"
#include "core/park.h"
#include "core/pool.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/stack.h"
#include "core/task.h"
#include "core/task_queue.h"

#define FIRST_FRAME_MAX 320 // Of a context that was just made, on any CPU.

// A descriptor with its record: mostly that of a task that has ended.
static struct trio_task *take_descriptor(struct trio_run *run)
{
    struct trio_task *task = trio_list_pop_(&run->dead);

    if (task == NULL) {
        task = trio_pool_take_(run, &run->tasks);
        if (task == NULL)
            return NULL;
        task->reserve = NULL;
    }
    if (task->reserve == NULL)
        task->reserve = trio_pool_take_(run, &run->errors);
    if (task->reserve != NULL)
        return task;
    trio_list_push_(&run->dead, task);
    return NULL;
}

static trio_status take(struct trio_run *run, size_t stack_size,
                        struct trio_task **ret_task)
{
    trio_status rc = trio_line_make_room_(run);
    if (rc != TRIO_OK)
        return rc;
    struct trio_task *task = take_descriptor(run);
    if (task == NULL)
        return TRIO_ENOMEM;
    rc = trio_stack_promise_(run, stack_size);
    if (rc != TRIO_OK) {
        trio_list_push_(&run->dead, task);
        return rc;
    }
    task->stack.memory.base = NULL;
    task->stack.class_size = stack_size;
    *ret_task = task;
    return TRIO_OK;
}

static trio_status refuse(const struct trio_run *run, trio_status rc,
                          size_t stack_size)
{
    size_t max = run->config.memory.stack_max;

    if (rc == TRIO_EINVAL && max > 0)
        return trio_fail(rc,
                         "start a task with a stack of %zu bytes: at most %zu",
                         stack_size, max);
    return trio_fail(rc, "start a task with a stack of %zu bytes", stack_size);
}

static void init(struct trio_task *task)
{
    task->context = NULL;
    task->scope = &task->root;
    task->scope_place = NULL;
    task->park.wait = NULL;
    task->waiters = NULL;
    task->start = NULL;
    task->exits = NULL;
    task->losses = NULL;
    task->errors = NULL;
    task->result = TRIO_OK;
    task->ignored = 0;
    task->at_checkpoint = false;
    task->given_cancel = false;
    task->called_started = false;
    task->begun_by_start = false;
    task->has_copy = false;
    task->abandoned = false;
    task->lent = false;
    trio_scope_init_(&task->root, SCOPE_TASK, task);
}

trio_status trio_task_spawn_(struct trio_run *run,
                             struct trio_cancel_scope *parent,
                             const struct trio_task_options *options,
                             trio_task_fn fn, void *arg,
                             struct trio_task **ret_task)
{
    static const struct trio_task_options defaults = {NULL, 0, false};
    struct trio_task *task;

    if (options == NULL)
        options = &defaults;
    size_t stack_size = options->stack_size == 0 ? STACK_SIZE_DEFAULT
                                                 : options->stack_size;
    trio_status rc = take(run, stack_size, &task);
    if (rc != TRIO_OK)
        return refuse(run, rc, stack_size);
    init(task);
    task->run = run;
    task->fn = fn;
    task->arg = arg;
    task->name = options->name;
    task->realm = run->current == NULL ? NULL : run->current->realm;
    task->keep_fp = options->keep_fp;
    task->number = ++run->tasks_started;
    trio_scope_link_(&task->root, parent);
    task->root.effective = parent->effective;
    task->cancelled = parent->effective;
    run->tasks_living++;
    trio_note_(run, TRIO_NOTE_TASK_SPAWN, task, parent, (int64_t)task->number);
    trio_make_ready_(run, task);
    *ret_task = task;
    return TRIO_OK;
}

void trio_task_copy_(struct trio_run *run, struct trio_task *task,
                     const void *data, size_t size)
{
    trio_stack_take_(run, &task->stack);
    task->stack.context = NULL; // It lies there, too.
    uintptr_t top =
        (uintptr_t)task->stack.memory.base + task->stack.memory.size - size;
    task->arg = (void *)(top / 16 * 16);
    task->has_copy = true;
    trio_annotate_lay_down(task->arg, size);
    if (size > 0)
        __builtin_memcpy(task->arg, data, size);
}

void trio_task_make_context_(struct trio_run *run, struct trio_task *task)
{
    if (task->stack.memory.base == NULL)
        trio_stack_take_(run, &task->stack);
    task->context = task->stack.context;
    if (task->context != NULL)
        return;
    char *top = (char *)task->stack.memory.base + task->stack.memory.size;
    if (task->has_copy)
        top = task->arg;
    trio_annotate_lay_down(top - FIRST_FRAME_MAX, FIRST_FRAME_MAX);
    task->context =
        trio_context_make_(top, trio_task_main_, run, &task->stack.memory);
}
