// A campaign is determined by its seed, so the process that died is had again:
// once more with decisions kept, to have the token of the run that it died in;
// and then each run that shrinking asks for in a process that may die of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/inquest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/kernel/state.h"
#include "sim/runner/output.h"
#include "sim/runner/posix/child.h"
#include "sim/search/search.h"

enum {
    RUN_SECONDS = 600 // Of real time, at most.
};

// What comes back from a run in a process of its own.
struct apart {
    struct death death;
    struct outcome outcome;
    struct schedule schedule;
    bool over; // It did not die.
};

struct inquest {
    const struct options *options;
    uint64_t endless; // The step that never ends, 0: that is not it.
    struct apart *apart;
};

// Becomes a process that may die: nobody hears it, and not for ever.
static void become(const struct options *options, struct death *death,
                   uint64_t endless)
{
    int nowhere = open("/dev/null", O_WRONLY);

    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    trio_runner_crash_tell_(death);
    trio_runner_crash_limit_(options->step_seconds, endless);
    alarm(RUN_SECONDS);
}

// ---- The schedule of the run ----

// Has the process that died again, up to its death.
static void repeat(const struct trial *trial, struct death *death)
{
    const struct record record = death->record;
    struct child child;

    if (trio_runner_child_fork_(&child)) {
        memset(death, 0, sizeof(*death));
        become(trial->options, death, 0);
        trio_sim_campaign_kernel_(trial->campaign)->looks_closely = true;
        trio_runner_try_again_(trial, &record);
        _exit(EXIT_PASSED);
    }
    trio_runner_child_wait_(&child, NULL);
}

// ---- Runs apart ----

// Takes over which deviations happened in the other process.
static void take_fired(struct kernel *kernel, const struct schedule *schedule)
{
    const struct plan *plan = &schedule->plan;

    kernel->fired.count = 0;
    for (size_t i = 0; plan->scenario != NULL && i < plan->deviation_count; i++)
        *(struct deviation *)trio_sim_append_raw_(kernel, &kernel->fired) =
            schedule->deviations[i];
}

static void run_and_tell(const struct inquest *inquest, struct kernel *kernel,
                         const struct plan *plan)
{
    struct apart *apart = inquest->apart;
    struct record record = {.scenario = plan->scenario};

    become(inquest->options, &apart->death, inquest->endless);
    trio_runner_crash_expect_(&record, NULL);
    kernel->apart = NULL;
    trio_sim_run_(kernel, plan, &apart->outcome);
    kernel->plan = plan; // It is over, but has its decisions still.
    trio_runner_schedule_take_(&apart->schedule, kernel);
    apart->over = true;
    _exit(EXIT_PASSED);
}

// A step that never ends is anywhere in it when its time is up.
static uint64_t class_of(const struct death *death)
{
    return trio_sim_class_(FAILURE_CRASH, death->record.endless != 0
                                              ? "a step never ends"
                                              : death->text);
}

// Stands in for trio_sim_run_.
static void run_apart(void *context, struct kernel *kernel,
                      const struct plan *plan, struct outcome *outcome)
{
    const struct inquest *inquest = context;
    struct apart *apart = inquest->apart;
    struct child child;

    memset(apart, 0, sizeof(*apart));
    if (trio_runner_child_fork_(&child))
        run_and_tell(inquest, kernel, plan);
    trio_runner_child_wait_(&child, NULL);
    *outcome = apart->outcome;
    take_fired(kernel, apart->over ? &apart->schedule : &apart->death.schedule);
    if (apart->over || !apart->death.told)
        return;
    *outcome = (struct outcome){.verdict = VERDICT_FAILED,
                                .failure = FAILURE_CRASH,
                                .failure_class = class_of(&apart->death)};
    snprintf(outcome->text, sizeof(outcome->text), "%s", apart->death.text);
}

// Takes over what is known of the failure.
static void take_result(struct trio_campaign_result *sum,
                        const struct trio_campaign_result *found)
{
    snprintf(sum->text, sizeof(sum->text), "%s", found->text);
    snprintf(sum->token, sizeof(sum->token), "%s", found->token);
    sum->replays = found->replays;
    sum->deviations = found->deviations;
    sum->deviations_found = found->deviations_found;
    sum->minimal = found->minimal;
    sum->sought_in_pass = found->sought_in_pass;
    sum->possible_in_pass = found->possible_in_pass;
}

static void shrink(const struct trial *trial, const struct death *death,
                   struct record *record)
{
    struct kernel *kernel = trio_sim_campaign_kernel_(trial->campaign);
    struct trio_campaign_result result;
    struct inquest inquest = {
        .options = trial->options,
        .endless = death->record.endless,
        .apart = trio_runner_shared_new_(sizeof(*inquest.apart))};
    // A step that never ends costs a second each time.
    bool is_dear = inquest.endless != 0;

    if (inquest.apart == NULL)
        return;
    kernel->apart = run_apart;
    kernel->apart_context = &inquest;
    bool found = trio_sim_campaign_conclude_(
        trial->campaign, &death->schedule.plan,
        trial->options->no_shrink || is_dear, &result);
    kernel->apart = NULL;
    munmap(inquest.apart, sizeof(*inquest.apart));
    if (found)
        take_result(&record->result, &result);
}

void trio_runner_inquest_(const struct trial *trial, struct death *death,
                          struct record *record)
{
    if (!death->told)
        return;
    snprintf(record->result.text, sizeof(record->result.text), "%s",
             death->text);
    if (death->schedule.plan.scenario == NULL)
        repeat(trial, death);
    if (!death->told || death->schedule.plan.scenario == NULL)
        return;
    record->endless = death->record.endless;
    snprintf(record->result.token, sizeof(record->result.token), "%s",
             death->token);
    shrink(trial, death, record);
}

// ---- What happened ----

static void tell(const struct options *options, struct trio_campaign *campaign,
                 const struct record *record, FILE *pipe)
{
    struct death *death = calloc(1, sizeof(*death));
    struct trio_campaign_result result;

    if (death == NULL)
        return;
    become(options, death, record->endless);
    trio_runner_output_hold_();
    trio_runner_crash_expect_(record, record->result.token);
    trio_ignore(trio_campaign_replay(campaign, record->scenario,
                                     record->result.token, &result));
    fputs("\n  Replayed, the process does not die any more.\n", pipe);
}

void trio_runner_inquest_story_(FILE *out, FILE **ret_pipe,
                                const struct options *options,
                                struct trio_campaign *campaign,
                                const struct record *record, crash_fn *write,
                                void *context)
{
    struct child child;

    if (trio_runner_child_fork_(&child)) {
        *ret_pipe = fdopen(child.pipe, "w");
        trio_runner_crash_then_(write, context);
        tell(options, campaign, record, *ret_pipe);
        fclose(*ret_pipe);
        _exit(EXIT_PASSED);
    }
    trio_runner_child_wait_(&child, out);
}
