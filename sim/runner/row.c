// A row stands in the column of the task that did it. What no task did, a
// deadline, a job, what the search injected, stands where it happened. Three
// dots say that the task waits from then on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/row.h"

#include <stdio.h>
#include <string.h>

static const char *access_verb(const struct event *event)
{
    static const char *const verbs[] = {[TRIO_ACCESS_READ] = "reads",
                                        [TRIO_ACCESS_WRITE] = "writes",
                                        [TRIO_ACCESS_ACQUIRE] = "takes from",
                                        [TRIO_ACCESS_RELEASE] = "gives to"};

    return event->first >= 0 && event->first <= TRIO_ACCESS_RELEASE
               ? verbs[event->first]
               : "uses";
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
    const char *result =
        event->first == TRIO_OK ? "" : status_name(event->first);

    if (actor == 0 || actor == event->task)
        snprintf(row->text, ROW_TEXT_MAX, "woken %s", result);
    else
        snprintf(row->text, ROW_TEXT_MAX, "wakes %s %s", who, result);
    row->task = actor != 0 ? actor : event->task;
}

static void describe_property(const struct event *event, struct row *row)
{
    bool held = event->first & 1;

    if (event->first / 2 == TRIO_PROPERTY_SOMETIMES ? !held : held)
        return;
    snprintf(row->text, ROW_TEXT_MAX, "%s: %s", held ? "sometimes" : "BROKEN",
             event->verb);
}

// Of what a task does to itself or to an object.
static void describe_own(const struct event *event, const char *object,
                         struct row *row)
{
    switch (event->kind) {
    case TRIO_NOTE_PARK:
        snprintf(row->text, ROW_TEXT_MAX, "%s%s%s ...", event->verb,
                 *object != '\0' ? " " : "", object);
        break;
    case TRIO_NOTE_TOUCH:
        snprintf(row->text, ROW_TEXT_MAX, "%s %s", access_verb(event), object);
        break;
    case TRIO_NOTE_TASK_EXIT:
        snprintf(row->text, ROW_TEXT_MAX, "ends: %s",
                 status_name(event->first));
        break;
    case TRIO_NOTE_OWE:
        snprintf(row->text, ROW_TEXT_MAX, "owes %s", event->verb);
        break;
    case TRIO_NOTE_SETTLE:
        snprintf(row->text, ROW_TEXT_MAX, "settles %s", object);
        break;
    case TRIO_NOTE_MISUSE:
        snprintf(row->text, ROW_TEXT_MAX, "MISUSE: %s", event->verb);
        break;
    case TRIO_NOTE_PROPERTY:
        describe_property(event, row);
        break;
    default:
        break;
    }
}

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
    switch (event->kind) {
    case TRIO_NOTE_TASK_SPAWN:
        if (actor != 0)
            snprintf(row->text, ROW_TEXT_MAX, "starts %s", who);
        break;
    case TRIO_NOTE_WAKE:
        describe_wake(event, actor, who, row);
        break;
    case TRIO_NOTE_SCOPE_CANCEL:
        snprintf(row->text, ROW_TEXT_MAX, "%s of %s", "cancels a scope", who);
        if (actor == 0 || actor == event->task)
            snprintf(row->text, ROW_TEXT_MAX, "%s",
                     actor == 0 ? "scope is cancelled" : "cancels its scope");
        break;
    case TRIO_NOTE_CLOCK_JUMP:
        snprintf(row->text, ROW_TEXT_MAX, "time passes");
        row->task = 0;
        break;
    default:
        describe_own(event, object, row);
    }
}

bool trio_runner_row_read_(struct row_reader *reader, const struct event *event,
                           uint32_t actor, struct row *ret)
{
    *ret = (struct row){.step = 0};
    if (event->kind == TRIO_NOTE_STEP_BEGIN) {
        reader->step++;
        reader->told = false;
        reader->stopped = false;
        return false;
    }
    if (event->kind == TRIO_NOTE_PARK || event->kind == TRIO_NOTE_TASK_EXIT)
        reader->stopped = true;
    if (event->kind != TRIO_NOTE_STEP_END) {
        describe(reader->kernel, event, actor, ret);
    } else if (!reader->stopped) {
        ret->task = actor;
        snprintf(ret->text, ROW_TEXT_MAX, "checkpoint");
    }
    if (ret->text[0] == '\0')
        return false;
    if (!reader->told && ret->task != 0 && actor != 0)
        ret->step = reader->step;
    reader->told |= ret->step != 0;
    return true;
}
