// What a task can know of itself, and what it can leave to be done at its end.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Exit functions and task-local values are one list in the caller's storage.
// Nothing is allocated, so nothing of this can fail.

#include "core/task.h"
#include "core/misuse.h"
#include "core/run.h"

struct trio_task *trio_task_current(void)
{
    return trio_task_current_(trio_run_current_());
}

struct trio_task *trio_task_acting_(void)
{
    const struct trio_run *run = trio_current_run_;
    struct trio_task *task = run == NULL ? NULL : run->current;

    return task == NULL || task->lent ? NULL : task;
}

bool trio_in_task(void)
{
    return trio_task_acting_() != NULL;
}

void **trio_task_realm(void)
{
    struct trio_task *task = trio_run_current_()->current;

    return task == NULL ? NULL : &task->realm;
}

void *trio_task_realm_of(const struct trio_task *task)
{
    return task->realm;
}

void *trio_task_swap_realm(void *realm)
{
    struct trio_task *task = trio_task_current();
    void *own = task->realm;

    task->realm = realm;
    return own;
}

uint64_t trio_task_number(const struct trio_task *task)
{
    return task->number;
}

const char *trio_task_name(const struct trio_task *task)
{
    return task->name;
}

void trio_task_on_exit(struct trio_task_exit *node,
                       void (*fn)(struct trio_task_exit *node))
{
    TRIO_REQUIRE(fn);
    trio_exit_add_once_(&trio_task_current()->exits, node, fn);
}

void trio_task_cancel_exit(struct trio_task *task, struct trio_task_exit *node)
{
    trio_exit_take_out_(&task->exits, node);
}

void trio_task_on_abandon(struct trio_task_exit *node,
                          void (*fn)(struct trio_task_exit *node))
{
    TRIO_REQUIRE(fn);
    trio_exit_add_once_(&trio_task_current()->losses, node, fn);
}

void trio_task_cancel_abandon(struct trio_task_exit *node)
{
    trio_exit_take_out_(&trio_task_current()->losses, node);
}

static void destroy_local(struct trio_task_exit *node)
{
    struct trio_task_local *local = (struct trio_task_local *)node;
    if (local->key->destroy != NULL)
        local->key->destroy(local->value);
}

void trio_task_local_set(struct trio_task_local *local,
                         const struct trio_task_key *key, void *value)
{
    local->key = key;
    local->value = value;
    trio_task_on_exit(&local->exit, destroy_local);
}

void *trio_task_local_get(const struct trio_task_key *key)
{
    struct trio_task_exit *node = trio_task_current()->exits;
    for (; node != NULL; node = node->next) {
        struct trio_task_local *local = (struct trio_task_local *)node;
        if (node->fn == destroy_local && local->key == key)
            return local->value;
    }
    return NULL;
}
