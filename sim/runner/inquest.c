// A campaign is determined by its seed, so the process that died is had again:
// once more with decisions kept, to have the token of the run that it died in;
// and then each run that shrinking asks for in a process that may die of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/inquest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/kernel/state.h"
#include "sim/search/search.h"

enum {
    STEP_SECONDS = 1,   // That it never ends is known by now.
    STORY_SECONDS = 20, // Of real time: its writer may hang.
    SEARCH_SECONDS = 600
};

// What comes back from a run in a process of its own.
struct apart {
    struct death death;
    struct outcome outcome;
    char token[TRIO_SIM_TOKEN_MAX];
    bool over; // It did not die.
};

// Becomes a process that may die: nobody hears it, and not for long.
static void become(struct death *death, unsigned seconds)
{
    int nowhere = open("/dev/null", O_WRONLY);

    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    trio_runner_crash_tell_(death);
    trio_runner_crash_limit_(STEP_SECONDS);
    alarm(seconds);
}

static void wait_for(pid_t child)
{
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
}

// ---- The token of the run ----

// Has the process that died again, up to its death.
static void repeat(const struct trial *trial, struct death *death)
{
    const struct record record = death->record;

    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        memset(death, 0, sizeof(*death));
        become(death, SEARCH_SECONDS);
        trio_sim_campaign_kernel_(trial->campaign)->looks_closely = true;
        trio_runner_try_again_(trial, &record);
        _exit(EXIT_PASSED);
    }
    wait_for(child);
}

// ---- Runs apart ----

// Takes over which deviations happened in the other process.
static void take_fired(struct kernel *kernel, const struct plan *plan,
                       const char *token)
{
    static struct deviation deviations[DEVIATIONS_MAX];
    struct plan fired = *plan;

    kernel->fired.count = 0;
    if (!trio_sim_token_read_(token, &fired, deviations, DEVIATIONS_MAX))
        return;
    for (size_t i = 0; i < fired.deviation_count; i++)
        *(struct deviation *)trio_sim_append_raw_(kernel, &kernel->fired) =
            deviations[i];
}

static void run_and_tell(struct apart *apart, struct kernel *kernel,
                         const struct plan *plan)
{
    struct record record = {.scenario = plan->scenario};
    struct plan fired = *plan;

    become(&apart->death, SEARCH_SECONDS);
    trio_runner_crash_expect_(&record, NULL);
    kernel->apart = NULL;
    trio_sim_run_(kernel, plan, &apart->outcome);
    fired.deviations = trio_sim_fired_(kernel, &fired.deviation_count);
    trio_sim_token_write_(&fired, apart->token, sizeof(apart->token));
    apart->over = true;
    _exit(EXIT_PASSED);
}

// Stands in for trio_sim_run_.
static void run_apart(void *context, struct kernel *kernel,
                      const struct plan *plan, struct outcome *outcome)
{
    struct apart *apart = context;

    memset(apart, 0, sizeof(*apart));
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        run_and_tell(apart, kernel, plan);
    wait_for(child);
    *outcome = apart->outcome;
    take_fired(kernel, plan, apart->over ? apart->token : apart->death.token);
    if (apart->over)
        return;
    *outcome = (struct outcome){
        .verdict = VERDICT_FAILED,
        .failure = FAILURE_CRASH,
        .failure_class = trio_sim_class_(FAILURE_CRASH, apart->death.text)};
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
    sum->possible_in_pass = found->possible_in_pass;
}

static void shrink(const struct trial *trial, const struct death *death,
                   struct record *record)
{
    struct kernel *kernel = trio_sim_campaign_kernel_(trial->campaign);
    struct trio_campaign_result result;
    struct apart *apart = trio_runner_shared_new_(sizeof(*apart));
    // A step that never ends costs a second each time.
    bool endless = strncmp(death->text, "crashed", 7) != 0;

    if (apart == NULL)
        return;
    kernel->apart = run_apart;
    kernel->apart_context = apart;
    bool found = trio_sim_campaign_conclude_(
        trial->campaign, record->scenario, death->token,
        trial->options->no_shrink || endless, &result);
    kernel->apart = NULL;
    munmap(apart, sizeof(*apart));
    if (found)
        take_result(&record->result, &result);
}

void trio_runner_inquest_(const struct trial *trial, const struct death *death,
                          struct record *record)
{
    struct death *again = trio_runner_shared_new_(sizeof(*again));

    if (!death->told || again == NULL)
        return;
    *again = *death;
    snprintf(record->result.text, sizeof(record->result.text), "%s",
             death->text);
    if (again->token[0] == '\0')
        repeat(trial, again);
    if (again->told && again->token[0] != '\0') {
        snprintf(record->result.token, sizeof(record->result.token), "%s",
                 again->token);
        shrink(trial, again, record);
    }
    munmap(again, sizeof(*again));
}

// ---- What happened ----

void trio_runner_inquest_story_(FILE *out, FILE **ret_pipe,
                                struct trio_campaign *campaign,
                                const struct record *record, crash_fn *write,
                                void *context)
{
    struct death *death = trio_runner_shared_new_(sizeof(*death));
    struct trio_campaign_result result;
    int ends[2];
    char part[4096];
    ssize_t length;

    if (death == NULL || pipe(ends) != 0)
        return;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        FILE *pipe = fdopen(ends[1], "w");
        *ret_pipe = pipe;
        become(death, STORY_SECONDS);
        trio_runner_crash_then_(write, context);
        trio_runner_crash_expect_(record, record->result.token);
        trio_ignore(trio_campaign_replay(campaign, record->scenario,
                                         record->result.token, &result));
        fputs("\n  Replayed, the process does not die any more.\n", pipe);
        fclose(pipe);
        _exit(EXIT_PASSED);
    }
    close(ends[1]);
    while ((length = read(ends[0], part, sizeof(part))) > 0 ||
           (length < 0 && errno == EINTR))
        if (length > 0)
            fwrite(part, 1, (size_t)length, out);
    close(ends[0]);
    wait_for(child);
    munmap(death, sizeof(*death));
}
