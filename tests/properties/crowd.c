// See crowd.h.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/properties/crowd.h"

#include <string.h>

enum { STEP_MS = 1000 }; // More than all powers of two together.

static trio_status draw_end(struct trio_rc_source *source)
{
    static const struct trio_rc_weight ends[] = {
        {"well", 6}, {"failed", 2}, {"broken", 1}};
    static const trio_status statuses[] = {TRIO_OK, CROWD_FAILED, CROWD_BROKEN};

    return statuses[trio_rc_weighted(source, "ends", 3, ends)];
}

static void draw_member(struct trio_rc_source *source, void *arg,
                        void *ret_item)
{
    struct member *member = ret_item;

    member->takes_ms = (int32_t)trio_rc_int(source, "seconds", 0, 5) * STEP_MS;
    if (*(const bool *)arg)
        member->stubborn = trio_rc_int(source, "stubborn", 0, 3) == 3;
    if (!member->stubborn)
        member->ends_with = draw_end(source);
}

void crowd_draw(struct trio_rc_source *source, bool stubborn,
                struct crowd *ret_crowd)
{
    memset(ret_crowd, 0, sizeof(*ret_crowd));
    ret_crowd->count = (uint32_t)trio_rc_list(
        source, "members", sizeof(struct member), CROWD_MAX, draw_member,
        &stubborn, ret_crowd->members);
    for (uint32_t i = 0; i < ret_crowd->count; i++)
        ret_crowd->members[i].takes_ms += 1 << i;
    ret_crowd->cancelled_ms = CROWD_NEVER;
    if (trio_rc_int(source, "is cancelled", 0, 2) == 2)
        ret_crowd->cancelled_ms =
            (int32_t)trio_rc_int(source, "after seconds", 0, 9) * STEP_MS +
            STEP_MS / 2;
}

trio_status crowd_run_member(void *arg)
{
    const struct member *member = *(const struct member **)arg;
    const trio_duration duration = member->takes_ms * TRIO_MS;
    struct trio_cancel_scope scope;

    if (!member->stubborn) {
        trio_status rc = trio_sleep(duration);
        return rc == TRIO_OK ? member->ends_with : rc;
    }
    trio_shield_after(&scope, TRIO_FOREVER);
    return trio_cancel_scope_close(&scope, trio_sleep(duration));
}

trio_status crowd_run(const struct crowd *crowd, trio_task_fn fn, void *arg)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    if (crowd->cancelled_ms != CROWD_NEVER)
        trio_cancel_scope_extend_after(&scope, crowd->cancelled_ms * TRIO_MS);
    trio_status rc = fn(arg);
    trio_status closed =
        trio_cancel_scope_close(&scope, rc == TRIO_ECANCELED ? rc : TRIO_OK);
    return closed == TRIO_OK ? rc : closed;
}

// ---- The account ----

void account_begin(struct account *account, const struct crowd *crowd)
{
    *account = (struct account){.crowd = crowd};
    for (size_t i = 0; i < CROWD_MAX; i++)
        account->until[i] = CROWD_NEVER;
}

void account_start(struct account *account, int32_t now)
{
    uint32_t running = 0;

    for (size_t i = 0; i < CROWD_MAX; i++)
        running += account->until[i] != CROWD_NEVER;
    for (; account->begun < account->crowd->count && !account->cancelled &&
           (account->crowd->limit == 0 || running < account->crowd->limit);
         running++, account->begun++)
        account->until[account->begun] =
            now + account->crowd->members[account->begun].takes_ms;
}

uint32_t account_next(struct account *account, int32_t *now)
{
    const struct crowd *crowd = account->crowd;
    uint32_t next = crowd->count + 1;
    int32_t when = CROWD_NEVER;

    for (uint32_t i = 0; i < crowd->count; i++)
        if (account->until[i] < when) {
            when = account->until[i];
            next = i;
        }
    if (when == CROWD_NEVER)
        return next;
    if (!account->cancelled && crowd->cancelled_ms < when) {
        when = crowd->cancelled_ms;
        next = crowd->count;
    }
    *now = when;
    return next;
}

trio_status account_end(struct account *account, uint32_t index)
{
    const struct member *member = &account->crowd->members[index];

    account->until[index] = CROWD_NEVER;
    return account->cancelled && !member->stubborn ? TRIO_ECANCELED
                                                   : member->ends_with;
}
