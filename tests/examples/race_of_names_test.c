// The example dns_race: who wins, and what becomes of the others.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/dns_race/race.h"
#include "tests/check.h"

// Answers "after-N" after N ms, IPv6 one later, and nobody else.
static TRIO_CHECKPOINT trio_status resolve(void *context, const char *host,
                                           enum trio_address_family family,
                                           struct trio_address *ret_addresses,
                                           size_t max, size_t *ret_count)
{
    bool is_late = family == TRIO_ADDRESS_IPV6;
    int delay = 0;

    (void)context, (void)max;
    trio_status rc = trio_checkpoint();
    if (rc != TRIO_OK)
        return rc;
    if (strncmp(host, "after-", 6) != 0)
        return trio_fail(TRIO_ENOENT, "who is %s?", host);
    for (const char *at = host + 6; *at != '\0'; at++)
        delay = 10 * delay + (*at - '0');
    rc = trio_sleep((delay + is_late) * TRIO_MS);
    if (rc != TRIO_OK)
        return rc;
    ret_addresses[0] = (struct trio_address){.family = family};
    *ret_count = 1;
    return TRIO_OK;
}

static const struct trio_resolver resolver = {NULL, resolve, NULL};

static TRIO_CHECKPOINT trio_status run(struct racer *racers, size_t count,
                                       size_t *ret_winner)
{
    const struct trio_resolver *before = trio_resolver_set(&resolver);
    trio_status rc = race(racers, count, ret_winner);

    trio_resolver_set(before);
    return rc;
}

TEST(race_of_names, the_first_answer_wins_and_the_rest_are_given_up)
{
    struct racer racers[] = {
        {.host = "nobody", .family = TRIO_ADDRESS_IPV4},
        {.host = "after-50", .family = TRIO_ADDRESS_IPV4, .why = "x"},
        {.host = "after-20", .family = TRIO_ADDRESS_IPV6},
        {.host = "after-20", .family = TRIO_ADDRESS_IPV4},
    };
    size_t winner = 99;

    trio_status rc = run(racers, COUNT(racers), &winner);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || (winner < COUNT(racers) &&
                                      racers[winner].rc == TRIO_OK),
                    "who wins has an answer");
    if (rc != TRIO_OK || winner != 3)
        return; // Something was injected.
    CHECK_EQ(racers[3].took, 20 * TRIO_MS);
    CHECK_STATUS(racers[1].rc, TRIO_ECANCELED);
    CHECK_STRING(racers[1].why, "");
    CHECK_STATUS(racers[2].rc, TRIO_ECANCELED);
    CHECK_STATUS(racers[0].rc, TRIO_ENOENT);
    CHECK_STRING(racers[0].why, "resolve nobody: who is nobody?");
}

TEST_ONCE(race_of_names, who_has_no_answer_does_not_end_it)
{
    struct racer racers[] = {
        {.host = "no..name", .family = TRIO_ADDRESS_IPV4},
        {.host = "nobody", .family = TRIO_ADDRESS_IPV4},
        {.host = "after-20", .family = TRIO_ADDRESS_IPV6},
    };
    size_t winner = 99;

    CHECK_OK(run(racers, COUNT(racers), &winner));
    CHECK_EQ(winner, 2);
    CHECK_STATUS(racers[0].rc, TRIO_EINVAL);
    CHECK_STRING(racers[0].why, "label \"\" of a host's name: it is empty");
}

TEST_ONCE(race_of_names, without_any_answer_all_failures_are_told)
{
    struct racer racers[] = {
        {.host = "no..name", .family = TRIO_ADDRESS_IPV4},
        {.host = "nobody", .family = TRIO_ADDRESS_IPV4},
    };
    size_t winner;

    CHECK_STATUS(run(racers, 2, &winner), TRIO_EGROUP);
    CHECK_STATUS(run(racers + 1, 1, &winner), TRIO_ENOENT);
}
