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

static struct trio_campaign_result follow(const struct trio_scenario *scenario,
                                          const char *script)
{
    const struct trio_campaign_options options = {.strategy = "script",
                                                  .script = script};

    open();
    struct trio_campaign_result result = run(scenario, &options);
    close();
    return result;
}

// ---- Events at the boundaries ----

static struct log seen; // Who has come, and how many ms after the beginning.

static TRIO_CHECKPOINT trio_status come_after(void *arg)
{
    const int *ms = arg;
    trio_time begin = trio_now();

    trio_status rc = trio_sleep(*ms * TRIO_MS);
    log_add(&seen, (char)('a' + (trio_now() - begin) / TRIO_MS));
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    log_add(&seen, (char)('A' + (trio_now() - begin) / TRIO_MS));
    return rc;
}

// Two sleepers, of 1 and of 2 ms.
static TRIO_CHECKPOINT trio_status sleep_side_by_side(void *arg)
{
    static const char *const names[] = {"one", "two"};
    static int ms[] = {1, 2};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    seen = (struct log){0};
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(ms) && rc == TRIO_OK; i++) {
        struct trio_task_options options = {.name = names[i]};
        rc = trio_nursery_start_soon_with(&nursery, &options, come_after,
                                          &ms[i]);
    }
    return trio_nursery_close(&nursery, rc);
}

static const struct trio_scenario side_by_side = {.name = "side by side",
                                                  .fn = sleep_side_by_side};

#define CHECK_SEEN(script, expected)                                           \
    do {                                                                       \
        struct trio_campaign_result result = follow(&side_by_side, script);    \
        CHECK_STRING(result.text, "");                                         \
        CHECK_LOG(seen, expected);                                             \
    } while (0)

// S68: a timer between the steps of a task, whoever is first after that.
TEST_PLAIN(sim_events, whom_an_event_wakes_competes_with_whom_was_ready)
{
    CHECK_SEEN("", "bBcC");
    CHECK_SEEN("main one two clock one clock one two two", "bCcC");
    CHECK_SEEN("main one two clock one clock two one two", "bcCC");
}

// S68: a loop that is late.
TEST_PLAIN(sim_events, time_may_pass_beyond_several_deadlines_at_once)
{
    CHECK_SEEN("main one two clock*2 one two", "ccCC");
    CHECK_SEEN("main one two clock*2 two one", "ccCC");
    CHECK_SEEN("main one two clock clock two one", "ccCC");
    CHECK_SEEN("main one two clock:3ms one", "ddDD");
}

// ---- Time inside a step ----

// Reads the clock three times in each of two steps, with no deadline ahead.
static TRIO_CHECKPOINT trio_status read_the_clock(void *arg)
{
    trio_time begin = trio_now();
    trio_status rc = TRIO_OK;

    (void)arg;
    seen = (struct log){0};
    for (int step = 0; step < 2 && rc == TRIO_OK; step++) {
        for (int i = step == 0; i < 3; i++)
            log_add(&seen, (char)('a' + (trio_now() - begin) / TRIO_MS));
        rc = trio_checkpoint();
    }
    return rc;
}

static const struct trio_scenario reader = {.name = "reader",
                                            .fn = read_the_clock};

static void check_read(const char *script, const char *expected)
{
    struct trio_campaign_result result = follow(&reader, script);

    CHECK_STRING(result.text, "");
    CHECK_LOG(seen, expected);
}

// S68
TEST_PLAIN(sim_events, in_a_step_time_passes_where_the_clock_is_read_again)
{
    check_read("", "aaaaa");
    check_read("main reading:1ms", "bbbbb");
    check_read("main reading:1ms reading:2ms", "bdddd");
    check_read("main main reading:1ms", "aaabb");
    check_read("main reading:1ms main reading:1ms", "bbbcc");
}

// S83
TEST_PLAIN(sim_events, a_script_cannot_have_more_readings_than_there_are)
{
    struct trio_campaign_result result =
        follow(&reader, "main reading:1ms reading:1ms reading:1ms");
    CHECK_STRING(result.text, "the script does not fit at \"reading:1ms\": the "
                              "step before has no such reading");
    result = follow(&reader, "main reading");
    CHECK_STRING(result.text, "the script does not fit at \"reading\": nobody "
                              "waits for time to pass");
}

// Trusts that two readings are one.
static TRIO_CHECKPOINT trio_status read_twice(void *arg)
{
    trio_time expires = *(const trio_duration *)arg + trio_now();
    struct trio_cancel_scope scope;

    trio_move_on_at(&scope, expires);
    trio_status rc = trio_checkpoint();
    bool expired = trio_now() >= expires;
    TRIO_SIM_ALWAYS(expired == (trio_now() >= expires), "expires but once");
    return trio_cancel_scope_close(&scope, rc);
}

// The same without a deadline.
static TRIO_CHECKPOINT trio_status read_one_moment(void *arg)
{
    trio_time moment = trio_now();

    (void)arg;
    TRIO_SIM_ALWAYS(moment == trio_now(), "a step is a moment");
    return trio_checkpoint();
}

// S68, S71
TEST_PLAIN(sim_events, who_trusts_that_two_readings_are_one_is_found)
{
    static trio_duration limit = TRIO_HOUR;
    static const char *const names[] = {"random", "pct", "pos", "delay", NULL};
    struct trio_campaign_result again;

    open();
    for (size_t i = 0; i < 2 * COUNT(names); i++) {
        struct trio_scenario scenario = {.name = "twice",
                                         .arg = &limit,
                                         .fn = i % 2 == 0 ? read_twice
                                                          : read_one_moment};
        struct trio_campaign_options options = {.strategy = names[i / 2],
                                                .runs = 500};
        struct trio_campaign_result result = run(&scenario, &options);
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_EQ(result.deviations, 1);
        CHECK_OK(
            trio_campaign_replay(campaign, &scenario, result.token, &again));
        CHECK_EQ(again.verdict, TRIO_SIM_FAILED);
        scenario.still_clock = true;
        result = run(&scenario, &options);
        CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    }
    close();
}

static int judged[3];

static TRIO_CHECKPOINT trio_status judge_side_by_side(void *arg)
{
    trio_status rc = sleep_side_by_side(arg);

    judged[0] += strcmp(seen.text, "bCcC") == 0; // Between the steps of one.
    judged[1] += strcmp(seen.text, "bcCC") == 0; // And two goes first.
    judged[2] += strcmp(seen.text, "ccCC") == 0; // Both at once.
    return rc;
}

// S68
TEST_PLAIN(sim_events, every_strategy_chooses_among_events)
{
    static const char *const names[] = {"random", "pct", "pos", "delay"};
    const struct trio_scenario scenario = {.name = "judged",
                                           .fn = judge_side_by_side};

    open();
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct trio_campaign_options options = {.strategy = names[i],
                                                      .runs = 500};
        memset(judged, 0, sizeof judged);
        run(&scenario, &options);
        for (size_t k = 0; k < COUNT(judged); k++)
            CHECK(judged[k] > 0);
    }
    close();
}

// The clock is ahead of what the loop has seen: who goes first finds the time
// of the second deadline, and goes once more before whom that wakes.
static TRIO_CHECKPOINT trio_status judge_first(void *arg)
{
    trio_status rc = sleep_side_by_side(arg);

    TRIO_SIM_ALWAYS(strncmp(seen.text, "cC", 2) != 0, "the loop has looked");
    return rc;
}

// Finds a failure that takes so many deviations, and replays it.
static void check_found(const char *strategy, trio_task_fn fn,
                        size_t deviations)
{
    const struct trio_scenario scenario = {
        .name = "found", .fn = fn, .witness = "main clock*2 clock"};
    const struct trio_campaign_options options = {.strategy = strategy,
                                                  .runs = 5000};
    struct trio_campaign_result again;

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_EQ(result.deviations, deviations);
    CHECK_OK(trio_campaign_replay(campaign, &scenario, result.token, &again));
    CHECK_EQ(again.verdict, TRIO_SIM_FAILED);
    close();
}

// S68
TEST_PLAIN(sim_events, the_next_step_may_come_before_the_loop_looks)
{
    check_found(NULL, judge_first, 2);
}

static TRIO_CHECKPOINT trio_status limit_twice(trio_duration longer,
                                               trio_duration shorter)
{
    struct trio_cancel_scope outer, inner;

    trio_move_on_after(&outer, longer);
    trio_move_on_after(&inner, shorter);
    trio_status rc = trio_sleep(TRIO_MINUTE);
    rc = trio_cancel_scope_close(&inner, rc);
    return trio_cancel_scope_close(&outer, rc);
}

static TRIO_CHECKPOINT trio_status be_late_by_three(void *arg)
{
    struct trio_cancel_scope scope;
    trio_time begin = trio_now();

    (void)arg;
    trio_move_on_after(&scope, 3 * TRIO_SECOND);
    trio_status rc = limit_twice(2 * TRIO_SECOND, TRIO_SECOND);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(trio_now() < begin + 3 * TRIO_SECOND, "it is in time");
    return rc;
}

// S71: however many deadlines time passes, it is one deviation.
TEST_PLAIN(sim_events, to_be_late_is_one_deviation)
{
    check_found("script", be_late_by_three, 1);
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
    CHECK(result.twins > 0); // Of a run that was looked at closely, too.
    CHECK_EQ(result.traces, 1);
    close();
}
