// Probes are notes to whoever observes the run, and nothing else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/probe.h>

#include "core/base.h"
#include "core/line.h"
#include "core/note.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"

static void tell(enum trio_note_kind kind, const void *object, const char *text,
                 int64_t first)
{
    struct trio_run *run = trio_current_run_;

    if (run != NULL && UNLIKELY(run->observed >> kind & 1))
        trio_note_tell_(run, kind, run->current, object, text, first);
}

void trio_sim_property(enum trio_property property, bool held, const char *name)
{
    tell(TRIO_NOTE_PROPERTY, NULL, name, (int64_t)property * 2 + held);
}

void trio_sim_note(const char *format, ...)
{
    struct trio_run *run = trio_current_run_;
    char text[TRIO_SIM_NOTE_MAX];
    va_list arguments;

    if (run == NULL || LIKELY((run->observed >> TRIO_NOTE_TEXT & 1) == 0))
        return;
    const struct trio_report *report = &run->config.report;
    va_start(arguments, format);
    report->format(report->context, text, sizeof(text), format, arguments);
    va_end(arguments);
    tell(TRIO_NOTE_TEXT, NULL, text, 0);
}

bool trio_sim_buggify(const char *name)
{
    struct trio_run *run = trio_current_run_;

    if (run == NULL || LIKELY(run->config.scheduler.buggify == NULL))
        return false;
    return run->config.scheduler.buggify(run->config.scheduler.context, name);
}

void trio_sim_target(const struct trio_cancel_scope *scope)
{
    tell(TRIO_NOTE_TARGET, scope, NULL, 1);
}

void trio_sim_spare(const struct trio_cancel_scope *scope)
{
    tell(TRIO_NOTE_TARGET, scope, NULL, 0);
}

void trio_sim_name(const void *object, const char *name)
{
    tell(TRIO_NOTE_NAME, object, name, 0);
}

void trio_sim_owe(const void *object, const char *kind)
{
    tell(TRIO_NOTE_OWE, object, kind, 0);
}

void trio_sim_settle(const void *object)
{
    tell(TRIO_NOTE_SETTLE, object, NULL, 0);
}

void trio_sim_keep(void *memory)
{
    tell(TRIO_NOTE_KEEP, memory, NULL, 0);
}

// Lets others come first, and stays first in line itself: by default it goes on
// as in production, where a soft point is nothing at all.
static void pause(struct trio_run *run, struct trio_task *task)
{
    TRIO_ASSERT(run->config.scheduler.single_steps);
    task->result = TRIO_OK;
    trio_line_put_back_(run, task);
    trio_note_(run, TRIO_NOTE_TASK_READY, task, NULL, 0);
    trio_ignore(trio_suspend_(run, task));
}

void trio_sim_point(const void *object, enum trio_access access)
{
    struct trio_run *run = trio_current_run_;

    if (run == NULL || run->current == NULL)
        return;
    tell(TRIO_NOTE_TOUCH, object, "point", access);
    if (UNLIKELY(run->config.scheduler.soft_points))
        pause(run, run->current);
}
