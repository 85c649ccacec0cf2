// Misuse of runs and of what is given to them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

static TRIO_CHECKPOINT trio_status nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

// misuse: a run inside a run
//   in task 1 "main"
INSIDE(running_inside_a_run)
{
    return trio_run(nothing, NULL);
}

// misuse: trio_run was given NULL for fn
//   outside any task
OUTSIDE(running_nothing)
{
    trio_ignore(trio_run(NULL, NULL));
}

// misuse: trio_nursery_start_soon was given NULL for fn
//   in task 1 "main"
INSIDE(starting_nothing)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    return trio_nursery_close(
        &nursery, trio_nursery_start_soon(&nursery, NULL, NULL));
}

// misuse: trio_run_with was given NULL for config
//   outside any task
OUTSIDE(running_without_a_config)
{
    trio_ignore(trio_run_with(NULL, nothing, NULL));
}

// misuse: every member of a trio_config is needed: clock.now
//   outside any task
OUTSIDE(running_without_a_clock)
{
    struct trio_config config = trio_config_platform();

    config.clock.now = NULL;
    trio_ignore(trio_run_with(&config, nothing, NULL));
}

// misuse: the program was compiled with other headers than the library
//   outside any task
OUTSIDE(running_with_headers_of_another_version)
{
    struct trio_config config = trio_config_platform();

    config.version++;
    trio_ignore(trio_run_with(&config, nothing, NULL));
}

// misuse: assertion failed: 1 + 1 == 3
//   in task 1 "main"
//   asserted at tests/misuse/runs.c:LINE
//   called at asserting_what_is_not_so
INSIDE(asserting_what_is_not_so)
{
    TRIO_ASSERT(1 + 1 == 3);
    return TRIO_OK;
}

// misuse: a lamp must be lit before it is read by
//   in task 1 "main"
//   object
//   called at misusing_a_library_that_reports_so
INSIDE(misusing_a_library_that_reports_so)
{
    static int lamp;

    trio_misuse("a lamp must be lit before it is read by", &lamp);
}

// misuse: deadlocked again after everything was cancelled
//   outside any task
INSIDE(waiting_for_nobody_even_when_cancelled)
{
    static const struct trio_wait nobody = {.verb = "wait for nobody"};

    return trio_park_shielded(&nobody, &nobody);
}

// misuse: a signal receiver is open while it is used
//   in task 1 "main"
//   object
INSIDE(receiving_from_a_closed_receiver)
{
    static struct trio_signal_receiver receiver;
    int signal;

    return trio_signal_receiver_receive(&receiver, &signal);
}
