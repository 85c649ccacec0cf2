// What is left of a failure: all that it takes, and nothing else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/campaign.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

// ---- A program of pairs that are to stay in order, amid noise ----

enum { STEPS = 3, NOISE = 4, PAIRS_MAX = 4 };

struct pairs {
    size_t count;
    size_t overtaken; // Those whose second came first.
    bool first_was_there[PAIRS_MAX];
};

struct member {
    struct pairs *pairs;
    size_t pair;
    bool is_second;
};

static TRIO_CHECKPOINT trio_status make_noise(void *arg)
{
    (void)arg;
    for (int i = 0; i < STEPS; i++)
        trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status keep_order(void *arg)
{
    const struct member *member = arg;
    struct pairs *pairs = member->pairs;

    for (int i = 0; i < STEPS; i++)
        trio_cancel_shielded_checkpoint();
    if (!member->is_second)
        pairs->first_was_there[member->pair] = true;
    else if (!pairs->first_was_there[member->pair])
        pairs->overtaken++;
    TRIO_SIM_ALWAYS(pairs->overtaken < pairs->count, "some pair is in order");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_pairs(void *arg)
{
    struct pairs pairs = {.count = *(const size_t *)arg};
    struct member members[2 * PAIRS_MAX];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < 2 * pairs.count; i++) {
        members[i] = (struct member){&pairs, i / 2, i % 2 == 1};
        rc = trio_nursery_start_soon(&nursery, keep_order, &members[i]);
    }
    for (size_t i = 0; rc == TRIO_OK && i < NOISE; i++)
        rc = trio_nursery_start_soon(&nursery, make_noise, NULL);
    return trio_nursery_close(&nursery, rc);
}

static size_t counts[] = {0, 1, 2, 3};
static const struct trio_scenario pairs_of[] = {
    {.name = "no_pair", .fn = run_pairs, .arg = &counts[0]},
    {.name = "one_pair", .fn = run_pairs, .arg = &counts[1]},
    {.name = "two_pairs", .fn = run_pairs, .arg = &counts[2]},
    {.name = "three_pairs", .fn = run_pairs, .arg = &counts[3]},
};

// ---- A program that fails if one goes twice before another goes once ----

static TRIO_CHECKPOINT trio_status go_twice(void *arg)
{
    const bool *other_went = arg;

    trio_cancel_shielded_checkpoint();
    TRIO_SIM_ALWAYS(*other_went, "everybody has a turn in a pass");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status go_once(void *arg)
{
    *(bool *)arg = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_turns(void *arg)
{
    bool other_went = false;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, go_once, &other_went);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, go_twice, &other_went);
    return trio_nursery_close(&nursery, rc);
}

// ---- A program that cannot bear to be cancelled amid other things ----

static TRIO_CHECKPOINT trio_status bear_nothing(void *arg)
{
    (void)arg;
    for (int i = 0; i < STEPS; i++)
        TRIO_SIM_ALWAYS(trio_checkpoint() == TRIO_OK, "nobody cancels it");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_tender(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < NOISE; i++)
        rc = trio_nursery_start_soon(&nursery, make_noise, NULL);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, bear_nothing, NULL);
    return trio_nursery_close(&nursery, rc);
}

// ---- What the tests share ----

struct fixture {
    struct trio_campaign *campaign;
    struct trio_campaign_result result;
};

// Makes a scenario fail.
static struct fixture begin(const struct trio_scenario *scenario,
                            const struct trio_campaign_options *options)
{
    struct fixture fixture = {.campaign = campaign_open(NULL)};

    fixture.result = campaign_run(fixture.campaign, scenario, options);
    REQUIRE(fixture.result.verdict == TRIO_SIM_FAILED);
    REQUIRE(fixture.result.token[0] != '\0');
    return fixture;
}

// Says whether a token makes it fail in the same way.
static bool fails_again(struct fixture *fixture,
                        const struct trio_scenario *scenario, const char *token)
{
    struct trio_campaign_result again;
    trio_status rc =
        trio_campaign_replay(fixture->campaign, scenario, token, &again);

    REQUIRE(rc == TRIO_OK || rc == TRIO_ESTALE);
    return again.verdict == TRIO_SIM_FAILED &&
           strcmp(again.text, fixture->result.text) == 0;
}

// ---- Tokens, one deviation less ----

enum { HEAD_BYTES = 2, DEVIATION_BYTES = 5, BYTES_MAX = 64 };
static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static size_t read_bytes(const char *text, unsigned char *bytes)
{
    unsigned bits = 0, left = 0;
    size_t count = 0;

    for (; *text != '\0'; text++) {
        const char *digit = strchr(digits, *text);
        REQUIRE(digit != NULL);
        bits = bits << 6 | (unsigned)(digit - digits);
        left += 6;
        if (left < 8)
            continue;
        REQUIRE(count < BYTES_MAX);
        left -= 8;
        bytes[count++] = (unsigned char)(bits >> left);
    }
    return count;
}

static void write_bytes(const unsigned char *bytes, size_t count, char *text)
{
    unsigned bits = 0, left = 0;

    for (size_t i = 0; i < count; i++) {
        bits = bits << 8 | bytes[i];
        for (left += 8; left >= 6; left -= 6)
            *text++ = digits[bits >> (left - 6) & 63];
    }
    if (left > 0)
        *text++ = digits[bits << (6 - left) & 63];
    *text = '\0';
}

// Has the token fail again without deviation `number`; there is no seed in it.
// Ten bits of its head are a hash of the rest: only one value of them is right.
static bool fails_without(struct fixture *fixture,
                          const struct trio_scenario *scenario, size_t number)
{
    const char *token = fixture->result.token;
    char less[TRIO_SIM_TOKEN_MAX];
    unsigned char bytes[BYTES_MAX];
    size_t count = read_bytes(token, bytes);
    size_t at = HEAD_BYTES + number * DEVIATION_BYTES;

    REQUIRE(at + DEVIATION_BYTES <= count);
    count -= DEVIATION_BYTES;
    memmove(bytes + at, bytes + at + DEVIATION_BYTES, count - at);
    for (unsigned hash = 0; hash < 1U << 10; hash++) {
        struct trio_campaign_result again;
        bytes[0] = (unsigned char)((bytes[0] & ~3U) | hash >> 8);
        bytes[1] = (unsigned char)hash;
        write_bytes(bytes, count, less);
        trio_status rc =
            trio_campaign_replay(fixture->campaign, scenario, less, &again);
        if (rc != TRIO_EINVAL)
            return again.verdict == TRIO_SIM_FAILED &&
                   strcmp(again.text, fixture->result.text) == 0;
    }
    return CHECK(false); // None was right.
}

// ---- The tests ----

// S71
TEST_PLAIN(shrink, leaves_a_deviation_for_each_thing_that_has_to_happen)
{
    for (size_t count = 1; count <= 3; count++) {
        for (uint64_t seed = 0; seed < 8; seed++) {
            struct trio_campaign_options options = {
                .strategy = "random", .seed = seed, .runs = 10000};
            struct fixture fixture = begin(&pairs_of[count], &options);
            CHECK_EQ(fixture.result.deviations, count);
            CHECK(fixture.result.deviations_found > count);
            CHECK(fixture.result.replays <= 200);
            CHECK(
                fails_again(&fixture, &pairs_of[count], fixture.result.token));
            trio_campaign_free(fixture.campaign);
        }
    }
}

// S71
TEST_PLAIN(shrink, leaves_nothing_that_can_be_left_out)
{
    for (size_t count = 1; count <= 3; count++) {
        struct fixture fixture = begin(&pairs_of[count], NULL);
        for (size_t i = 0; i < fixture.result.deviations; i++)
            CHECK(!fails_without(&fixture, &pairs_of[count], i));
        trio_campaign_free(fixture.campaign);
    }
}

// S71
TEST_PLAIN(shrink, of_two_deviations_leaves_sixteen_letters)
{
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct trio_campaign_options options = {.seed = seed};
        struct fixture fixture = begin(&pairs_of[2], &options);
        CHECK_EQ(fixture.result.deviations, 2);
        CHECK_EQ(strlen(fixture.result.token), 16);
        trio_campaign_free(fixture.campaign);
    }
}

// S71
TEST_PLAIN(shrink, changes_nothing_about_what_failed)
{
    struct trio_campaign_options options = {.strategy = "pct"};
    struct fixture small = begin(&pairs_of[2], &options);
    options.no_shrink = true;
    struct fixture large = begin(&pairs_of[2], &options);

    CHECK_STRING(small.result.text, large.result.text);
    CHECK(strlen(small.result.token) < strlen(large.result.token));
    CHECK(fails_again(&small, &pairs_of[2], large.result.token));
    CHECK(fails_again(&large, &pairs_of[2], small.result.token));
    trio_campaign_free(small.campaign);
    trio_campaign_free(large.campaign);
}

// S71
TEST_PLAIN(shrink, keeps_the_cancellation_that_is_needed)
{
    static const struct trio_scenario tender = {.name = "tender",
                                                .fn = run_tender};
    struct fixture fixture = begin(&tender, NULL);

    CHECK_STRING(fixture.result.found_by, "cancel sweep");
    CHECK_EQ(fixture.result.deviations, 1);
    CHECK(fixture.result.minimal);
    CHECK(fails_again(&fixture, &tender, fixture.result.token));
    CHECK(!fails_without(&fixture, &tender, 0));
    trio_campaign_free(fixture.campaign);
}

// S71
TEST_PLAIN(shrink, finds_again_on_todays_loop_what_is_possible_there)
{
    static const enum trio_sim_order any = TRIO_SIM_ANY;
    struct trio_campaign_options options = {
        .strategy = "random", .runs = 10000, .order = &any};

    for (options.seed = 0; options.seed < 8; options.seed++) {
        struct fixture fixture = begin(&pairs_of[2], &options);
        CHECK(fixture.result.possible_in_pass);
        CHECK_EQ(fixture.result.deviations, 2);
        trio_campaign_free(fixture.campaign);
    }
}

// S71
TEST_PLAIN(shrink, says_what_needs_a_loop_with_another_fairness)
{
    static const struct trio_scenario turns = {
        .name = "turns", .fn = run_turns, .order = TRIO_SIM_ANY};
    struct fixture fixture = begin(&turns, NULL);

    CHECK(!fixture.result.possible_in_pass);
    CHECK(fixture.result.deviations > 0);
    CHECK(fails_again(&fixture, &turns, fixture.result.token));
    trio_campaign_free(fixture.campaign);
}
