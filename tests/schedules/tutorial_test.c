// The bug of docs/tutorial.md, which is found, made small and replayed with the
// tokens that stand there, on every system.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>
#include <trio/scenario.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static const char cancelled[] = "QkJq4-5Rmw";
static const char overtaken[] = "QA0l4QcAAQ";

static void find(const struct trio_campaign_options *options, const char *by,
                 uint64_t after, const char *token)
{
    struct trio_campaign_result found =
        campaign_run_once(trio_scenario_first(), options);

    CHECK_EQ(found.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(found.found_by, by);
    CHECK_EQ(found.found_after, after);
    CHECK_EQ(found.deviations, 1);
    CHECK(found.minimal);
    CHECK_STRING(found.token, token);
}

// S70
TEST_PLAIN(tutorial, the_sweep_finds_its_token_everywhere)
{
    find(NULL, "cancel sweep", 5, cancelled);
}

// S70
TEST_PLAIN(tutorial, the_portfolio_finds_its_token_everywhere)
{
    const struct trio_campaign_options options = {.no_cancel_sweep = true,
                                                  .no_time_sweep = true,
                                                  .no_failure_sweep = true};

    find(&options, "pos", 3, overtaken);
}

// S70
TEST_PLAIN(tutorial, its_tokens_lead_to_the_failure_everywhere)
{
    const char *const tokens[] = {cancelled, overtaken};
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result;

    for (size_t i = 0; i < COUNT(tokens); i++) {
        CHECK_OK(trio_campaign_replay(campaign, trio_scenario_first(),
                                      tokens[i], &result));
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_STRING(result.text, "all are back");
    }
    trio_campaign_free(campaign);
}
