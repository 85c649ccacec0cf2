// Tasks of a realm that is paused take no steps.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// All else happens to them: they are woken, cancelled, their deadlines pass.
// But whoever is runnable is held in a queue of its own, in the order in which
// they became so, and is runnable again, in that order, when the realm goes on.
// Only the loop looks there, so that a run in which something is paused goes
// through the loop for each pass.

#include "core/loop.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/park.h"
#include "core/queues.h"
#include "core/run.h"
#include "core/task.h"
#include "core/task_queue.h"

static bool is_paused(const struct trio_run *run, const struct trio_task *task)
{
    const struct trio_realm_pause *pause = run->pauses;

    while (pause != NULL && pause->realm != task->realm)
        pause = pause->next;
    return pause != NULL;
}

void trio_realms_hold_(struct trio_run *run)
{
    struct queue fresh = {NULL, NULL};

    trio_queues_move_(run, is_paused, &fresh);
    struct trio_task *task, *rest = trio_queue_take_(&fresh);
    while ((task = trio_list_pop_(&rest)) != NULL) {
        trio_queue_push_(&run->held, task);
        trio_note_(run, TRIO_NOTE_TASK_HOLD, task, NULL, 0);
    }
}

void trio_realm_pause(struct trio_realm_pause *pause, void *realm)
{
    struct trio_run *run = trio_run_current_();

    trio_task_current_(run);
    if (realm == NULL)
        trio_misuse_at_("paused the tasks of no realm", NULL, NULL);
    *pause = (struct trio_realm_pause){realm, run->pauses};
    run->pauses = pause;
    run->quick = false;
    run->poll_before = run->steps;
}

static bool goes_on(const struct trio_run *run, const struct trio_task *task)
{
    return !is_paused(run, task);
}

void trio_realm_resume(struct trio_realm_pause *pause)
{
    struct trio_run *run = trio_run_current_();
    struct trio_realm_pause **link = &run->pauses;

    while (*link != NULL && *link != pause)
        link = &(*link)->next;
    if (*link == NULL)
        trio_misuse_at_("resumed what is not paused", pause, NULL);
    *link = pause->next;
    run->quick = run->pauses == NULL && trio_run_is_quick_(&run->config);
    struct trio_task *task, *rest = trio_queue_take_(&run->held);
    while ((task = trio_list_pop_(&rest)) != NULL) {
        if (goes_on(run, task))
            trio_make_ready_(run, task);
        else
            trio_queue_push_(&run->held, task);
    }
}
