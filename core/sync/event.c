// An event is a flag that only ever goes up, and the lot of those who wait.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Once it is set nobody is parked, and nobody will be: so a task that sees it
// set need not ask in which order things happened.

#include <trio/event.h>

#include "core/operation.h"

static const struct trio_wait event_wait = {"see", TRIO_ACCESS_READ, NULL};

trio_status trio_event_wait(struct trio_event *event)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    trio_touch_(task->run, event, TRIO_ACCESS_READ);
    // S12: a schedule point even where there is nothing to wait for.
    if (event->set)
        return trio_yield_with_(task->run, task, TRIO_OK);
    return trio_park_in_(task, &event->lot, &event_wait, event, false);
}

void trio_event_set(struct trio_event *event)
{
    struct trio_run *run = trio_run_current_();

    trio_touch_(run, event, TRIO_ACCESS_WRITE);
    event->set = true;
    while (trio_unpark_one_(run, &event->lot) != NULL) {
    }
}

bool trio_event_is_set(const struct trio_event *event)
{
    trio_touch(event, TRIO_ACCESS_READ);
    return event->set;
}

struct trio_event_statistics
trio_event_statistics(const struct trio_event *event)
{
    return (struct trio_event_statistics){trio_parking_lot_count(&event->lot)};
}
