// The runner: what a program of scenarios gets for a main.
//
// Scenarios are tried one after the other, here or in processes of their own;
// either way each comes back as a record, once, and this file counts them. The
// last line says how many passed and failed. A scenario that was capped has
// done neither, nor has one that fails only in another order than today's loop
// has: they are counted apart, and the exit code says so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/state.h"
#include "sim/runner/corpus_check.h"
#include "sim/runner/corpus_file.h"
#include "sim/runner/crash.h"
#include "sim/runner/jobs.h"
#include "sim/runner/junit.h"
#include "sim/runner/options.h"
#include "sim/runner/place.h"
#include "sim/runner/progress.h"
#include "sim/runner/replay.h"
#include "sim/runner/report.h"
#include "sim/runner/selection.h"
#include "sim/runner/sometimes.h"
#include "sim/runner/summary.h"
#include "sim/runner/trial.h"
#include "sim/runner/twin_process.h"
#include "sim/search/search.h"

struct runner {
    struct options options;
    struct trio_config config;
    struct trio_campaign *campaign;
    struct selection selection;
    struct progress progress;
    struct junit junit;
    size_t passed;
    size_t failed;
    size_t unfair; // Failed, but not on today's loop.
    size_t capped;
    size_t stopped;
    bool unclean; // A process complained after all of its scenarios.
    size_t unfit; // Tokens of the corpus.
};

// ---- What comes back ----

static void on_progress(void *context, const struct record *so_far)
{
    struct runner *runner = context;

    trio_runner_progress_show_(&runner->progress, so_far);
}

static void on_warning(void *context, const char *line)
{
    struct runner *runner = context;

    trio_runner_progress_hide_(&runner->progress);
    printf("warning: %s\n", line);
    fflush(stdout);
}

static void count(struct runner *runner, const struct record *record)
{
    if (trio_runner_record_is_unfair_(record))
        runner->unfair++;
    else if (trio_runner_record_failed_(record))
        runner->failed++;
    else if (record->stopped)
        runner->stopped++;
    else if (record->result.verdict == TRIO_SIM_CAPPED)
        runner->capped++;
    else
        runner->passed++;
    runner->unfit += (size_t)record->stale;
    runner->progress.done++;
    runner->progress.runs += record->result.runs;
}

static void on_finish(void *context, const struct record *record)
{
    struct runner *runner = context;
    char *report = NULL;

    trio_runner_progress_hide_(&runner->progress);
    count(runner, record);
    trio_runner_sometimes_note_(record);
    trio_runner_summary_line_(stdout, record, runner->selection.width);
    if (runner->options.verbose)
        trio_runner_summary_details_(stdout, record);
    if (trio_runner_record_failed_(record) ||
        (record->result.verdict == TRIO_SIM_CAPPED && !record->stopped))
        report = trio_runner_report_failure_(&runner->options, runner->campaign,
                                             record);
    if (report != NULL) {
        printf("\n%s\n", report);
        trio_runner_report_leave_(&runner->options, record, report);
    }
    fflush(stdout);
    trio_runner_junit_add_(&runner->junit, record,
                           report != NULL ? report : "");
    free(report);
}

// ---- What is done ----

static bool run_here(struct runner *runner, const struct listener *listener,
                     trio_duration time)
{
    struct trial trial = {.options = &runner->options,
                          .clock = runner->config.clock,
                          .campaign = runner->campaign,
                          .parts = 1,
                          .listener = listener};

    for (size_t i = 0; i < runner->selection.count; i++) {
        struct record record;

        trio_runner_try_(&trial, runner->selection.scenarios[i], time, &record);
        on_finish(runner, &record);
    }
    return true;
}

static bool run_in_processes(struct runner *runner,
                             const struct listener *listener,
                             trio_duration time)
{
    uint64_t jobs = runner->options.jobs;
    struct jobs all = {.options = &runner->options,
                       .config = &runner->config,
                       .campaign = runner->campaign,
                       .scenarios = runner->selection.scenarios,
                       .count = runner->selection.count,
                       .listener = listener};

    if (all.count < jobs)
        jobs = all.count;
    all.time = time * (trio_duration)(jobs > 0 ? jobs : 1);
    bool clean = true;
    bool ran = trio_runner_jobs_(&all, &clean);
    runner->unclean = !clean;
    return ran;
}

// A SOMETIMES that no run has come to is told once all have had the chance.
static void judge_sites(struct runner *runner)
{
    const struct options *options = &runner->options;
    struct record record;
    size_t at = 0;

    if (!runner->selection.all || options->strategy != NULL ||
        options->twins_only || options->no_sometimes ||
        trio_runner_options_sweep_only_(options) ||
        runner->failed + runner->unfair + runner->stopped > 0)
        return;
    while (trio_runner_sometimes_next_(&at, &record)) {
        printf("%s\n", record.result.text);
        runner->failed++;
        trio_runner_junit_add_(&runner->junit, &record, "");
    }
}

// Says what came of everything.
static int conclude(struct runner *runner, bool ran)
{
    bool written = trio_runner_junit_end_(&runner->junit);

    if (!ran || !written)
        perror(ran ? runner->options.junit : "processes");
    if (runner->unfair > 0)
        printf("%zu failed that need a loop with another fairness\n",
               runner->unfair);
    if (runner->capped > 0)
        printf("%zu capped\n", runner->capped);
    if (runner->stopped > 0)
        printf("%zu stopped\n", runner->stopped);
    if (runner->unclean)
        puts("a process complained once all its scenarios were done");
    if (runner->unfit > 0)
        printf("%zu of the corpus do not fit\n", runner->unfit);
    printf("%zu passed, %zu failed\n", runner->passed, runner->failed);
    if (runner->failed > 0 || runner->unclean || !ran || !written)
        return EXIT_FAILED;
    return runner->unfair + runner->capped + runner->stopped + runner->unfit > 0
               ? EXIT_UNDECIDED
               : EXIT_PASSED;
}

static int run_all(struct runner *runner)
{
    const struct options *options = &runner->options;
    struct listener listener = {on_progress, on_finish, on_warning, runner};
    trio_duration time = (trio_duration)options->seconds * TRIO_SECOND;

    if (!trio_runner_junit_begin_(&runner->junit, options->junit,
                                  options->program)) {
        perror(options->junit);
        return EXIT_USAGE;
    }
    runner->progress =
        trio_runner_progress_(runner->config.clock, runner->selection.count);
    if (options->corpus != NULL && options->shard == 0)
        runner->unfit = trio_runner_corpus_check_(options->corpus, &listener);
    if (runner->selection.count > 0)
        time /= (trio_duration)runner->selection.count;
    bool ran = options->jobs > 0 ? run_in_processes(runner, &listener, time)
                                 : run_here(runner, &listener, time);
    judge_sites(runner);
    return conclude(runner, ran);
}

static int print_list(const struct runner *runner)
{
    for (size_t i = 0; i < runner->selection.count; i++)
        printf("%s\n", runner->selection.scenarios[i]->name);
    return EXIT_PASSED;
}

static int print_twin(const struct options *options)
{
    const struct trio_scenario *scenario =
        trio_runner_scenario_named_(options->twin);

    if (scenario == NULL) {
        fprintf(stderr, "%s: there is no such scenario: %s\n", options->program,
                options->twin);
        return EXIT_USAGE;
    }
    trio_runner_twin_print_(scenario, options->seed);
    return EXIT_PASSED;
}

static int run(struct runner *runner)
{
    const struct options *options = &runner->options;

    if (!trio_runner_selection_check_(options, &runner->selection))
        return EXIT_USAGE;
    if (options->list)
        return print_list(runner);
    if (options->corpus != NULL &&
        !trio_runner_corpus_exists_(options->corpus)) {
        perror(options->corpus);
        return EXIT_USAGE;
    }
    runner->config = trio_config_platform();
    runner->campaign = trio_campaign_new(&runner->config);
    if (runner->campaign == NULL) {
        fputs("out of memory\n", stderr);
        return EXIT_FAILED;
    }
    struct kernel *kernel = trio_sim_campaign_kernel_(runner->campaign);
    trio_sim_locate_with_(kernel, &trio_runner_locator_);
    // Where nobody else can find out the token of a run that ends the process.
    kernel->looks_closely = !trio_runner_jobs_exist_;
    trio_runner_crash_catch_(options);
    return options->replay == NULL
               ? run_all(runner)
               : trio_runner_replay_(options, runner->campaign,
                                     runner->selection.scenarios,
                                     runner->selection.count);
}

int trio_runner_program_(int argument_count, char **arguments)
{
    struct runner runner = {.passed = 0};
    int code = EXIT_USAGE;

    if (!trio_runner_options_read_(&runner.options, argument_count, arguments))
        return code;
    if (runner.options.help) {
        trio_runner_options_help_(stdout, arguments[0]);
        return EXIT_PASSED;
    }
    if (runner.options.twin != NULL)
        return print_twin(&runner.options);
    if (trio_runner_select_(&runner.options, &runner.selection))
        code = run(&runner);
    trio_campaign_free(runner.campaign);
    free(runner.selection.scenarios);
    return code;
}
