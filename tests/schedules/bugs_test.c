// What is kept of each bug of bench/bugs fails as it did, on every system: also
// where there are no processes for //bench/bugs:tokens_replay, and all are
// replayed one after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/campaign.h>
#include <trio/scenario.h>

#include "tests/campaigns.h"
#include "tests/check.h"

enum { BUGS_LEAST = 30 };

// A line of the file.
struct kept {
    char name[64];
    char token[TRIO_SIM_TOKEN_MAX];
    char text[TRIO_SIM_TEXT_MAX];
};

// Reads the next one, past comments; returns whether there is one.
static bool read_kept(FILE *file, struct kept *ret)
{
    int got;

    do {
        got = fscanf(file, " %63s %4095s %255[^\r\n]", ret->name, ret->token,
                     ret->text);
    } while (got > 0 && ret->name[0] == '#');
    return got == 3;
}

static const struct trio_scenario *bug_named(const char *name)
{
    const struct trio_scenario *bug = trio_scenario_first();

    while (bug != NULL && strcmp(bug->name, name) != 0)
        bug = bug->next;
    return bug;
}

// S70
TEST_PLAIN(bugs, fail_everywhere_as_their_tokens_say)
{
    FILE *file = fopen("bench/bugs/tokens.txt", "r");
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result;
    struct kept kept;
    size_t count = 0;

    REQUIRE(file != NULL);
    for (; read_kept(file, &kept); count++) {
        const struct trio_scenario *bug = bug_named(kept.name);

        REQUIRE(bug != NULL);
        CHECK_OK(trio_campaign_replay(campaign, bug, kept.token, &result));
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_STRING(result.text, kept.text);
    }
    CHECK(count >= BUGS_LEAST);
    trio_campaign_free(campaign);
    fclose(file);
}
