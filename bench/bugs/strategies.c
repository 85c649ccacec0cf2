// Schedules to the first failure, and in how many trials there was one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>

#include "bench/bugs/bugs.h"
#include "bench/bugs/measure.h"

enum { LONG_PREFIX = 6 };

static const char *const strategies[] = {"random", "pct", "pos", "delay", NULL};

enum { STRATEGIES = sizeof strategies / sizeof strategies[0] };

// Of the trials of one bug by one strategy, those that found it, in order.
struct trials {
    uint64_t schedules[TRIALS_MAX];
    unsigned found;
};

static void add(struct trials *trials, uint64_t schedules)
{
    unsigned i = trials->found++;

    for (; i > 0 && trials->schedules[i - 1] > schedules; i--)
        trials->schedules[i] = trials->schedules[i - 1];
    trials->schedules[i] = schedules;
}

static struct trials try_bug(const struct measure *measure,
                             const struct trio_scenario *bug,
                             const char *strategy)
{
    struct trials trials = {.found = 0};
    struct trio_campaign_result result;

    for (unsigned i = 0; i < measure->trials; i++) {
        struct trio_campaign_options options = {.strategy = strategy,
                                                .runs = SCHEDULES_MAX,
                                                .seed = i + 1,
                                                .no_cancel_sweep = true,
                                                .no_time_sweep = true,
                                                .no_failure_sweep = true,
                                                .no_twins = true,
                                                .no_shrink = true};
        measure_campaign(measure, bug, &options, &result);
        if (result.verdict == TRIO_SIM_FAILED)
            add(&trials, result.found_after);
    }
    return trials;
}

// The median counts trials that found nothing as longer than any other.
static void print_trials(const struct measure *measure,
                         const struct trials *trials)
{
    unsigned middle = (measure->trials - 1) / 2;

    if (trials->found > middle)
        printf(" %5" PRIu64, trials->schedules[middle]);
    else
        printf("     -");
    printf(" %2u", trials->found);
    fflush(stdout);
}

static void print_rows(const struct measure *measure, unsigned soft_points)
{
    const struct trio_scenario *bug = trio_scenario_first();

    printf("%-33s", "");
    for (size_t i = 0; i < STRATEGIES; i++)
        printf("%9s", strategies[i] != NULL ? strategies[i] : "all");
    printf("\n");
    bugs_soft_points = soft_points;
    while ((bug = measure_next_bug(measure, bug)) != NULL) {
        printf("%-33s", bug->name);
        for (size_t i = 0; i < STRATEGIES; i++) {
            struct trials trials = try_bug(measure, bug, strategies[i]);
            print_trials(measure, &trials);
        }
        printf("\n");
        bug = bug->next;
    }
    bugs_soft_points = 0;
    printf("\n");
}

unsigned measure_strategies(const struct measure *measure)
{
    printf(
        "Schedules to the first failure: the median, and how many of %u\n"
        "trials of at most %d schedules found one. Nothing is cancelled.\n\n",
        measure->trials, SCHEDULES_MAX);
    print_rows(measure, 0);
    printf("The same with %d steps before each task of a bug:\n\n",
           LONG_PREFIX);
    print_rows(measure, LONG_PREFIX);
    return 0;
}
