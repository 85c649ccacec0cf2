// What trio/random.h promises: replayed in simulation, even over a range.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/random.h>

#include <trio/testing.h>

#include "tests/check.h"

#define DRAWS 16

static trio_status draw(void *arg)
{
    uint64_t *drawn = arg;

    for (int i = 0; i < DRAWS; i++)
        drawn[i] = trio_random_u64();
    return TRIO_OK;
}

static bool same(const uint64_t *a, const uint64_t *b)
{
    for (int i = 0; i < DRAWS; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

TEST_PLAIN(random, same_seed_same_numbers)
{
    uint64_t first[DRAWS], second[DRAWS];

    CHECK_OK(trio_test_seeded(7, draw, first));
    CHECK_OK(trio_test_seeded(7, draw, second));
    CHECK(same(first, second));
}

TEST_PLAIN(random, other_seed_other_numbers)
{
    uint64_t first[DRAWS], second[DRAWS];

    CHECK_OK(trio_test_seeded(7, draw, first));
    CHECK_OK(trio_test_seeded(8, draw, second));
    CHECK(!same(first, second));
}

TEST(random, below_stays_below_and_reaches_every_number)
{
    unsigned seen = 0;

    for (int i = 0; i < 1000; i++) {
        uint64_t number = trio_random_below(10);
        CHECK(number < 10);
        seen |= 1u << number;
    }
    CHECK(seen == (1u << 10) - 1);
}

TEST(random, below_nothing_and_below_one_are_nothing)
{
    CHECK(trio_random_below(0) == 0);
    CHECK(trio_random_below(1) == 0);
}

TEST_REAL(random, production_draws_from_the_system)
{
    CHECK(trio_random_u64() != trio_random_u64());
}
