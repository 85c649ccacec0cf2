// Campaigns on one scenario differ in their seeds, and only the first one in
// each order sweeps: sweeps are complete the first time. With time to spend,
// the first half goes to what can happen on today's loop, the second one to any
// order; by default, a fifth of the runs. Each order has its turn, also if a
// scenario is so slow that the first campaign would use up all the time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/runner/corpus_file.h"
#include "sim/runner/crash.h"
#include "sim/runner/twin_process.h"
#include "sim/search/corpus.h"

// Of a campaign, if nothing else is asked for: alone, in a test, one of many.
enum { RUNS = 10000, RUNS_IN_TEST = 1000, RUNS_OF_MANY = 50000 };
enum { WORK = 4000000, SWEEP_WORK = 1000000 };
enum { SHARE = 5 }; // A fifth of it is in any order.
static const trio_duration time_least = 100 * TRIO_MS; // Of all of them.

static const enum trio_sim_order any_order = TRIO_SIM_ANY;

struct attempt {
    const struct trial *trial;
    const struct trio_scenario *scenario;
    struct record *record;
    struct record so_far; // The same with the campaign under way.
    trio_time begun;
    trio_time end; // Of this order's turn; TRIO_FOREVER: it takes its time.
    uint64_t runs; // Of each campaign, 0: as the options say.
    uint64_t work; // The same.
    uint64_t sweep_work;
};

static trio_time now(const struct trial *trial)
{
    return trial->clock.now(trial->clock.context);
}

// Returns false if that ends the trial.
static bool replay(struct attempt *attempt, const struct corpus *corpus)
{
    const struct trial *trial = attempt->trial;
    struct record *record = attempt->record;
    struct trio_campaign_result result;
    char line[512];

    trio_runner_crash_expect_(record, corpus->token);
    trio_status rc = trio_campaign_replay(trial->campaign, attempt->scenario,
                                          corpus->token, &result);
    if (rc == TRIO_EINVAL)
        return true; // Of another scenario.
    record->replayed++;
    if (rc == TRIO_OK) {
        if (result.verdict == TRIO_SIM_FAILED)
            result.found_by = "corpus";
        trio_runner_record_add_(record, &result);
        return !trio_runner_record_failed_(record);
    }
    record->stale++;
    snprintf(line, sizeof(line), "%s: stale token %.40s, line %zu: %s",
             attempt->scenario->name, corpus->token, corpus->line, result.text);
    trial->listener->warn(trial->listener->context, line);
    return true;
}

// Returns false if that ends the trial.
static bool replay_corpus(struct attempt *attempt)
{
    const char *path = attempt->trial->options->corpus;
    size_t length = 0;
    bool goes_on = true;

    if (path == NULL || attempt->trial->part != 0)
        return true;
    char *text =
        trio_runner_corpus_read_(path, attempt->scenario->name, &length);
    struct corpus corpus = {.at = text, .left = text != NULL ? length : 0};

    while (goes_on && trio_sim_corpus_next_(&corpus))
        goes_on = replay(attempt, &corpus);
    free(text);
    return goes_on;
}

static bool on_progress(void *context,
                        const struct trio_campaign_result *so_far)
{
    struct attempt *attempt = context;
    const struct trial *trial = attempt->trial;

    attempt->so_far = *attempt->record;
    trio_runner_record_add_(&attempt->so_far, so_far);
    trial->listener->progress(trial->listener->context, &attempt->so_far);
    return attempt->end == TRIO_FOREVER || now(trial) < attempt->end;
}

// Of one sweep, `only`: there are some that nothing but those is wanted of.
static bool is_off(enum sweep sweep, bool only)
{
    return sweep == SWEEP_OFF || (only && sweep != SWEEP_ONLY);
}

// What a campaign gets of the runner's options.
static struct trio_campaign_options
campaign_options(const struct options *options,
                 const struct trio_scenario *scenario)
{
    bool only = trio_runner_options_sweep_only_(options);

    return (struct trio_campaign_options){
        .strategy = options->strategy,
        .script = options->script != NULL ? options->script : scenario->witness,
        .runs = options->runs,
        .seed = options->seed,
        .order = options->order,
        .no_cancel_sweep = is_off(options->cancel_sweep, only),
        .no_time_sweep = is_off(options->time_sweep, only),
        .no_failure_sweep = is_off(options->failure_sweep, only),
        .no_malloc_failures = options->no_malloc_failures,
        .all_faults = options->faults == FAULTS_ON,
        .no_faults = options->faults == FAULTS_OFF,
        .no_shrink = options->no_shrink,
        .no_sometimes = true, // All of them together are judged.
        .sweeps_only = only,
        .twins_only = options->twins_only,
    };
}

// Returns how many schedules a campaign tries; 0: as many as it does by itself,
// which is what comes out the same every time only once.
static uint64_t runs_of(const struct attempt *attempt)
{
    const struct trial *trial = attempt->trial;
    const struct options *options = trial->options;
    const char *strategy = options->strategy;
    uint64_t runs = RUNS;

    if (attempt->end != TRIO_FOREVER)
        runs = RUNS_OF_MANY;
    else if (options->target != NULL)
        runs = RUNS_IN_TEST;
    if (attempt->runs > 0)
        runs = attempt->runs;
    else if (options->runs > 0)
        runs = options->runs;
    else if (strategy != NULL &&
             (strcmp(strategy, "fifo") == 0 || strcmp(strategy, "script") == 0))
        return 0;
    return (runs + trial->parts - 1) / trial->parts;
}

// How much there was, and whether all of it was seen.
static void forget_extent(struct trio_campaign_result *result)
{
    result->schedules = 0;
    result->cancel_cut = result->time_cut = result->failure_cut = false;
}

// Searches with one seed. Returns false if that ends the trial.
static bool search(struct attempt *attempt, const enum trio_sim_order *order,
                   uint64_t round, uint64_t runs)
{
    const struct trial *trial = attempt->trial;
    struct record *record = attempt->record;
    struct trio_campaign_options options =
        campaign_options(trial->options, attempt->scenario);
    struct trio_campaign_result result;

    options.seed += round * trial->parts + trial->part;
    if (order != NULL)
        options.order = order;
    options.runs = runs;
    options.work = attempt->work;
    options.sweep_work = attempt->sweep_work;
    if (round > 0 || trial->part > 0) {
        options.no_cancel_sweep = true;
        options.no_time_sweep = true;
        options.no_failure_sweep = true;
    }
    record->seed = options.seed;
    record->order = options.order;
    record->extra = order != NULL;
    record->round = round;
    record->runs = runs;
    record->work = options.work;
    record->sweep_work = options.sweep_work;
    attempt->so_far = *record;
    trio_runner_crash_expect_(&attempt->so_far, NULL);
    options.progress = on_progress;
    options.progress_context = attempt;
    result.runs = 0;
    trio_runner_crash_count_(&result.runs, record->result.runs);
    trio_status rc = trio_campaign_run(trial->campaign, attempt->scenario,
                                       &options, &result);
    trio_runner_crash_count_(NULL, 0);
    TRIO_ASSERT(rc == TRIO_OK); // The options were checked.
    if (order != NULL)          // Those of its own order count.
        forget_extent(&result);
    trio_runner_record_add_(record, &result);
    return !trio_runner_record_failed_(record);
}

// Searches until the turn of an order is over. Returns false if the trial is.
static bool search_until(struct attempt *attempt, trio_time end,
                         const enum trio_sim_order *order)
{
    uint64_t round = 0;

    attempt->end = end;
    do
        if (!search(attempt, order, round++, runs_of(attempt)))
            return false;
    while (now(attempt->trial) < end);
    return true;
}

// Searches with some fifths of what is done by default, and goes on until those
// of the time are over, unless all has been seen. Returns false if the trial
// is.
static bool search_fifths(struct attempt *attempt, uint64_t fifths,
                          const enum trio_sim_order *order)
{
    trio_time end =
        now(attempt->trial) + time_least * (trio_duration)fifths / SHARE;
    uint64_t round = 0;

    attempt->runs = RUNS * fifths / SHARE;
    attempt->work = WORK * fifths / SHARE;
    attempt->sweep_work = SWEEP_WORK * fifths / SHARE;
    do
        if (!search(attempt, order, round++, runs_of(attempt)))
            return false;
    while (now(attempt->trial) < end && attempt->record->result.schedules == 0);
    return true;
}

// Whether nothing is asked for that says how much is to be done.
static bool is_default(const struct options *options)
{
    return options->runs == 0 && options->strategy == NULL &&
           options->target == NULL && !options->twins_only &&
           !trio_runner_options_sweep_only_(options);
}

static void search_for(struct attempt *attempt, trio_duration time)
{
    const struct options *options = attempt->trial->options;
    bool also_any =
        options->order == NULL && attempt->scenario->order == TRIO_SIM_PASS;

    if (time > 0 && !trio_runner_options_sweep_only_(options)) {
        trio_duration first = also_any ? time / 2 : time;
        if (search_until(attempt, attempt->begun + first, NULL) && also_any)
            search_until(attempt, attempt->begun + time, &any_order);
        return;
    }
    attempt->end = TRIO_FOREVER;
    if (!is_default(options))
        search(attempt, NULL, 0, runs_of(attempt));
    else if (search_fifths(attempt, also_any ? SHARE - 1 : SHARE, NULL) &&
             also_any)
        search_fifths(attempt, 1, &any_order);
}

// Runs in processes of their own have to be the same.
static void search_twins(struct attempt *attempt)
{
    const struct options *options = attempt->trial->options;
    struct trio_campaign_result result = {.twins = options->twins};

    if (options->twins == 0 || attempt->trial->part != 0)
        return;
    uint64_t bad = trio_runner_twin_processes_(
        options->program, attempt->scenario, options->seed, options->twins);
    if (bad > 0) {
        result.verdict = TRIO_SIM_FAILED;
        result.found_by = "twin process";
        snprintf(result.text, sizeof(result.text),
                 "%" PRIu64 " of %" PRIu64 " runs are others in a new process",
                 bad, options->twins);
    }
    trio_runner_record_add_(attempt->record, &result);
}

void trio_runner_try_(const struct trial *trial,
                      const struct trio_scenario *scenario, trio_duration time,
                      struct record *ret_record)
{
    struct attempt attempt = {.trial = trial,
                              .scenario = scenario,
                              .record = ret_record,
                              .begun = now(trial)};

    *ret_record =
        (struct record){.scenario = scenario, .seed = trial->options->seed};
    if (replay_corpus(&attempt))
        search_for(&attempt, time);
    if (!trio_runner_record_failed_(ret_record))
        search_twins(&attempt);
    if (trial->parts == 1)
        trio_runner_record_judge_(ret_record, trial->options);
    trio_runner_crash_expect_(NULL, NULL);
    ret_record->time = now(trial) - attempt.begun;
}

void trio_runner_try_again_(const struct trial *trial,
                            const struct record *record)
{
    struct record again = {.scenario = record->scenario};
    struct attempt attempt = {.trial = trial,
                              .scenario = record->scenario,
                              .record = &again,
                              .begun = now(trial),
                              .end = TRIO_FOREVER,
                              .work = record->work,
                              .sweep_work = record->sweep_work};

    search(&attempt, record->order, record->round, record->runs);
}
