// See campaigns.h.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/campaigns.h"

#include <string.h>

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

uint64_t campaign_faults(const struct trio_campaign_result *result,
                         const char *name)
{
    for (size_t i = 0; i < TRIO_SIM_FAULTS_MAX; i++)
        if (result->faults[i].name != NULL &&
            strcmp(result->faults[i].name, name) == 0)
            return result->faults[i].tried;
    return 0;
}

bool campaign_drew(const struct trio_campaign_result *result)
{
    return result->faults[0].name != NULL;
}

void campaign_check_token(const struct trio_scenario *scenario,
                          const struct trio_campaign_result *found)
{
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result again;

    CHECK_OK(trio_campaign_replay(campaign, scenario, found->token, &again));
    CHECK_EQ(again.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(again.text, found->text);
    trio_campaign_free(campaign);
}
