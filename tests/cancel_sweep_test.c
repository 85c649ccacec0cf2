// The cancel sweep: which moments it tries, what it cancels there, and what it
// does not blame a program for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static struct trio_campaign_result sweep(const struct trio_scenario *scenario)
{
    struct trio_campaign_options options = {.sweeps_only = true,
                                            .no_time_sweep = true,
                                            .no_failure_sweep = true};

    return campaign_run_once(scenario, &options);
}

// ---- What holds up ----

static TRIO_CHECKPOINT trio_status use(void *arg)
{
    struct trio_semaphore *permits = arg;
    trio_status rc = trio_semaphore_acquire(permits);

    if (rc != TRIO_OK)
        return rc;
    trio_sim_owe(permits, "permit");
    rc = trio_sleep(TRIO_SECOND);
    trio_sim_settle(permits);
    trio_semaphore_release(permits);
    return rc;
}

static TRIO_CHECKPOINT trio_status use_in_turn(void *arg)
{
    struct trio_semaphore permits = TRIO_SEMAPHORE_INIT(1);
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_nursery_start_soon(&nursery, use, &permits);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(trio_semaphore_try_acquire(&permits), "permits are back");
    return rc;
}

// S77
TEST_PLAIN(cancel_sweep, tries_every_moment_of_a_sound_program)
{
    const struct trio_scenario scenario = {.name = "sound", .fn = use_in_turn};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(result.cancel_points >= 8);
    CHECK_EQ(result.cancel_points_tried, result.cancel_points);
    CHECK(result.cancel_runs >= result.cancel_points);
    CHECK_EQ(result.failure_runs, 0);
}

static TRIO_CHECKPOINT trio_status expect_ok(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc != TRIO_OK)
        trio_sim_fail("the status is not OK", rc == TRIO_ECANCELED);
    return rc;
}

// S77
TEST_PLAIN(cancel_sweep, a_check_on_the_injected_status_is_excused)
{
    const struct trio_scenario scenario = {.name = "strict", .fn = expect_ok};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(result.cancel_points_tried > 0);
}

// ---- Nurseries ----

static TRIO_CHECKPOINT trio_status do_one(void *arg)
{
    int *done = arg;
    trio_status rc = trio_sleep(TRIO_SECOND);

    *done += rc == TRIO_OK;
    return rc;
}

// Its argument: whether somebody gets hold of the nursery's scope.
static TRIO_CHECKPOINT trio_status do_two(void *arg)
{
    const bool *asks = arg;
    struct trio_nursery nursery;
    int done = 0;

    trio_nursery_open(&nursery);
    if (*asks)
        trio_ignore(trio_cancel_scope_called(
            trio_nursery_cancel_scope(&nursery)));
    trio_status rc = trio_nursery_start_soon(&nursery, do_one, &done);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, do_one, &done);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || done == 2, "all is done");
    return rc;
}

// S77
TEST_PLAIN(cancel_sweep, cancels_no_nursery_that_nobody_could)
{
    static bool asks = false;
    const struct trio_scenario scenario = {
        .name = "both", .fn = do_two, .arg = &asks};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.cancel_points_tried, result.cancel_points);
    CHECK(result.cancel_points > 0);
}

// S77
TEST_PLAIN(cancel_sweep, cancels_a_nursery_whose_scope_was_asked_for)
{
    static bool asks = true;
    const struct trio_scenario scenario = {
        .name = "asked", .fn = do_two, .arg = &asks};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "all is done") != NULL);
    CHECK_STRING(result.found_by, "cancel sweep");
}

// S77
TEST_PLAIN(cancel_sweep, leaves_alone_whoever_cannot_stand_it)
{
    const struct trio_scenario scenario = {
        .name = "weak", .fn = expect_ok, .no_cancel_sweep = true};

    CHECK_EQ(sweep(&scenario).cancel_runs, 0);
}

// ---- What does not ----

static TRIO_CHECKPOINT trio_status keep_it(void *arg)
{
    struct trio_semaphore *permits = arg;
    trio_status rc = trio_semaphore_acquire(permits);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(TRIO_SECOND);
    if (rc != TRIO_OK)
        return rc; // And the permit?
    trio_semaphore_release(permits);
    return rc;
}

static TRIO_CHECKPOINT trio_status lose_a_permit(void *arg)
{
    struct trio_semaphore permits = TRIO_SEMAPHORE_INIT(1);
    struct trio_cancel_scope scope;

    (void)arg;
    trio_cancel_scope_open(&scope);
    trio_status rc = keep_it(&permits);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(trio_semaphore_try_acquire(&permits), "permits are back");
    return rc;
}

// S77
TEST_PLAIN(cancel_sweep, finds_what_is_not_given_back)
{
    const struct trio_scenario scenario = {.name = "loser",
                                           .fn = lose_a_permit};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "permits are back") != NULL);
    CHECK_STRING(result.found_by, "cancel sweep");
    CHECK_EQ(result.deviations, 1);
    CHECK(result.found_after < 10);
}

static TRIO_CHECKPOINT trio_status say_goodbye(void *arg)
{
    bool *said = arg;
    trio_status rc = trio_sleep(TRIO_SECOND);

    *said = rc == TRIO_OK;
    return rc;
}

// Cleans up without a shield, in a scope of its own: whoever cancels the inner
// one only does not see that cancelling both cuts the goodbye short.
static TRIO_CHECKPOINT trio_status clean_up_bare(void *arg)
{
    struct trio_cancel_scope scope;
    bool said = true;

    (void)arg;
    trio_cancel_scope_open(&scope);
    trio_sim_target(&scope);
    trio_status rc = trio_sleep(TRIO_SECOND);
    rc = trio_cancel_scope_close(&scope, rc);
    if (rc == TRIO_OK && trio_cancel_scope_caught(&scope)) {
        rc = say_goodbye(&said);
        TRIO_SIM_ALWAYS(said, "goodbye was said");
    }
    return rc;
}

// S77
TEST_PLAIN(cancel_sweep, cancels_cleaning_up_besides)
{
    const struct trio_scenario scenario = {.name = "bare", .fn = clean_up_bare};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "goodbye was said") != NULL);
    CHECK_EQ(result.deviations, 2);
}

static TRIO_CHECKPOINT trio_status wait_twice(void *arg)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    if (arg != NULL)
        trio_sim_target(&outer);
    trio_cancel_scope_open(&inner);
    trio_status rc = trio_sleep(TRIO_SECOND);
    rc = trio_cancel_scope_close(&inner, rc);
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&inner), "inner");
    rc = trio_cancel_scope_close(&outer, rc);
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&outer), "outer");
    return rc;
}

// S77
TEST_PLAIN(cancel_sweep, cancels_each_scope_unless_one_is_named)
{
    static int named;
    struct trio_scenario scenario = {.name = "two scopes", .fn = wait_twice};

    CHECK_EQ(sweep(&scenario).sometimes_held, 2);
    scenario.arg = &named;
    CHECK_EQ(sweep(&scenario).sometimes_held, 1);
}

// ---- Other schedules ----

static TRIO_CHECKPOINT trio_status come_first(void *arg)
{
    *(bool *)arg = true;
    return trio_checkpoint();
}

// Waits only if it comes first itself, and must not be disturbed there.
static TRIO_CHECKPOINT trio_status come_second(void *arg)
{
    if (*(bool *)arg)
        return trio_checkpoint();
    trio_status rc = trio_sleep(TRIO_MINUTE);
    TRIO_SIM_ALWAYS(rc == TRIO_OK, "its sleep is not disturbed");
    return rc;
}

static TRIO_CHECKPOINT trio_status race_to_wait(void *arg)
{
    struct trio_nursery nursery;
    bool came = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, come_first, &came);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, come_second, &came);
    return trio_nursery_close(&nursery, rc);
}

// S77
TEST_PLAIN(cancel_sweep, comes_to_moments_that_only_other_schedules_have)
{
    const struct trio_scenario scenario = {.name = "other", .fn = race_to_wait};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "not disturbed") != NULL);
}
