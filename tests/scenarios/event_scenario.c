// Runners wait for a start; some of them not for ever.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct line {
    struct trio_event start;
    int ran;
};

struct runner {
    struct line *line;
    trio_duration patience;
};

static TRIO_CHECKPOINT trio_status run_when_told(void *arg)
{
    struct runner *runner = arg;
    struct trio_event *start = &runner->line->start;
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, runner->patience);
    trio_status rc = trio_event_wait(start);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || trio_event_is_set(start),
                    "who was told to run finds the event set");
    rc = trio_cancel_scope_close(&patience, rc);
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&patience),
                       "somebody leaves before the start");
    if (is_whole(&patience, rc))
        runner->line->ran++;
    return rc;
}

// Also comes when the event is set.
static TRIO_CHECKPOINT trio_status run_late(void *arg)
{
    struct runner *runner = arg;

    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_event_wait(&runner->line->start);
    runner->line->ran += rc == TRIO_OK;
    return rc;
}

TRIO_SCENARIO(everybody_sees_the_start)
{
    struct line line = {.start = TRIO_EVENT_INIT};
    struct runner runners[] = {{&line, TRIO_FOREVER},
                               {&line, TRIO_SECOND},
                               {&line, 3 * TRIO_SECOND},
                               {&line, TRIO_FOREVER}};
    struct runner late = {&line, TRIO_FOREVER};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&line.start, "start");
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(runners); i++)
        rc = trio_nursery_start_soon(&nursery, run_when_told, &runners[i]);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, run_late, &late);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK) {
        trio_event_set(&line.start);
        TRIO_SIM_ALWAYS(trio_event_statistics(&line.start).waiting == 0,
                        "nobody waits for an event that is set");
        trio_event_set(&line.start); // Again changes nothing.
    }
    rc = trio_nursery_close(&nursery, rc);
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(line.ran >= 2, "who has the patience runs");
    TRIO_SIM_ALWAYS(trio_event_statistics(&line.start).waiting == 0,
                    "who is cancelled does not wait any more");
    return rc;
}
