// Probes: what each says, to whom, and what the simulation makes of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/probe.h>

#include <trio/campaign.h>

#include <stdio.h>

#include "tests/campaigns.h"
#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

// ---- Without anybody who listens ----

static int asked;

static bool ask(void)
{
    asked++;
    return true;
}

static void say_everything(const struct trio_cancel_scope *scope)
{
    static int object;

    TRIO_SIM_ALWAYS(ask(), "always");
    TRIO_SIM_SOMETIMES(ask(), "sometimes");
    TRIO_SIM_POINT(&object, TRIO_ACCESS_WRITE);
    trio_sim_target(scope);
    trio_sim_spare(scope);
    trio_sim_name(&object, "object");
    trio_sim_owe(&object, "thing");
    trio_sim_settle(&object);
    TRIO_SIM_NOTE("%d is %s", ask(), "noted");
}

// S75
TEST_PLAIN(probe, outside_of_runs_probes_do_nothing)
{
    static struct trio_cancel_scope scope;

    asked = 0;
    say_everything(&scope);
    TRIO_SIM_ALWAYS(false, "not in a run");
    TRIO_SIM_UNREACHABLE("not in a run");
    CHECK(!TRIO_SIM_BUGGIFY("not in a run"));
    CHECK_EQ(asked, 3); // Each evaluates what it is given once.
}

static TRIO_CHECKPOINT trio_status say_what_is_wrong(void *arg)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    say_everything(&scope);
    TRIO_SIM_ALWAYS(false, "nobody listens");
    TRIO_SIM_UNREACHABLE("nobody listens");
    trio_sim_settle(arg);
    uint64_t steps = trio_run_statistics().steps;
    TRIO_SIM_POINT(arg, TRIO_ACCESS_READ);
    CHECK_EQ(trio_run_statistics().steps, steps);
    return trio_cancel_scope_close(&scope, trio_checkpoint());
}

// S75
TEST_PLAIN(probe, unobserved_runs_go_on_whatever_they_say)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, say_what_is_wrong, &capture));
    capture_close(&capture);
    CHECK_OK(trio_run(say_what_is_wrong, &capture));
}

// ---- Notes ----

struct told {
    int counts[TRIO_NOTE_SCOPE_SHARE + 1];
    struct trio_note last[TRIO_NOTE_SCOPE_SHARE + 1];
};

static bool take_note(void *context, const struct trio_note *note)
{
    struct told *told = context;

    told->counts[note->kind]++;
    told->last[note->kind] = *note;
    return true;
}

static TRIO_CHECKPOINT trio_status say_each_once(void *arg)
{
    struct told *told = arg;
    struct trio_cancel_scope scope;
    int object;

    trio_cancel_scope_open(&scope);
    TRIO_SIM_ALWAYS(true, "always");
    CHECK_EQ(told->last[TRIO_NOTE_PROPERTY].first,
             TRIO_PROPERTY_ALWAYS * 2 + 1);
    TRIO_SIM_SOMETIMES(false, "sometimes");
    CHECK_EQ(told->last[TRIO_NOTE_PROPERTY].first, TRIO_PROPERTY_SOMETIMES * 2);
    CHECK_STRING(told->last[TRIO_NOTE_PROPERTY].text, "sometimes");
    TRIO_SIM_UNREACHABLE("nowhere");
    CHECK_EQ(told->last[TRIO_NOTE_PROPERTY].first,
             TRIO_PROPERTY_UNREACHABLE * 2);
    TRIO_SIM_EVENTUALLY(true, "in the end");
    CHECK_EQ(told->last[TRIO_NOTE_PROPERTY].first,
             TRIO_PROPERTY_EVENTUALLY * 2 + 1);
    CHECK_EQ(told->counts[TRIO_NOTE_PROPERTY], 4);

    trio_sim_target(&scope);
    CHECK_EQ(told->last[TRIO_NOTE_TARGET].first, 1);
    trio_sim_spare(&scope);
    CHECK_EQ(told->last[TRIO_NOTE_TARGET].first, 0);
    CHECK(told->last[TRIO_NOTE_TARGET].object == &scope);
    trio_sim_name(&object, "name");
    CHECK_STRING(told->last[TRIO_NOTE_NAME].text, "name");
    CHECK(told->last[TRIO_NOTE_NAME].object == &object);
    trio_sim_owe(&object, "kind");
    CHECK_STRING(told->last[TRIO_NOTE_OWE].text, "kind");
    trio_sim_settle(&object);
    CHECK(told->last[TRIO_NOTE_SETTLE].object == &object);
    trio_sim_keep(&object);
    CHECK(told->last[TRIO_NOTE_KEEP].object == &object);
    TRIO_SIM_POINT(&object, TRIO_ACCESS_WRITE);
    CHECK_STRING(told->last[TRIO_NOTE_TOUCH].text, "point");
    CHECK_EQ(told->last[TRIO_NOTE_TOUCH].first, TRIO_ACCESS_WRITE);
    CHECK(told->last[TRIO_NOTE_TOUCH].task == trio_task_current());
    return trio_cancel_scope_close(&scope, TRIO_OK);
}

// S52
TEST_PLAIN(probe, each_is_a_note_to_the_observer)
{
    struct capture capture;
    struct told told = {.counts = {0}};

    capture_open(&capture);
    capture.config.observer =
        (struct trio_observer){.context = &told, .note = take_note};
    CHECK_OK(capture_run(&capture, say_each_once, &told));
    CHECK_EQ(told.counts[TRIO_NOTE_NAME], 1);
    CHECK_EQ(told.counts[TRIO_NOTE_OWE], 1);
    CHECK_EQ(told.counts[TRIO_NOTE_SETTLE], 1);
    capture_close(&capture);
}

// ---- What the program says ----

struct listener {
    char text[2 * TRIO_SIM_NOTE_MAX];
    struct trio_task *task;
    int count;
};

static bool listen(void *context, const struct trio_note *note)
{
    struct listener *listener = context;

    snprintf(listener->text, sizeof(listener->text), "%s", note->text);
    listener->task = note->task;
    listener->count++;
    return true;
}

struct quota {
    int used, size;
};

static TRIO_CHECKPOINT trio_status say_something(void *arg)
{
    struct listener *listener = arg;
    struct quota own = {3, 4};
    struct quota *quota = &own;
    char text[TRIO_SIM_NOTE_MAX + 1];

    TRIO_SIM_NOTE("quota %d of %d", quota->used, quota->size);
    CHECK_STRING(listener->text, "quota 3 of 4");
    CHECK(listener->task == trio_task_current());
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    TRIO_SIM_NOTE("%s", text);
    text[sizeof(text) - 2] = '\0';
    CHECK_STRING(listener->text, text); // The last letter had no room.
    CHECK_EQ(listener->count, 2);
    return TRIO_OK;
}

// S75
TEST_PLAIN(probe, who_keeps_a_trace_is_told_what_the_program_says)
{
    struct capture capture;
    struct listener listener = {.count = 0};

    capture_open(&capture);
    capture.config.observer = (struct trio_observer){
        .context = &listener, .note = listen, .kinds = 1u << TRIO_NOTE_TEXT};
    CHECK_OK(capture_run(&capture, say_something, &listener));
    CHECK_EQ(listener.count, 2);
    capture_close(&capture);
}

// ---- In simulation ----

static struct trio_campaign_result run(trio_task_fn fn,
                                       struct trio_campaign_options options)
{
    const struct trio_scenario scenario = {.name = "scenario", .fn = fn};

    return campaign_run_once(&scenario, &options);
}

static struct trio_campaign_result run_once(trio_task_fn fn)
{
    return run(fn, (struct trio_campaign_options){.strategy = "fifo"});
}

static TRIO_CHECKPOINT trio_status break_always(void *arg)
{
    (void)arg;
    TRIO_SIM_ALWAYS(true, "this holds");
    TRIO_SIM_ALWAYS(false, "that does not");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status reach_it(void *arg)
{
    (void)arg;
    TRIO_SIM_UNREACHABLE("nowhere");
    return TRIO_OK;
}

// S75
TEST_PLAIN(probe, what_does_not_always_hold_is_a_failure)
{
    struct trio_campaign_result result = run_once(break_always);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "that does not");
}

// S75
TEST_PLAIN(probe, to_reach_the_unreachable_is_a_failure)
{
    struct trio_campaign_result result = run_once(reach_it);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "nowhere");
}

static TRIO_CHECKPOINT trio_status hope_in_vain(void *arg)
{
    (void)arg;
    TRIO_SIM_SOMETIMES(false, "never");
    return TRIO_OK;
}

// S75
TEST_PLAIN(probe, what_never_holds_is_a_failure_of_the_campaign_only)
{
    struct trio_campaign_result result = run_once(hope_in_vain);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.sometimes, 1);
    CHECK_EQ(result.sometimes_held, 0);
    result = run(hope_in_vain, (struct trio_campaign_options){.runs = 5});
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "never held: never");
}

static bool silent;

static TRIO_CHECKPOINT trio_status say_where_it_is(void *arg)
{
    (void)arg;
    trio_status rc = TRIO_OK;
    for (int i = 0; i < 3 && rc == TRIO_OK; i++) {
        if (!silent)
            TRIO_SIM_NOTE("round %d", i);
        rc = trio_checkpoint();
    }
    TRIO_SIM_UNREACHABLE("the end");
    return rc;
}

// S75
TEST_PLAIN(probe, what_is_said_makes_no_other_run)
{
    struct trio_campaign_result told, untold;

    silent = false;
    told = run_once(say_where_it_is);
    silent = true;
    untold = run_once(say_where_it_is);
    CHECK_STRING(told.token, untold.token);
    CHECK_EQ(told.steps, untold.steps);
}

// ---- Obligations ----

static TRIO_CHECKPOINT trio_status keep_one_of_two(void *arg)
{
    static int things[2];

    (void)arg;
    trio_sim_owe(&things[0], "thing");
    trio_sim_owe(&things[1], "other thing");
    trio_sim_settle(&things[0]);
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status take_twice_give_once(void *arg)
{
    static int thing;

    (void)arg;
    trio_sim_owe(&thing, "thing");
    trio_sim_owe(&thing, "thing");
    trio_sim_settle(&thing);
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status give_twice(void *arg)
{
    static int thing;

    (void)arg;
    trio_sim_owe(&thing, "thing");
    trio_sim_settle(&thing);
    trio_sim_settle(&thing);
    return trio_checkpoint();
}

// S76
TEST_PLAIN(probe, what_is_owed_has_to_be_given_back)
{
    struct trio_campaign_result result = run_once(keep_one_of_two);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "not given back: other thing");
    result = run_once(take_twice_give_once);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "not given back: thing");
}

// S76
TEST_PLAIN(probe, nothing_is_given_back_that_nobody_has_taken)
{
    struct trio_campaign_result result = run_once(give_twice);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "something was given back that nobody had taken");
}

// ---- Scopes ----

static struct {
    bool inner, outer; // Which scope was cancelled, ever.
} cancelled;

enum { SCOPES_PLAIN, SCOPES_TARGET, SCOPES_SPARE };

static int scopes;

static TRIO_CHECKPOINT trio_status sleep_in_two(void *arg)
{
    struct trio_cancel_scope outer, inner;

    (void)arg;
    trio_cancel_scope_open(&outer);
    if (scopes == SCOPES_TARGET)
        trio_sim_target(&outer);
    trio_cancel_scope_open(&inner);
    if (scopes == SCOPES_SPARE)
        trio_sim_spare(&inner);
    trio_status rc = trio_sleep(TRIO_SECOND);
    cancelled.inner |= trio_cancel_scope_called(&inner);
    cancelled.outer |= trio_cancel_scope_called(&outer);
    rc = trio_cancel_scope_close(&inner, rc);
    return trio_cancel_scope_close(&outer, rc);
}

static void sweep_scopes(int which)
{
    memset(&cancelled, 0, sizeof(cancelled));
    scopes = which;
    struct trio_campaign_result result =
        run(sleep_in_two, (struct trio_campaign_options){.sweeps_only = true});
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(result.cancel_runs > 0);
}

// S77
TEST_PLAIN(probe, the_sweep_cancels_what_is_named_and_not_what_is_spared)
{
    sweep_scopes(SCOPES_PLAIN);
    CHECK(cancelled.inner && cancelled.outer);
    sweep_scopes(SCOPES_TARGET);
    CHECK(!cancelled.inner && cancelled.outer);
    sweep_scopes(SCOPES_SPARE);
    CHECK(!cancelled.inner && cancelled.outer);
}

// ---- Names ----

static bool named; // The object that matters.
static bool more;  // Objects are used before it.

static TRIO_CHECKPOINT trio_status use_it_late(void *arg)
{
    static int others[3];
    int *order = arg;

    if (named)
        trio_sim_name(order, "order");
    for (size_t i = 0; more && i < COUNT(others); i++)
        trio_touch(&others[i], TRIO_ACCESS_WRITE);
    trio_touch(order, TRIO_ACCESS_WRITE);
    trio_status rc = trio_checkpoint();
    TRIO_SIM_ALWAYS(++*order != 1 || trio_task_number(trio_task_current()) != 3,
                    "the second task is not the first");
    return rc;
}

static TRIO_CHECKPOINT trio_status race_for_it(void *arg)
{
    struct trio_nursery nursery;
    int order = 0;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, use_it_late, &order);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, use_it_late, &order);
    return trio_nursery_close(&nursery, rc);
}

// Finds the failure, then replays its token in the changed program.
static trio_status find_and_replay(void)
{
    const struct trio_scenario scenario = {.name = "race", .fn = race_for_it};
    struct trio_campaign_options options = {
        .strategy = "script", .script = "main task task#2 task#2"};
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result, again;

    more = false;
    CHECK_OK(trio_campaign_run(campaign, &scenario, &options, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "the second task is not the first");
    more = true;
    trio_status rc =
        trio_campaign_replay(campaign, &scenario, result.token, &again);
    trio_campaign_free(campaign);
    return rc;
}

// S69
TEST_PLAIN(probe, a_name_keeps_a_token_valid_when_other_objects_come_first)
{
    named = true;
    CHECK_OK(find_and_replay());
    named = false;
    CHECK_STATUS(find_and_replay(), TRIO_ESTALE);
}
