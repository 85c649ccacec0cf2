// A bug of the caller's is not a status: it is named, and everything stops.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The report names the rule, the task and the object. It goes through the run's
// report, or, where there is no run, through the platform's if one is linked.

#include "core/misuse.h"
#include "core/note.h"
#include "core/run.h"
#include "core/task.h"

// The core does not need a platform; it only uses one that is there.
#pragma weak trio_report_platform

size_t trio_format_(const struct trio_report *report, char *buffer, size_t size,
                    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length =
        report->format(report->context, buffer, size, format, arguments);
    va_end(arguments);
    if (length < 0)
        return 0;
    return (size_t)length < size ? (size_t)length : size - 1;
}

void trio_report_line_(const struct trio_report *report, const char *format,
                       ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    report->format(report->context, text, sizeof(text), format, arguments);
    va_end(arguments);
    report->line(report->context, text);
}

static struct trio_report report_of(const struct trio_run *run)
{
    if (run != NULL)
        return run->config.report;
    if (trio_report_platform == NULL)
        __builtin_trap();
    return trio_report_platform();
}

static void name_task(const struct trio_report *report,
                      const struct trio_task *task)
{
    if (task == NULL)
        trio_report_line_(report, "  outside any task");
    else if (task->name == NULL)
        trio_report_line_(report, "  in task %llu",
                          (unsigned long long)task->number);
    else
        trio_report_line_(report, "  in task %llu \"%s\"",
                          (unsigned long long)task->number, task->name);
}

static void name_object(const struct trio_report *report, const void *object,
                        const void *place)
{
    char name[128];

    if (object != NULL)
        trio_report_line_(report, "  object %p", object);
    if (place == NULL)
        return;
    report->place(report->context, place, name, sizeof(name));
    trio_report_line_(report, "  opened at %s", name);
}

void trio_misuse_at_(const char *rule, const void *object, const void *place)
{
    struct trio_run *run = trio_current_run_;
    struct trio_report report = report_of(run);

    if (run != NULL)
        trio_note_tell_(run, TRIO_NOTE_MISUSE, run->current, object, rule, 0);
    trio_report_line_(&report, "trio: misuse: %s", rule);
    name_task(&report, run == NULL ? NULL : run->current);
    name_object(&report, object, place);
    report.stop(report.context);
}

void trio_misuse(const char *rule, const void *object)
{
    trio_misuse_at_(rule, object, NULL);
}

void trio_assert_failed(const char *text)
{
    char rule[256];
    struct trio_report report = report_of(trio_current_run_);

    trio_format_(&report, rule, sizeof(rule), "assertion failed: %s", text);
    trio_misuse_at_(rule, NULL, NULL);
}

bool trio_run_overflowed(const void *address)
{
    struct trio_run *run = trio_current_run_;

    if (run == NULL)
        return false;
    struct trio_task *task = run->current != NULL ? run->current : run->lender;
    if (task == NULL)
        return false;
    const struct trio_stack *stack = &task->stack.memory;
    if ((uintptr_t)stack->base - (uintptr_t)address > stack->guard)
        return false;
    run->current = task; // It is the one to name.
    trio_misuse_at_("stack overflow", NULL, NULL);
}
