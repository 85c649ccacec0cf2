// A bug of the caller's is not a status: it is named, and everything stops.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The report names the rule, the task, the object, and who called. It goes
// through the run's report, or, where there is no run, through the platform's
// if one is linked. Who called is found out last: the walk depends on what the
// program has done to its stack.

#include "core/misuse.h"
#include "core/note.h"
#include "core/run.h"
#include "core/task.h"
#include "core/words.h"

#define CALLERS_MAX 8
#define ROOM_TO_LOOK ((size_t)8 * 1024)

// The core does not need a platform; it only uses one that is there.
#pragma weak trio_report_platform

// What is said of a misuse besides its rule. Each may be missing.
struct details {
    const void *object;
    const void *place; // Where that was opened.
    const char *file;  // Of an assertion,
    int line;          // and where in it.
    const void *from;  // Where it returns to, NULL: no stack is left to walk.
};

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

static void name_place(const struct trio_report *report, const char *what,
                       const void *place)
{
    char name[128];

    if (report->call != NULL)
        report->call(report->context, place, name, sizeof(name));
    else
        report->place(report->context, place, name, sizeof(name));
    trio_report_line_(report, "  %s %s", what, name);
}

// To find a name files are read, and a walk may load a library: all on the
// stack of the task.
static bool has_room_to_look(const struct trio_task *task)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    return task == NULL ||
           here - (uintptr_t)task->stack.memory.base >= ROOM_TO_LOOK;
}

// A place is where a call goes on, one byte after what it stands for; so that
// of a function is one byte after its beginning.
static void name_task(const struct trio_report *report,
                      const struct trio_task *task)
{
    char name[NAME_WORDS_MAX] = "";
    char text[NAME_WORDS_MAX + 64];

    if (task->name != NULL)
        trio_name_words_(task->name, name, sizeof(name));
    size_t length = trio_format_(report, text, sizeof(text), "in task %llu%s%s",
                                 (unsigned long long)task->number,
                                 task->name == NULL ? "" : " ", name);
    if (!has_room_to_look(task)) {
        trio_report_line_(report, "  %s", text);
        return;
    }
    trio_format_(report, text + length, sizeof(text) - length, ", function");
    name_place(report, text, (const char *)(uintptr_t)task->fn + 1);
}

static void name_callers(const struct trio_report *report,
                         const struct trio_task *task, const void *from)
{
    const void *places[CALLERS_MAX];
    const char *top = NULL;

    if (report->callers == NULL || from == NULL || !has_room_to_look(task))
        return;
    if (task != NULL)
        top = (char *)task->stack.memory.base + task->stack.memory.size;
    size_t count =
        report->callers(report->context, from, top, places, CALLERS_MAX);
    for (size_t i = 0; i < count; i++)
        name_place(report, "called at", places[i]);
}

__attribute__((noreturn, cold)) static void tell(const char *rule,
                                                 struct details details)
{
    struct trio_run *run = trio_current_run_;
    struct trio_report report = report_of(run);
    const struct trio_task *task = run == NULL ? NULL : run->current;

    if (run != NULL)
        trio_note_tell_(run, TRIO_NOTE_MISUSE, run->current, details.object,
                        rule, 0);
    trio_report_line_(&report, "trio: misuse: %s", rule);
    if (task == NULL)
        trio_report_line_(&report, "  outside any task");
    else
        name_task(&report, task);
    if (details.object != NULL)
        trio_report_line_(&report, "  object %p", details.object);
    if (details.place != NULL)
        name_place(&report, "opened at", details.place);
    if (details.file != NULL)
        trio_report_line_(&report, "  asserted at %s:%d", details.file,
                          details.line);
    name_callers(&report, task, details.from);
    report.stop(report.context);
}

void trio_misuse_at_(const char *rule, const void *object, const void *place)
{
    tell(rule, (struct details){
                   .object = object, .place = place, .from = TRIO_CALLER()});
}

void trio_misuse(const char *rule, const void *object)
{
    tell(rule, (struct details){.object = object, .from = TRIO_CALLER()});
}

__attribute__((noreturn, cold)) static void
tell_by(const char *function, const char *rule, struct details details)
{
    char text[256];
    struct trio_report report = report_of(trio_current_run_);

    trio_format_(&report, text, sizeof(text), "%s %s", function, rule);
    tell(text, details);
}

void trio_misuse_by_(const char *function, const char *rule, const void *object,
                     const void *place)
{
    tell_by(function, rule,
            (struct details){
                .object = object, .place = place, .from = TRIO_CALLER()});
}

void trio_required_missing(const char *function, const char *argument)
{
    char rule[64];
    struct trio_report report = report_of(trio_current_run_);

    trio_format_(&report, rule, sizeof(rule), "was given NULL for %s",
                 argument);
    tell_by(function, rule, (struct details){.from = TRIO_CALLER()});
}

void trio_assert_failed(const char *text, const char *file, int line)
{
    char rule[256];
    struct trio_report report = report_of(trio_current_run_);

    trio_format_(&report, rule, sizeof(rule), "assertion failed: %s", text);
    tell(rule,
         (struct details){.file = file, .line = line, .from = TRIO_CALLER()});
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
    tell("stack overflow", (struct details){.from = NULL});
}
