// What trio/campaign.h promises, on programs small enough to know all they do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/check_death.h"

// ---- Programs ----

struct counter {
    int count;
    int rounds;
};

static TRIO_CHECKPOINT trio_status count_up(void *arg)
{
    struct counter *counter = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < counter->rounds; i++) {
        counter->count++;
        rc = trio_checkpoint();
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status count_together(void *arg)
{
    struct counter counter = {.rounds = 3};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, count_up, &counter);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, count_up, &counter);
    rc = trio_nursery_close(&nursery, rc);
    bool complete = rc == TRIO_OK && !trio_cancel_scope_caught(
                                         trio_nursery_cancel_scope(&nursery));
    TRIO_SIM_ALWAYS(!complete || counter.count == 6, "all are counted");
    return rc;
}

static const struct trio_scenario sound = {.name = "sound",
                                           .fn = count_together};

static TRIO_CHECKPOINT trio_status write_it(void *arg)
{
    *(bool *)arg = true;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status read_it(void *arg)
{
    TRIO_SIM_ALWAYS(*(bool *)arg, "written before it is read");
    return trio_checkpoint();
}

// Fails if the second task comes first.
static TRIO_CHECKPOINT trio_status write_and_read(void *arg)
{
    static const struct trio_task_options writer = {.name = "writer"};
    static const struct trio_task_options reader = {.name = "reader"};
    struct trio_nursery nursery;
    bool written = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon_with(&nursery, &writer, write_it, &written);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon_with(&nursery, &reader, read_it, &written);
    return trio_nursery_close(&nursery, rc);
}

// Its own nursery needs both tasks, so that it stands no injected failure.
static const struct trio_scenario racy = {.name = "racy",
                                          .fn = write_and_read,
                                          .no_cancel_sweep = true,
                                          .no_failure_sweep = true,
                                          .witness = "main reader"};

static TRIO_CHECKPOINT trio_status go_on_for_ever(void *arg)
{
    (void)arg;
    for (;;) {
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
}

static const struct trio_scenario endless = {
    .name = "endless", .fn = go_on_for_ever, .steps_max = 100};

static TRIO_CHECKPOINT trio_status hope(void *arg)
{
    TRIO_SIM_SOMETIMES(true, "the sun rises");
    TRIO_SIM_SOMETIMES(arg != NULL, "the moon is full");
    return trio_checkpoint();
}

static const struct trio_scenario hopeful = {.name = "hopeful", .fn = hope};

// ---- The campaign of a test ----

static struct trio_campaign *campaign;

static void open(void)
{
    campaign = campaign_open(NULL);
}

static void close(void)
{
    trio_campaign_free(campaign);
}

static uint64_t sum_of_runs(const struct trio_campaign_result *result)
{
    uint64_t sum = result->twins;

    for (size_t i = 0; i < TRIO_SIM_STRATEGIES_MAX; i++)
        sum += result->strategies[i].runs;
    return sum;
}

TEST_PLAIN(campaign, of_a_sound_program_passes)
{
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &sound, NULL, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_STRING(result.text, "");
    CHECK_STRING(result.token, "");
    CHECK_EQ(result.found_after, 0);
    CHECK(result.found_by == NULL);
    CHECK_EQ(result.capped, 0);
    CHECK(result.traces > 1);
    CHECK(result.twins > 0);
    CHECK(result.cancel_points > 0);
    CHECK_EQ(result.cancel_points, result.cancel_points_tried);
    CHECK(result.cancel_runs > 0);
    CHECK_EQ(result.moments, 0); // Nobody waits for time to pass.
    CHECK(result.calls > 0);
    CHECK(result.failure_runs >= 2 * result.calls);
    CHECK(result.runs > result.cancel_runs + result.failure_runs);
    CHECK_EQ(sum_of_runs(&result), result.runs);
    close();
}

static TRIO_CHECKPOINT trio_status count_once(void *arg)
{
    struct counter counter = {.rounds = 1};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, count_up, &counter);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, count_up, &counter);
    return trio_nursery_close(&nursery, rc);
}

// Each task takes two steps, in two passes: their order there is all there is.
TEST_PLAIN(campaign, is_over_once_all_schedules_were_seen)
{
    static const char *const names[] = {"delay", NULL};
    const struct trio_scenario scenario = {.name = "small", .fn = count_once};
    struct trio_campaign_result result;

    open();
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct trio_campaign_options options = {.strategy = names[i]};

        CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
        CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
        CHECK_EQ(result.schedules, 4);
        CHECK(result.runs < 2000);
    }
    close();
}

static TRIO_CHECKPOINT trio_status draw(void *arg)
{
    (void)arg;
    return trio_random_u64() % 2 == 0 ? TRIO_OK : trio_checkpoint();
}

TEST_PLAIN(campaign, goes_on_with_other_data_for_ten_thousand_schedules)
{
    const struct trio_scenario scenario = {.name = "random", .fn = draw};
    struct trio_campaign_options options = {.no_cancel_sweep = true,
                                            .no_failure_sweep = true,
                                            .no_twins = true};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    CHECK_EQ(result.runs, 10001);
    CHECK_EQ(result.schedules, 0);
    options.work = 1000; // One task is 8, and its steps.
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    CHECK(result.runs > 90 && result.runs < 115);
    close();
}

TEST_PLAIN(campaign, every_strategy_finds_the_other_order)
{
    static const char *const names[] = {"random", "pct", "pos", "delay", NULL};

    open();
    for (size_t i = 0; i < COUNT(names); i++) {
        struct trio_campaign_options options = {.strategy = names[i]};
        struct trio_campaign_result result;

        CHECK_OK(trio_campaign_run(campaign, &racy, &options, &result));
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK(strstr(result.text, "written before it is read") != NULL);
        CHECK(result.found_after < 30);
        CHECK(result.found_by != NULL);
        if (names[i] != NULL)
            CHECK_STRING(result.found_by, names[i]);
        CHECK_EQ(result.deviations, 1);
        CHECK(result.possible_in_pass);
        CHECK(result.token[0] != '\0');
    }
    close();
}

TEST_PLAIN(campaign, first_in_first_out_leaves_nothing_to_chance)
{
    struct trio_campaign_options options = {.strategy = "fifo"};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &racy, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.strategies[0].runs, 1);
    close();
}

TEST_PLAIN(campaign, a_script_is_one_run)
{
    struct trio_campaign_options options = {.strategy = "script"};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &racy, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED); // Its witness.
    CHECK_EQ(result.found_after, 1);
    options.script = "main writer";
    CHECK_OK(trio_campaign_run(campaign, &racy, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.strategies[0].runs, 1);
    options.script = "main nobody";
    CHECK_OK(trio_campaign_run(campaign, &racy, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(result.text[0] != '\0');
    close();
}

TEST_PLAIN(campaign, does_not_know_every_strategy)
{
    struct trio_campaign_options options = {.strategy = "wishful"};
    struct trio_campaign_result result;

    open();
    CHECK_STATUS(trio_campaign_run(campaign, &sound, &options, &result),
                 TRIO_EINVAL);
    options.strategy = "script"; // Which one?
    CHECK_STATUS(trio_campaign_run(campaign, &sound, &options, &result),
                 TRIO_EINVAL);
    close();
}

static void check_equal_results(const struct trio_campaign_result *a,
                                const struct trio_campaign_result *b)
{
    CHECK_EQ(a->verdict, b->verdict);
    CHECK_EQ(a->runs, b->runs);
    CHECK_EQ(a->steps, b->steps);
    CHECK_EQ(a->traces, b->traces);
    CHECK_EQ(a->found_after, b->found_after);
    CHECK_EQ(a->replays, b->replays);
    CHECK_EQ(a->deviations_found, b->deviations_found);
    CHECK_STRING(a->token, b->token);
    CHECK_STRING(a->text, b->text);
}

TEST_PLAIN(campaign, comes_to_the_same_every_time)
{
    static const struct trio_scenario *const scenarios[] = {&sound, &racy};

    open();
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        struct trio_campaign_options options = {.seed = 7, .runs = 200};
        struct trio_campaign_result a, b;

        CHECK_OK(trio_campaign_run(campaign, scenarios[i], &options, &a));
        CHECK_OK(trio_campaign_run(campaign, scenarios[i], &options, &b));
        check_equal_results(&a, &b);
    }
    close();
}

TEST_PLAIN(campaign, other_seeds_are_other_schedules)
{
    uint64_t first = 0;
    bool differ = false;

    open();
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct trio_campaign_options options = {.strategy = "random",
                                                .seed = seed};
        struct trio_campaign_result result;

        CHECK_OK(trio_campaign_run(campaign, &racy, &options, &result));
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        if (seed == 1)
            first = result.found_after;
        differ |= result.found_after != first;
    }
    CHECK(differ);
    close();
}

TEST_PLAIN(campaign, a_run_that_is_too_long_is_no_pass)
{
    struct trio_campaign_options options = {.strategy = "random", .runs = 3};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &endless, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK_EQ(result.capped, 3);
    close();
}

TEST_PLAIN(campaign, fails_for_what_never_held)
{
    static int moon;
    struct trio_scenario lucky = hopeful;
    struct trio_campaign_options options = {.runs = 10};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &hopeful, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "never held: the moon is full");
    CHECK_STRING(result.token, "");
    CHECK_EQ(result.sometimes, 2);
    CHECK_EQ(result.sometimes_held, 1);
    lucky.arg = &moon;
    CHECK_OK(trio_campaign_run(campaign, &lucky, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.sometimes_held, 2);
    options.sweeps_only = true; // Too little to say "never".
    CHECK_OK(trio_campaign_run(campaign, &hopeful, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    close();
}

static TRIO_CHECKPOINT trio_status nap_and_go_on(void *arg)
{
    trio_status rc = trio_sleep(*(const trio_duration *)arg);

    for (int i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status nap_together(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, nap_and_go_on, arg);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, nap_and_go_on, arg);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_sleep(*(const trio_duration *)arg / 2);
    return trio_nursery_close(&nursery, rc);
}

static bool stop_soon(void *context, const struct trio_campaign_result *so_far)
{
    *(uint64_t *)context = so_far->runs;
    return so_far->runs < 200;
}

TEST_PLAIN(campaign, progress_may_end_it)
{
    uint64_t seen = 0;
    struct trio_campaign_options options = {
        .runs = 1000000, .progress = stop_soon, .progress_context = &seen};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &sound, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(result.runs >= 200 && result.runs < 500);
    CHECK_EQ(result.runs, seen);
    close();
}

TEST_PLAIN(campaign, leaves_out_what_it_is_told_to)
{
    struct trio_campaign_options options = {.runs = 200,
                                            .no_cancel_sweep = true,
                                            .no_time_sweep = true,
                                            .no_failure_sweep = true,
                                            .no_twins = true};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &sound, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.runs, 201);
    CHECK_EQ(result.twins, 0);
    CHECK_EQ(result.cancel_runs, 0);
    CHECK_EQ(result.failure_runs, 0);
    options.sweeps_only = true;
    CHECK_OK(trio_campaign_run(campaign, &sound, &options, &result));
    CHECK_EQ(result.runs, 1);
    close();
}

TEST_PLAIN(campaign, says_which_sweep_was_cut)
{
    static const trio_duration nap = TRIO_MS;
    const struct trio_scenario scenario = {
        .name = "naps", .fn = nap_together, .arg = (void *)(uintptr_t)&nap};
    struct trio_campaign_options options = {.sweeps_only = true};
    struct trio_campaign_result result;

    open();
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    CHECK(!result.cancel_cut && !result.time_cut && !result.failure_cut);
    CHECK(result.cancel_points_tried == result.cancel_points);
    CHECK(result.time_runs > 3);
    options.sweep_work = 30; // Of three tasks a run takes more than 24.
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    CHECK(result.cancel_cut && result.time_cut && result.failure_cut);
    CHECK(result.cancel_runs < 5 && result.time_runs < 5);
    options.sweep_work = 0;
    options.sweep_runs = 3;
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    CHECK(result.cancel_cut && result.time_cut && result.failure_cut);
    CHECK_EQ(result.cancel_runs, 3);
    CHECK_EQ(result.time_runs, 3);
    close();
}

// ---- Replays ----

TEST_PLAIN(campaign, a_token_replays_the_failure)
{
    struct trio_campaign_result found, again;

    open();
    for (int no_shrink = 0; no_shrink < 2; no_shrink++) {
        struct trio_campaign_options options = {.no_shrink = no_shrink};

        CHECK_OK(trio_campaign_run(campaign, &racy, &options, &found));
        CHECK_OK(trio_campaign_replay(campaign, &racy, found.token, &again));
        CHECK_EQ(again.verdict, TRIO_SIM_FAILED);
        CHECK_STRING(again.text, found.text);
        CHECK_STRING(again.token, found.token);
        CHECK_EQ(again.deviations, found.deviations);
        CHECK_EQ(again.runs, 1);
    }
    close();
}

TEST_PLAIN(campaign, a_token_belongs_to_one_scenario)
{
    struct trio_campaign_result found, again;

    open();
    CHECK_OK(trio_campaign_run(campaign, &racy, NULL, &found));
    CHECK_STATUS(trio_campaign_replay(campaign, &sound, found.token, &again),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_campaign_replay(campaign, &racy, "nonsense!", &again),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_campaign_replay(campaign, &racy, "", &again),
                 TRIO_EINVAL);
    close();
}

static TRIO_CHECKPOINT trio_status write_only(void *arg)
{
    bool written = false;

    (void)arg;
    return write_it(&written);
}

TEST_PLAIN(campaign, a_token_that_does_not_fit_any_more_says_so)
{
    struct trio_scenario changed = racy;
    struct trio_campaign_result found, again;

    open();
    CHECK_OK(trio_campaign_run(campaign, &racy, NULL, &found));
    changed.fn = write_only;
    CHECK_STATUS(trio_campaign_replay(campaign, &changed, found.token, &again),
                 TRIO_ESTALE);
    CHECK_EQ(again.verdict, TRIO_SIM_PASSED);
    CHECK(strstr(again.text, "number 1 of 1, a task") != NULL);
    close();
}

static void run_without_a_name(void)
{
    struct trio_scenario nameless = racy;
    struct trio_campaign_result result;

    nameless.name = NULL;
    open();
    trio_ignore(trio_campaign_run(campaign, &nameless, NULL, &result));
}

static void replay_without_a_name(void)
{
    struct trio_scenario nameless = racy;
    struct trio_campaign_result result;

    nameless.name = NULL;
    open();
    trio_ignore(trio_campaign_replay(campaign, &nameless, "QAA", &result));
}

TEST_PLAIN(campaign, a_scenario_has_a_name)
{
    CHECK_DIES(run_without_a_name, "a scenario without a name");
    CHECK_DIES(replay_without_a_name, "a scenario without a name");
}
