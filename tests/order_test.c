// What each order of steps can produce, and what it cannot.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

enum { TASKS = 3, ORDERS_MAX = 256 };

// ---- Programs that tell in which order they were run ----

static struct log steps; // Of this run: a letter for each.

static TRIO_CHECKPOINT trio_status take_two_steps(void *arg)
{
    char letter = *(const char *)arg;

    log_add(&steps, letter);
    trio_status rc = trio_checkpoint();
    log_add(&steps, letter);
    return rc;
}

static struct {
    char text[ORDERS_MAX][2 * TASKS + 1];
    size_t count;
} seen;

static void remember(void)
{
    for (size_t i = 0; i < seen.count; i++)
        if (strcmp(seen.text[i], steps.text) == 0)
            return;
    REQUIRE(seen.count < ORDERS_MAX && steps.length == 2 * TASKS);
    memcpy(seen.text[seen.count++], steps.text, steps.length + 1);
}

static bool was_seen(const char *text)
{
    for (size_t i = 0; i < seen.count; i++)
        if (strcmp(seen.text[i], text) == 0)
            return true;
    return false;
}

static TRIO_CHECKPOINT trio_status run_three(void *arg)
{
    static char letters[] = "abc";
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    steps = (struct log){0};
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < TASKS && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, take_two_steps, &letters[i]);
    rc = trio_nursery_close(&nursery, rc);
    remember();
    return rc;
}

static struct trio_campaign_result explore(struct trio_scenario scenario,
                                           const char *strategy, uint64_t runs)
{
    const struct trio_campaign_options options = {
        .strategy = strategy, .runs = runs, .no_twins = true};

    memset(&seen, 0, sizeof(seen));
    return campaign_run_once(&scenario, &options);
}

static void explore_three(enum trio_sim_order order)
{
    const struct trio_scenario scenario = {
        .name = "three", .fn = run_three, .order = order};
    struct trio_campaign_result result = explore(scenario, "random", 6000);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.capped, 0);
}

// S67
TEST_PLAIN(order, a_pass_has_one_step_of_each_in_any_order)
{
    explore_three(TRIO_SIM_PASS);
    CHECK_EQ(seen.count, 36); // 3! in the first pass, 3! in the second.
    for (size_t i = 0; i < seen.count; i++)
        for (size_t pass = 0; pass < 2; pass++) {
            struct log part = {0};
            for (size_t k = 0; k < TASKS; k++)
                log_add(&part, seen.text[i][TASKS * pass + k]);
            log_sort(&part);
            CHECK_LOG(part, "abc");
        }
}

// S67
TEST_PLAIN(order, any_runnable_task_may_be_next_in_any)
{
    explore_three(TRIO_SIM_ANY);
    CHECK_EQ(seen.count, 90); // 6! / 2! 2! 2!
    CHECK(was_seen("aabbcc"));
    CHECK(was_seen("ccbbaa"));
}

// S67
TEST_PLAIN(order, without_soft_points_soft_is_any)
{
    explore_three(TRIO_SIM_SOFT);
    CHECK_EQ(seen.count, 90);
}

// ---- Soft points ----

static TRIO_CHECKPOINT trio_status increment(void *arg)
{
    int *count = arg;

    TRIO_SIM_POINT(count, TRIO_ACCESS_READ);
    int found = *count;
    TRIO_SIM_POINT(count, TRIO_ACCESS_WRITE);
    *count = found + 1;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status increment_together(void *arg)
{
    struct trio_nursery nursery;
    int count = 0;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, increment, &count);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, increment, &count);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || count == 2, "both are counted");
    return rc;
}

static struct trio_campaign_result count_in(enum trio_sim_order order,
                                            const char *strategy)
{
    const struct trio_scenario scenario = {
        .name = "counters", .fn = increment_together, .order = order};

    return explore(scenario, strategy, 500);
}

// S67
TEST_PLAIN(order, others_come_at_soft_points_only_in_soft)
{
    CHECK_EQ(count_in(TRIO_SIM_PASS, "random").verdict, TRIO_SIM_PASSED);
    CHECK_EQ(count_in(TRIO_SIM_ANY, "random").verdict, TRIO_SIM_PASSED);
    struct trio_campaign_result result = count_in(TRIO_SIM_SOFT, "random");
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "both are counted");
    CHECK(!result.possible_in_pass);
    CHECK_EQ(result.deviations, 1);
}

// S67
TEST_PLAIN(order, who_comes_to_a_soft_point_goes_on_by_default)
{
    CHECK_EQ(count_in(TRIO_SIM_SOFT, "fifo").verdict, TRIO_SIM_PASSED);
}

// A task may come to a soft point while it is being cancelled, in the arms of a
// nursery, behind a shield: nowhere does it lose its place.
static TRIO_CHECKPOINT trio_status point_everywhere(void *arg)
{
    struct trio_cancel_scope scope;

    trio_shield_after(&scope, TRIO_FOREVER);
    trio_status rc = increment(arg);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_POINT(arg, TRIO_ACCESS_WRITE);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    TRIO_SIM_POINT(arg, TRIO_ACCESS_WRITE);
    return rc;
}

static TRIO_CHECKPOINT trio_status point_and_cancel(void *arg)
{
    struct trio_nursery nursery;
    int count = 0;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, point_everywhere, &count);
    TRIO_SIM_POINT(&count, TRIO_ACCESS_READ);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    TRIO_SIM_POINT(&count, TRIO_ACCESS_READ);
    return trio_nursery_close(&nursery, rc);
}

// S67
TEST_PLAIN(order, soft_points_may_be_anywhere)
{
    const struct trio_scenario scenario = {
        .name = "points", .fn = point_and_cancel, .order = TRIO_SIM_SOFT};

    struct trio_campaign_result result = explore(scenario, NULL, 500);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
}

// ---- Nobody waits for ever ----

static TRIO_CHECKPOINT trio_status poll_flag(void *arg)
{
    const bool *flag = arg;
    trio_status rc = TRIO_OK;

    while (!*flag && rc == TRIO_OK)
        rc = trio_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status set_flag(void *arg)
{
    *(bool *)arg = true;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status poll_and_set(void *arg)
{
    struct trio_nursery nursery;
    bool flag = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, set_flag, &flag);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, poll_flag, &flag);
    return trio_nursery_close(&nursery, rc);
}

// S67
TEST_PLAIN(order, nobody_is_passed_over_for_ever)
{
    static const char *const strategies[] = {"random", "pct", "pos", "delay"};

    for (size_t i = 0; i < COUNT(strategies); i++) {
        const struct trio_scenario scenario = {.name = "polling",
                                               .fn = poll_and_set,
                                               .order = TRIO_SIM_ANY,
                                               .steps_max = 5000};
        struct trio_campaign_result result =
            explore(scenario, strategies[i], 300);
        CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
        CHECK_EQ(result.capped, 0);
    }
}
