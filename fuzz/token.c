// Tokens: any text is a token or none, and each plan has just one. What can be
// read is written as the same text; what was written is read as the same plan.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/target.h"
#include "sim/search/base64url.h"
#include "sim/search/search.h"

static struct trio_scenario scenario = {.name = "fuzzed"};
static struct deviation deviations[DEVIATIONS_MAX];

static void check_text(const char *text)
{
    struct plan plan = {.scenario = &scenario};
    char again[512];

    FUZZ_CHECK(trio_sim_token_flaw_(text) != NULL);
    if (!trio_sim_token_read_(text, &plan, deviations, DEVIATIONS_MAX))
        return;
    size_t written = trio_sim_token_write_(&plan, again, sizeof(again));
    FUZZ_CHECK(written == strlen(text));
    FUZZ_CHECK(strcmp(text, again) == 0);
    for (size_t i = 0; i < plan.deviation_count; i++)
        FUZZ_CHECK(deviations[i].kind <= DEVIATE_FAIL_ON);
}

// The bytes are a text.
static void read_text(struct fuzz_bytes *bytes)
{
    char text[512];
    size_t length = fuzz_take_bytes(bytes, text, sizeof(text) - 1);

    text[length] = '\0';
    check_text(text);
}

// The bytes are what follows the head of a token, whose hash is right: or most
// would be refused for that.
static void read_body(struct fuzz_bytes *bytes)
{
    uint8_t body[256];
    char text[512];
    uint32_t order = fuzz_take_below(bytes, 4);
    uint32_t seeded = fuzz_take_below(bytes, 2);
    size_t count = 2 + fuzz_take_bytes(bytes, body + 2, sizeof(body) - 2);
    uint32_t hash = UINT32_C(0x811c9dc5);

    for (const char *at = scenario.name; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * UINT32_C(0x01000193);
    for (size_t i = 2; i < count; i++)
        hash = (hash ^ body[i]) * UINT32_C(0x01000193);
    hash = (hash ^ hash >> 16) % 1024;
    body[0] = (uint8_t)(2 << 5 | order << 3 | seeded << 2 | hash >> 8);
    body[1] = (uint8_t)hash;
    FUZZ_CHECK(trio_sim_base64url_write_(body, count, text, sizeof(text)) > 0);
    check_text(text);
}

static struct deviation take_deviation(struct fuzz_bytes *bytes)
{
    return (struct deviation){
        .kind =
            (enum deviation_kind)fuzz_take_below(bytes, DEVIATE_FAIL_ON + 1),
        .anchor = (uint32_t)fuzz_take_number(bytes, 3) % (1u << ANCHOR_BITS),
        .target = (uint32_t)fuzz_take_number(bytes, 2) % (1u << TARGET_BITS)};
}

// The bytes are a plan, and what to spoil in its token.
static void write_plan(struct fuzz_bytes *bytes)
{
    static struct deviation mine[DEVIATIONS_MAX];
    static char text[8 * DEVIATIONS_MAX];
    struct plan plan = {.scenario = &scenario, .deviations = mine};
    struct plan again = {.scenario = &scenario};

    plan.order = (enum trio_sim_order)fuzz_take_below(bytes, TRIO_SIM_SOFT + 1);
    plan.seed = fuzz_take_number(bytes, fuzz_take_below(bytes, 9));
    size_t place = fuzz_take(bytes);
    char letter = (char)fuzz_take(bytes);
    while (bytes->left > 0 && plan.deviation_count < DEVIATIONS_MAX)
        mine[plan.deviation_count++] = take_deviation(bytes);

    size_t length = trio_sim_token_write_(&plan, text, sizeof(text));
    FUZZ_CHECK(length > 0 && length == strlen(text));
    FUZZ_CHECK(trio_sim_token_write_(&plan, text, length) == 0);
    FUZZ_CHECK(trio_sim_token_write_(&plan, text, length + 1) == length);
    FUZZ_CHECK(trio_sim_token_read_(text, &again, deviations, DEVIATIONS_MAX));
    FUZZ_CHECK(again.order == plan.order && again.seed == plan.seed);
    FUZZ_CHECK(again.deviation_count == plan.deviation_count);
    FUZZ_CHECK(
        memcmp(deviations, mine, plan.deviation_count * sizeof(mine[0])) == 0);

    // Another text is no token, or another plan's.
    char *spoilt = &text[place % length];
    if (letter == *spoilt || letter == '\0')
        return;
    char right = *spoilt;
    *spoilt = letter;
    if (!trio_sim_token_read_(text, &again, deviations, DEVIATIONS_MAX))
        return;
    *spoilt = right;
    FUZZ_CHECK(
        again.order != plan.order || again.seed != plan.seed ||
        again.deviation_count != plan.deviation_count ||
        memcmp(deviations, mine, plan.deviation_count * sizeof(mine[0])) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};

    switch (fuzz_take_below(&bytes, 3)) {
    case 0:
        read_text(&bytes);
        break;
    case 1:
        write_plan(&bytes);
        break;
    default:
        read_body(&bytes);
    }
    return 0;
}
