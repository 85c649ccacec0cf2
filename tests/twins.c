// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/twins.h"

#include <stdio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

struct trio_campaign_result run_twins(trio_task_fn fn, uint64_t runs)
{
    const struct trio_scenario scenario = {.name = "scenario", .fn = fn};
    const struct trio_campaign_options options = {.runs = runs,
                                                  .twins_only = true};

    return campaign_run_once(&scenario, &options);
}

bool depends_on(const struct trio_campaign_result *result, const char *what)
{
    char text[TRIO_SIM_TEXT_MAX];

    snprintf(text, sizeof(text), "not deterministic: depends on %s; first at ",
             what);
    if (!CHECK_EQ(result->verdict, TRIO_SIM_FAILED) ||
        !CHECK(strstr(result->text, text) != NULL)) {
        fprintf(stderr, "    it says: %s\n", result->text);
        return false;
    }
    return CHECK_STRING(result->found_by, "twin");
}
