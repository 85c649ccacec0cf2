// The task tree as text: what every task waits for, and in which scopes.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Scopes and tasks are one tree already; this walks it, parents first, and
// prints a line for each node, indented by its depth.

#include "core/arch/context.h"
#include "core/cancel.h"
#include "core/clock.h"
#include "core/misuse.h"
#include "core/park.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/task.h"
#include "core/timer.h"
#include "core/words.h"

#define FRAMES_MAX 32
#define INDENT_MAX 40

static int indent_of(const struct trio_cancel_scope *scope)
{
    int indent = 0;

    while (scope->parent != NULL && indent < INDENT_MAX) {
        scope = scope->parent;
        indent += 2;
    }
    return indent;
}

static void print_frames(struct trio_run *run, struct trio_task *task,
                         int indent)
{
    const struct trio_report *report = &run->config.report;
    const void *places[FRAMES_MAX];
    char name[128];

    if (report->backtrace == NULL || task->context == NULL)
        return;
    const char *top = (char *)task->stack.memory.base + task->stack.memory.size;
    size_t count = report->backtrace(report->context,
                                     trio_context_registers_(task->context),
                                     top, places, FRAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        report->place(report->context, places[i], name, sizeof(name));
        trio_report_line_(report, "%*s    #%zu %s", indent, "", i, name);
    }
}

// For what, for how long, and how much longer at most.
static void describe_wait(const struct trio_run *run,
                          const struct trio_task *task, char *text, size_t size)
{
    const struct trio_report *report = &run->config.report;
    const struct park *park = &task->park;
    size_t length = trio_wait_words_(task, text, size);
    trio_time deadline =
        park->shielded ? TRIO_FOREVER : trio_scope_deadline_(task->scope);

    // Where no deadline is used the clock is never read.
    if (park->since != TRIO_PAST)
        length += trio_format_(report, text + length, size - length,
                               ", since %lld ms before now",
                               (long long)((run->now - park->since) / TRIO_MS));
    if (deadline != TRIO_FOREVER && !task->cancelled)
        trio_format_(report, text + length, size - length,
                     ", deadline in %lld ms", trio_ms_until_(run, deadline));
}

static void print_task(struct trio_run *run, struct trio_task *task, int indent)
{
    const struct trio_report *report = &run->config.report;
    char state[WAIT_WORDS_MAX + 64] = "runnable";
    char name[TASK_WORDS_MAX];

    if (task == run->current)
        trio_format_(report, state, sizeof(state), "running");
    else if (trio_is_parked_(task))
        describe_wait(run, task, state, sizeof(state));
    else if (task->context == NULL)
        trio_format_(report, state, sizeof(state), "not run yet");
    trio_task_words_(task, name, sizeof(name));
    trio_report_line_(report, "%*s%s: %s%s", indent, "", name, state,
                      task->cancelled ? " (cancelled)" : "");
    if (trio_is_parked_(task))
        print_frames(run, task, indent);
}

static const char *kind_name(const struct trio_run *run,
                             const struct trio_cancel_scope *scope)
{
    static const char *const names[] = {
        [SCOPE_PLAIN] = "scope",     [SCOPE_MOVE_ON] = "move-on scope",
        [SCOPE_FAIL] = "fail scope", [SCOPE_SHIELD] = "shield scope",
        [SCOPE_NURSERY] = "nursery", [SCOPE_START] = "start of a task",
        [SCOPE_TASK] = "task",       [SCOPE_ROOT] = "run"};
    if (scope == &run->main.scope)
        return "the main task";
    if (scope == &run->system.scope)
        return "system tasks";
    return names[scope->kind];
}

static void print_scope(struct trio_run *run, struct trio_cancel_scope *scope,
                        int indent)
{
    static const char *const sources[] = {"",
                                          ", cancelled by its deadline",
                                          ", cancelled on request",
                                          ", cancelled by a failure in it",
                                          ", cancelled by an interrupt",
                                          ", cancelled by a shutdown",
                                          ", cancelled by a deadlock"};
    const struct trio_report *report = &run->config.report;
    trio_time deadline = scope->timer.deadline;
    char place[128] = "";
    char limit[64] = "";

    if (scope->place != NULL)
        report->place(report->context, scope->place, place, sizeof(place));
    if (deadline != TRIO_FOREVER)
        trio_format_(report, limit, sizeof(limit), ", deadline in %lld ms",
                     trio_ms_until_(run, deadline));
    trio_report_line_(
        report, "%*s%s%s%s%s%s%s", indent, "", kind_name(run, scope),
        scope->place == NULL ? "" : " opened at ", place, limit,
        scope->shield ? ", shielded" : "", sources[scope->source]);
}

void trio_dump_tasks(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_cancel_scope *scope = &run->root;

    trio_clock_read_(run);
    trio_report_line_(&run->config.report, "trio: %zu tasks in pass %llu",
                      run->tasks_living, (unsigned long long)run->passes);
    for (; scope != NULL; scope = trio_scope_next_(&run->root, scope, true)) {
        if (scope->kind == SCOPE_TASK)
            print_task(run, scope->task, indent_of(scope));
        else if (scope->kind != SCOPE_ROOT)
            print_scope(run, scope, indent_of(scope));
    }
}
