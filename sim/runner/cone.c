// One walk forward finds out who did what, because notes of waking and starting
// name the task that it was done to. One walk backward is enough for the
// closure, because causes come before what they cause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/cone.h"

#include <stdlib.h>

#include <trio/cancel_scope.h>

#include "sim/kernel/state.h"

enum { OBJECTS = UINT16_MAX + 1, LAST_EVENTS = 100 };

// What is known to be inside, from here on backwards.
struct frontier {
    bool *tasks;
    bool *later; // Those of which some event is.
    size_t task_count;
    bool used[OBJECTS];    // Somebody inside uses it later, and
    bool changed[OBJECTS]; // not only to look at it.
};

// Whether it happens to the task that it names.
static bool is_done_to(const struct event *event)
{
    return event->kind == TRIO_NOTE_TASK_SPAWN ||
           event->kind == TRIO_NOTE_WAKE ||
           event->kind == TRIO_NOTE_SCOPE_CANCEL;
}

// ---- Forward ----

static bool is_deadlock(const struct event *event)
{
    return event->kind == TRIO_NOTE_SCOPE_CANCEL &&
           event->first == TRIO_CANCEL_DEADLOCK;
}

// Whether the run had failed by then.
static bool is_failure(const struct event *event)
{
    if (event->kind == TRIO_NOTE_PROPERTY)
        return (event->first & 1) == 0 &&
               event->first / 2 != TRIO_PROPERTY_SOMETIMES &&
               event->first / 2 != TRIO_PROPERTY_EVENTUALLY;
    return event->kind == TRIO_NOTE_MISUSE || is_deadlock(event);
}

// Whether it ends the step that is under way. A deviation does, but for a call
// that fails: that is within a step.
static bool is_pause(const struct kernel *kernel, const struct event *event,
                     size_t *fired)
{
    if (event->kind != EVENT_FIRED)
        return event->kind == TRIO_NOTE_PARK ||
               event->kind == TRIO_NOTE_CLOCK_JUMP;
    size_t count;
    const struct deviation *deviation =
        &trio_sim_fired_(kernel, &count)[(*fired)++];
    return deviation->kind < DEVIATE_FAIL;
}

static void find_actors(const struct kernel *kernel, struct cone *cone)
{
    uint32_t running = 0;
    size_t fired = 0;

    for (size_t i = 0; i < cone->count; i++) {
        const struct event *event = trio_sim_event_(kernel, i);

        if (event->kind == TRIO_NOTE_STEP_BEGIN)
            running = event->task;
        cone->actors[i] = is_done_to(event) || event->task == 0 ||
                                  event->kind == TRIO_NOTE_CLOCK_JUMP
                              ? running
                              : event->task;
        if (is_pause(kernel, event, &fired))
            running = 0;
        if (is_failure(event)) {
            cone->count = i + 1; // The rest is taking the run down.
            cone->failed = true;
        }
    }
}

// Marks who waits in the end.
static void find_waiting(const struct kernel *kernel, const struct cone *cone,
                         struct frontier *frontier)
{
    for (size_t i = 0; i < cone->count; i++) {
        const struct event *event = trio_sim_event_(kernel, i);

        if (event->kind == TRIO_NOTE_PARK && event->task < frontier->task_count)
            frontier->tasks[event->task] = true;
        else if (event->kind == TRIO_NOTE_WAKE &&
                 event->task < frontier->task_count)
            frontier->tasks[event->task] = false;
    }
}

// Marks who was at something when the run was too long.
static void find_busy(const struct cone *cone, struct frontier *frontier)
{
    size_t first = cone->count > LAST_EVENTS ? cone->count - LAST_EVENTS : 0;

    for (size_t i = first; i < cone->count; i++)
        if (cone->actors[i] != 0 && cone->actors[i] < frontier->task_count)
            frontier->tasks[cone->actors[i]] = true;
}

static void find_ends(const struct kernel *kernel, const struct cone *cone,
                      struct frontier *frontier)
{
    size_t last = cone->count;

    if (kernel->capped) {
        find_busy(cone, frontier);
        return;
    }
    if (last > 0 && is_deadlock(trio_sim_event_(kernel, last - 1))) {
        find_waiting(kernel, cone, frontier);
        return;
    }
    while (last > 0 && cone->actors[last - 1] == 0)
        last--;
    if (last > 0 && cone->actors[last - 1] < frontier->task_count)
        frontier->tasks[cone->actors[last - 1]] = true;
}

// ---- Backward ----

static bool only_looks(const struct event *event)
{
    return event->first == TRIO_ACCESS_READ;
}

static bool uses_object(const struct event *event)
{
    return event->object != 0 &&
           (event->kind == TRIO_NOTE_PARK || event->kind == TRIO_NOTE_TOUCH);
}

static bool knows(const struct frontier *frontier, uint32_t task)
{
    return task != 0 && task < frontier->task_count && frontier->tasks[task];
}

// Whether somebody started the task who does something after it has ended: who
// waits for several is only woken by the last.
static bool is_awaited(const struct kernel *kernel,
                       const struct frontier *frontier, uint32_t task)
{
    if (task == 0 || task >= frontier->task_count)
        return false;
    uint32_t parent = trio_sim_actor_at_(kernel, task)->parent;
    return parent < frontier->task_count && frontier->later[parent];
}

static bool is_inside(const struct kernel *kernel,
                      const struct frontier *frontier,
                      const struct event *event, uint32_t actor)
{
    // Time and deviations are everybody's.
    if (event->kind == TRIO_NOTE_CLOCK_JUMP || event->kind == EVENT_FIRED ||
        is_failure(event) ||
        (event->kind == TRIO_NOTE_TEXT && event->task == 0))
        return true;
    // Nobody cares for all the others that a task has started.
    if (event->kind == TRIO_NOTE_TASK_SPAWN)
        return knows(frontier, event->task);
    if (knows(frontier, actor))
        return true;
    if (is_done_to(event))
        return knows(frontier, event->task);
    if (event->kind == TRIO_NOTE_TASK_EXIT)
        return is_awaited(kernel, frontier, actor);
    if (!uses_object(event))
        return false;
    return only_looks(event) ? frontier->changed[event->object]
                             : frontier->used[event->object];
}

static void take_in(struct frontier *frontier, const struct event *event,
                    uint32_t actor)
{
    if (actor < frontier->task_count) {
        frontier->tasks[actor] = true;
        frontier->later[actor] = true;
    }
    if (!uses_object(event))
        return;
    frontier->used[event->object] = true;
    if (!only_looks(event))
        frontier->changed[event->object] = true;
}

static void walk_back(const struct kernel *kernel, struct cone *cone,
                      struct frontier *frontier)
{
    for (size_t i = cone->count; i-- > 0;) {
        const struct event *event = trio_sim_event_(kernel, i);

        cone->inside[i] = is_inside(kernel, frontier, event, cone->actors[i]);
        if (cone->inside[i] && event->kind != EVENT_FIRED)
            take_in(frontier, event, cone->actors[i]);
    }
}

struct cone trio_runner_cone_(const struct kernel *kernel, const bool *named)
{
    size_t count = trio_sim_event_count_(kernel);
    size_t task_count = trio_sim_actor_count_(kernel);
    struct cone cone = {.count = count,
                        .actors = calloc(count + 1, sizeof(*cone.actors)),
                        .inside = calloc(count + 1, sizeof(*cone.inside))};
    struct frontier *frontier = calloc(1, sizeof(*frontier));
    bool *tasks = calloc(2 * task_count + 1, sizeof(*tasks));

    if (cone.actors == NULL || cone.inside == NULL || frontier == NULL ||
        tasks == NULL) {
        cone.count = 0;
    } else {
        frontier->tasks = tasks;
        frontier->later = tasks + task_count;
        frontier->task_count = task_count;
        find_actors(kernel, &cone);
        find_ends(kernel, &cone, frontier);
        for (size_t i = 0; i < task_count; i++)
            tasks[i] |= named[i];
        walk_back(kernel, &cone, frontier);
    }
    free(tasks);
    free(frontier);
    return cone;
}

void trio_runner_cone_free_(struct cone *cone)
{
    free(cone->actors);
    free(cone->inside);
}
