// Nothing can ever wake the run: the root is cancelled, through every shield.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// That gives every task the chance to clean up, and the run an answer. If the
// run gets stuck once more, there is nobody left to tell but the programmer.
//
// A cycle is looked for along "waits for something that is held by". Every task
// waits for one thing, so a walk either ends, meets an earlier walk's mark, or
// comes back to its own: then it has gone round a cycle.

#include "core/cancel.h"
#include "core/loop.h"
#include "core/misuse.h"
#include "core/park.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/task.h"
#include "core/words.h"

// Returns a task of the cycle that the walk from `task` runs into, or NULL.
// Marks below `base` are of an earlier search.
static struct trio_task *walk(struct trio_task *task, uint32_t base,
                              uint32_t mark)
{
    while (task != NULL && trio_is_parked_(task) && task->park.mark < base) {
        task->park.mark = mark;
        task = trio_wait_holder_(task);
    }
    bool own = task != NULL && trio_is_parked_(task) && task->park.mark == mark;
    return own ? task : NULL;
}

static struct trio_task *find_cycle(struct trio_run *run)
{
    struct trio_cancel_scope *scope = &run->root;
    struct trio_task *cycle = NULL;
    uint32_t base = run->marks + 1;

    for (; scope != NULL && cycle == NULL;
         scope = trio_scope_next_(&run->root, scope, true))
        if (scope->kind == SCOPE_TASK)
            cycle = walk(scope->task, base, ++run->marks);
    return cycle;
}

static void print_cycle(const struct trio_report *report,
                        const struct trio_task *cycle)
{
    const struct trio_task *task = cycle;
    char name[TASK_WORDS_MAX];
    char wait[WAIT_WORDS_MAX];

    do {
        trio_task_words_(task, name, sizeof(name));
        trio_wait_words_(task, wait, sizeof(wait));
        trio_report_line_(report, "  %s %s", name, wait);
        task = trio_wait_holder_(task);
    } while (task != cycle);
}

// The cycle as one line, for the error record: "task 2 -> task 3 -> task 2".
static void describe_cycle(struct trio_run *run, struct trio_task *cycle)
{
    const struct trio_report *report = &run->config.report;
    struct trio_task *task = cycle;
    size_t size = sizeof(run->cycle);
    size_t length = 0;

    do {
        length += trio_format_(report, run->cycle + length, size - length,
                               "%stask %llu", length == 0 ? "" : " -> ",
                               (unsigned long long)task->number);
        task = trio_wait_holder_(task);
    } while (task != cycle && length < size - 32);
    trio_format_(report, run->cycle + length, size - length, " -> task %llu",
                 (unsigned long long)cycle->number);
}

void trio_deadlock_(struct trio_run *run)
{
    const struct trio_report *report = &run->config.report;
    struct trio_task *cycle = find_cycle(run);

    if (cycle != NULL)
        describe_cycle(run, cycle);
    if (run->deadlocked || run->config.ret_error == NULL) {
        trio_report_line_(report, "trio: deadlock: nothing can ever wake these "
                                  "tasks");
        if (cycle != NULL)
            print_cycle(report, cycle);
        trio_dump_tasks();
    }
    if (run->deadlocked)
        trio_misuse_at_("deadlocked again after everything was cancelled", NULL,
                        NULL);
    run->deadlocked = true;
    trio_scope_cancel_(run, &run->root, TRIO_CANCEL_DEADLOCK,
                       "nothing can ever wake this run");
}
