// A marked function calls any function; so does one that starts a run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status program(void *arg);
TRIO_CHECKPOINT trio_status each(struct trio_nursery *nursery, void *arg);
TRIO_PARKS void tidy_up(void);
int begin(void);

TRIO_PARKS void tidy_up(void)
{
    trio_cancel_shielded_checkpoint();
    trio_ignore(trio_shielded(TRIO_SECOND, program, NULL));
}

TRIO_CHECKPOINT trio_status each(struct trio_nursery *nursery, void *arg)
{
    trio_status rc = trio_nursery_start(nursery, program, arg, NULL);
    tidy_up();
    return rc;
}

TRIO_CHECKPOINT trio_status program(void *arg)
{
    return trio_with_timeout(TRIO_MINUTE, program, arg);
}

// Functions are passed on unmarked: the mark is about calls.
int begin(void)
{
    return trio_exit_code(trio_run(program, NULL));
}
