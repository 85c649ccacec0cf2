// What runs take from each other and from the system: nothing that is not given
// back, however much it is.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include <stdio.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/tasks.h"

static const struct trio_campaign_options one_run = {.strategy = "fifo"};

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
TEST_PLAIN(sim_memory, many_scopes_are_open_and_each_has_a_name)
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
TEST_PLAIN(sim_memory, stacks_may_be_of_any_size)
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
TEST_PLAIN(sim_memory, a_stack_that_was_given_back_is_taken_again)
{
    const struct trio_scenario scenario = {.name = "come and go",
                                           .fn = come_and_go};
    struct trio_config base = trio_config_platform();
    struct trio_campaign_result result;

    memset(&counted, 0, sizeof(counted));
    counted.platform = base.memory;
    base.memory.stack_reserve = count_reserve;
    base.memory.stack_take = count_take;
    campaign = campaign_open(&base);
    for (int i = 0; i < 5; i++)
        result = run(&scenario, &one_run);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    // Six tasks at once, and the one that is just ending.
    CHECK(counted.reserved <= 8);
    CHECK(counted.taken <= 8);
    close();
}

static TRIO_CHECKPOINT trio_status allocate_and_forget(void *arg)
{
    static void *block;
    const struct trio_memory *memory = trio_run_memory();

    (void)arg;
    block = memory->allocate(memory->context, 100);
    return block == NULL ? TRIO_ENOMEM : TRIO_OK;
}

// ---- One run after the other ----

static TRIO_CHECKPOINT trio_status live_and_fail(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 20 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, sleep_forever, NULL);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    trio_ignore(allocate_and_forget(arg));
    TRIO_SIM_ALWAYS(false, "given up");
    return trio_nursery_close(&nursery, rc);
}

static size_t blocks; // Of the system.

static void *count_allocate(void *context, size_t size)
{
    void *block = counted.platform.allocate(context, size);

    blocks += block != NULL;
    return block;
}

static void count_release(void *context, void *block, size_t size)
{
    blocks -= block != NULL;
    counted.platform.release(context, block, size);
}

// S79
TEST_PLAIN(sim_memory, a_thousand_runs_that_are_given_up_leave_nothing)
{
    const struct trio_scenario failing = {.name = "failing",
                                          .fn = live_and_fail};
    const struct trio_scenario sound = {.name = "sound", .fn = come_and_go};
    const struct trio_campaign_options options = {.strategy = "fifo",
                                                  .no_shrink = true};
    struct trio_config base = trio_config_platform();
    size_t blocks_before = 0;

    memset(&counted, 0, sizeof(counted));
    counted.platform = base.memory;
    base.memory.allocate = count_allocate;
    base.memory.release = count_release;
    base.memory.stack_take = count_take;
    blocks = 0;
    campaign = campaign_open(&base);
    for (int i = 0; i < 500; i++) { // Each is two.
        CHECK_STRING(run(&failing, &options).text, "given up");
        if (i == 1)
            blocks_before = blocks;
    }
    CHECK_EQ(blocks, blocks_before);
    CHECK_EQ(run(&sound, &one_run).verdict, TRIO_SIM_PASSED);
    close();
    CHECK_EQ(blocks, 0);
}
