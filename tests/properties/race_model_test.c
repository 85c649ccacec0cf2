// Race against an account of who ends when.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/race.h>

#include <trio/campaign.h>
#include <trio/scenario.h>

#include "tests/check.h"
#include "tests/properties/crowd.h"

struct outcome {
    trio_status rc;
    size_t winner;
    bool discarded[CROWD_MAX];
};

static trio_status combine(trio_status all, trio_status one)
{
    return all == TRIO_OK || all == one ? one : TRIO_EGROUP;
}

// Who listens to a cancellation ends at once.
static void cancel_all(struct account *account)
{
    account->cancelled = true;
    for (uint32_t i = 0; i < account->crowd->count; i++)
        if (!account->crowd->members[i].stubborn)
            account->until[i] = CROWD_NEVER;
}

static struct outcome foretell(const struct crowd *crowd)
{
    struct outcome outcome = {.winner = crowd->count};
    struct account account;
    trio_status failures = TRIO_OK;
    int32_t now = 0;
    uint32_t next = 0;

    account_begin(&account, crowd);
    account_start(&account, now);
    while ((next = account_next(&account, &now)) <= crowd->count) {
        if (next == crowd->count) {
            failures = TRIO_ECANCELED;
            cancel_all(&account);
            continue;
        }
        trio_status rc = account_end(&account, next);
        if (rc != TRIO_OK) {
            failures = combine(failures, rc);
        } else if (outcome.winner == crowd->count) {
            outcome.winner = next;
            cancel_all(&account);
        } else {
            outcome.discarded[next] = true;
        }
    }
    outcome.rc = outcome.winner < crowd->count ? TRIO_OK
                 : crowd->count == 0           ? TRIO_EINVAL
                                               : failures;
    return outcome;
}

struct call {
    const struct crowd *crowd;
    size_t winner;
};

// Of the run that is under way: what is discarded is told nothing else.
static bool discarded[CROWD_MAX];
static const struct crowd *running;

static void discard(void *item)
{
    discarded[*(const struct member **)item - running->members] = true;
}

static TRIO_CHECKPOINT trio_status race(void *arg)
{
    static const struct trio_race_options options = {.discard = discard};
    struct call *call = arg;
    const struct member *members[CROWD_MAX];

    for (size_t i = 0; i < CROWD_MAX; i++)
        members[i] = &call->crowd->members[i];
    return trio_race(members, call->crowd->count, sizeof(members[0]), &options,
                     crowd_run_member, &call->winner);
}

static TRIO_CHECKPOINT trio_status compare(void *arg)
{
    struct call call = {.crowd = arg, .winner = ((struct crowd *)arg)->count};
    struct outcome outcome = foretell(call.crowd);

    running = call.crowd;
    memset(discarded, 0, sizeof(discarded));
    trio_status rc = crowd_run(call.crowd, race, &call);
    TRIO_SIM_ALWAYS(rc == outcome.rc, "race returns what it should");
    TRIO_SIM_ALWAYS(call.winner == outcome.winner, "the right one wins");
    TRIO_SIM_ALWAYS(memcmp(discarded, outcome.discarded, sizeof(discarded)) ==
                        0,
                    "what has come too late is discarded, and nothing else");
    return TRIO_OK;
}

static bool is_as_foretold(struct trio_rc_source *source, void *arg)
{
    struct crowd crowd;
    const struct trio_scenario scenario = {
        .name = "race", .fn = compare, .arg = &crowd, .still_clock = true};

    (void)arg;
    crowd_draw(source, true, &crowd);
    return trio_rc_simulate(source, &scenario, NULL);
}

TEST_PLAIN(race, is_as_its_model)
{
    CHECK(trio_rc_check("race", is_as_foretold, NULL));
}
