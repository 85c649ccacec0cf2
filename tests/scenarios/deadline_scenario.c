// Timeouts and sleeps, to the nanosecond: time stands still while anybody can
// run, so whatever is late here is late by mistake.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct appointment {
    trio_duration limit;
    trio_duration length;
    trio_time ended; // After so long.
    bool in_time;
};

static TRIO_CHECKPOINT trio_status keep(void *arg)
{
    struct appointment *appointment = arg;
    trio_time began = trio_now();
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, appointment->limit);
    trio_status rc = trio_sleep(appointment->length);
    rc = trio_cancel_scope_close(&scope, rc);
    appointment->in_time = rc == TRIO_OK;
    appointment->ended = trio_now() - began;
    TRIO_SIM_ALWAYS(rc != TRIO_OK || appointment->ended == appointment->length,
                    "a sleep takes its time, and no more");
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT ||
                        appointment->ended == appointment->limit,
                    "a timeout comes at its time");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || appointment->length < appointment->limit,
                    "of both at the same time, the scope is first");
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc;
}

TRIO_SCENARIO(everything_ends_at_its_time, .still_clock = true)
{
    struct appointment appointments[] = {
        {3 * TRIO_SECOND, 5 * TRIO_SECOND, 0, false},
        {5 * TRIO_SECOND, 5 * TRIO_SECOND, 0, false},
        {9 * TRIO_SECOND, 2 * TRIO_SECOND, 0, false},
        {1 * TRIO_SECOND, 9 * TRIO_SECOND, 0, false},
        {TRIO_FOREVER, 4 * TRIO_SECOND, 0, false},
        {3 * TRIO_SECOND, 3 * TRIO_SECOND, 0, false}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(appointments); i++)
        rc = trio_nursery_start_soon(&nursery, keep, &appointments[i]);
    rc = trio_nursery_close(&nursery, rc);
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        for (size_t i = 0; i < COUNT(appointments); i++)
            TRIO_SIM_SOMETIMES(
                appointments[i].in_time ==
                    (appointments[i].length < appointments[i].limit),
                "what can be kept is kept");
    return rc;
}

// ---- A deadline that is put off, and one that is brought forward ----

struct line {
    struct trio_cancel_scope *idle; // While it is open.
    trio_time last;                 // When the line was used last.
};

static TRIO_CHECKPOINT trio_status talk(void *arg)
{
    struct line *line = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 3; i++) {
        rc = trio_sleep(2 * TRIO_SECOND);
        if (rc != TRIO_OK || line->idle == NULL)
            break;
        line->last = trio_now();
        trio_cancel_scope_extend_after(line->idle, 3 * TRIO_SECOND);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status listen_to(void *arg)
{
    struct line *line = arg;
    struct trio_cancel_scope idle;

    line->last = trio_now();
    trio_move_on_after(&idle, 3 * TRIO_SECOND);
    line->idle = &idle;
    trio_status rc = trio_sleep_forever();
    line->idle = NULL;
    bool late = trio_cancel_scope_reason(&idle).source == TRIO_CANCEL_DEADLINE;
    rc = trio_cancel_scope_close(&idle, rc);
    TRIO_SIM_ALWAYS(!late || trio_now() == line->last + 3 * TRIO_SECOND,
                    "an idle line is closed when it was idle for so long");
    return rc;
}

// Shortens what was long, so that the heap has to let it pass the others.
static TRIO_CHECKPOINT trio_status hurry(void *arg)
{
    trio_time began = trio_now();
    struct trio_cancel_scope scope;

    (void)arg;
    trio_move_on_after(&scope, TRIO_MINUTE);
    trio_status rc = trio_sleep(TRIO_SECOND);
    trio_cancel_scope_extend_after(&scope, TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_HOUR);
    bool late = trio_cancel_scope_reason(&scope).source == TRIO_CANCEL_DEADLINE;
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(!late || trio_now() == began + 2 * TRIO_SECOND,
                    "a deadline that is brought forward comes forward");
    return rc;
}

TRIO_SCENARIO(deadlines_move, .still_clock = true)
{
    static const trio_task_fn parts[] = {listen_to, talk, hurry, listen_to};
    struct line lines[2] = {{NULL, 0}, {NULL, 0}};
    struct appointment sleep = {TRIO_FOREVER, 10 * TRIO_SECOND, 0, false};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(parts); i++)
        rc = trio_nursery_start_soon(&nursery, parts[i], &lines[i / 3]);
    if (rc == TRIO_OK)
        rc = keep(&sleep);
    return trio_nursery_close(&nursery, rc);
}
