// TRIO_SIM_BUGGIFY: what is rare, looked for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/probe.h>

#include <trio/campaign.h>
#include <trio/sim_fault.h>
#include <trio/testing.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static const struct trio_campaign_options no_sweeps = {
    .runs = 2000,
    .no_cancel_sweep = true,
    .no_time_sweep = true,
    .no_failure_sweep = true,
};

// Writes 4 bytes, and forgets the rest if both of the first come alone.
static TRIO_CHECKPOINT trio_status write_four(bool is_wrong)
{
    int left = 4, pieces = 0;

    while (left > 0) {
        int piece = TRIO_SIM_BUGGIFY("a short write") ? 1 : left;
        left -= piece;
        pieces++;
        if (left == 2 && is_wrong)
            break;
    }
    TRIO_SIM_SOMETIMES(pieces == 1, "in one piece");
    TRIO_SIM_SOMETIMES(pieces > 2, "in some pieces");
    TRIO_SIM_ALWAYS(left == 0, "all is written");
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status write_often(void *arg)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 8 && rc == TRIO_OK; i++)
        rc = write_four(*(const bool *)arg);
    trio_sim_calm(TRIO_SECOND);
    TRIO_SIM_ALWAYS(!TRIO_SIM_BUGGIFY("a short write"), "calm");
    return rc;
}

// S103
TEST_PLAIN(buggify, is_rarely_true)
{
    static const bool is_wrong = false;
    const struct trio_scenario scenario = {
        .name = "write_often", .fn = write_often, .arg = (void *)&is_wrong};
    struct trio_campaign_options options = no_sweeps;
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_STRING(result.text, "");
    CHECK(campaign_faults(&result, "a short write") > 100);
    CHECK(campaign_faults(&result, "a short write") < result.runs / 2);
    options.no_faults = options.no_sometimes = true;
    result = campaign_run_once(&scenario, &options);
    CHECK(!campaign_drew(&result));
}

// S103
TEST_PLAIN(buggify, finds_what_is_rare)
{
    static const bool is_wrong = true;
    const struct trio_scenario scenario = {
        .name = "write_often", .fn = write_often, .arg = (void *)&is_wrong};
    struct trio_campaign_result result =
        campaign_run_once(&scenario, &no_sweeps);

    CHECK_STRING(result.text, "all is written");
    CHECK_EQ(result.deviations, 2);
    CHECK(result.minimal);
    campaign_check_token(&scenario, &result);
}

static TRIO_CHECKPOINT trio_status take_it_amiss(void *arg)
{
    (void)arg;
    TRIO_SIM_ALWAYS(!TRIO_SIM_BUGGIFY("a rare case"), "there is none");
    return trio_checkpoint();
}

// S103 S78
TEST_PLAIN(buggify, is_true_in_the_failure_sweep)
{
    const struct trio_scenario scenario = {.name = "take_it_amiss",
                                           .fn = take_it_amiss};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_STRING(result.text, "there is none");
    CHECK_STRING(result.found_by, "failure sweep");
    CHECK_EQ(result.deviations, 1);
    campaign_check_token(&scenario, &result);
    CHECK_OK(trio_test(take_it_amiss, NULL));
    CHECK_OK(trio_run(take_it_amiss, NULL));
}
