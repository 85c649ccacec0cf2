// A row stands in the column of the task that did it. What no task did, a
// deadline, a job, what the search injected, stands where it happened. Three
// dots say that the task waits from then on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <trio/cancel_scope.h>

#include "sim/runner/deviations.h"

#define say trio_runner_row_say_

void trio_runner_row_say_(struct row *row, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(row->text, ROW_TEXT_MAX, format, arguments);
    va_end(arguments);
}

struct status_text {
    char text[24];
};

// A status without what all of the library's begin with; others by number.
static struct status_text status_text(int64_t status)
{
    const char *name = trio_status_name((trio_status)status);
    struct status_text ret;

    if (strncmp(name, "TRIO_", 5) == 0)
        snprintf(ret.text, sizeof(ret.text), "%s", name + 5);
    else
        snprintf(ret.text, sizeof(ret.text), "%" PRId64, status);
    return ret;
}

static void describe_wake(const struct event *event, int64_t result,
                          uint32_t actor, const char *who, struct row *row)
{
    struct status_text came = {""};
    const char *gap = result == TRIO_OK ? "" : ": ";

    if (result != TRIO_OK)
        came = status_text(result);
    if (actor == 0 || actor == event->task)
        say(row, "woken%s%s", gap, came.text);
    else
        say(row, "wakes %s%s%s", who, gap, came.text);
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

    if (event->first / 2 == TRIO_PROPERTY_EVENTUALLY)
        say(row, "%s: %s", held ? "at last" : "not yet", event->verb);
    else if (sometimes && held)
        say(row, "sometimes: %s", event->verb);
    else if (!sometimes && !held)
        say(row, "BROKEN: %s", event->verb);
}

// Of what a task does to itself or to an object.
static void describe_own(const struct event *event, int64_t first,
                         const char *object, struct row *row)
{
    const char *text = event->verb != NULL ? event->verb : "";

    switch (event->kind) {
    case TRIO_NOTE_PARK:
        if (strcmp(text, "wake up") == 0)
            text = "sleeps";
        say(row, "%s%s%s ...", text, *object != '\0' ? " " : "", object);
        break;
    case TRIO_NOTE_TOUCH:
        describe_touch(event, object, row);
        break;
    case TRIO_NOTE_TASK_EXIT:
        say(row, "ends: %s", status_text(first).text);
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
static void describe(const struct row_reader *reader, const struct event *event,
                     int64_t first, uint32_t actor, struct row *row)
{
    const struct kernel *kernel = reader->kernel;
    char who[ROW_NAME_MAX] = "";
    char object[ROW_NAME_MAX] = "";

    row->task = actor != 0 ? actor : event->task;
    if (event->task != 0)
        trio_sim_actor_name_(kernel, event->task, who, sizeof(who));
    if (event->object != 0)
        trio_sim_object_name_(kernel, event->object, object, sizeof(object));
    if (event->kind == TRIO_NOTE_WAKE)
        describe_wake(event, first, actor, who, row);
    else if (event->kind == TRIO_NOTE_SCOPE_CANCEL)
        describe_cancel(event, actor, who, row);
    else if (event->kind == TRIO_NOTE_TASK_READY && !reader->busy)
        say(row, "yields"); // All that one sees of this step.
    else if (event->kind != TRIO_NOTE_TASK_SPAWN)
        describe_own(event, first, object, row);
    else if (actor != 0)
        say(row, "starts %s", who);
}

// What the program says, on one line.
static void describe_text(const struct row_reader *reader,
                          const struct event *event, uint32_t said,
                          struct row *row)
{
    row->task = event->task;
    say(row, "note: %s", trio_sim_said_(reader->kernel, said));
    for (char *at = row->text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
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

// Names that are derived may be others in another run.
static void finish(const struct row_reader *reader, const struct event *event,
                   struct row *row)
{
    row->hash = row->task;
    for (const char *at = row->text; *at != '\0'; at++)
        row->hash = (row->hash ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
    if (event->object != 0 || event->kind == EVENT_FIRED)
        trio_runner_names_apply_(reader->names, row->text, ROW_TEXT_MAX);
}

bool trio_runner_row_read_(struct row_reader *reader, uint32_t actor,
                           struct row *ret)
{
    size_t i = reader->event++;
    const struct event *event = trio_sim_event_(reader->kernel, i);
    const struct telling *telling = trio_sim_telling_(reader->kernel, i);
    int64_t first = telling->first;

    *ret = (struct row){.kind = event->kind, .place = telling->place};
    switch (event->kind) {
    case TRIO_NOTE_STEP_BEGIN:
        reader->step++;
        reader->busy = false;
        break;
    case TRIO_NOTE_CLOCK_JUMP:
        reader->now = (uint64_t)(first / TRIO_US);
        break;
    case EVENT_FIRED:
        describe_deviation(reader, ret);
        break;
    case TRIO_NOTE_TEXT:
        describe_text(reader, event, telling->said, ret);
        break;
    default:
        describe(reader, event, first, actor, ret);
    }
    ret->now = reader->now;
    if (ret->text[0] == '\0')
        return false;
    finish(reader, event, ret);
    if (actor != 0 && ret->task != 0) {
        ret->step = reader->step;
        reader->busy = true;
    }
    return true;
}
