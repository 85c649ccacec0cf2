// A failure is worth what can be done with it: how small it gets, and whether
// it is found again, also by somebody who has changed something else since.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/bugs/bugs.h"
#include "bench/bugs/measure.h"

enum { SHORT_TOKEN = 16 };

// In which ways a token is replayed.
enum { AGAIN, ANEW, CHECKPOINT, SOFT_POINT, WAYS };

struct sums {
    unsigned failures;
    uint64_t deviations;
    uint64_t replays;
    uint64_t replays_max;
    unsigned is_short;
    unsigned minimal;
    unsigned in_pass;
    unsigned replayed[WAYS];
};

static void write_line(const struct trio_scenario *bug,
                       const struct trio_campaign_result *failure, char *line)
{
    snprintf(line, MEASURE_LINE_MAX, "%s %s %s", bug->name, failure->token,
             failure->text);
}

// Whether the token brings back the same failure after a change; `why` not.
static bool replay(const struct measure *measure,
                   const struct trio_scenario *bug, enum bugs_change change,
                   const struct trio_campaign_result *found, char *why)
{
    struct trio_campaign_result result;

    bugs_change = change;
    const char *came = measure_replay(measure, bug, found->token, &result);
    bugs_change = BUGS_UNCHANGED;
    if (came == NULL && strcmp(result.text, found->text) == 0)
        return true;
    snprintf(why, TRIO_SIM_TEXT_MAX, "%s", came != NULL ? came : result.text);
    return false;
}

static void print_replays(const struct measure *measure,
                          const struct trio_scenario *bug,
                          const struct trio_campaign_result *found,
                          struct sums *sums)
{
    static const enum bugs_change changes[] = {
        [AGAIN] = BUGS_UNCHANGED,
        [CHECKPOINT] = BUGS_CHECKPOINT,
        [SOFT_POINT] = BUGS_SOFT_POINT,
    };
    char line[MEASURE_LINE_MAX];
    char why[WAYS][TRIO_SIM_TEXT_MAX] = {"", "see above", "", ""};

    write_line(bug, found, line);
    for (int way = 0; way < WAYS; way++) {
        bool same = way == ANEW
                        ? measure_replay_anew(line)
                        : replay(measure, bug, changes[way], found, why[way]);
        sums->replayed[way] += same;
        printf(way + 1 < WAYS ? " %-5s" : " %s", same ? "yes" : "no");
        if (same)
            why[way][0] = '\0';
    }
    printf("\n");
    for (int way = 0; way < WAYS; way++)
        if (why[way][0] != '\0')
            printf("    %s\n", why[way]);
}

static void print_failure(const struct measure *measure,
                          const struct trio_scenario *bug,
                          const struct trio_campaign_result *found,
                          struct sums *sums)
{
    size_t length = strlen(found->token);

    sums->failures++;
    sums->deviations += found->deviations;
    sums->replays += found->replays;
    if (found->replays > sums->replays_max)
        sums->replays_max = found->replays;
    sums->is_short += length <= SHORT_TOKEN;
    sums->minimal += found->minimal;
    sums->in_pass += found->possible_in_pass;
    printf("%-33s %5zu %4zu %7" PRIu64 " %6zu %-5s", bug->name,
           found->deviations_found, found->deviations, found->replays, length,
           found->possible_in_pass ? "yes" : "no");
    print_replays(measure, bug, found, sums);
    fflush(stdout);
}

static void print_share(const char *what, unsigned count, unsigned all)
{
    printf("%-33s %5u of %u, %u %%\n", what, count, all, 100 * count / all);
}

static void print_sums(const struct sums *sums)
{
    unsigned all = sums->failures > 0 ? sums->failures : 1;

    printf("\n%-33s %5.1f in the mean\n", "deviations that are left",
           (double)sums->deviations / all);
    printf("%-33s %5.1f in the mean, %" PRIu64 " at most\n",
           "replays to shrink", (double)sums->replays / all, sums->replays_max);
    print_share("no deviation can be left out", sums->minimal, all);
    print_share("tokens of at most 16 characters", sums->is_short, all);
    print_share("possible on today's loop", sums->in_pass, all);
    print_share("replayed in the same process", sums->replayed[AGAIN], all);
    print_share("replayed in a new process", sums->replayed[ANEW], all);
    print_share("after an unrelated checkpoint", sums->replayed[CHECKPOINT],
                all);
    print_share("after an unrelated soft point", sums->replayed[SOFT_POINT],
                all);
}

unsigned measure_tokens(const struct measure *measure)
{
    const struct trio_scenario *bug = trio_scenario_first();
    struct trio_campaign_result found;
    struct sums sums = {0};

    printf("Failures as they are told: deviations before and after shrinking,\n"
           "replays to shrink, length of the token, whether today's loop can\n"
           "do it, whether the token replays: in this process, in a new one,\n"
           "after each task was given a checkpoint, a soft point elsewhere.\n"
           "\n%-33s %5s %4s %7s %6s %-5s %-5s %-5s %-5s %s\n",
           "", "found", "left", "replays", "length", "PASS", "again", "anew",
           "check", "soft");
    while ((bug = measure_next_bug(measure, bug)) != NULL) {
        if (!measure_failure(measure, bug, &found))
            printf("%s is not found; this is its witness:\n", bug->name);
        print_failure(measure, bug, &found, &sums);
        bug = bug->next;
    }
    print_sums(&sums);
    // Nine of ten outlive a change; that all do, nobody promises.
    return 3 * sums.failures - sums.minimal - sums.replayed[AGAIN] -
           sums.replayed[ANEW] +
           (10 * sums.replayed[CHECKPOINT] < 9 * sums.failures);
}

unsigned measure_lines(const struct measure *measure)
{
    const struct trio_scenario *bug = trio_scenario_first();
    struct trio_campaign_result found;
    char line[MEASURE_LINE_MAX];

    printf("# A failure of each bug: its name, the token, what fails. Printed "
           "by\n#     bazel run -c opt //bench/bugs -- --write-tokens\n");
    while ((bug = measure_next_bug(measure, bug)) != NULL) {
        measure_failure(measure, bug, &found);
        write_line(bug, &found, line);
        printf("%s\n", line);
        bug = bug->next;
    }
    return 0;
}
