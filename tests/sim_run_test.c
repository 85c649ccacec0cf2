// A simulated run: what ends it, what it came to, and what it leaves to the
// next one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>
#include <trio/sim_job.h>

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

// ---- What a run comes to ----

static TRIO_CHECKPOINT trio_status end_with_a_record(void *arg)
{
    (void)arg;
    return trio_fail((trio_status)-1001, "no coffee");
}

static TRIO_CHECKPOINT trio_status end_bare(void *arg)
{
    (void)arg;
    return TRIO_EIO;
}

static TRIO_CHECKPOINT trio_status check_in_vain(void *arg)
{
    (void)arg;
    trio_sim_fail("a check of a test", false);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status release_what_nobody_has(void *arg)
{
    struct trio_lock lock = TRIO_LOCK_INIT;

    (void)arg;
    trio_lock_release(&lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status wait_for_nobody(void *arg)
{
    struct trio_event event = TRIO_EVENT_INIT;

    (void)arg;
    return trio_event_wait(&event);
}

static TRIO_CHECKPOINT trio_status allocate_and_forget(void *arg)
{
    static void *block;
    const struct trio_memory *memory = trio_run_memory();

    (void)arg;
    block = memory->allocate(memory->context, 100);
    return block == NULL ? TRIO_ENOMEM : TRIO_OK;
}

// S72
TEST_PLAIN(sim_run, each_failure_says_what_it_is)
{
    static const struct {
        trio_task_fn fn;
        const char *text;
    } cases[] = {
        {end_with_a_record, "it ended with application status: no "
                            "coffee"},
        {end_bare, "it ended with TRIO_EIO"},
        {check_in_vain, "a check of a test"},
        {release_what_nobody_has,
         "released a lock that the task does not hold"},
        {wait_for_nobody, "deadlock: [main: see]"},
        {allocate_and_forget, "memory of the run was not given back"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trio_campaign_result result = run_once(cases[i].fn);
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_STRING(result.text, cases[i].text);
        CHECK_EQ(result.found_after, 1);
        CHECK(result.token[0] != '\0');
    }
}

static TRIO_CHECKPOINT trio_status do_all_wrong(void *arg)
{
    static int thing;

    trio_sim_owe(&thing, "thing");
    TRIO_SIM_SOMETIMES(false, "never");
    trio_status rc = allocate_and_forget(arg);
    if (rc == TRIO_OK)
        rc = wait_for_nobody(arg);
    TRIO_SIM_ALWAYS(false, "after the deadlock");
    trio_sim_settle(NULL);
    return rc;
}

// S72
TEST_PLAIN(sim_run, the_first_failure_is_the_one_that_counts)
{
    struct trio_campaign_result result = run_once(do_all_wrong);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "deadlock: [main: see]");
}

static bool came_back;

static TRIO_CHECKPOINT trio_status fail_and_go_on(void *arg)
{
    (void)arg;
    TRIO_SIM_ALWAYS(false, "here it ends");
    came_back = true;
    return TRIO_OK;
}

// S72
TEST_PLAIN(sim_run, nothing_runs_after_a_failure)
{
    came_back = false;
    CHECK_STRING(run_once(fail_and_go_on).text, "here it ends");
    CHECK(!came_back);
}

// The text of a failure is not what makes two the same.
static TRIO_CHECKPOINT trio_status deadlock_in_one_of_two_ways(void *arg)
{
    static const struct trio_wait waits[] = {
        {"see the one", TRIO_ACCESS_READ, NULL},
        {"see the other", TRIO_ACCESS_READ, NULL}};

    (void)arg;
    return trio_park(&waits[trio_random_below(2)], NULL, NULL, NULL);
}

// S71: what is shrunk stays of its class, here: what is waited for.
TEST_PLAIN(sim_run, deadlocks_are_told_apart_by_what_is_waited_for)
{
    const struct trio_scenario scenario = {.name = "two ways",
                                           .fn = deadlock_in_one_of_two_ways};
    bool one = false, other = false;

    open();
    for (uint64_t seed = 1; seed < 20; seed++) {
        const struct trio_campaign_options options = {.strategy = "random",
                                                      .seed = seed};
        struct trio_campaign_result result = run(&scenario, &options);
        struct trio_campaign_result again;

        CHECK_OK(
            trio_campaign_replay(campaign, &scenario, result.token, &again));
        CHECK_STRING(again.text, result.text);
        one |= strstr(result.text, "see the one") != NULL;
        other |= strstr(result.text, "see the other") != NULL;
    }
    CHECK(one && other);
    close();
}

// ---- After an injection ----

static TRIO_CHECKPOINT trio_status check_what_it_gets(void *arg)
{
    (void)arg;
    CHECK_OK(trio_sleep(TRIO_SECOND));
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status hold_what_it_gets(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep(TRIO_SECOND);
    TRIO_SIM_ALWAYS(rc == TRIO_OK, "nobody is cancelled");
    return rc;
}

static TRIO_CHECKPOINT trio_status keep_when_cancelled(void *arg)
{
    static int thing;

    (void)arg;
    trio_sim_owe(&thing, "thing");
    trio_status rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        trio_sim_settle(&thing);
    return rc;
}

static TRIO_CHECKPOINT trio_status hang_when_cancelled(void *arg)
{
    struct trio_cancel_scope shield;

    (void)arg;
    trio_status rc = trio_sleep(TRIO_SECOND);
    while (rc == TRIO_ECANCELED) {
        trio_shield_after(&shield, TRIO_FOREVER);
        rc = trio_checkpoint();
        rc = trio_cancel_scope_close(&shield, TRIO_ECANCELED);
    }
    return rc;
}

// S73, S74
TEST_PLAIN(sim_run, an_injection_excuses_statuses_and_nothing_else)
{
    static const struct {
        trio_task_fn fn;
        const char *text;
    } cases[] = {
        {check_what_it_gets, ""},
        {hold_what_it_gets, "nobody is cancelled"},
        {keep_when_cancelled, "not given back: thing"},
        {hang_when_cancelled, "a cancelled scope never ends"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct trio_scenario scenario = {
            .name = "injected", .fn = cases[i].fn, .steps_max = 1000};
        open();
        struct trio_campaign_result result = run(&scenario, &sweeps);
        CHECK_STRING(result.text, cases[i].text);
        CHECK_EQ(result.verdict,
                 cases[i].text[0] == '\0' ? TRIO_SIM_PASSED : TRIO_SIM_FAILED);
        close();
    }
}

// ---- Caps ----

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
        rc = trio_sleep(TRIO_HOUR);
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
    trio_status rc = sleep_forever(arg);
    trio_sim_job_withdraw(&job);
    return rc;
}

// S74
TEST_PLAIN(sim_run, that_is_too_long_is_capped)
{
    static const trio_task_fn fns[] = {yield_for_ever, sleep_for_ever,
                                       leave_it_to_jobs};

    for (size_t i = 0; i < COUNT(fns); i++) {
        const struct trio_scenario scenario = {
            .name = "long", .fn = fns[i], .steps_max = 500};
        struct trio_campaign_options options = {.strategy = "fifo", .runs = 3};
        open();
        struct trio_campaign_result result = run(&scenario, &options);
        CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
        CHECK_EQ(result.capped, 3);
        CHECK(result.steps <= 3 * 501);
        close();
    }
}

// S74
TEST_PLAIN(sim_run, time_has_a_cap_of_its_own)
{
    const struct trio_scenario scenario = {
        .name = "long", .fn = sleep_for_ever, .time_max = 10 * TRIO_HOUR};

    open();
    struct trio_campaign_result result = run(&scenario, &one_run);
    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK(result.steps <= 12);
    close();
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
TEST_PLAIN(sim_run, time_may_pass_early_but_not_with_a_still_clock)
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
TEST_PLAIN(sim_run, time_passes_up_to_the_next_deadline_and_no_further)
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
TEST_PLAIN(sim_run, a_thousand_runs_that_are_given_up_leave_nothing)
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
    campaign = trio_campaign_new(&base);
    REQUIRE(campaign != NULL);
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
