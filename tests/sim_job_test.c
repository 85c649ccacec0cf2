// Jobs: what trio/sim_job.h promises, seen from tasks that wait for them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_job.h>

#include <stdlib.h>

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static const struct trio_wait job_wait = {"see a job done", TRIO_ACCESS_ACQUIRE,
                                          NULL};

// A job that writes a letter and wakes whoever waits for it.
struct errand {
    struct trio_sim_job job; // First.
    struct log *log;
    char letter;
    struct trio_task *waiter; // NULL: nobody waits.
    bool done;
    struct errand *next; // To start when this one is done, or NULL.
};

static void run_errand(struct trio_sim_job *job)
{
    struct errand *errand = (struct errand *)job;

    errand->done = true;
    log_add(errand->log, errand->letter);
    if (errand->waiter != NULL)
        trio_wake(errand->waiter, TRIO_OK);
    errand->waiter = NULL;
    if (errand->next != NULL)
        trio_sim_job_start(&errand->next->job, run_errand);
}

static bool withdraw(struct trio_task *task, void *arg)
{
    struct errand *errand = arg;

    (void)task;
    errand->waiter = NULL;
    return trio_sim_job_withdraw(&errand->job);
}

static TRIO_CHECKPOINT trio_status await(struct errand *errand)
{
    if (errand->done) // It was early.
        return trio_checkpoint();
    errand->waiter = trio_task_current();
    return trio_park(&job_wait, errand, withdraw, errand);
}

// ---- One at a time, in the order of production ----

// S82
TEST_ONCE(job, is_done_when_everybody_waits)
{
    struct log log = {0};
    struct errand errand = {.log = &log, .letter = 'a'};

    trio_sim_job_start(&errand.job, run_errand);
    for (int i = 0; i < 100; i++)
        CHECK_OK(trio_checkpoint());
    CHECK_LOG(log, "");
    CHECK_OK(await(&errand));
    CHECK_LOG(log, "a");
}

// S82
TEST_ONCE(job, jobs_are_done_in_the_order_of_starting)
{
    struct log log = {0};
    struct errand errands[3];

    for (size_t i = 0; i < COUNT(errands); i++) {
        errands[i] = (struct errand){.log = &log, .letter = (char)('a' + i)};
        trio_sim_job_start(&errands[i].job, run_errand);
    }
    CHECK_OK(await(&errands[2]));
    CHECK_LOG(log, "abc");
}

// S82
TEST_ONCE(job, jobs_are_done_before_time_passes)
{
    struct log log = {0};
    struct errand errands[3];

    // Nobody is woken by any of them.
    for (size_t i = 0; i < COUNT(errands); i++) {
        errands[i] = (struct errand){.log = &log, .letter = (char)('a' + i)};
        trio_sim_job_start(&errands[i].job, run_errand);
    }
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_LOG(log, "abc");
}

static TRIO_CHECKPOINT trio_status settle_twice(void *arg)
{
    struct log *log = arg;
    trio_status rc = trio_wait_all_tasks_blocked(0);

    log_add(log, 's');
    return rc;
}

// S82
TEST_ONCE(job, jobs_are_done_before_all_tasks_count_as_blocked)
{
    struct log log = {0};
    struct errand last = {.log = &log, .letter = 'b'};
    struct errand first = {.log = &log, .letter = 'a', .next = &last};

    trio_sim_job_start(&first.job, run_errand);
    CHECK_OK(settle_twice(&log));
    CHECK_LOG(log, "abs");
}

// S82
TEST_ONCE(job, one_may_start_another)
{
    struct log log = {0};
    struct errand last = {.log = &log, .letter = 'b'};
    struct errand first = {.log = &log, .letter = 'a', .next = &last};

    trio_sim_job_start(&first.job, run_errand);
    CHECK_OK(await(&last));
    CHECK_LOG(log, "ab");
}

// S82
TEST_ONCE(job, one_may_start_itself_again)
{
    struct log log = {0};
    struct errand errand = {.log = &log, .letter = 'a'};

    for (int i = 0; i < 3; i++) {
        errand.done = false;
        trio_sim_job_start(&errand.job, run_errand);
        CHECK_OK(await(&errand));
    }
    CHECK_LOG(log, "aaa");
}

// S82
TEST_ONCE(job, that_is_withdrawn_is_not_done)
{
    struct log log = {0};
    struct errand errands[3];

    for (size_t i = 0; i < COUNT(errands); i++) {
        errands[i] = (struct errand){.log = &log, .letter = (char)('a' + i)};
        trio_sim_job_start(&errands[i].job, run_errand);
    }
    CHECK(trio_sim_job_withdraw(&errands[1].job));
    CHECK(!trio_sim_job_withdraw(&errands[1].job));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_LOG(log, "ac");
    CHECK(!trio_sim_job_withdraw(&errands[0].job)); // It was done.
}

static TRIO_CHECKPOINT trio_status await_it(void *arg)
{
    return await(arg);
}

// S82
TEST(job, while_one_is_under_way_nobody_is_deadlocked)
{
    struct log log = {0};
    struct errand errands[2] = {{.log = &log, .letter = 'a'},
                                {.log = &log, .letter = 'b'}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(errands) && rc == TRIO_OK; i++) {
        trio_sim_job_start(&errands[i].job, run_errand);
        rc = trio_nursery_start_soon(&nursery, await_it, &errands[i]);
    }
    rc = trio_nursery_close(&nursery, rc);
    // Who could not start leaves its job.
    for (size_t i = 0; i < COUNT(errands); i++)
        trio_sim_job_withdraw(&errands[i].job);
    CHECK_OK(rc);
}

// ---- Under many schedules ----

static struct {
    int runs;
    int early;   // Done while somebody could run.
    int overdue; // Done after time had passed.
} seen;

struct watch {
    struct trio_sim_job job; // First.
    trio_time begin;
    bool asleep;
    bool done;
};

static void note_moment(struct trio_sim_job *job)
{
    struct watch *watch = (struct watch *)job;

    watch->done = true;
    seen.early += !watch->asleep;
    seen.overdue += trio_now() > watch->begin;
}

static TRIO_CHECKPOINT trio_status busy_then_asleep(void *arg)
{
    struct watch watch = {.begin = trio_now()};
    trio_status rc = TRIO_OK;

    (void)arg;
    seen.runs++;
    trio_sim_job_start(&watch.job, note_moment);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    watch.asleep = true;
    for (int i = 0; i < 2 && rc == TRIO_OK; i++)
        rc = trio_sleep(TRIO_SECOND);
    bool withdrawn = trio_sim_job_withdraw(&watch.job);
    TRIO_SIM_ALWAYS(withdrawn == !watch.done, "either done or withdrawn");
    return rc;
}

static void explore(struct trio_scenario scenario,
                    struct trio_campaign_options options,
                    struct trio_campaign_result *ret_result)
{
    memset(&seen, 0, sizeof(seen));
    *ret_result = campaign_run_once(&scenario, &options);
}

// S82
TEST_PLAIN(job, in_some_runs_one_is_early_or_comes_after_time_has_passed)
{
    const struct trio_scenario scenario = {.name = "busy",
                                           .fn = busy_then_asleep};
    struct trio_campaign_result result;

    explore(scenario, (struct trio_campaign_options){.runs = 500}, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(seen.early > 10);
    CHECK(seen.early < seen.runs);
    CHECK(seen.overdue > 10);
    CHECK(seen.overdue < seen.runs);
}

// S82
TEST_PLAIN(job, may_be_early_where_time_may_not)
{
    const struct trio_scenario scenario = {
        .name = "busy", .fn = busy_then_asleep, .still_clock = true};
    struct trio_campaign_result result;

    explore(scenario, (struct trio_campaign_options){.runs = 500}, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(seen.early > 10);
    CHECK_EQ(seen.overdue, 0);
}

// ---- Failures ----

static struct errand nobodys;
static struct log nobodys_log;

static TRIO_CHECKPOINT trio_status start_twice(void *arg)
{
    (void)arg;
    nobodys = (struct errand){.log = &nobodys_log};
    trio_sim_job_start(&nobodys.job, run_errand);
    trio_sim_job_start(&nobodys.job, run_errand);
    return trio_checkpoint();
}

// S82
TEST_PLAIN(job, that_is_under_way_cannot_be_started)
{
    const struct trio_scenario scenario = {.name = "twice", .fn = start_twice};
    struct trio_campaign_result result;

    explore(scenario, (struct trio_campaign_options){.strategy = "fifo"},
            &result);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "started a job that is under way");
}

static TRIO_CHECKPOINT trio_status wait_for_what_was_withdrawn(void *arg)
{
    (void)arg;
    nobodys = (struct errand){.log = &nobodys_log, .letter = 'a'};
    nobodys_log = (struct log){0};
    trio_sim_job_start(&nobodys.job, run_errand);
    trio_sim_job_withdraw(&nobodys.job);
    return await(&nobodys);
}

// S82
TEST_PLAIN(job, that_was_withdrawn_does_not_keep_from_deadlock)
{
    const struct trio_scenario scenario = {.name = "withdrawn",
                                           .fn = wait_for_what_was_withdrawn};
    struct trio_campaign_result result;

    explore(scenario, (struct trio_campaign_options){.strategy = "fifo"},
            &result);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "deadlock: [main: see a job done]");
}

static TRIO_CHECKPOINT trio_status leave_it_behind(void *arg)
{
    (void)arg;
    nobodys = (struct errand){.log = &nobodys_log, .letter = 'a'};
    nobodys_log = (struct log){0};
    trio_sim_job_start(&nobodys.job, run_errand);
    return TRIO_OK;
}

// S82
TEST_PLAIN(job, of_a_run_is_not_done_in_the_next)
{
    const struct trio_scenario scenario = {.name = "behind",
                                           .fn = leave_it_behind};
    struct trio_campaign_result result;

    explore(scenario, (struct trio_campaign_options){.runs = 20}, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_LOG(nobodys_log, "");
}

// ---- Names in tokens ----

static struct {
    struct log log;
    struct errand errands[2];
} two;

static TRIO_CHECKPOINT trio_status start_late(void *arg)
{
    struct errand *errand = arg;
    trio_status rc = trio_checkpoint();

    if (rc == TRIO_OK)
        trio_sim_job_start(&errand->job, run_errand);
    for (int i = 0; i < 12 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

// Fails if the second task's job alone is done before anybody waits.
static TRIO_CHECKPOINT trio_status start_two(void *arg)
{
    struct trio_nursery nursery;

    (void)arg;
    memset(&two, 0, sizeof(two));
    trio_nursery_open(&nursery);
    trio_status rc = TRIO_OK;
    for (size_t i = 0; i < COUNT(two.errands) && rc == TRIO_OK; i++) {
        two.errands[i].log = &two.log;
        two.errands[i].letter = (char)('a' + i);
        rc = trio_nursery_start_soon(&nursery, start_late, &two.errands[i]);
    }
    rc = trio_nursery_close(&nursery, rc);
    for (size_t i = 0; i < COUNT(two.errands); i++)
        trio_sim_job_withdraw(&two.errands[i].job);
    TRIO_SIM_ALWAYS(strcmp(two.log.text, "b") != 0, "not the second alone");
    return rc;
}

// S82
TEST_PLAIN(job, keeps_its_name_whoever_starts_one_first)
{
    const struct trio_scenario scenario = {.name = "two", .fn = start_two};
    struct trio_campaign_options options = {
        .runs = 20000, .no_cancel_sweep = true, .no_failure_sweep = true};
    struct trio_campaign_result result;

    explore(scenario, options, &result);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    // A token says which job is early. It need not say in which order they
    // were started, though that is how it was found.
    CHECK(result.deviations_found > 1);
    CHECK_EQ(result.deviations, 1);
}

static int compare_paths(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

// S82: a token means one of them. Of so many, hashes alone make some the same.
TEST_ONCE(job, no_two_under_way_have_the_same_name)
{
    static struct errand errands[900];
    static uint64_t paths[COUNT(errands)];
    struct log log = {0};
    size_t same = 0;

    for (size_t i = 0; i < COUNT(errands); i++) {
        errands[i] = (struct errand){.log = &log};
        trio_sim_job_start(&errands[i].job, run_errand);
        paths[i] = errands[i].job.path;
    }
    for (size_t i = 0; i < COUNT(errands); i++)
        trio_sim_job_withdraw(&errands[i].job);
    qsort(paths, COUNT(paths), sizeof(paths[0]), compare_paths);
    for (size_t i = 1; i < COUNT(paths); i++)
        same += paths[i] == paths[i - 1];
    CHECK_EQ(same, 0);
}

// ---- Idle runs ----

static struct {
    struct trio_sim_job job; // First.
    struct trio_task *task;
    int before; // Whether the run was idle as the job was done, 0 or 1,
    int after;  // and when it had woken the task.
} looker;

static void look_whether_idle(struct trio_sim_job *job)
{
    (void)job;
    looker.before = trio_run_is_idle();
    trio_wake(looker.task, TRIO_OK);
    looker.after = trio_run_is_idle();
}

static TRIO_CHECKPOINT trio_status wait_for_looker(void *arg)
{
    static const struct trio_wait wait = {"be woken", TRIO_ACCESS_READ, NULL};

    (void)arg;
    looker.task = trio_task_current();
    trio_sim_job_start(&looker.job, look_whether_idle);
    return trio_park(&wait, NULL, NULL, NULL);
}

// S82: that is when a job is done by itself.
TEST_PLAIN(job, is_done_in_an_idle_run)
{
    const struct trio_scenario scenario = {.name = "idle",
                                           .fn = wait_for_looker};
    struct trio_campaign_result result;

    explore(scenario, (struct trio_campaign_options){.strategy = "fifo"},
            &result);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(looker.before, 1);
    CHECK_EQ(looker.after, 0);
}
