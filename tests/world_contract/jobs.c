// Clauses about jobs: functions beside the loop.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

static TRIO_CHECKPOINT trio_status ignore(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static trio_status add_one(void *arg)
{
    ++*(int *)arg;
    return -1001;
}

static TRIO_PARKS void calls_once(const struct world_traits *traits)
{
    int called = 0;

    if (!traits->has_jobs) {
        CHECK_STATUS(trio_thread_run(NULL, add_one, &called), TRIO_ENOTSUP);
        return;
    }
    for (int i = 1; i <= 20; i++) {
        CHECK_STATUS(trio_thread_run(NULL, add_one, &called), -1001);
        CHECK_EQ(called, i);
    }
    CHECK(!trio_run_world()->jobs->busy(context()));
}

struct asking {
    int called;
    trio_status rc;
};

static trio_status ask(void *arg)
{
    struct asking *asking = arg;
    return trio_from_thread_run(ignore, asking);
}

// Others go on while a task waits for a job.
static TRIO_PARKS void finds_back(const struct world_traits *traits)
{
    struct asking asking = {.called = 0};

    if (traits->has_jobs)
        CHECK_OK(trio_thread_run(NULL, ask, &asking));
}

const struct world_clause world_job_clauses[] = {
    {"a job is called once and tells what came of it", calls_once},
    {"a job finds the way back into the run", finds_back},
    {NULL, NULL}};
