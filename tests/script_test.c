// Scripts: every kind of word, and what happens to one that does not fit.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>
#include <trio/sim_job.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static struct log order; // Of the last run.

// ---- Programs ----

static TRIO_CHECKPOINT trio_status take_steps(void *arg)
{
    const char *letters = arg;

    for (; *letters != '\0'; letters++) {
        log_add(&order, *letters);
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK) {
            log_add(&order, '!');
            return rc;
        }
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status start(struct trio_nursery *nursery,
                                         const char *name, trio_task_fn fn,
                                         void *arg)
{
    struct trio_task_options options = {.name = name};

    return trio_nursery_start_soon_with(nursery, &options, fn, arg);
}

// Two readers and a writer, of two steps and the end each.
static TRIO_CHECKPOINT trio_status read_and_write(void *arg)
{
    static char ab[] = "ab", cd[] = "cd", wx[] = "wx";
    struct trio_nursery nursery;

    (void)arg;
    order = (struct log){0};
    trio_nursery_open(&nursery);
    trio_status rc = start(&nursery, "reader", take_steps, ab);
    if (rc == TRIO_OK)
        rc = start(&nursery, "reader", take_steps, cd);
    if (rc == TRIO_OK)
        rc = start(&nursery, "writer", take_steps, wx);
    return trio_nursery_close(&nursery, rc);
}

static const struct trio_scenario readers = {
    .name = "readers", .fn = read_and_write, .order = TRIO_SIM_ANY};
static const struct trio_scenario readers_in_passes = {.name = "readers",
                                                       .fn = read_and_write};

// Sleeps for a second of three, between two letters.
static TRIO_CHECKPOINT trio_status sleep_for_long(void *arg)
{
    struct trio_cancel_scope scope;

    (void)arg;
    log_add(&order, 's');
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_sleep(3 * TRIO_SECOND);
    rc = trio_cancel_scope_close(&scope, rc);
    log_add(&order, trio_cancel_scope_caught(&scope) ? 'e' : 'E');
    return rc;
}

static TRIO_CHECKPOINT trio_status sleep_beside_work(void *arg)
{
    static char letters[] = "abc";
    struct trio_nursery nursery;

    (void)arg;
    order = (struct log){0};
    trio_nursery_open(&nursery);
    trio_status rc = start(&nursery, "sleeper", sleep_for_long, NULL);
    if (rc == TRIO_OK)
        rc = start(&nursery, "worker", take_steps, letters);
    return trio_nursery_close(&nursery, rc);
}

static const struct trio_scenario sleeping = {
    .name = "sleeping", .fn = sleep_beside_work, .order = TRIO_SIM_ANY};

static void finish(struct trio_sim_job *job)
{
    (void)job;
    log_add(&order, 'j');
}

static TRIO_CHECKPOINT trio_status wait_for_job(void *arg)
{
    static char letters[] = "abc";
    struct trio_sim_job job;

    (void)arg;
    order = (struct log){0};
    trio_sim_job_start(&job, finish);
    trio_status rc = take_steps(letters);
    if (trio_sim_job_withdraw(&job))
        log_add(&order, 'w');
    return rc;
}

static const struct trio_scenario working = {
    .name = "working", .fn = wait_for_job, .order = TRIO_SIM_ANY};

// ---- Running one ----

static struct trio_campaign_result follow(const struct trio_scenario *scenario,
                                          const char *script)
{
    struct trio_campaign_options options = {
        .strategy = "script", .script = script, .no_shrink = true};

    return campaign_run_once(scenario, &options);
}

#define CHECK_SCRIPT(scenario, script, expected)                               \
    do {                                                                       \
        struct trio_campaign_result result = follow(scenario, script);         \
        CHECK_STRING(result.text, "");                                         \
        CHECK_LOG(order, expected);                                            \
    } while (0)

#define CHECK_MISFIT(scenario, script, why)                                    \
    do {                                                                       \
        struct trio_campaign_result result = follow(scenario, script);         \
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);                             \
        CHECK_STRING(result.text, "the script does not fit at " why);          \
    } while (0)

// ---- Clauses ----

// S83
TEST_PLAIN(script, a_name_has_that_task_take_the_next_step)
{
    CHECK_SCRIPT(&readers, "", "acwbdx");
    CHECK_SCRIPT(&readers, "main writer", "wacxbd");
    CHECK_SCRIPT(&readers, "main writer writer writer reader", "wxacbd");
    CHECK_SCRIPT(&readers_in_passes, "main writer reader", "wacxbd");
}

// S83
TEST_PLAIN(script, a_number_tells_tasks_of_one_name_apart)
{
    CHECK_SCRIPT(&readers, "main reader#2", "cawdbx");
    CHECK_SCRIPT(&readers, "main#1 reader#2 reader#1", "cawdbx");
    CHECK_SCRIPT(&readers, "main reader#2 reader#2 reader", "cdawbx");
}

// S83
TEST_PLAIN(script, a_star_repeats_a_word)
{
    CHECK_SCRIPT(&readers, "main writer*3 reader#2*2", "wxcdab");
    CHECK_SCRIPT(&readers, "main writer*1", "wacxbd");
}

// S83
TEST_PLAIN(script, blanks_are_between_words)
{
    CHECK_SCRIPT(&readers, "  main\n\twriter  writer ", "wxacbd");
}

// S83
TEST_PLAIN(script, clock_lets_time_pass)
{
    CHECK_SCRIPT(&sleeping, "", "sabce");
    CHECK_SCRIPT(&sleeping, "main sleeper clock worker sleeper", "saebc");
    CHECK_SCRIPT(&sleeping, "main sleeper clock:900ms clock:100ms worker "
                            "sleeper",
                 "saebc");
    CHECK_SCRIPT(&sleeping, "main sleeper clock*2 worker sleeper", "saebc");
}

// S83
TEST_PLAIN(script, job_has_the_first_job_done)
{
    CHECK_SCRIPT(&working, "", "abcw");
    CHECK_SCRIPT(&working, "main*2 job main", "abjc");
}

// S83
TEST_PLAIN(script, cancel_cancels_the_innermost_scope_of_a_task)
{
    CHECK_SCRIPT(&sleeping, "main sleeper cancel:sleeper worker sleeper",
                 "saebc");
}

// S83
TEST_PLAIN(script, that_does_not_fit_fails)
{
    CHECK_MISFIT(&readers, "reader",
                 "\"reader\": no such task can take the next step");
    CHECK_MISFIT(&readers, "main reader#3",
                 "\"reader#3\": no such task can take the next step");
    CHECK_MISFIT(&readers, "main writer*4 reader",
                 "\"writer*4\": no such task can take the next step");
    CHECK_MISFIT(&readers, "main*0",
                 "\"main*0\": no such task can take the next step");
    CHECK_MISFIT(&readers_in_passes, "main writer*2",
                 "\"writer*2\": no such task can take the next step");
    CHECK_MISFIT(&readers, "main cancel:nobody",
                 "\"cancel:nobody\": no such task is there");
    // The loop, which looks before a pass, is no task.
    CHECK_MISFIT(&sleeping, "main sleeper clock cancel:nobody",
                 "\"cancel:nobody\": no such task is there");
    CHECK_MISFIT(&readers, "main clock",
                 "\"clock\": nobody waits for time to pass");
    CHECK_MISFIT(&sleeping, "main sleeper clock*3",
                 "\"clock*3\": there are not so many deadlines ahead");
    CHECK_MISFIT(&sleeping, "main clock:",
                 "\"clock:\": no duration, as 5ms or 1500us");
    CHECK_MISFIT(&sleeping, "main clock:5h",
                 "\"clock:5h\": no duration, as 5ms or 1500us");
    CHECK_MISFIT(&sleeping, "main clock:2049ns",
                 "\"clock:2049ns\": no duration, as 5ms or 1500us");
    CHECK_MISFIT(&readers, "main job", "\"job\": no job is under way");
}

// S83
TEST_PLAIN(script, comes_from_the_witness_of_a_scenario_by_default)
{
    struct trio_scenario scenario = readers;

    scenario.witness = "main writer";
    CHECK_SCRIPT(&scenario, NULL, "wacxbd");
}
