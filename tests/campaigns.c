// See campaigns.h.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/campaigns.h"

#include "tests/check.h"

struct trio_campaign *campaign_open(const struct trio_config *base)
{
    const struct trio_config platform = trio_config_platform();
    struct trio_campaign *campaign =
        trio_campaign_new(base != NULL ? base : &platform);

    REQUIRE(campaign != NULL);
    return campaign;
}

struct trio_campaign_result
campaign_run(struct trio_campaign *campaign,
             const struct trio_scenario *scenario,
             const struct trio_campaign_options *options)
{
    struct trio_campaign_result result;

    CHECK_OK(trio_campaign_run(campaign, scenario, options, &result));
    return result;
}

struct trio_campaign_result
campaign_run_once(const struct trio_scenario *scenario,
                  const struct trio_campaign_options *options)
{
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result =
        campaign_run(campaign, scenario, options);

    trio_campaign_free(campaign);
    return result;
}
