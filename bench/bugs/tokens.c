// A failure is worth what can be done with it: how small it gets, and whether
// it is found again, also by somebody who has changed something else since.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/bugs/bugs.h"
#include "bench/bugs/measure.h"

enum { SHORT_TOKEN = 16 };

struct sums {
    unsigned failures;
    uint64_t deviations;
    uint64_t replays;
    unsigned is_short;
    unsigned replayed;
    unsigned survived;
};

// Whether the token brings back the same failure; what happens else.
static bool replay(const struct measure *measure,
                   const struct trio_scenario *bug,
                   const struct trio_campaign_result *found,
                   struct trio_campaign_result *ret_result)
{
    ret_result->text[0] = '\0';
    trio_status rc =
        trio_campaign_replay(measure->campaign, bug, found->token, ret_result);
    return rc == TRIO_OK && ret_result->verdict == TRIO_SIM_FAILED &&
           strcmp(ret_result->text, found->text) == 0;
}

static const char *yes_or_no(bool answer)
{
    return answer ? "yes" : "no";
}

static void print_failure(const struct measure *measure,
                          const struct trio_scenario *bug,
                          const struct trio_campaign_result *found,
                          struct sums *sums)
{
    struct trio_campaign_result again;

    bool replayed = replay(measure, bug, found, &again);
    bugs_change = BUGS_SOFT_POINT;
    bool survived = replay(measure, bug, found, &again);
    bugs_change = BUGS_UNCHANGED;
    size_t length = strlen(found->token);
    sums->failures++;
    sums->deviations += found->deviations;
    sums->replays += found->replays;
    sums->is_short += length <= SHORT_TOKEN;
    sums->replayed += replayed;
    sums->survived += survived;
    printf("%-33s %5zu %4zu %7" PRIu64 " %6zu  %-4s %-6s %s\n", bug->name,
           found->deviations_found, found->deviations, found->replays, length,
           yes_or_no(found->possible_in_pass), yes_or_no(replayed),
           yes_or_no(survived));
    if (!survived)
        printf("    %s\n", again.text);
}

static void print_sums(const struct sums *sums)
{
    unsigned n = sums->failures > 0 ? sums->failures : 1;

    printf("%u failures: %.1f deviations, %.1f replays in the mean; %u tokens "
           "of at most %d\ncharacters; %u replayed; %u replayed after an "
           "unrelated change\n",
           sums->failures, (double)sums->deviations / n,
           (double)sums->replays / n, sums->is_short, SHORT_TOKEN,
           sums->replayed, sums->survived);
}

// The failure that was made by hand, shrunk as those that are found.
static void show(const struct measure *measure, const struct trio_scenario *bug,
                 struct trio_campaign_result *ret_result)
{
    const struct trio_campaign_options options = {.strategy = "script",
                                                  .script = bug->witness,
                                                  .runs = 1,
                                                  .no_cancel_sweep = true,
                                                  .no_failure_sweep = true};

    measure_campaign(measure, bug, &options, ret_result);
}

unsigned measure_tokens(const struct measure *measure)
{
    const struct trio_campaign_options options = {.runs = SCHEDULES_MAX,
                                                  .seed = 1};
    const struct trio_scenario *bug = trio_scenario_first();
    struct trio_campaign_result found;
    struct sums sums = {0};

    printf("Failures as they are told: deviations before and after shrinking,\n"
           "replays to shrink, length of the token, whether today's loop can\n"
           "do it, whether the token replays, and after an unrelated change:\n"
           "\n%-33s %5s %4s %7s %6s  %-4s %-6s %s\n",
           "", "found", "left", "replays", "length", "PASS", "again",
           "changed");
    while ((bug = measure_next_bug(measure, bug)) != NULL) {
        measure_campaign(measure, bug, &options, &found);
        if (found.verdict != TRIO_SIM_FAILED) {
            printf("%s is not found; this is its witness:\n", bug->name);
            show(measure, bug, &found);
        }
        print_failure(measure, bug, &found, &sums);
        fflush(stdout);
        bug = bug->next;
    }
    print_sums(&sums);
    return sums.failures - sums.replayed;
}
