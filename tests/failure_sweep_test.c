// The failure sweep: every call that can fail does, alone and for good, and the
// calls of the error path besides.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static struct trio_campaign_result sweep(const struct trio_scenario *scenario)
{
    struct trio_campaign_options options = {
        .sweeps_only = true, .no_cancel_sweep = true, .no_time_sweep = true};

    return campaign_run_once(scenario, &options);
}

static void *take(size_t size)
{
    const struct trio_memory *memory = trio_run_memory();

    return memory->allocate(memory->context, size);
}

static void give(void *block, size_t size)
{
    const struct trio_memory *memory = trio_run_memory();

    memory->release(memory->context, block, size);
}

static TRIO_CHECKPOINT trio_status nap(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_SECOND);
}

static TRIO_CHECKPOINT trio_status start_some(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_nursery_start_soon(&nursery, nap, NULL);
    TRIO_SIM_SOMETIMES(rc == TRIO_ENOMEM, "no memory");
    return trio_nursery_close(&nursery, rc);
}

// S78
TEST_PLAIN(failure_sweep, any_status_will_do_that_leaves_nothing_behind)
{
    const struct trio_scenario scenario = {.name = "sound", .fn = start_some};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(result.calls >= 3);
    CHECK(result.failure_runs >= 2 * 3);
    CHECK_EQ(result.sometimes_held, 1);
    CHECK_EQ(result.cancel_runs, 0);
}

// S78
TEST_PLAIN(failure_sweep, leaves_alone_whoever_cannot_stand_it)
{
    const struct trio_scenario scenario = {
        .name = "weak", .fn = start_some, .no_failure_sweep = true};

    CHECK_EQ(sweep(&scenario).failure_runs, 0);
}

static TRIO_CHECKPOINT trio_status take_two(void *arg)
{
    void *first = take(64);
    void *second = take(64);

    (void)arg;
    if (first == NULL || second == NULL)
        return TRIO_ENOMEM; // One of them may be there.
    give(second, 64);
    give(first, 64);
    return trio_checkpoint();
}

// S78
TEST_PLAIN(failure_sweep, finds_what_an_early_return_keeps)
{
    const struct trio_scenario scenario = {.name = "keeper", .fn = take_two};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.found_by, "failure sweep");
    CHECK_EQ(result.deviations, 1);
}

// Tries a small block when there is no large one, and takes that for granted.
static TRIO_CHECKPOINT trio_status fall_back(void *arg)
{
    void *large = take(4096);

    (void)arg;
    if (large != NULL) {
        give(large, 4096);
        return trio_checkpoint();
    }
    void *small = take(16);
    TRIO_SIM_ALWAYS(small != NULL, "there is always a little memory");
    give(small, 16);
    return trio_checkpoint();
}

// Fails only if the second call does, too, but not the third one.
static TRIO_CHECKPOINT trio_status fall_back_twice(void *arg)
{
    void *large = take(4096);

    (void)arg;
    if (large != NULL) {
        give(large, 4096);
        return trio_checkpoint();
    }
    void *small = take(256);
    void *tiny = take(16);
    bool odd = small == NULL && tiny != NULL;
    if (small != NULL)
        give(small, 256);
    if (tiny != NULL)
        give(tiny, 16);
    TRIO_SIM_ALWAYS(!odd, "small ones go together");
    return trio_checkpoint();
}

// S78
TEST_PLAIN(failure_sweep, failures_last)
{
    const struct trio_scenario scenario = {.name = "one way out",
                                           .fn = fall_back};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "always a little memory") != NULL);
}

// S78
TEST_PLAIN(failure_sweep, the_way_out_of_a_failure_fails_besides)
{
    const struct trio_scenario scenario = {.name = "two ways out",
                                           .fn = fall_back_twice};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "small ones go together") != NULL);
    CHECK_EQ(result.deviations, 2);
}

// Fails only if the second call does, too, but not the third one. If all goes
// well there is a second call as well, and that is another one.
static TRIO_CHECKPOINT trio_status fall_back_and_go_on(void *arg)
{
    void *large = take(4096);
    void *small = large == NULL ? take(16) : NULL;
    void *other = take(64);
    bool odd = large == NULL && small == NULL && other != NULL;

    (void)arg;
    if (large != NULL)
        give(large, 4096);
    if (small != NULL)
        give(small, 16);
    if (other != NULL)
        give(other, 64);
    TRIO_SIM_ALWAYS(!odd, "small ones go together");
    return trio_checkpoint();
}

// S78
TEST_PLAIN(failure_sweep, what_comes_after_a_failure_fails_besides)
{
    const struct trio_scenario scenario = {.name = "another second call",
                                           .fn = fall_back_and_go_on};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_STRING(result.text, "small ones go together");
    CHECK_EQ(result.deviations, 2);
}

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status be_odd(void *arg)
{
    (void)arg;
    TRIO_SIM_SOMETIMES(TRIO_SIM_BUGGIFY("odd"), "it was odd");
    return trio_checkpoint();
}

// S78
TEST_PLAIN(failure_sweep, what_happens_once_has_one_run)
{
    const struct trio_scenario plain = {.name = "plain", .fn = do_nothing};
    const struct trio_scenario odd = {.name = "odd", .fn = be_odd};
    struct trio_campaign_result without = sweep(&plain);
    struct trio_campaign_result with = sweep(&odd);

    CHECK_EQ(with.sometimes_held, 1);
    CHECK_EQ(with.calls, without.calls + 1);
    CHECK_EQ(with.failure_runs, without.failure_runs + 1);
}
