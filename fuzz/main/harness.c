// An input is a plan, and a run of it that fails is shrunk and told as the
// runner tells it, with its token, before the process ends: the fuzzer keeps
// the bytes, we the token, and either leads to the failure again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/main/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/main/coverage.h"
#include "sim/runner/crash.h"
#include "sim/runner/output.h"
#include "sim/runner/place.h"
#include "sim/runner/program.h"
#include "sim/runner/report.h"

struct fuzz_harness fuzz_harness_;

// ---- Options ----

// A value of its own becomes one with its option: to an engine it would be a
// file, and what an engine starts gets these arguments again.
static void join_value(char **option)
{
    static char none[] = "--";
    size_t size = strlen(option[0]) + strlen(option[1]) + 2;
    char *joined = malloc(size); // For good.

    if (joined == NULL)
        exit(EXIT_FAILED);
    snprintf(joined, size, "%s=%s", option[0], option[1]);
    option[0] = joined;
    option[1] = none;
}

// What begins with two hyphens is ours; a fuzzer's own begin with one. Returns
// how many arguments that leaves, the program's name among them.
static int keep_ours(int count, char **arguments, char **ret_ours)
{
    int ours = 1;

    ret_ours[0] = arguments[0];
    for (int i = 1; i < count; i++) {
        if (i + 1 < count && (strcmp(arguments[i], "--test") == 0 ||
                              strcmp(arguments[i], "--replay") == 0))
            join_value(&arguments[i]);
        if (strcmp(arguments[i], "--no-hand-offs") == 0)
            fuzz_harness_.hand_offs = false;
        else if (strncmp(arguments[i], "--", 2) == 0 && arguments[i][2] != '\0')
            ret_ours[ours++] = arguments[i];
    }
    ret_ours[ours] = NULL;
    return ours;
}

// Whether they are for the runner to do at once, in place of fuzzing.
static bool is_runners(const struct options *options)
{
    return options->replay != NULL || options->twin != NULL || options->list ||
           options->help;
}

static struct trio_campaign *new_campaign(void)
{
    static struct trio_config config;

    config = trio_config_platform();
    return trio_campaign_new(&config);
}

static void begin(void)
{
    struct fuzz_harness *harness = &fuzz_harness_;

    if (!trio_runner_select_(&harness->options, &harness->selection) ||
        !trio_runner_selection_check_(&harness->options, &harness->selection))
        exit(EXIT_USAGE);
    harness->campaign = new_campaign();
    if (harness->campaign == NULL) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILED);
    }
    harness->kernel = trio_sim_campaign_kernel_(harness->campaign);
    trio_sim_locate_with_(harness->kernel, &trio_runner_locator_);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    struct fuzz_harness *harness = &fuzz_harness_;
    char **ours = calloc((size_t)*argument_count + 1, sizeof(*ours));

    if (ours == NULL)
        exit(EXIT_FAILED);
    harness->hand_offs = true;
    int count = keep_ours(*argument_count, *arguments, ours);
    if (!trio_runner_options_read_(&harness->options, count, ours))
        exit(EXIT_USAGE);
    if (is_runners(&harness->options))
        exit(trio_runner_program_(count, ours));
    free(ours);
    harness->options.step_seconds = 0; // A fuzzer has a limit of its own.
    begin();
    return 0;
}

// ---- Runs ----

const struct trio_scenario *fuzz_harness_scenario_(void)
{
    const struct selection *selection = &fuzz_harness_.selection;

    return selection
        ->scenarios[fuzz_harness_.input.scenario % selection->count];
}

// What its scenario cannot stand does not happen.
static void leave_out(struct fuzz_input *input,
                      const struct trio_scenario *scenario)
{
    size_t count = 0;

    for (size_t i = 0; i < input->count; i++) {
        enum deviation_kind kind = input->deviations[i].kind;
        bool fails = kind == DEVIATE_FAIL || kind == DEVIATE_FAIL_ON;
        if (!(kind == DEVIATE_CANCEL && scenario->no_cancel_sweep) &&
            !(fails && scenario->no_failure_sweep))
            input->deviations[count++] = input->deviations[i];
    }
    input->count = count;
}

void fuzz_harness_run_(struct plan *ret_plan)
{
    struct fuzz_harness *harness = &fuzz_harness_;
    const struct trio_scenario *scenario = fuzz_harness_scenario_();
    const enum trio_sim_order *order = harness->options.order;

    leave_out(&harness->input, scenario);
    *ret_plan = (struct plan){.scenario = scenario,
                              .order = order != NULL ? *order : scenario->order,
                              .seed = harness->input.seed,
                              .deviations = harness->input.deviations,
                              .deviation_count = harness->input.count,
                              .details = true,
                              .choices = true};
    harness->record = (struct record){.scenario = scenario};
    trio_runner_crash_expect_(&harness->record, NULL);
    trio_sim_run_(harness->kernel, ret_plan, &harness->outcome);
    trio_runner_crash_expect_(NULL, NULL);
    harness->runs++;
}

// ---- Failures ----

// Tells of a run that failed, and ends the process in a way that a fuzzer
// notices.
__attribute__((noreturn)) static void end(const struct plan *failing)
{
    struct fuzz_harness *harness = &fuzz_harness_;
    struct record *record = &harness->record;
    struct outcome outcome = harness->outcome;
    char *report = NULL;

    trio_runner_output_hold_();
    bool again = trio_sim_campaign_conclude_(harness->campaign, failing,
                                             harness->options.no_shrink,
                                             &record->result);
    free(trio_runner_output_release_());
    if (again) {
        record->result.found_by = "fuzzing";
        record->result.found_after = harness->runs;
        report = trio_runner_report_failure_(&harness->options,
                                             harness->campaign, record);
    }
    if (report != NULL)
        fprintf(stderr, "\n%s\n", report);
    else
        fprintf(stderr,
                "\n%s failed: %s\n  and not again: what decides is not in the "
                "schedule\n",
                failing->scenario->name, outcome.text);
    fflush(stderr);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_harness *harness = &fuzz_harness_;
    struct plan plan;

    if (!harness->catching) { // The fuzzer's own handlers come after ours.
        trio_runner_crash_catch_signals_(&harness->options);
        harness->catching = true;
    }
    fuzz_input_read_(&harness->input, data, size);
    fuzz_harness_run_(&plan);
    if (harness->hand_offs)
        fuzz_coverage_note_(harness->kernel);
    if (harness->outcome.verdict == VERDICT_FAILED)
        end(&plan);
    return 0;
}
