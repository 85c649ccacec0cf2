// A token is a plan without a strategy, and as text there is one for each plan:
// what can be read is exactly what can be written. All else is no token, so
// that one which was cut off, or typed wrongly, or is of another scenario does
// not pass for the schedule of something else.
//
// Its bytes: two for the head, which are from the highest bit on 3 for the
// version, 2 for the order, 1 if there is a seed, 10 for a hash of the
// scenario's name and of all that follows, so that none is cut off; the
// seed, if it is not zero, 7 bits a byte, lowest first, the highest bit of each
// byte says that more follow; five for each deviation, which are 3 bits for the
// kind, 21 for the anchor, 16 for the target. Two deviations are 16 letters.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/base64url.h"
#include "sim/search/search.h"

enum {
    VERSION = 2,
    HEAD_BYTES = 2,
    SEED_BYTES_MAX = 10,
    DEVIATION_BYTES = 5,
    BYTES_MAX = HEAD_BYTES + SEED_BYTES_MAX + DEVIATION_BYTES * DEVIATIONS_MAX
};

// What is still to be read.
struct reader {
    const uint8_t *at;
    size_t left;
};

// Returns the head of a token with these bytes behind it.
static uint32_t head_of(const struct trio_scenario *scenario,
                        enum trio_sim_order order, bool seeded,
                        const uint8_t *bytes, size_t count)
{
    uint32_t hash = UINT32_C(0x811c9dc5);

    for (const char *at = scenario->name; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * UINT32_C(0x01000193);
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * UINT32_C(0x01000193);
    return (uint32_t)VERSION << 13 | (uint32_t)order << 11 |
           (uint32_t)seeded << 10 | (hash ^ hash >> 16) % (1U << 10);
}

static size_t write_seed(uint64_t seed, uint8_t *bytes)
{
    size_t count = 0;

    for (; seed >= 1U << 7; seed >>= 7)
        bytes[count++] = (uint8_t)(seed | 1U << 7);
    bytes[count++] = (uint8_t)seed;
    return count;
}

size_t trio_sim_token_write_(const struct plan *plan, char *buffer, size_t size)
{
    uint8_t bytes[BYTES_MAX];
    size_t count = HEAD_BYTES; // Which is written last.

    if (plan->deviation_count > DEVIATIONS_MAX)
        return 0;
    if (plan->seed != 0)
        count += write_seed(plan->seed, bytes + count);
    for (size_t i = 0; i < plan->deviation_count; i++) {
        const struct deviation *deviation = &plan->deviations[i];
        uint64_t bits =
            (uint64_t)deviation->kind << (ANCHOR_BITS + TARGET_BITS) |
            (uint64_t)deviation->anchor << TARGET_BITS | deviation->target;

        TRIO_ASSERT(deviation->anchor >> ANCHOR_BITS == 0);
        TRIO_ASSERT(deviation->target >> TARGET_BITS == 0);
        for (int shift = 8 * (DEVIATION_BYTES - 1); shift >= 0; shift -= 8)
            bytes[count++] = (uint8_t)(bits >> shift);
    }
    uint32_t head = head_of(plan->scenario, plan->order, plan->seed != 0,
                            bytes + HEAD_BYTES, count - HEAD_BYTES);
    bytes[0] = (uint8_t)(head >> 8);
    bytes[1] = (uint8_t)head;
    return trio_sim_base64url_write_(bytes, count, buffer, size);
}

// Reads a number of so many bytes, highest first; there are as many.
static uint64_t read_number(struct reader *reader, size_t count)
{
    uint64_t number = 0;

    TRIO_ASSERT(reader->left >= count);
    reader->left -= count;
    while (count-- > 0)
        number = number << 8 | *reader->at++;
    return number;
}

// Reads a seed that is not zero and does not end with a zero byte.
static bool read_seed(struct reader *reader, uint64_t *ret_seed)
{
    uint64_t seed = 0;

    for (unsigned shift = 0; shift < 64 && reader->left > 0; shift += 7) {
        uint8_t byte = (uint8_t)read_number(reader, 1);
        if (shift == 63 && byte > 1)
            return false; // It would have more than 64 bits.
        seed |= (uint64_t)(byte & 0x7f) << shift;
        if (byte >> 7 == 0) {
            *ret_seed = seed;
            return byte != 0;
        }
    }
    return false;
}

static bool read_deviation(struct reader *reader, struct deviation *ret)
{
    uint64_t bits = read_number(reader, DEVIATION_BYTES);
    uint32_t kind = (uint32_t)(bits >> (ANCHOR_BITS + TARGET_BITS));

    if (kind > DEVIATE_FAIL_ON)
        return false;
    ret->kind = (enum deviation_kind)kind;
    ret->anchor = (uint32_t)(bits >> TARGET_BITS) % (1U << ANCHOR_BITS);
    ret->target = (uint32_t)bits % (1U << TARGET_BITS);
    return true;
}

bool trio_sim_token_read_(const char *token, struct plan *plan,
                          struct deviation *deviations, size_t max)
{
    uint8_t bytes[BYTES_MAX];
    struct reader reader = {.at = bytes};
    uint64_t seed = 0;

    if (!trio_sim_base64url_read_(token, bytes, BYTES_MAX, &reader.left) ||
        reader.left < HEAD_BYTES)
        return false;
    uint32_t head = (uint32_t)read_number(&reader, HEAD_BYTES);
    uint32_t order = head >> 11 & 3;
    bool seeded = (head >> 10 & 1) != 0;
    if (order > TRIO_SIM_SOFT ||
        head != head_of(plan->scenario, (enum trio_sim_order)order, seeded,
                        reader.at, reader.left))
        return false;
    if (seeded && !read_seed(&reader, &seed))
        return false;

    size_t count = reader.left / DEVIATION_BYTES;
    if (reader.left % DEVIATION_BYTES != 0 || count > max)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_deviation(&reader, &deviations[i]))
            return false;
    plan->order = (enum trio_sim_order)order;
    plan->seed = seed;
    plan->deviations = deviations;
    plan->deviation_count = count;
    return true;
}

const char *trio_sim_token_flaw_(const char *text)
{
    uint8_t bytes[BYTES_MAX];
    size_t count;

    if (trio_sim_base64url_read_(text, bytes, BYTES_MAX, &count) &&
        count >= HEAD_BYTES && bytes[0] >> 5 > 0 && bytes[0] >> 5 < VERSION)
        return "a token of an older format";
    return "no token, or not a whole one";
}
