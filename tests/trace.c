// Only what the rules fix is written: an address becomes the order in which it
// was first seen, a time becomes the distance from the first one. Looks at the
// world are left out, since a loop may look more often than it must.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <trio/cancel_scope.h>
#include <trio/task.h>

#include "tests/check.h"

TRIO_PRINTF(2, 3)
static void write(struct trace *trace, const char *format, ...)
{
    size_t room = sizeof(trace->text) - trace->length;
    va_list arguments;

    va_start(arguments, format);
    int length =
        vsnprintf(trace->text + trace->length, room, format, arguments);
    va_end(arguments);
    REQUIRE(length >= 0 && (size_t)length < room);
    trace->length += (size_t)length;
}

static unsigned number_of(struct trace *trace, const void *object)
{
    size_t i = 0;

    while (i < trace->objects_count && trace->objects[i] != object)
        i++;
    if (i == trace->objects_count) {
        REQUIRE(i < COUNT(trace->objects));
        trace->objects[trace->objects_count++] = object;
    }
    return (unsigned)i + 1;
}

// A scope that is closed gives its address to others.
static void forget(struct trace *trace, const void *object)
{
    for (size_t i = 0; i < trace->objects_count; i++)
        if (trace->objects[i] == object)
            trace->objects[i] = trace; // No object of a run's.
}

static const char *source_name(int64_t source)
{
    static const char *const names[] = {"nothing",   "its deadline", "request",
                                        "a failure", "interrupt",    "shutdown",
                                        "deadlock"};

    return names[source];
}

static void write_scope_note(struct trace *trace, const struct trio_note *note)
{
    unsigned scope = number_of(trace, note->object);

    if (note->kind == TRIO_NOTE_SCOPE_OPEN) {
        write(trace, "  opens scope %u\n", scope);
    } else if (note->kind == TRIO_NOTE_SCOPE_CANCEL) {
        write(trace, "  scope %u is cancelled by %s\n", scope,
              source_name(note->first));
    } else {
        write(trace, "  closes scope %u: %s\n", scope,
              trio_status_name((trio_status)note->first));
        forget(trace, note->object);
    }
}

static bool write_note(void *context, const struct trio_note *note)
{
    struct trace *trace = context;
    uint64_t task = note->task == NULL ? 0 : trio_task_number(note->task);

    switch (note->kind) {
    case TRIO_NOTE_RUN_BEGIN:
        write(trace, "begin\n");
        break;
    case TRIO_NOTE_RUN_END:
        write(trace, "end: %s\n", trio_status_name((trio_status)note->first));
        break;
    case TRIO_NOTE_TASK_SPAWN:
        write(trace, "  task %" PRIu64 " is started\n", task);
        break;
    case TRIO_NOTE_TASK_EXIT:
        write(trace, "  ends: %s\n",
              trio_status_name((trio_status)note->first));
        break;
    case TRIO_NOTE_STEP_BEGIN:
        write(trace, "pass %" PRId64 ": task %" PRIu64 "\n", note->first, task);
        break;
    case TRIO_NOTE_SCOPE_OPEN:
    case TRIO_NOTE_SCOPE_CANCEL:
    case TRIO_NOTE_SCOPE_CLOSE:
        write_scope_note(trace, note);
        break;
    case TRIO_NOTE_PARK:
        write(trace, "  parks to %s\n", note->text);
        break;
    case TRIO_NOTE_WAKE:
        write(trace, "  task %" PRIu64 " is woken: %s\n", task,
              trio_status_name((trio_status)note->first));
        break;
    case TRIO_NOTE_CLOCK_JUMP:
        if (trace->start == 0)
            trace->start = note->first;
        write(trace, "the clock jumps to +%" PRId64 "\n",
              note->first - trace->start);
        break;
    default:
        break;
    }
    return true;
}

struct trio_observer trace_observer(struct trace *trace)
{
    return (struct trio_observer){.context = trace, .note = write_note};
}
