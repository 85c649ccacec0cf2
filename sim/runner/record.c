// The sum of campaigns reads like a campaign: whatever describes the failure is
// of the first one that failed, and counts as found after the runs of all those
// before.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/record.h"

#include <string.h>

#include "sim/search/search.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void add_strategies(struct trio_strategy_count *sums,
                           const struct trio_strategy_count *counts)
{
    for (; counts->name != NULL; counts++) {
        size_t i = 0;

        while (sums[i].name != NULL && strcmp(sums[i].name, counts->name) != 0)
            i++;
        if (i == TRIO_SIM_STRATEGIES_MAX - 1)
            return; // The last one ends the list.
        sums[i].name = counts->name;
        sums[i].runs += counts->runs;
        sums[i].failures += counts->failures;
    }
}

// What held in either has held.
static void add_sometimes(struct trio_campaign_result *sum,
                          const struct trio_campaign_result *more)
{
    for (size_t i = 0; i < more->sometimes; i++)
        trio_sim_note_sometimes_(sum, more->properties[i].name, i,
                                 more->properties[i].held);
}

// Of two verdicts the weightier is that of both.
static int weight_of(enum trio_verdict verdict)
{
    static const int weights[] = {[TRIO_SIM_PASSED] = 0,
                                  [TRIO_SIM_CANCELLED] = 1,
                                  [TRIO_SIM_CAPPED] = 2,
                                  [TRIO_SIM_FAILED] = 3};

    return weights[verdict];
}

void trio_runner_record_add_(struct record *record,
                             const struct trio_campaign_result *result)
{
    struct trio_campaign_result sum = record->result;
    struct trio_campaign_result more = *result;

    more.strategies[TRIO_SIM_STRATEGIES_MAX - 1].name = NULL;
    if (weight_of(more.verdict) > weight_of(sum.verdict)) {
        sum = more; // With its text and token.
        more = record->result;
        if (sum.found_by != NULL)
            sum.found_after += more.runs;
    }
    sum.runs += more.runs;
    sum.steps += more.steps;
    sum.traces += more.traces;
    sum.capped += more.capped;
    // Campaigns on one scenario find the same ones.
    sum.schedules = larger(sum.schedules, more.schedules);
    sum.cancel_points = larger(sum.cancel_points, more.cancel_points);
    sum.cancel_points_tried =
        larger(sum.cancel_points_tried, more.cancel_points_tried);
    sum.timers = larger(sum.timers, more.timers);
    sum.timers_tried = larger(sum.timers_tried, more.timers_tried);
    sum.moments = larger(sum.moments, more.moments);
    sum.moments_tried = larger(sum.moments_tried, more.moments_tried);
    sum.calls = larger(sum.calls, more.calls);
    sum.cancel_runs += more.cancel_runs;
    sum.time_runs += more.time_runs;
    sum.failure_runs += more.failure_runs;
    sum.cancel_cut |= more.cancel_cut;
    sum.time_cut |= more.time_cut;
    sum.failure_cut |= more.failure_cut;
    sum.twins += more.twins;
    add_strategies(sum.strategies, more.strategies);
    add_sometimes(&sum, &more);
    for (size_t i = 0; i < TRIO_SIM_FAULTS_MAX; i++)
        if (more.faults[i].name != NULL)
            trio_sim_count_fault_(&sum, more.faults[i].name,
                                  more.faults[i].tried);
    record->result = sum;
}

uint64_t trio_runner_faults_tried_(const struct trio_campaign_result *result)
{
    uint64_t tried = 0;

    for (size_t i = 0; i < TRIO_SIM_FAULTS_MAX; i++)
        tried += result->faults[i].tried;
    return tried;
}

void trio_runner_record_judge_(struct record *record,
                               const struct options *options)
{
    if (options->strategy == NULL && !options->no_sometimes &&
        !options->twins_only && !trio_runner_options_sweep_only_(options))
        trio_sim_judge_sometimes_(&record->result);
}

void trio_runner_record_merge_(struct record *sum, const struct record *record)
{
    // Whose seed it is, and how it ended, is said by the one that failed first.
    struct record merged = trio_runner_record_failed_(sum) ? *sum : *record;

    merged.result = sum->result;
    trio_runner_record_add_(&merged, &record->result);
    merged.stopped = sum->stopped || record->stopped;
    merged.replayed = sum->replayed + record->replayed;
    merged.stale = sum->stale + record->stale;
    merged.time = sum->time > record->time ? sum->time : record->time;
    *sum = merged;
}
