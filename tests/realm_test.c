// Giving tasks up: what trio/realm.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/realm.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/tasks.h"

static int machine, other;

// Starts a task in a realm.
static trio_status start_in(void *realm, struct trio_nursery *nursery,
                            trio_task_fn fn, void *arg)
{
    void *own = trio_task_swap_realm(realm);
    trio_status rc = trio_nursery_start_soon(nursery, fn, arg);

    CHECK(trio_task_swap_realm(own) == realm);
    return rc;
}

static TRIO_CHECKPOINT trio_status note_realm(void *arg)
{
    *(void **)arg = trio_task_realm_of(trio_task_current());
    return TRIO_OK;
}

TEST_ONCE(realm, whom_a_task_starts_is_in_its_realm)
{
    struct trio_nursery nursery;
    void *seen = NULL;

    trio_nursery_open(&nursery);
    CHECK_OK(start_in(&machine, &nursery, note_realm, &seen));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(seen == &machine);
    CHECK(*trio_task_realm() == NULL);
}

TEST(realm, only_its_own_tasks_are_given_up)
{
    struct log log = {0};
    struct worker lost = {.delay = TRIO_SECOND, .log = &log, .name = 'a'};
    struct worker kept = {.delay = TRIO_SECOND, .log = &log, .name = 'b'};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = start_in(&machine, &nursery, worker_run, &lost);
    if (rc == TRIO_OK)
        rc = start_in(&other, &nursery, worker_run, &kept);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    bool asleep = rc == TRIO_OK && log.length == 0;
    CHECK(!trio_realm_abandon(&machine));
    rc = trio_nursery_close(&nursery, rc);
    CHECK_OK(rc);
    if (rc == TRIO_OK && asleep)
        CHECK_LOG(log, "b");
}

TEST_ONCE(realm, who_has_not_run_never_does)
{
    struct log log = {0};
    struct worker worker = {.log = &log, .name = 'a'};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(start_in(&machine, &nursery, worker_run, &worker));
    CHECK(!trio_realm_abandon(&machine));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "");
}

// ---- The caller ----

static TRIO_CHECKPOINT trio_status give_itself_up(void *arg)
{
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_SECOND);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, sleep_forever, NULL);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK) {
        CHECK(trio_realm_abandon(&machine));
        *(bool *)arg = true;
        trio_task_abandon();
    }
    rc = trio_nursery_close(&nursery, rc);
    return trio_cancel_scope_close(&scope, rc);
}

TEST(realm, the_caller_is_told_that_it_is_one_of_them_and_leaves)
{
    struct trio_nursery nursery;
    bool told = false;

    trio_nursery_open(&nursery);
    trio_status rc = start_in(&machine, &nursery, give_itself_up, &told);
    rc = trio_nursery_close(&nursery, rc);
    CHECK_OK(rc);
    CHECK(rc != TRIO_OK || told);
}

static TRIO_CHECKPOINT trio_status give_all_up(void *arg)
{
    (void)arg;
    CHECK(trio_realm_abandon(&machine));
    trio_task_abandon();
}

static TRIO_CHECKPOINT trio_status start_who_gives_all_up(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, give_all_up, arg);
    return trio_nursery_close(&nursery, rc);
}

// Its nursery is on the stack of a task that is given up, too.
TEST(realm, the_caller_may_be_in_a_nursery_of_one_of_them)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = start_in(&machine, &nursery, start_who_gives_all_up, NULL);
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

// ---- Who is being started ----

static TRIO_CHECKPOINT trio_status start_late(void *arg)
{
    trio_status rc = trio_sleep(TRIO_SECOND);

    (void)arg;
    trio_started(NULL);
    return rc;
}

static TRIO_CHECKPOINT trio_status start_and_give_all_up(void *arg)
{
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    return give_all_up(arg);
}

static TRIO_CHECKPOINT trio_status call_start_late(void *arg)
{
    return trio_nursery_start(arg, start_late, NULL, NULL);
}

static TRIO_CHECKPOINT trio_status call_start_and_give_all_up(void *arg)
{
    return trio_nursery_start(arg, start_and_give_all_up, NULL, NULL);
}

// Three of them are on the way to one nursery. That of the caller is left when
// the realm is given up, and not again when the caller leaves.
TEST_ONCE(realm, the_caller_may_be_on_its_way_to_a_nursery_of_others)
{
    struct trio_nursery target, nursery;

    trio_nursery_open(&target);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, call_start_late, &target));
    CHECK_OK(
        start_in(&machine, &nursery, call_start_and_give_all_up, &target));
    CHECK_OK(start_in(&machine, &nursery, call_start_late, &target));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(trio_nursery_close(&target, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status abandon_none(void *arg)
{
    (void)arg;
    trio_ignore(trio_realm_abandon(NULL));
    return TRIO_OK;
}

TEST_PLAIN(realm, the_realm_null_is_nobodys)
{
    const struct trio_scenario scenario = {.name = "none", .fn = abandon_none};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_STRING(result.text, "gave up the tasks of no realm");
}

// ---- What it is told by ----

struct member {
    struct trio_task_exit exit; // First.
    int count;
};

static void count_loss(struct trio_task_exit *node)
{
    ((struct member *)node)->count++; // Its first member.
}

static TRIO_CHECKPOINT trio_status be_member(void *arg)
{
    struct member *member = arg;

    trio_task_on_abandon(&member->exit, count_loss);
    return trio_sleep(TRIO_SECOND);
}

static TRIO_CHECKPOINT trio_status be_member_no_more(void *arg)
{
    struct member *member = arg;

    trio_task_on_abandon(&member->exit, count_loss);
    trio_task_cancel_abandon(&member->exit);
    return trio_sleep(TRIO_SECOND);
}

TEST_ONCE(realm, who_asked_for_it_is_told_of_the_loss_and_of_no_other_end)
{
    struct member members[3] = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(start_in(&machine, &nursery, be_member, &members[0]));
    CHECK_OK(start_in(&machine, &nursery, be_member_no_more, &members[1]));
    CHECK_OK(start_in(&other, &nursery, be_member, &members[2]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK(!trio_realm_abandon(&machine));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(members[0].count, 1);
    CHECK_EQ(members[1].count, 0);
    CHECK_EQ(members[2].count, 0);
}

// ---- Abort functions ----

struct slot {
    struct trio_task *task;
    int calls;
};

static bool leave_slot(struct trio_task *task, void *arg)
{
    struct slot *slot = arg;

    (void)task;
    slot->calls++;
    slot->task = NULL;
    return false;
}

static TRIO_CHECKPOINT trio_status wait_in_slot(void *arg)
{
    struct slot *slot = arg;

    slot->task = trio_task_current();
    return trio_park(&test_wait, slot, leave_slot, slot);
}

// It has refused to be cancelled before, and is asked again.
TEST_ONCE(realm, abort_functions_are_called_whatever_they_say)
{
    struct slot slot = {NULL, 0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(start_in(&machine, &nursery, wait_in_slot, &slot));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(slot.calls, 1);
    CHECK(!trio_realm_abandon(&machine));
    CHECK_EQ(slot.calls, 2);
    CHECK(slot.task == NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- On the real kernel ----

TEST_REAL(realm, stacks_and_timers_are_given_back)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 100; i++) {
        bool told = false;
        CHECK_OK(start_in(&machine, &nursery, sleep_forever, NULL));
        CHECK_OK(start_in(&machine, &nursery, give_itself_up, &told));
        for (int k = 0; k < 3; k++)
            CHECK_OK(trio_checkpoint());
        CHECK(told);
        CHECK_EQ(trio_run_statistics().tasks_living, 1);
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- Pausing ----

TEST_ONCE(realm, who_is_paused_takes_no_step_until_the_realm_goes_on)
{
    struct trio_realm_pause pause, second;
    struct log log = {0};
    struct worker workers[] = {{.delay = 3, .log = &log, .name = 'a'},
                               {.delay = 1, .log = &log, .name = 'b'},
                               {.delay = 2, .log = &log, .name = 'c'},
                               {.delay = 0, .log = &log, .name = 'd'}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 3; i++)
        CHECK_OK(start_in(&machine, &nursery, worker_run, &workers[i]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(start_in(&machine, &nursery, worker_run, &workers[3]));
    trio_realm_pause(&pause, &machine);
    trio_realm_pause(&second, &other);
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_LOG(log, "");
    trio_realm_resume(&second);
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_LOG(log, "");
    trio_realm_resume(&pause);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "bcad"); // That one has a checkpoint first.
}

TEST(realm, who_is_paused_can_be_given_up_and_cancelled)
{
    struct trio_realm_pause pause;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = start_in(&machine, &nursery, sleep_forever, NULL);
    trio_realm_pause(&pause, &machine);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = start_in(&machine, &nursery, sleep_forever, NULL);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_cancel_shielded_checkpoint();
    if (rc == TRIO_OK)
        CHECK(!trio_realm_abandon(&machine));
    trio_realm_resume(&pause);
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

static struct trio_realm_pause own_pause;

static TRIO_CHECKPOINT trio_status pause_myself(void *arg)
{
    struct log *log = arg;

    trio_realm_pause(&own_pause, &machine);
    log_add(log, 'a');
    trio_status rc = trio_checkpoint();
    log_add(log, 'c');
    return rc;
}

TEST_REAL(realm, a_task_that_pauses_its_own_realm_ends_its_step_first)
{
    struct log log = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(start_in(&machine, &nursery, pause_myself, &log));
    for (int i = 0; i < 5; i++)
        CHECK_OK(trio_checkpoint());
    CHECK_LOG(log, "a");
    trio_realm_resume(&own_pause);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "ac");
}
