// Strategies that go by priorities, where very many tasks can be next.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

enum { TASKS = 80, OBJECTS = 3, RUNS = 1200 };

static struct {
    int turns; // Of each task.
    int begun;
    int first[TASKS]; // In how many runs it was the first,
    int last[TASKS];  // the last.
} seen;

static TRIO_CHECKPOINT trio_status take_steps(void *arg)
{
    static int objects[OBJECTS];
    const int index = *(const int *)arg;

    seen.begun++;
    seen.first[index] += seen.begun == 1;
    seen.last[index] += seen.begun == TASKS;
    for (int i = 0; i < seen.turns; i++) {
        TRIO_SIM_POINT(&objects[index % OBJECTS], TRIO_ACCESS_WRITE);
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_tasks(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    seen.begun = 0;
    trio_nursery_open(&nursery);
    for (int i = 0; i < TASKS && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_copy(&nursery, take_steps, &i, sizeof(i));
    return trio_nursery_close(&nursery, rc);
}

static void explore(const char *strategy, enum trio_sim_order order, int turns,
                    uint64_t runs)
{
    const struct trio_scenario scenario = {
        .name = "many", .fn = run_tasks, .order = order};
    const struct trio_campaign_options options = {
        .strategy = strategy, .runs = runs, .seed = 1};

    memset(&seen, 0, sizeof(seen));
    seen.turns = turns;
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.traces, runs);
}

// S80
TEST_PLAIN(long_line, anybody_may_be_the_first_and_the_last)
{
    static const char *const names[] = {"pos", "pct"};

    for (size_t i = 0; i < COUNT(names); i++) {
        explore(names[i], TRIO_SIM_PASS, 2, RUNS);
        for (int k = 0; k < TASKS; k++) { // 15 each are to be expected.
            CHECK(seen.first[k] >= 2 && seen.first[k] <= 40);
            CHECK(seen.last[k] >= 2 && seen.last[k] <= 40);
        }
    }
}

// S67
TEST_PLAIN(long_line, whoever_comes_to_a_soft_point_is_in_it_again)
{
    explore("pos", TRIO_SIM_ANY, 2, 50);
    explore("pos", TRIO_SIM_SOFT, 2, 50);
    explore("pct", TRIO_SIM_SOFT, 2, 50);
}

// S80: the line is never empty, and there are more turns than it has room for.
TEST_PLAIN(long_line, goes_on_for_ever)
{
    static const char *const names[] = {"pos", "pct"};

    for (size_t i = 0; i < COUNT(names); i++) {
        explore(names[i], TRIO_SIM_ANY, 50, 4);
        explore(names[i], TRIO_SIM_SOFT, 50, 4);
    }
}
