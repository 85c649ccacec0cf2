// Gather against an account of who runs when.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/gather.h>

#include <trio/campaign.h>
#include <trio/scenario.h>

#include "tests/check.h"
#include "tests/properties/crowd.h"

struct outcome {
    trio_status rc;
    trio_status statuses[CROWD_MAX];
};

// Everybody who runs is cancelled, and nobody begins any more.
static void cancel_all(struct account *account, struct outcome *outcome)
{
    account->cancelled = true;
    for (uint32_t i = 0; i < account->crowd->count; i++)
        if (account->until[i] != CROWD_NEVER)
            outcome->statuses[i] = account_end(account, i);
}

static struct outcome foretell(const struct crowd *crowd)
{
    struct outcome outcome = {.rc = TRIO_OK};
    struct account account;
    int32_t now = 0;
    uint32_t next = 0;

    for (uint32_t i = 0; i < crowd->count; i++)
        outcome.statuses[i] = TRIO_ENOTSTARTED;
    account_begin(&account, crowd);
    account_start(&account, now);
    while ((next = account_next(&account, &now)) <= crowd->count) {
        if (next == crowd->count) {
            outcome.rc = TRIO_ECANCELED;
            cancel_all(&account, &outcome);
            continue;
        }
        outcome.statuses[next] = account_end(&account, next);
        if (outcome.statuses[next] != TRIO_OK && !crowd->keeps_going) {
            outcome.rc = outcome.statuses[next];
            cancel_all(&account, &outcome);
        }
        account_start(&account, now);
    }
    return outcome;
}

struct call {
    const struct crowd *crowd;
    trio_status statuses[CROWD_MAX];
};

static TRIO_CHECKPOINT trio_status gather(void *arg)
{
    struct call *call = arg;
    const struct member *members[CROWD_MAX];
    const struct trio_gather_options options = {.limit = call->crowd->limit,
                                                .statuses = call->statuses,
                                                .keep_going =
                                                    call->crowd->keeps_going};

    for (size_t i = 0; i < CROWD_MAX; i++)
        members[i] = &call->crowd->members[i];
    return trio_gather(members, call->crowd->count, sizeof(members[0]),
                       &options, crowd_run_member);
}

static TRIO_CHECKPOINT trio_status compare(void *arg)
{
    struct call call = {.crowd = arg};
    struct outcome outcome = foretell(call.crowd);
    trio_status rc = crowd_run(call.crowd, gather, &call);

    TRIO_SIM_ALWAYS(rc == outcome.rc, "gather returns what it should");
    for (uint32_t i = 0; i < call.crowd->count; i++)
        TRIO_SIM_ALWAYS(call.statuses[i] == outcome.statuses[i],
                        "each status is what it should be");
    return TRIO_OK;
}

static bool is_as_foretold(struct trio_rc_source *source, void *arg)
{
    struct crowd crowd;
    const struct trio_scenario scenario = {
        .name = "gather", .fn = compare, .arg = &crowd, .still_clock = true};

    (void)arg;
    crowd_draw(source, false, &crowd);
    crowd.limit = (uint32_t)trio_rc_int(source, "limit", 0, CROWD_MAX);
    crowd.keeps_going = trio_rc_bool(source, "keeps going");
    return trio_rc_simulate(source, &scenario, NULL);
}

TEST_PLAIN(gather, is_as_its_model)
{
    CHECK(trio_rc_check("gather", is_as_foretold, NULL));
}
