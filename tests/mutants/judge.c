// Tries every scenario it is linked with until one fails, and says which one,
// in one line of fields with tabs between: scenario, what found it, after how
// many runs, token, what failed. A scenario is named before it is tried, so
// that one that crashes is known, too. Exits with 1 if one failed.
//
//     judge RUNS
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <trio/campaign.h>
#include <trio/run.h>
#include <trio/scenario.h>

// Returns whether it passed.
static bool try_scenario(struct trio_campaign *campaign,
                         const struct trio_scenario *scenario, uint64_t runs)
{
    static struct trio_campaign_result result;
    const struct trio_campaign_options options = {.runs = runs};

    printf("%s", scenario->name);
    fflush(stdout);
    trio_status rc = trio_campaign_run(campaign, scenario, &options, &result);
    if (rc != TRIO_OK || result.verdict == TRIO_SIM_CAPPED) {
        printf("\tnobody\t0\t\tundecided\n");
        return false;
    }
    if (result.verdict == TRIO_SIM_PASSED) {
        printf("\tpassed after %" PRIu64 "\n", result.runs);
        return true;
    }
    printf("\t%s\t%" PRIu64 "\t%s\t%s\n", result.found_by, result.found_after,
           result.token, result.text);
    return false;
}

int main(int argc, char **argv)
{
    const struct trio_config base = trio_config_platform();
    uint64_t runs = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    struct trio_campaign *campaign = trio_campaign_new(&base);
    bool passed = campaign != NULL;

    for (struct trio_scenario *scenario = trio_scenario_first();
         scenario != NULL && passed; scenario = scenario->next)
        passed = try_scenario(campaign, scenario, runs);
    trio_campaign_free(campaign);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
