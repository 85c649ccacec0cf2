// Whom a deviation names is read from its words: they are what the reader sees,
// and wants to find again in the timeline.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/deviations.h"

#include <stdlib.h>
#include <string.h>

#include "sim/runner/place.h"
#include "sim/runner/row.h"

static size_t told_count(const struct kernel *kernel)
{
    size_t count;

    trio_sim_fired_(kernel, &count);
    return count < DEVIATIONS_TOLD_MAX ? count : DEVIATIONS_TOLD_MAX;
}

// ---- Where they are ----

// Returns the task whose name a text begins with, 0: none.
static uint32_t find_task(const struct kernel *kernel, const char *text)
{
    char name[ROW_NAME_MAX];

    for (uint32_t task = 1; task < trio_sim_actor_count_(kernel); task++) {
        trio_sim_actor_name_(kernel, task, name, sizeof(name));
        size_t length = strlen(name);
        if (strncmp(text, name, length) == 0 &&
            (text[length] == ' ' || text[length] == ','))
            return task;
    }
    return 0;
}

// Whether the task itself was where that says.
static bool is_own(const struct event *event)
{
    return event->kind != TRIO_NOTE_WAKE &&
           event->kind != TRIO_NOTE_SCOPE_CANCEL &&
           event->kind != TRIO_NOTE_STEP_BEGIN;
}

// Writes where a task was before an event.
static void write_place(FILE *out, const struct kernel *kernel, uint32_t task,
                        size_t event)
{
    const char *place = "";
    char name[ROW_NAME_MAX];

    while (event-- > 0 && *place == '\0' && task != 0)
        if (trio_sim_event_(kernel, event)->task == task &&
            is_own(trio_sim_event_(kernel, event)))
            place = trio_runner_place_name_(
                trio_sim_telling_(kernel, event)->place);
    if (*place == '\0')
        return;
    trio_sim_actor_name_(kernel, task, name, sizeof(name));
    fprintf(out, "       %s at %s\n", name, place);
}

// Writes where the scope was opened that an event cancels.
static void write_scope(FILE *out, const struct kernel *kernel, size_t event)
{
    const char *place;

    if (event >= trio_sim_event_count_(kernel) ||
        trio_sim_event_(kernel, event)->kind != TRIO_NOTE_SCOPE_CANCEL)
        return;
    place = trio_runner_place_name_(trio_sim_telling_(kernel, event)->opened);
    if (*place != '\0')
        fprintf(out, "       the scope opened at %s\n", place);
}

// Writes where the call was made that a deviation has fail.
static void write_call(FILE *out, const struct kernel *kernel, size_t number,
                       size_t event)
{
    size_t count;
    const struct deviation *fired = trio_sim_fired_(kernel, &count);
    const char *place;

    if (event >= trio_sim_event_count_(kernel) ||
        (fired[number].kind != DEVIATE_FAIL &&
         fired[number].kind != DEVIATE_FAIL_ON))
        return;
    place = trio_runner_place_name_(trio_sim_telling_(kernel, event)->place);
    if (*place != '\0')
        fprintf(out, "       called at %s\n", place);
}

static void write_places(FILE *out, const struct kernel *kernel, size_t number)
{
    const char *words = trio_sim_fired_words_(kernel, number);
    const char *who = strstr(words, " -> ");
    size_t event = 0;

    for (size_t fired = 0; event < trio_sim_event_count_(kernel); event++)
        if (trio_sim_event_(kernel, event)->kind == EVENT_FIRED &&
            fired++ == number)
            break;
    write_place(out, kernel, find_task(kernel, words), event);
    if (who != NULL)
        write_place(out, kernel, find_task(kernel, who + 4), event);
    write_scope(out, kernel, event + 1);
    write_call(out, kernel, number, event);
}

// ---- What they are ----

void trio_runner_deviations_write_(FILE *out, const struct kernel *kernel)
{
    struct names names = trio_runner_names_(kernel);
    char words[ROW_TEXT_MAX];
    size_t told = told_count(kernel);
    size_t count;

    trio_sim_fired_(kernel, &count);
    if (count == 0)
        fputs("\n  This is the schedule of production.\n", out);
    else
        fputs("\n  It differs from production in that\n", out);
    for (size_t i = 0; i < told; i++) {
        snprintf(words, sizeof(words), "%s", trio_sim_fired_words_(kernel, i));
        trio_runner_names_apply_(&names, words, sizeof(words));
        fprintf(out, "  %3zu. %s\n", i + 1, words);
        write_places(out, kernel, i);
    }
    if (count > told)
        fprintf(out, "       ... and %zu more\n", count - told);
    trio_runner_names_free_(&names);
}

// Whether a text has a name in it, and not only as a part of another one.
static bool has_name(const char *text, const char *name)
{
    size_t length = strlen(name);
    const char *at = text;

    while (length > 0 && (at = strstr(at, name)) != NULL) {
        bool begins = at == text || strchr(" (", at[-1]) != NULL;
        if (begins && strchr(" ,)", at[length]) != NULL)
            return true;
        at++;
    }
    return false;
}

static bool is_early(const struct deviation *deviation)
{
    return deviation->kind == DEVIATE_CLOCK || deviation->kind == DEVIATE_JOB;
}

// Whom an event wakes that comes early is as good as named. The loop may see
// the event only after a step of another task.
static void name_woken(const struct kernel *kernel, size_t told, bool *named)
{
    size_t number = 0, count;
    const struct deviation *fired = trio_sim_fired_(kernel, &count);
    bool awaited = false, any = false;

    for (size_t i = 0; i < trio_sim_event_count_(kernel); i++) {
        const struct event *event = trio_sim_event_(kernel, i);

        if (event->kind == EVENT_FIRED && number < told) {
            awaited |= is_early(&fired[number++]);
        } else if (event->kind == TRIO_NOTE_WAKE && awaited) {
            named[event->task] = any = true;
        } else if (event->kind == TRIO_NOTE_STEP_BEGIN && any) {
            awaited = any = false;
        }
    }
}

bool *trio_runner_deviations_named_(const struct kernel *kernel)
{
    size_t tasks = trio_sim_actor_count_(kernel);
    size_t told = told_count(kernel);
    bool *named = calloc(tasks + 1, sizeof(*named));
    char name[ROW_NAME_MAX];

    if (named == NULL || told == 0)
        return named;
    for (uint32_t task = 1; task < tasks; task++) {
        trio_sim_actor_name_(kernel, task, name, sizeof(name));
        for (size_t i = 0; i < told && !named[task]; i++)
            named[task] = has_name(trio_sim_fired_words_(kernel, i), name);
    }
    name_woken(kernel, told, named);
    return named;
}
