// The campaigns of tests that are about campaigns.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_CAMPAIGNS_H
#define TESTS_CAMPAIGNS_H

#include <trio/campaign.h>

// Makes one, for trio_campaign_free; `base` may be NULL for the platform's.
struct trio_campaign *campaign_open(const struct trio_config *base);

// Runs a scenario in a campaign, which has to be possible.
struct trio_campaign_result
campaign_run(struct trio_campaign *campaign,
             const struct trio_scenario *scenario,
             const struct trio_campaign_options *options);

// Does all of that, in a campaign of its own.
struct trio_campaign_result
campaign_run_once(const struct trio_scenario *scenario,
                  const struct trio_campaign_options *options);

// How many faults of a kind random runs have drawn, and whether any.
uint64_t campaign_faults(const struct trio_campaign_result *result,
                         const char *name);
bool campaign_drew(const struct trio_campaign_result *result);

// Checks that the token of a failure leads to it, without anything else of the
// campaign that has found it.
void campaign_check_token(const struct trio_scenario *scenario,
                          const struct trio_campaign_result *found);

#endif // TESTS_CAMPAIGNS_H
