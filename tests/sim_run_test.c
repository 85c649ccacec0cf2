// A simulated run: what ends it, what it came to, and what it leaves to the
// next one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include <stdio.h>

#include "tests/check.h"
#include "tests/tasks.h"

static const struct trio_campaign_options one_run = {.strategy = "fifo"};
static const struct trio_campaign_options sweeps = {.sweeps_only = true};

static struct trio_campaign *campaign;

static void open(void)
{
    struct trio_config base = trio_config_platform();

    campaign = trio_campaign_new(&base);
    REQUIRE(campaign != NULL);
}

static void close(void)
{
    trio_campaign_free(campaign);
}

static struct trio_campaign_result
run(const struct trio_scenario *scenario,
    const struct trio_campaign_options *options)
{
    struct trio_campaign_result result;

    CHECK_OK(trio_campaign_run(campaign, scenario, options, &result));
    return result;
}

// Runs `fn` once, first in, first out, in a campaign of its own.
static struct trio_campaign_result run_once(trio_task_fn fn)
{
    const struct trio_scenario scenario = {.name = "once", .fn = fn};

    open();
    struct trio_campaign_result result = run(&scenario, &one_run);
    close();
    return result;
}

// ---- Many of everything ----

enum { MANY = 2000 };

static TRIO_CHECKPOINT trio_status open_scope_and_yield(void *arg)
{
    struct trio_cancel_scope scope;

    (void)arg;
    trio_cancel_scope_open(&scope);
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status start_many(trio_task_fn fn, size_t count)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, fn, NULL);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status open_many_scopes(void *arg)
{
    (void)arg;
    return start_many(open_scope_and_yield, MANY);
}

// S79
TEST_PLAIN(sim_run, many_scopes_are_open_and_each_has_a_name)
{
    const struct trio_scenario scenario = {.name = "many",
                                           .fn = open_many_scopes};
    const struct trio_campaign_options options = {.sweeps_only = true,
                                                  .sweep_runs = 10};

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.cancel_runs, 10);
    close();
}

// ---- Stacks ----

static TRIO_CHECKPOINT trio_status
start_with_stack(struct trio_nursery *nursery, size_t size)
{
    const struct trio_task_options options = {.stack_size = size};

    return trio_nursery_start_soon_with(nursery, &options, open_scope_and_yield,
                                        NULL);
}

static TRIO_CHECKPOINT trio_status use_many_sizes(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (size_t round = 0; round < 3 && rc == TRIO_OK; round++) {
        struct trio_nursery nursery;
        trio_nursery_open(&nursery);
        // More than there are pools; some share one.
        for (size_t i = 0; i < 24 && rc == TRIO_OK; i++)
            rc = start_with_stack(&nursery, 20000 + 1000 * i);
        rc = trio_nursery_close(&nursery, rc);
    }
    return rc;
}

// S79
TEST_PLAIN(sim_run, stacks_may_be_of_any_size)
{
    const struct trio_scenario scenario = {.name = "sizes",
                                           .fn = use_many_sizes};
    const struct trio_campaign_options options = {.runs = 20, .sweep_runs = 40};

    open();
    struct trio_campaign_result result = run(&scenario, &options);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    close();
}

// The system says how many stacks it was asked for.
static struct {
    struct trio_memory platform;
    size_t reserved;
    size_t taken;
} counted;

static trio_status count_reserve(void *context, size_t size)
{
    counted.reserved++;
    return counted.platform.stack_reserve(context, size);
}

static struct trio_stack count_take(void *context, size_t size)
{
    counted.taken++;
    return counted.platform.stack_take(context, size);
}

static TRIO_CHECKPOINT trio_status come_and_go(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (size_t i = 0; i < 200 && rc == TRIO_OK; i++) {
        struct trio_nursery nursery;
        trio_nursery_open(&nursery);
        for (size_t k = 0; k < 4 && rc == TRIO_OK; k++)
            rc = trio_nursery_start_soon(&nursery, open_scope_and_yield, NULL);
        rc = trio_nursery_close(&nursery, rc);
    }
    return rc;
}

// S79
TEST_PLAIN(sim_run, a_stack_that_was_given_back_is_taken_again)
{
    const struct trio_scenario scenario = {.name = "come and go",
                                           .fn = come_and_go};
    struct trio_config base = trio_config_platform();
    struct trio_campaign_result result;

    memset(&counted, 0, sizeof(counted));
    counted.platform = base.memory;
    base.memory.stack_reserve = count_reserve;
    base.memory.stack_take = count_take;
    campaign = trio_campaign_new(&base);
    REQUIRE(campaign != NULL);
    for (int i = 0; i < 5; i++)
        result = run(&scenario, &one_run);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    // Six tasks at once, and the one that is just ending.
    CHECK(counted.reserved <= 8);
    CHECK(counted.taken <= 8);
    close();
}
