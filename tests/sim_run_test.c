// A simulated run: what ends it, and what it comes to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>
#include <trio/sim_job.h>

#include <stdio.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/tasks.h"

static const struct trio_campaign_options one_run = {.strategy = "fifo"};
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

// Runs `fn` once, first in, first out, in a campaign of its own.
static struct trio_campaign_result run_once(trio_task_fn fn)
{
    const struct trio_scenario scenario = {.name = "once", .fn = fn};

    open();
    struct trio_campaign_result result = run(&scenario, &one_run);
    close();
    return result;
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
        {end_with_a_record, "it ended with application status -1001: no "
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

// ---- Where a failure is found ----

static void fail_in_job(struct trio_sim_job *job)
{
    (void)job;
    TRIO_SIM_ALWAYS(false, "here");
}

static void fail_in_entry(struct trio_entry *entry)
{
    (void)entry;
    TRIO_SIM_ALWAYS(false, "here");
}

static void fail_at_exit(struct trio_task_exit *node)
{
    (void)node;
    TRIO_SIM_ALWAYS(false, "here");
}

static bool fail_in_abort(struct trio_task *task, void *arg)
{
    (void)task;
    (void)arg;
    TRIO_SIM_ALWAYS(false, "here");
    return true;
}

static trio_status fail_in_system_task(void *arg)
{
    (void)arg;
    TRIO_SIM_ALWAYS(false, "here");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status leave_it_to_a_job(void *arg)
{
    static struct trio_sim_job job;

    trio_sim_job_start(&job, fail_in_job);
    return sleep_forever(arg);
}

static TRIO_CHECKPOINT trio_status leave_it_to_an_entry(void *arg)
{
    static struct trio_entry entry = TRIO_ENTRY_INIT(fail_in_entry);
    struct trio_poster *poster;

    trio_status rc = trio_poster_open(&poster);
    if (rc == TRIO_OK)
        rc = trio_poster_post(poster, &entry);
    if (rc == TRIO_OK)
        rc = sleep_forever(arg);
    trio_poster_close(poster);
    return rc;
}

static TRIO_CHECKPOINT trio_status leave_it_to_the_end(void *arg)
{
    static struct trio_task_exit node;

    (void)arg;
    trio_task_on_exit(&node, fail_at_exit);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status leave_it_to_an_abort(void *arg)
{
    struct trio_cancel_scope scope;

    (void)arg;
    trio_fail_after(&scope, TRIO_SECOND);
    trio_status rc = trio_park(&test_wait, NULL, fail_in_abort, NULL);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status leave_it_to_a_system_task(void *arg)
{
    trio_status rc = trio_system_task_start(NULL, fail_in_system_task, NULL);

    return rc == TRIO_OK ? sleep_forever(arg) : rc;
}

// S72
TEST_PLAIN(sim_run, a_failure_counts_wherever_it_is_found)
{
    static const trio_task_fn fns[] = {
        leave_it_to_a_job, leave_it_to_an_entry, leave_it_to_the_end,
        leave_it_to_an_abort, leave_it_to_a_system_task};

    open();
    for (size_t i = 0; i < COUNT(fns); i++) {
        const struct trio_scenario scenario = {.name = "where", .fn = fns[i]};
        struct trio_campaign_result result, again;

        for (int k = 0; k < 3; k++) {
            result = run(&scenario, k == 2 ? &sweeps : &one_run);
            CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
            CHECK_STRING(result.text, "here");
            CHECK_OK(trio_campaign_replay(campaign, &scenario, result.token,
                                          &again));
            CHECK_STRING(again.text, "here");
        }
    }
    close();
}

static TRIO_CHECKPOINT trio_status run_inside(void *arg)
{
    return trio_run(sleep_forever, arg);
}

static void park_in_job(struct trio_sim_job *job)
{
    (void)job;
    trio_ignore(trio_test(NULL, NULL));
}

static TRIO_CHECKPOINT trio_status run_inside_a_job(void *arg)
{
    static struct trio_sim_job job;

    trio_sim_job_start(&job, park_in_job);
    return sleep_forever(arg);
}

// S72
TEST_PLAIN(sim_run, misuse_counts_wherever_it_is_found)
{
    CHECK_STRING(run_once(run_inside).text, "a run inside a run");
    CHECK_STRING(run_once(run_inside_a_job).text, "a run inside a run");
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
