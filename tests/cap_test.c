// Runs that are too long: what they do over and over is told, and what has to
// hold in the end is demanded of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>
#include <trio/event.h>
#include <trio/probe.h>
#include <trio/sim_job.h>

#include <stdlib.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static struct trio_campaign_result simulate(struct trio_scenario scenario)
{
    const struct trio_campaign_options options = {.runs = 5};

    scenario.name = "cap";
    return campaign_run_once(&scenario, &options);
}

// ---- What it does ----

static TRIO_CHECKPOINT trio_status yield_for_ever(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    while (rc == TRIO_OK)
        rc = trio_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status sleep_for_ever(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    while (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS);
    return rc;
}

static void start_again(struct trio_sim_job *job)
{
    trio_sim_job_start(job, start_again);
}

static TRIO_CHECKPOINT trio_status leave_it_to_jobs(void *arg)
{
    struct trio_sim_job job;

    trio_sim_job_start(&job, start_again);
    trio_status rc = sleep_for_ever(arg);
    trio_sim_job_withdraw(&job);
    return rc;
}

struct lock_step {
    trio_task_fn fn;
    const char *text;
};

// S74
TEST_PLAIN(cap, what_is_repeated_is_a_livelock)
{
    static const struct lock_step repeats[] = {
        {yield_for_ever, "a livelock: the same step over and over, of main"},
        {sleep_for_ever, "a livelock: the same step over and over, of main"}};

    for (size_t i = 0; i < COUNT(repeats); i++) {
        struct trio_campaign_result result = simulate((struct trio_scenario){
            .fn = repeats[i].fn, .no_cancel_sweep = true, .steps_max = 5000});

        CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
        CHECK_STRING(result.text, repeats[i].text);
    }
}

static char debts[64 * 1024];

static TRIO_CHECKPOINT trio_status owe_one_after_the_other(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (size_t i = 0; rc == TRIO_OK; i = (i + 1) % sizeof(debts)) {
        trio_sim_owe(&debts[i], "a byte");
        rc = trio_checkpoint();
        trio_sim_settle(&debts[i]);
    }
    return rc;
}

// S74: in the run, and in the replay, which keeps more of what happens.
TEST_PLAIN(cap, other_objects_each_time_are_no_repetition)
{
    const struct trio_scenario scenario = {.name = "cap",
                                           .fn = owe_one_after_the_other,
                                           .no_cancel_sweep = true,
                                           .steps_max = 5000};
    struct trio_campaign_result result = simulate(scenario), again;
    struct trio_config config = trio_config_platform();
    struct trio_campaign *campaign = trio_campaign_new(&config);

    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK(strstr(result.text, "it does not end within 5000 steps") != NULL);
    CHECK_OK(trio_campaign_replay(campaign, &scenario, result.token, &again));
    CHECK_STRING(again.text, result.text);
    trio_campaign_free(campaign);
}

// S74
TEST_PLAIN(cap, what_is_short_is_not)
{
    struct trio_campaign_result result = simulate((struct trio_scenario){
        .fn = yield_for_ever, .no_cancel_sweep = true, .steps_max = 100});

    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK(strstr(result.text, "it does not end within 100 steps") != NULL);
}

// S74
TEST_PLAIN(cap, jobs_alone_are_capped_too)
{
    struct trio_campaign_result result = simulate((struct trio_scenario){
        .fn = leave_it_to_jobs, .no_cancel_sweep = true, .steps_max = 5000});

    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK(result.text[0] != '\0');
}

// S74
TEST_PLAIN(cap, a_run_ends_with_the_step_after_the_last_it_may_take)
{
    static const trio_task_fn fns[] = {yield_for_ever, sleep_for_ever,
                                       leave_it_to_jobs};

    for (size_t i = 0; i < COUNT(fns); i++) {
        const struct trio_scenario scenario = {
            .name = "cap", .fn = fns[i], .steps_max = 500};
        const struct trio_campaign_options options = {.strategy = "fifo",
                                                      .runs = 3};
        struct trio_campaign_result result =
            campaign_run_once(&scenario, &options);
        CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
        CHECK_EQ(result.capped, 3);
        CHECK(result.steps <= 3 * 501);
    }
}

// S74
TEST_PLAIN(cap, time_has_a_cap_of_its_own)
{
    const struct trio_scenario scenario = {
        .name = "cap", .fn = sleep_for_ever, .time_max = 10 * TRIO_MS};
    const struct trio_campaign_options options = {.strategy = "fifo",
                                                  .runs = 1};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK(result.steps <= 12);
}

// S70 S74
TEST_PLAIN(cap, its_token_leads_to_the_same)
{
    const struct trio_scenario scenario = {.name = "cap",
                                           .fn = yield_for_ever,
                                           .no_cancel_sweep = true,
                                           .steps_max = 5000};
    struct trio_config config = trio_config_platform();
    struct trio_campaign *campaign = trio_campaign_new(&config);
    struct trio_campaign_result first, again;

    REQUIRE(campaign != NULL);
    const struct trio_campaign_options options = {.runs = 5};
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &first));
    CHECK(first.token[0] != '\0');
    CHECK_STRING(first.found_by, "fifo");
    CHECK_OK(trio_campaign_replay(campaign, &scenario, first.token, &again));
    CHECK_EQ(again.verdict, TRIO_SIM_CAPPED);
    CHECK(strcmp(again.text, first.text) == 0);
    trio_campaign_free(campaign);
}

// ---- What has to hold in the end ----

static TRIO_CHECKPOINT trio_status hope(void *arg)
{
    TRIO_SIM_EVENTUALLY(false, "it comes");
    return yield_for_ever(arg);
}

static TRIO_CHECKPOINT trio_status hope_and_end(void *arg)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    TRIO_SIM_EVENTUALLY(rc != TRIO_OK, "it comes");
    return rc;
}

static TRIO_CHECKPOINT trio_status lose_hope(void *arg)
{
    (void)arg;
    TRIO_SIM_EVENTUALLY(true, "it comes");
    TRIO_SIM_EVENTUALLY(false, "it comes");
    return trio_checkpoint();
}

// S75
TEST_PLAIN(cap, what_does_not_hold_in_the_end_fails)
{
    static const trio_task_fn fns[] = {hope, hope_and_end, lose_hope};

    for (size_t i = 0; i < COUNT(fns); i++) {
        struct trio_campaign_result result =
            simulate((struct trio_scenario){.fn = fns[i], .steps_max = 1000});

        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_STRING(result.text, "not in the end: it comes");
        CHECK(result.token[0] != '\0');
    }
}

static TRIO_CHECKPOINT trio_status hope_for_long(void *arg)
{
    TRIO_SIM_EVENTUALLY(false, "it comes");
    trio_status rc = yield_for_ever(arg);
    if (rc == TRIO_OK)
        TRIO_SIM_EVENTUALLY(true, "it comes");
    return rc;
}

static TRIO_CHECKPOINT trio_status give_up_hope(void *arg)
{
    struct trio_cancel_scope scope;

    TRIO_SIM_EVENTUALLY(false, "it comes");
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = sleep_for_ever(arg);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_EVENTUALLY(true, "it comes");
    return rc;
}

// S74
TEST_PLAIN(cap, a_run_goes_on_for_it_but_not_for_ever)
{
    struct trio_campaign_result result = simulate((struct trio_scenario){
        .fn = hope_for_long, .no_cancel_sweep = true, .steps_max = 1000});

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_EQ(result.steps, 2001);
    CHECK_EQ(simulate((struct trio_scenario){.fn = give_up_hope}).verdict,
             TRIO_SIM_PASSED);
}

// Asks again and again, for as long as there is no memory.
static TRIO_CHECKPOINT trio_status insist_on_memory(void *arg)
{
    void *block = malloc(10);
    trio_status rc = TRIO_OK;

    (void)arg;
    TRIO_SIM_EVENTUALLY(block != NULL, "there is memory");
    while (block == NULL && rc == TRIO_OK) {
        rc = trio_sleep(TRIO_MS);
        block = malloc(10);
        TRIO_SIM_EVENTUALLY(block != NULL, "there is memory");
    }
    free(block);
    return rc;
}

// S74 S78
TEST_PLAIN(cap, what_fails_from_some_time_on_does_no_more)
{
    struct trio_campaign_result result = simulate(
        (struct trio_scenario){.fn = insist_on_memory, .steps_max = 100});

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.capped, 0);
    CHECK(result.failure_runs > 0);
}
