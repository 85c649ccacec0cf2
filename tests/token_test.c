// Tokens, as they are typed, cut off, mixed up and outdated.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/campaign.h>
#include <trio/random.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

enum { ALPHABET = 64 };
static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// ---- A program that fails if the second task comes first ----

struct pair {
    unsigned steps; // Before it matters.
    bool first_was_there;
};

static TRIO_CHECKPOINT trio_status come_first(void *arg)
{
    struct pair *pair = arg;

    for (unsigned i = 0; i < pair->steps; i++)
        trio_cancel_shielded_checkpoint();
    pair->first_was_there = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status come_second(void *arg)
{
    struct pair *pair = arg;

    for (unsigned i = 0; i < pair->steps; i++)
        trio_cancel_shielded_checkpoint();
    TRIO_SIM_ALWAYS(pair->first_was_there, "the first comes first");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_pair(void *arg)
{
    struct pair pair = {.steps = *(const unsigned *)arg};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, come_first, &pair);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, come_second, &pair);
    return trio_nursery_close(&nursery, rc);
}

// What becomes of it: there is nobody to overtake any more.
static TRIO_CHECKPOINT trio_status run_alone(void *arg)
{
    struct pair pair = {.steps = *(const unsigned *)arg};

    return come_first(&pair);
}

// ---- A program that fails with one seed in eight ----

static TRIO_CHECKPOINT trio_status draw(void *arg)
{
    (void)arg;
    TRIO_SIM_ALWAYS(trio_random_u64() % 8 != 3, "three is not drawn");
    trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

// ---- What the tests share ----

static unsigned three = 3;
static const struct trio_scenario overtaking = {
    .name = "overtaking", .fn = run_pair, .arg = &three};

struct fixture {
    struct trio_campaign *campaign;
    struct trio_campaign_result result;
};

static struct fixture begin(void)
{
    return (struct fixture){.campaign = campaign_open(NULL)};
}

// Makes the scenario fail, and leaves its token in the result.
static struct fixture begin_failed(const struct trio_scenario *scenario)
{
    struct fixture fixture = begin();

    CHECK_OK(
        trio_campaign_run(fixture.campaign, scenario, NULL, &fixture.result));
    REQUIRE(fixture.result.verdict == TRIO_SIM_FAILED);
    REQUIRE(fixture.result.token[0] != '\0');
    return fixture;
}

static trio_status replay(struct fixture *fixture,
                          const struct trio_scenario *scenario,
                          const char *token)
{
    struct trio_campaign_result result;
    trio_status rc =
        trio_campaign_replay(fixture->campaign, scenario, token, &result);

    if (rc == TRIO_OK)
        CHECK(result.verdict <= TRIO_SIM_CAPPED);
    return rc;
}

// ---- The tests ----

// S70
TEST_PLAIN(token, repeats_the_failure)
{
    struct fixture fixture = begin_failed(&overtaking);
    struct trio_campaign_result again;

    CHECK_OK(trio_campaign_replay(fixture.campaign, &overtaking,
                                  fixture.result.token, &again));
    CHECK_EQ(again.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(again.text, fixture.result.text);
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, of_one_deviation_is_ten_letters)
{
    struct fixture fixture = begin_failed(&overtaking);

    CHECK_EQ(fixture.result.deviations, 1);
    CHECK_EQ(strlen(fixture.result.token), 10);
    CHECK_EQ(strspn(fixture.result.token, alphabet), 10);
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, has_the_seed_if_that_is_what_fails)
{
    static const struct trio_scenario drawing = {.name = "drawing", .fn = draw};
    struct fixture fixture = begin_failed(&drawing);
    struct trio_campaign_result again;

    CHECK_EQ(fixture.result.deviations, 0);
    CHECK(strlen(fixture.result.token) > 3);
    CHECK_OK(trio_campaign_replay(fixture.campaign, &drawing,
                                  fixture.result.token, &again));
    CHECK_EQ(again.verdict, TRIO_SIM_FAILED);
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, is_of_one_scenario)
{
    struct fixture fixture = begin_failed(&overtaking);
    struct trio_scenario other = overtaking;

    other.name = "overtakinG";
    CHECK_STATUS(replay(&fixture, &other, fixture.result.token), TRIO_EINVAL);
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, that_does_not_fit_any_more_is_stale)
{
    struct fixture fixture = begin_failed(&overtaking);
    struct trio_scenario changed = overtaking;
    struct trio_campaign_result again;

    changed.fn = run_alone;
    CHECK_STATUS(trio_campaign_replay(fixture.campaign, &changed,
                                      fixture.result.token, &again),
                 TRIO_ESTALE);
    CHECK_EQ(again.verdict, TRIO_SIM_PASSED);
    CHECK(again.text[0] != '\0');
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, cut_off_or_prolonged_is_none)
{
    struct fixture fixture = begin_failed(&overtaking);
    const char *token = fixture.result.token;
    size_t length = strlen(token);
    static char other[TRIO_SIM_TOKEN_MAX + 2];

    for (size_t i = 0; i < length; i++) {
        snprintf(other, sizeof(other), "%.*s", (int)i, token);
        CHECK_STATUS(replay(&fixture, &overtaking, other), TRIO_EINVAL);
    }
    for (size_t i = 0; i < ALPHABET; i++) {
        snprintf(other, sizeof(other), "%s%c", token, alphabet[i]);
        CHECK_STATUS(replay(&fixture, &overtaking, other), TRIO_EINVAL);
    }
    snprintf(other, sizeof(other), "%s=", token);
    CHECK_STATUS(replay(&fixture, &overtaking, other), TRIO_EINVAL);
    snprintf(other, sizeof(other), " %s", token);
    CHECK_STATUS(replay(&fixture, &overtaking, other), TRIO_EINVAL);
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, longer_than_any_is_none)
{
    struct fixture fixture = begin_failed(&overtaking);
    static char endless[8 * TRIO_SIM_TOKEN_MAX];

    memset(endless, 'A', sizeof(endless) - 1);
    memcpy(endless, fixture.result.token, 3);
    for (size_t length = sizeof(endless) - 1; length > sizeof(endless) - 9;
         length--) {
        endless[length] = '\0';
        CHECK_STATUS(replay(&fixture, &overtaking, endless), TRIO_EINVAL);
    }
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, with_other_letters_is_none)
{
    struct fixture fixture = begin_failed(&overtaking);
    const char *token = fixture.result.token;
    size_t some = 0;
    static char other[TRIO_SIM_TOKEN_MAX + 2];

    for (size_t at = 0; token[at] != '\0'; at++) {
        for (int letter = 1; letter < 256; letter++) {
            if (letter == token[at])
                continue;
            snprintf(other, sizeof(other), "%s", token);
            other[at] = (char)letter;
            trio_status rc = replay(&fixture, &overtaking, other);
            some += rc != TRIO_EINVAL;
            if (strchr(alphabet, letter) == NULL)
                CHECK_STATUS(rc, TRIO_EINVAL);
        }
    }
    CHECK(some < 10); // One of a thousand has the same hash.
    trio_campaign_free(fixture.campaign);
}

// S70
TEST_PLAIN(token, of_random_letters_is_none)
{
    struct fixture fixture = begin();
    uint64_t state = 1;
    size_t some = 0;

    for (unsigned run = 0; run < 20000; run++) {
        char text[40];
        size_t length = 0;
        do {
            state = state * UINT64_C(6364136223846793005) + 1;
            text[length++] = alphabet[state >> 58];
        } while (length < 3 + run % (sizeof(text) - 4));
        text[length] = '\0';
        some += replay(&fixture, &overtaking, text) != TRIO_EINVAL;
    }
    CHECK(some < 20);
    trio_campaign_free(fixture.campaign);
}
