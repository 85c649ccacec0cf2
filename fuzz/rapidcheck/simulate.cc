// A case as a campaign. While the case is still looked for or shrunk, any
// schedule in which it fails will do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/rapidcheck/source.h"

#include <cstdlib>
#include <memory>

#include <trio/campaign.h>
#include <trio/run.h>
#include <trio/scenario.h>

static struct trio_campaign_options few_schedules()
{
    struct trio_campaign_options options = {};

    options.runs = 20;
    options.no_cancel_sweep = true;
    options.no_time_sweep = true;
    options.no_failure_sweep = true;
    options.no_twins = true;
    return options;
}

// The report on what a campaign has found; true: nothing.
static bool judge(struct trio_rc_source *source,
                  const struct trio_campaign_result *result)
{
    if (result->verdict == TRIO_SIM_PASSED ||
        result->verdict == TRIO_SIM_CANCELLED)
        return true;
    if (result->verdict == TRIO_SIM_CAPPED)
        return trio_rc_fail(source, "a run is too long to say");
    return trio_rc_fail(source, "%s\n  schedule: %s", result->text,
                        result->token);
}

bool trio_rc_simulate(struct trio_rc_source *source,
                      const struct trio_scenario *scenario,
                      const struct trio_campaign_options *options)
{
    const struct trio_config base = trio_config_platform();
    struct trio_campaign_options chosen =
        options != nullptr ? *options : few_schedules();
    const char *token = source->check->last ? getenv("TRIO_RC_TOKEN") : nullptr;
    trio_rc::Check *check = source->check;
    auto result = std::make_unique<trio_campaign_result>();
    trio_status rc;

    if (trio_in_run())
        trio_misuse("a simulated run begins outside of any run", source);
    check->simulated = true;
    if (check->campaign == nullptr)
        check->campaign = trio_campaign_new(&base);
    if (check->campaign == nullptr)
        return trio_rc_fail(source, "there is no memory for a campaign");
    chosen.no_shrink = !check->last;
    chosen.no_sometimes = true;
    rc = token != nullptr ? trio_campaign_replay(check->campaign, scenario,
                                                 token, result.get())
                          : trio_campaign_run(check->campaign, scenario,
                                              &chosen, result.get());
    if (rc == TRIO_EINVAL)
        return trio_rc_fail(source, token != nullptr
                                        ? "TRIO_RC_TOKEN is no token of it"
                                        : "there is no such strategy");
    if (rc != TRIO_OK)
        return trio_rc_fail(source, "%s", result->text);
    return judge(source, result.get());
}
