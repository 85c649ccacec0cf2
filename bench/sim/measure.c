// SPDX-License-Identifier: MIT OR Apache-2.0
// The first runs of a campaign fill its pools, touch its stacks and train the
// caches. A campaign of some seconds has hundreds of thousands of the others,
// so the first ones are run unseen.

#include "bench/sim/measure.h"

#include <trio/trio.h>

#include <stdio.h>

#include "bench/meter.h"

static void run(struct trio_campaign *campaign,
                const struct trio_scenario *scenario, const char *strategy,
                uint64_t runs, struct trio_campaign_result *ret_result)
{
    struct trio_campaign_options options = {
        .strategy = strategy, .runs = runs, .no_twins = true};

    if (trio_campaign_run(campaign, scenario, &options, ret_result) != TRIO_OK)
        meter_give_up("trio_campaign_run");
    if (ret_result->verdict != TRIO_SIM_PASSED) {
        fprintf(stderr, "bench: %s\n", ret_result->text);
        meter_give_up(scenario->name);
    }
}

struct sim_pace sim_measure(const struct trio_scenario *scenario,
                            const char *strategy, uint64_t runs)
{
    struct trio_config config = trio_config_platform();
    struct trio_campaign *campaign = trio_campaign_new(&config);
    struct sim_pace pace;

    if (campaign == NULL)
        meter_give_up("trio_campaign_new");
    run(campaign, scenario, strategy, runs / 10 + 1, &pace.result);
    double start = meter_cpu_ns();
    run(campaign, scenario, strategy, runs, &pace.result);
    pace.ns = meter_cpu_ns() - start;
    trio_campaign_free(campaign);
    return pace;
}
