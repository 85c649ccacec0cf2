// What happens in a simulated run besides its steps: time that passes, scopes
// that can be cancelled; and the hash of all that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/tasks.h"

static const struct trio_campaign_options sweeps = {.sweeps_only = true};

static struct trio_campaign *campaign;

static void open(void)
{
    campaign = campaign_open(NULL);
}

static void close(void)
{
    trio_campaign_free(campaign);
}

static struct trio_campaign_result
run(const struct trio_scenario *scenario,
    const struct trio_campaign_options *options)
{
    return campaign_run(campaign, scenario, options);
}

// ---- Time that passes early ----

static bool was_early;

static TRIO_CHECKPOINT trio_status watch_the_clock(void *arg)
{
    struct trio_cancel_scope scope;
    trio_time begin = trio_now();

    (void)arg;
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = TRIO_OK;
    for (int i = 0; i < 20 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    was_early |= trio_now() > begin;
    return trio_cancel_scope_close(&scope, rc);
}

// S68
TEST_PLAIN(sim_events, time_may_pass_early_but_not_with_a_still_clock)
{
    for (int still = 0; still < 2; still++) {
        const struct trio_scenario scenario = {
            .name = "clock", .fn = watch_the_clock, .still_clock = still != 0};
        const struct trio_campaign_options options = {.strategy = "random",
                                                      .runs = 200};
        open();
        was_early = false;
        struct trio_campaign_result result = run(&scenario, &options);
        CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
        CHECK_EQ(was_early, still == 0);
        close();
    }
}

static TRIO_CHECKPOINT trio_status look_at_the_clock_twice(void *arg)
{
    trio_time begin = trio_now();

    (void)arg;
    trio_status rc = trio_sleep(TRIO_SECOND);
    TRIO_SIM_ALWAYS(trio_now() == begin + TRIO_SECOND, "a second has passed");
    return rc;
}

// S68: "up to the next deadline" also where it has come already.
TEST_PLAIN(sim_events, time_passes_up_to_the_next_deadline_and_no_further)
{
    const struct trio_scenario scenario = {.name = "clock",
                                           .fn = look_at_the_clock_twice,
                                           .witness = "main clock clock main"};
    const struct trio_campaign_options options = {.strategy = "script"};

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    close();
}

// ---- Scopes of tasks that have started ----

static TRIO_CHECKPOINT trio_status serve_a_second(void *arg)
{
    struct trio_cancel_scope scope;

    (void)arg;
    trio_cancel_scope_open(&scope);
    trio_started(NULL);
    return trio_cancel_scope_close(&scope, trio_sleep(TRIO_SECOND));
}

static TRIO_CHECKPOINT trio_status run_service(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start(&nursery, serve_a_second, arg, NULL);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_SOMETIMES(
        trio_cancel_scope_called(trio_nursery_cancel_scope(&nursery)),
        "the nursery is cancelled");
    return rc;
}

// S77: also those around the nursery that a task has moved to.
TEST_PLAIN(sim_events, who_has_started_is_cancelled_with_its_nursery)
{
    const struct trio_scenario scenario = {.name = "service",
                                           .fn = run_service};
    const struct trio_campaign_options options = {
        .strategy = "script", .script = "main task main cancel:task task"};

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_STRING(result.text, "");
    result = run(&scenario, &sweeps);
    CHECK_EQ(result.sometimes_held, 1);
    close();
}

// ---- The hash ----

static TRIO_CHECKPOINT trio_status use_one_of_two(void *arg)
{
    static int objects[3];

    (void)arg;
    for (size_t i = 0; i < COUNT(objects); i++)
        trio_touch(&objects[i], TRIO_ACCESS_READ);
    if (trio_random_below(2) == 0)
        trio_touch(&objects[1], TRIO_ACCESS_READ);
    else
        trio_touch(&objects[2], TRIO_ACCESS_WRITE);
    return trio_checkpoint();
}

// S65
TEST_PLAIN(sim_events, runs_that_differ_have_different_hashes)
{
    const struct trio_scenario scenario = {.name = "one of two",
                                           .fn = use_one_of_two};
    const struct trio_campaign_options options = {
        .strategy = "random", .runs = 100, .no_twins = true};

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_EQ(result.traces, 2);
    close();
}

static TRIO_CHECKPOINT trio_status use_names_and_scopes(void *arg)
{
    struct trio_cancel_scope scope;
    int object = 0;

    (void)arg;
    trio_cancel_scope_open(&scope);
    trio_sim_target(&scope);
    trio_sim_name(&object, "object");
    TRIO_SIM_POINT(&object, TRIO_ACCESS_WRITE);
    trio_status rc = trio_sleep(TRIO_SECOND);
    return trio_cancel_scope_close(&scope, rc);
}

// S65: the first of these runs is looked at closely, the others are not.
TEST_PLAIN(sim_events, a_close_look_does_not_change_the_hash)
{
    const struct trio_scenario scenario = {
        .name = "close", .fn = use_names_and_scopes, .still_clock = true};
    const struct trio_campaign_options options = {
        .runs = 100, .no_cancel_sweep = true, .no_failure_sweep = true};

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.runs, 101 + result.twins);
    CHECK_EQ(result.traces, 1);
    close();
}
