// Random programs under random schedules: each run happens again, step for step
// and value for value, when it is looked at closely and when its token is
// replayed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>
#include <trio/sim_job.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/campaigns.h"
#include "tests/check.h"

// ---- What happens in a run, as a number ----

enum { RUNS_KEPT = 4096, DEPTH_MAX = 3 };

static struct {
    uint64_t number;    // Of the program.
    size_t fail_from;   // Which run fails, counted from 1, and all later ones.
    bool when_injected; // Only such a run does.
    size_t runs;
    uint64_t traces[RUNS_KEPT]; // Of each run.
    size_t events[RUNS_KEPT];
} program;

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

// A task's own view: what it is, and what it draws.
struct agent {
    uint64_t path;
    uint64_t state;
    int depth;
    struct shared *shared;
};

static void tell(const struct agent *agent, int what, int64_t value)
{
    uint64_t *trace = &program.traces[program.runs - 1];

    *trace =
        mix(mix(mix(*trace, agent->path), (uint64_t)what), (uint64_t)value);
    program.events[program.runs - 1]++;
}

static size_t draw(struct agent *agent, size_t bound)
{
    agent->state = mix(agent->state, 0x51) + 1;
    return (size_t)(agent->state >> 33) % bound;
}

// ---- What the tasks of a program share ----

struct errand {
    struct trio_sim_job job; // First.
    struct trio_task *waiter;
    bool done;
};

struct shared {
    struct trio_semaphore permits;
    struct trio_lock lock;
    struct trio_event event;
    struct trio_parking_lot lot;
    struct trio_cancel_scope *open[8]; // For others to cancel.
    trio_time begin;
    int numbers[3];
};

static const struct trio_wait lot_wait = {"wait in a lot", TRIO_ACCESS_ACQUIRE,
                                          NULL};

static void do_errand(struct trio_sim_job *job)
{
    struct errand *errand = (struct errand *)job;

    errand->done = true;
    if (errand->waiter != NULL)
        trio_wake(errand->waiter, TRIO_OK);
    errand->waiter = NULL;
}

static bool stop_errand(struct trio_task *task, void *arg)
{
    struct errand *errand = arg;

    (void)task;
    errand->waiter = NULL;
    return true;
}

static TRIO_CHECKPOINT trio_status run_errand(struct agent *agent)
{
    struct errand errand = {.waiter = NULL};
    trio_status rc = TRIO_OK;

    trio_sim_job_start(&errand.job, do_errand);
    if (draw(agent, 2) == 0)
        rc = trio_checkpoint();
    if (rc == TRIO_OK && !errand.done) {
        errand.waiter = trio_task_current();
        rc = trio_park(&lot_wait, &errand, stop_errand, &errand);
    }
    tell(agent, 'j', errand.done + 2 * trio_sim_job_withdraw(&errand.job));
    return rc;
}

static TRIO_CHECKPOINT trio_status act_often(struct agent *agent, size_t count);

static TRIO_CHECKPOINT trio_status be_agent(void *arg)
{
    struct agent *agent = arg;

    if (draw(agent, 3) == 0)
        trio_started(NULL);
    tell(agent, 'b', trio_now() - agent->shared->begin);
    trio_status rc = act_often(agent, 1 + draw(agent, 4));
    if (rc == TRIO_OK && draw(agent, 2) == 0)
        trio_started(NULL);
    tell(agent, 'e', rc);
    return rc;
}

static TRIO_CHECKPOINT trio_status start_some(struct agent *agent)
{
    struct agent children[3];
    struct trio_nursery nursery;
    size_t count = 1 + draw(agent, COUNT(children));
    size_t seat = draw(agent, COUNT(agent->shared->open));
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    agent->shared->open[seat] = trio_nursery_cancel_scope(&nursery);
    for (size_t i = 0; i < count && rc == TRIO_OK; i++) {
        uint64_t path = mix(agent->path, i + 7);
        children[i] = (struct agent){.path = path,
                                     .state = mix(path, program.number),
                                     .depth = agent->depth + 1,
                                     .shared = agent->shared};
        rc = trio_nursery_start_soon(&nursery, be_agent, &children[i]);
    }
    if (rc == TRIO_OK && draw(agent, 2) == 0)
        rc = act_often(agent, 1);
    rc = trio_nursery_close(&nursery, rc);
    for (size_t i = 0; i < COUNT(agent->shared->open); i++)
        if (agent->shared->open[i] == trio_nursery_cancel_scope(&nursery))
            agent->shared->open[i] = NULL;
    return rc;
}

static TRIO_CHECKPOINT trio_status act_in_scope(struct agent *agent)
{
    struct trio_cancel_scope scope;

    if (draw(agent, 4) == 0)
        trio_shield_after(&scope, TRIO_FOREVER);
    else
        trio_move_on_after(&scope, (trio_duration)draw(agent, 3) * TRIO_SECOND);
    trio_status rc = act_often(agent, 2);
    rc = trio_cancel_scope_close(&scope, rc);
    tell(agent, 'm', trio_cancel_scope_caught(&scope));
    return rc;
}

static TRIO_CHECKPOINT trio_status use_lock(struct agent *agent)
{
    trio_status rc = trio_lock_acquire(&agent->shared->lock);

    if (rc != TRIO_OK)
        return rc;
    rc = draw(agent, 2) == 0 ? trio_checkpoint() : trio_sleep(TRIO_MS);
    trio_lock_release(&agent->shared->lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status use_permit(struct agent *agent)
{
    trio_status rc = trio_semaphore_acquire(&agent->shared->permits);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_checkpoint();
    trio_semaphore_release(&agent->shared->permits);
    return rc;
}

static trio_status use_memory(struct agent *agent)
{
    int *number = &agent->shared->numbers[draw(agent, 3)];

    TRIO_SIM_POINT(number, TRIO_ACCESS_READ);
    int found = *number;
    TRIO_SIM_POINT(number, TRIO_ACCESS_WRITE);
    *number = found + 1;
    tell(agent, 'n', found);
    return TRIO_OK;
}

static trio_status cancel_another(struct agent *agent)
{
    struct trio_cancel_scope *scope = agent->shared->open[draw(agent, 8)];

    tell(agent, 'c', scope != NULL);
    if (scope != NULL)
        trio_cancel_scope_cancel(scope, NULL);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status wait_in_lot(struct agent *agent)
{
    struct trio_cancel_scope scope;

    if (trio_parking_lot_unpark_one(&agent->shared->lot))
        return TRIO_OK;
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc =
        trio_parking_lot_park(&agent->shared->lot, &lot_wait, agent->shared);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status act(struct agent *agent)
{
    switch (draw(agent, 14)) {
    case 0:
    case 1:
        return agent->depth < DEPTH_MAX ? start_some(agent) : TRIO_OK;
    case 2:
        return act_in_scope(agent);
    case 3:
        return use_lock(agent);
    case 4:
        return use_permit(agent);
    case 5:
    case 6:
        return use_memory(agent);
    case 7:
        return run_errand(agent);
    case 8:
        return cancel_another(agent);
    case 9:
        return wait_in_lot(agent);
    case 10:
        tell(agent, 'r', (int64_t)trio_random_below(1000));
        return TRIO_OK;
    case 11:
        return trio_sleep((trio_duration)draw(agent, 3) * TRIO_SECOND / 2);
    case 12:
        return trio_wait_all_tasks_blocked(0);
    default:
        return trio_checkpoint();
    }
}

static TRIO_CHECKPOINT trio_status act_often(struct agent *agent, size_t count)
{
    trio_status rc = TRIO_OK;

    for (size_t i = 0; i < count && rc == TRIO_OK; i++) {
        rc = act(agent);
        tell(agent, 'a', rc);
        tell(agent, 't', trio_now() - agent->shared->begin);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status run_program(void *arg)
{
    struct shared shared = {.permits = TRIO_SEMAPHORE_INIT(1),
                            .lock = TRIO_LOCK_INIT,
                            .event = TRIO_EVENT_INIT,
                            .lot = TRIO_PARKING_LOT_INIT,
                            .begin = trio_now()};
    struct agent agent = {
        .path = 1, .state = program.number, .shared = &shared};

    (void)arg;
    REQUIRE(program.runs < RUNS_KEPT);
    program.traces[program.runs] = 0;
    program.events[program.runs] = 0;
    program.runs++;
    trio_status rc = act_often(&agent, 2 + draw(&agent, 4));
    if (rc == TRIO_OK)
        rc = start_some(&agent);
    tell(&agent, 'x', rc);
    bool fails = program.runs >= program.fail_from &&
                 (!program.when_injected || trio_sim_is_injected());
    TRIO_SIM_ALWAYS(!fails, "the end");
    return rc;
}

// ---- Running them ----

static struct trio_campaign *campaign;

static bool fails_as_said(uint64_t number, const char *where,
                          const struct trio_campaign_result *result)
{
    if (result->verdict == TRIO_SIM_FAILED &&
        strcmp(result->text, "the end") == 0)
        return true;
    fprintf(stderr, "    program %d, %s: %s\n", (int)number, where,
            result->text);
    return CHECK(false);
}

// Finds a failure, has its run again with details, and then from its token.
static void find_and_replay(uint64_t number, const struct trio_scenario *what,
                            const struct trio_campaign_options *options)
{
    struct trio_campaign_result result, again;

    program.runs = 0;
    CHECK_OK(trio_campaign_run(campaign, what, options, &result));
    if (result.verdict != TRIO_SIM_FAILED)
        return; // Nothing was injected.
    size_t runs = program.runs;
    if (!fails_as_said(number, "found", &result))
        return;
    CHECK_EQ(program.traces[runs - 1], program.traces[runs - 2]);
    if (!CHECK(result.token[0] != '\0'))
        return;
    bool same =
        CHECK_OK(trio_campaign_replay(campaign, what, result.token, &again));
    same = fails_as_said(number, "replayed", &again) && same;
    same = CHECK_EQ(program.events[runs], program.events[runs - 1]) && same;
    same = CHECK_EQ(program.traces[runs], program.traces[runs - 1]) && same;
    if (!same)
        fprintf(stderr, "    program %d, %s, run %d: %s %s\n", (int)number,
                result.found_by, (int)program.fail_from, result.token,
                again.text);
}

static void replay_programs(uint64_t first, uint64_t count,
                            enum trio_sim_order order, const char *strategy)
{
    const struct trio_scenario scenario = {
        .name = "random", .fn = run_program, .order = order};

    campaign = campaign_open(NULL);
    for (uint64_t number = first; number < first + count; number++) {
        const struct trio_campaign_options options = {.strategy = strategy,
                                                      .runs = 8,
                                                      .sweep_runs = 40,
                                                      .seed = number % 5,
                                                      .no_twins = true,
                                                      .no_shrink = true};
        program.number = number;
        program.fail_from =
            (size_t)(strategy == NULL ? number % 60 : 1 + number % 4);
        program.when_injected = strategy == NULL && number % 2 == 0;
        find_and_replay(number, &scenario, &options);
    }
    trio_campaign_free(campaign);
}

static uint64_t programs(void)
{
    const char *count = getenv("CHECK_PROGRAMS");

    return count == NULL ? 100 : (uint64_t)atoi(count);
}

// S65, S66
TEST_PLAIN(replay, every_run_happens_again)
{
    static const char *const strategies[] = {"fifo", "random", "pct", "pos",
                                             "delay"};

    for (size_t i = 0; i < COUNT(strategies); i++) {
        replay_programs(1, programs(), TRIO_SIM_PASS, strategies[i]);
        replay_programs(1, programs(), TRIO_SIM_ANY, strategies[i]);
        replay_programs(1, programs(), TRIO_SIM_SOFT, strategies[i]);
    }
}

// S65, S73
TEST_PLAIN(replay, every_run_with_something_injected_happens_again)
{
    replay_programs(1000, programs(), TRIO_SIM_PASS, NULL);
    replay_programs(2000, programs(), TRIO_SIM_ANY, NULL);
    replay_programs(3000, programs(), TRIO_SIM_SOFT, NULL);
}

static void run_twins(uint64_t number, enum trio_sim_order order)
{
    const struct trio_scenario scenario = {
        .name = "random", .fn = run_program, .order = order};
    const struct trio_campaign_options options = {.runs = 8,
                                                  .twins_only = true};
    struct trio_campaign_result result;

    program.number = number;
    program.fail_from = number % 2 == 0 ? SIZE_MAX : 0;
    program.runs = 0;
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    if (result.verdict == TRIO_SIM_FAILED)
        fprintf(stderr, "    program %d: %s\n", (int)number, result.text);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    for (size_t run = 0; run < program.runs; run += 2)
        CHECK_EQ(program.traces[run], program.traces[run + 1]);
}

// S65
TEST_PLAIN(replay, addresses_and_leftovers_make_no_difference)
{
    if (!CHECK_OWN_ADDRESSES)
        return;
    campaign = campaign_open(NULL);
    for (uint64_t number = 1; number <= programs(); number++)
        run_twins(number, (enum trio_sim_order)(number % 3));
    trio_campaign_free(campaign);
}
