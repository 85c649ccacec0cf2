// A thread takes a slot until it ends, whoever waits for it, and does its work
// once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

enum { SLOTS = 1, CALLERS = 2 };

// One call; what its thread uses of it lasts as long as the thread.
struct deed {
    int begun;
    int done;
};

struct caller {
    struct trio_nursery *office;
    struct deed *deed;
    bool patient;
    int answers;
};

static struct {
    struct trio_capacity_limiter slots;
    int inside;
    struct deed deeds[CALLERS];
} office;

static trio_status do_deed(void *arg)
{
    struct deed *deed = arg;

    deed->begun++;
    office.inside++;
    TRIO_SIM_ALWAYS(office.inside <= SLOTS, "no more threads than slots");
    office.inside--;
    deed->done++;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    struct caller *caller = arg;

    caller->answers++;
    return trio_sleep(TRIO_SECOND);
}

static trio_status ask_and_do_deed(void *arg)
{
    struct caller *caller = arg;

    office.inside++;
    TRIO_SIM_ALWAYS(office.inside <= SLOTS, "no more threads than slots");
    trio_status rc = trio_from_thread_run(answer, caller);
    TRIO_SIM_ALWAYS(caller->answers == 1, "a task that has not left answers");
    TRIO_SIM_ALWAYS(rc == TRIO_OK || rc == trio_from_thread_check_cancelled(),
                    "what fails for a cancellation was cancelled");
    office.inside--;
    caller->deed->begun++;
    caller->deed->done++;
    return rc;
}

static TRIO_CHECKPOINT trio_status call(void *arg)
{
    struct caller *caller = arg;
    struct deed *deed = caller->deed;
    const struct trio_thread_options options = {
        .abandon_on_cancel = !caller->patient, .limiter = &office.slots};

    trio_status rc = caller->patient
                         ? trio_thread_run(&options, ask_and_do_deed, caller)
                         : trio_thread_run(&options, do_deed, deed);
    TRIO_SIM_ALWAYS(deed->begun == deed->done, "nothing is left half done");
    TRIO_SIM_ALWAYS(deed->done <= 1, "nothing is done twice");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || deed->done == 1,
                    "what ended well was done");
    TRIO_SIM_SOMETIMES(
        rc == TRIO_ECANCELED && deed->done == 0 &&
            trio_capacity_limiter_statistics(&office.slots).borrowed > 0,
        "a thread is left to itself");
    return rc;
}

static TRIO_CHECKPOINT trio_status call_in_time(void *arg)
{
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, TRIO_SECOND);
    trio_status rc = call(arg);
    return trio_cancel_scope_close(&patience, rc);
}

TRIO_SCENARIO(threads_take_a_slot_each_until_they_end)
{
    struct caller callers[CALLERS];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    office.slots =
        (struct trio_capacity_limiter)TRIO_CAPACITY_LIMITER_INIT(SLOTS);
    office.inside = 0;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < CALLERS; i++) {
        office.deeds[i] = (struct deed){0, 0};
        callers[i] =
            (struct caller){.deed = &office.deeds[i], .patient = i % 2 == 1};
        rc = trio_nursery_start_soon(&nursery, call_in_time, &callers[i]);
    }
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(trio_capacity_limiter_statistics(&office.slots).waiting ==
                        0,
                    "nobody is left waiting");
    return rc;
}
