// Where the function of a thread is, in simulation: in no task.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/thread.h>

#include <trio/error.h>

#include "tests/check.h"

static void note_whether_in_task(void *arg)
{
    *(bool *)arg = trio_in_task();
}

static TRIO_CHECKPOINT trio_status note_in_task(void *arg)
{
    note_whether_in_task(arg);
    return TRIO_OK;
}

// Who says that a task runs there.
struct places {
    bool before, loop, task, after;
};

static trio_status look_where_it_is(void *arg)
{
    struct places *places = arg;

    places->before = trio_in_task();
    trio_status rc = trio_from_thread_call(note_whether_in_task, &places->loop);
    if (rc == TRIO_OK)
        rc = trio_from_thread_run(note_in_task, &places->task);
    places->after = trio_in_task();
    return rc == TRIO_OK ? trio_fail(TRIO_EIO, "said in the thread") : rc;
}

// S88: as where there are threads.
TEST_ONCE(thread, is_no_task_and_leaves_no_record)
{
    struct places places = {.before = true, .loop = true, .after = true};

    CHECK_STATUS(trio_thread_run(NULL, look_where_it_is, &places), TRIO_EIO);
    CHECK(trio_error_find(TRIO_EIO) == NULL);
    CHECK(!places.before && !places.loop && places.task && !places.after);
    CHECK(trio_in_task());
}
