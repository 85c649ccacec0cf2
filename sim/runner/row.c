// A row stands in the column of the task that did it. What no task did, a
// deadline, a job, what the search injected, stands where it happened. Three
// dots say that the task waits from then on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <trio/cancel_scope.h>

enum { DEVIATIONS_TOLD_MAX = 20 };

__attribute__((format(printf, 2, 3))) static void say(struct row *row,
                                                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(row->text, ROW_TEXT_MAX, format, arguments);
    va_end(arguments);
}

// A status without what all of them begin with.
static const char *status_name(int status)
{
    const char *name = trio_status_name((trio_status)status);

    return strncmp(name, "TRIO_", 5) == 0 ? name + 5 : name;
}

static void describe_wake(const struct event *event, uint32_t actor,
                          const char *who, struct row *row)
{
    const char *result = status_name(event->first);
    const char *gap = event->first == TRIO_OK ? "" : ": ";

    if (event->first == TRIO_OK)
        result = "";
    if (actor == 0 || actor == event->task)
        say(row, "woken%s%s", gap, result);
    else
        say(row, "wakes %s%s%s", who, gap, result);
}

static void describe_cancel(const struct event *event, uint32_t actor,
                            const char *who, struct row *row)
{
    switch ((enum trio_cancel_source)event->first) {
    case TRIO_CANCEL_DEADLOCK:
        say(row, "deadlock");
        row->task = 0;
        break;
    case TRIO_CANCEL_DEADLINE:
        say(row, "its deadline passes");
        row->task = event->task;
        break;
    case TRIO_CANCEL_SIBLING:
        say(row, "cancels its siblings");
        break;
    case TRIO_CANCEL_EXPLICIT:
        if (actor == 0)
            say(row, "its scope is cancelled");
        else if (actor == event->task)
            say(row, "cancels a scope");
        else
            say(row, "cancels a scope of %s", who);
        break;
    default:
        break; // Of the run's own, at its end.
    }
}

static void describe_touch(const struct event *event, const char *object,
                           struct row *row)
{
    static const char *const verbs[] = {[TRIO_ACCESS_READ] = "reads",
                                        [TRIO_ACCESS_WRITE] = "writes",
                                        [TRIO_ACCESS_ACQUIRE] = "takes from",
                                        [TRIO_ACCESS_RELEASE] = "gives to"};

    if (event->verb != NULL)
        say(row, "%s %s", event->verb, object);
    else if (event->first >= 0 && event->first <= TRIO_ACCESS_RELEASE)
        say(row, "%s %s", verbs[event->first], object);
}

static void describe_property(const struct event *event, struct row *row)
{
    bool held = event->first & 1;
    bool sometimes = event->first / 2 == TRIO_PROPERTY_SOMETIMES;

    if (sometimes && held)
        say(row, "sometimes: %s", event->verb);
    else if (!sometimes && !held)
        say(row, "BROKEN: %s", event->verb);
}

// Of what a task does to itself or to an object.
static void describe_own(const struct event *event, const char *object,
                         struct row *row)
{
    const char *text = event->verb != NULL ? event->verb : "";

    switch (event->kind) {
    case TRIO_NOTE_PARK:
        say(row, "%s%s%s ...", text, *object != '\0' ? " " : "", object);
        break;
    case TRIO_NOTE_TOUCH:
        describe_touch(event, object, row);
        break;
    case TRIO_NOTE_TASK_EXIT:
        say(row, "ends: %s", status_name(event->first));
        break;
    case TRIO_NOTE_OWE:
        say(row, "owes %s %s", text, object);
        break;
    case TRIO_NOTE_SETTLE:
        say(row, "settles %s", object);
        break;
    case TRIO_NOTE_MISUSE:
        say(row, "MISUSE: %s", text);
        break;
    case TRIO_NOTE_PROPERTY:
        describe_property(event, row);
        break;
    default:
        break;
    }
}

// What a task does, or what happens to one.
static void describe(const struct kernel *kernel, const struct event *event,
                     uint32_t actor, struct row *row)
{
    char who[ROW_NAME_MAX] = "";
    char object[ROW_NAME_MAX] = "";

    row->task = actor != 0 ? actor : event->task;
    if (event->task != 0)
        trio_sim_actor_name_(kernel, event->task, who, sizeof(who));
    if (event->object != 0)
        trio_sim_object_name_(kernel, event->object, object, sizeof(object));
    if (event->kind == TRIO_NOTE_WAKE)
        describe_wake(event, actor, who, row);
    else if (event->kind == TRIO_NOTE_SCOPE_CANCEL)
        describe_cancel(event, actor, who, row);
    else if (event->kind != TRIO_NOTE_TASK_SPAWN)
        describe_own(event, object, row);
    else if (actor != 0)
        say(row, "starts %s", who);
}

static void describe_deviation(struct row_reader *reader, struct row *row)
{
    size_t count;

    trio_sim_fired_(reader->kernel, &count);
    if (count <= DEVIATIONS_TOLD_MAX)
        say(row, "%zu. %s", reader->fired + 1,
            trio_sim_fired_words_(reader->kernel, reader->fired));
    reader->fired++;
}

bool trio_runner_row_read_(struct row_reader *reader, const struct event *event,
                           uint32_t actor, struct row *ret)
{
    *ret = (struct row){.step = 0};
    switch (event->kind) {
    case TRIO_NOTE_STEP_BEGIN:
        reader->step++;
        reader->told = false;
        break;
    case TRIO_NOTE_CLOCK_JUMP:
        reader->now = (uint64_t)event->object << 32 | event->task;
        break;
    case EVENT_FIRED:
        describe_deviation(reader, ret);
        break;
    default:
        describe(reader->kernel, event, actor, ret);
        if (actor != 0 && !reader->told && ret->task != 0)
            ret->step = reader->step;
    }
    return ret->text[0] != '\0';
}

bool trio_runner_row_tell_(struct row_reader *reader, struct row *row,
                           struct row *ret_time)
{
    uint64_t passed = reader->now - reader->told_now;

    if (row->step != 0)
        reader->told = true;
    reader->told_now = reader->now;
    *ret_time = (struct row){.step = 0};
    if (passed >= 1000000)
        say(ret_time, "%" PRIu64 ".%03u s later", passed / 1000000,
            (unsigned)(passed / 1000 % 1000));
    else if (passed > 0)
        say(ret_time, "%" PRIu64 ".%03u ms later", passed / 1000,
            (unsigned)(passed % 1000));
    return passed > 0;
}
