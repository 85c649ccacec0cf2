// An event is a flag that only ever goes up, and the lot of those who wait.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Once it is set nobody is parked, and nobody will be: so a task that sees it
// set need not ask in which order things happened.
//
// This file uses public headers only, as any primitive of yours could.

#include <trio/event.h>

static const struct trio_wait event_wait = {"see", TRIO_ACCESS_READ, NULL};

trio_status trio_event_wait(struct trio_event *event)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;

    trio_touch(event, TRIO_ACCESS_READ);
    if (!event->set)
        return trio_parking_lot_park(&event->lot, &event_wait, event);

    // S12: a schedule point even where there is nothing to wait for.
    trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

void trio_event_set(struct trio_event *event)
{
    trio_touch(event, TRIO_ACCESS_WRITE);
    event->set = true;
    trio_parking_lot_unpark_all(&event->lot);
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
