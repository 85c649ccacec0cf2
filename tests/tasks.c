// None of these ends before it has to: a task that waits does so until the test
// lets it go, so that "parked now" stays true until the test changes it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/tasks.h"

#include "tests/check.h"

const struct trio_wait test_wait = {.verb = "wait for the test",
                                    .access = TRIO_ACCESS_ACQUIRE};

trio_status worker_run(void *arg)
{
    struct worker *worker = arg;

    worker->slept = trio_sleep(worker->delay);
    worker->ended = trio_now();
    if (worker->log != NULL)
        log_add(worker->log, worker->slept == TRIO_OK
                                 ? worker->name
                                 : (char)(worker->name - 'a' + 'A'));
    return worker->slept == TRIO_OK ? worker->result : worker->slept;
}

trio_status sleep_forever(void *arg)
{
    trio_status *ret_status = arg;
    trio_status rc = trio_sleep_forever();

    if (ret_status != NULL)
        *ret_status = rc;
    return rc;
}

trio_status return_status(void *arg)
{
    return *(trio_status *)arg;
}

trio_status sleep_shielded(void *arg)
{
    struct trio_cancel_scope scope;

    trio_shield_after(&scope, TRIO_FOREVER);
    trio_status rc = trio_sleep(*(trio_duration *)arg);
    return trio_cancel_scope_close(&scope, rc);
}

uint64_t pass_number(void)
{
    return trio_run_statistics().passes;
}

bool agree(struct trio_task *task, void *arg)
{
    (void)task, (void)arg;
    return true;
}

bool refuse(struct trio_task *task, void *arg)
{
    (void)task, (void)arg;
    return false;
}
