// Several fetch the same; one wins, and what the others fetched is given back.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

enum { MIRRORS = 4 };

struct mirror {
    trio_duration delay;
    trio_status outcome;
    bool has_page;
    bool running;
};

static TRIO_CHECKPOINT trio_status fetch(void *arg)
{
    struct mirror *mirror = arg;

    mirror->running = true;
    trio_status rc = trio_sleep(mirror->delay);
    mirror->running = false;
    if (rc != TRIO_OK)
        return rc;
    if (mirror->outcome != TRIO_OK)
        return trio_fail(mirror->outcome, "fetch a page");
    trio_sim_owe(mirror, "page");
    mirror->has_page = true;
    return TRIO_OK;
}

static void give_back(void *arg)
{
    struct mirror *mirror = arg;

    mirror->has_page = false;
    trio_sim_settle(mirror);
}

static void check_end(const struct mirror *mirrors, trio_status rc,
                      size_t winner)
{
    for (size_t i = 0; i < MIRRORS; i++) {
        TRIO_SIM_ALWAYS(!mirrors[i].running, "nobody runs after the race");
        TRIO_SIM_ALWAYS(mirrors[i].has_page == (rc == TRIO_OK && i == winner),
                        "the winner has the page, and nobody else");
    }
}

TRIO_SCENARIO(one_wins_and_the_others_give_back)
{
    static const struct trio_race_options options = {.discard = give_back};
    struct mirror mirrors[MIRRORS] = {{.delay = TRIO_SECOND},
                                      {.outcome = TRIO_EIO},
                                      {.delay = TRIO_SECOND},
                                      {.delay = 2 * TRIO_SECOND}};
    size_t winner = MIRRORS;

    (void)arg;
    trio_status rc = trio_race(mirrors, MIRRORS, sizeof(mirrors[0]), &options,
                               fetch, &winner);
    check_end(mirrors, rc, winner);
    TRIO_SIM_SOMETIMES(winner == 2, "the third can win, too");
    if (rc == TRIO_OK)
        give_back(&mirrors[winner]);
    return rc;
}

TRIO_SCENARIO(when_all_fail_the_race_says_why)
{
    struct mirror mirrors[MIRRORS] = {
        {.outcome = TRIO_EIO, .delay = TRIO_SECOND},
        {.outcome = TRIO_EIO},
        {.outcome = TRIO_ENOENT, .delay = TRIO_SECOND},
        {.outcome = TRIO_EIO, .delay = 2 * TRIO_SECOND}};
    size_t winner = MIRRORS;

    (void)arg;
    trio_status rc =
        trio_race(mirrors, MIRRORS, sizeof(mirrors[0]), NULL, fetch, &winner);
    check_end(mirrors, rc, winner);
    TRIO_SIM_ALWAYS(rc != TRIO_OK && winner == MIRRORS, "nobody won");
    if (rc != TRIO_EGROUP)
        return rc;
    const struct trio_error *error = trio_error_find(TRIO_EGROUP);
    TRIO_SIM_ALWAYS(trio_error_contains(error, TRIO_EIO) &&
                        trio_error_contains(error, TRIO_ENOENT),
                    "each failure is in the group");
    trio_error_clear();
    return TRIO_OK;
}
