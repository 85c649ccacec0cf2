// Up to where they part, two runs have started the same tasks in the same order
// and used the same objects. So one kernel can name what happened in both: the
// numbers in the events that were kept mean the same in the run that came
// after. Only what is new at that very event may have no name.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/twin_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <trio/note.h>

void trio_sim_twin_keep_(struct kernel *kernel, struct array *ret_kept)
{
    size_t count = trio_sim_event_count_(kernel);

    *ret_kept = (struct array){.size = sizeof(struct event)};
    for (size_t i = 0; i < count; i++) {
        struct event *event = trio_sim_append_(kernel, ret_kept);
        *event = *trio_sim_event_(kernel, i);
    }
}

// Verbs and texts are static, but for what a failing call was doing.
static bool same_text(const struct event *a, const struct event *b)
{
    if (a->verb == b->verb || a->kind == TRIO_NOTE_ERROR_DROPPED)
        return true;
    return a->verb != NULL && b->verb != NULL && strcmp(a->verb, b->verb) == 0;
}

static bool same_event(const struct event *a, const struct event *b)
{
    return a->kind == b->kind && a->task == b->task && a->object == b->object &&
           a->first == b->first && same_text(a, b);
}

static const char *words_of(const struct event *event)
{
    switch (event->kind) {
    case TRIO_NOTE_TASK_SPAWN:
        return "starts";
    case TRIO_NOTE_TASK_READY:
        return "is made ready";
    case TRIO_NOTE_TASK_EXIT:
        return "ends";
    case TRIO_NOTE_TASK_HOLD:
        return "is held";
    case TRIO_NOTE_STEP_BEGIN:
        return "goes on";
    case TRIO_NOTE_STEP_END:
        return "yields";
    case TRIO_NOTE_SCOPE_OPEN:
        return "opens a scope";
    case TRIO_NOTE_SCOPE_CANCEL:
        return "cancels a scope";
    case TRIO_NOTE_SCOPE_CLOSE:
        return "closes a scope";
    case TRIO_NOTE_WAKE:
        return "is woken";
    case TRIO_NOTE_TOUCH:
        return "uses";
    case TRIO_NOTE_CLOCK_JUMP:
        return "time passes";
    default:
        return event->verb != NULL ? event->verb : "something else";
    }
}

// Writes what happened in an event; NULL: nothing any more.
static void describe(const struct kernel *kernel, const struct event *event,
                     char *buffer, size_t size)
{
    char task[32] = "";
    char object[32] = "";

    if (event == NULL) {
        snprintf(buffer, size, "the end");
        return;
    }
    if (event->task != 0 && event->task < trio_sim_actor_count_(kernel))
        trio_sim_actor_name_(kernel, event->task, task, sizeof(task));
    if (event->object != 0)
        trio_sim_object_name_(kernel, event->object, object, sizeof(object));
    snprintf(buffer, size, "%s%s%s%s%s", task, task[0] == '\0' ? "" : " ",
             words_of(event), object[0] == '\0' ? "" : " ", object);
}

void trio_sim_twin_part_(const struct kernel *kernel, const struct array *kept,
                         char *buffer, size_t size)
{
    size_t count = trio_sim_event_count_(kernel);
    uint64_t step = 0;
    char one[96], other[96];
    size_t i;

    for (i = 0; i < kept->count && i < count; i++) {
        const struct event *event = trio_sim_event_(kernel, i);
        if (!same_event(ARRAY_AT(kept, struct event, i), event))
            break;
        step += event->kind == TRIO_NOTE_STEP_BEGIN;
    }
    if (i == 0 || (i == kept->count && i == count)) {
        // The first event is the start of main, if all are there.
        snprintf(buffer, size, "%s",
                 i == 0 ? "first before what is kept of it"
                        : "in values only, no step is another");
        return;
    }
    describe(kernel, i == kept->count ? NULL : ARRAY_AT(kept, struct event, i),
             one, sizeof(one));
    describe(kernel, i == count ? NULL : trio_sim_event_(kernel, i), other,
             sizeof(other));
    snprintf(buffer, size, "first at step %" PRIu64 ": %s / %s", step, one,
             strcmp(one, other) == 0 ? "the same, with another value" : other);
}
