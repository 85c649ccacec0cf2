// Clocks of simulated hosts: what trio/sim_net.h promises of them, and what
// only a clock reveals that is slow or stood still.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/hosts.h"

#define AHEAD (5 * TRIO_HOUR)

static TRIO_CHECKPOINT trio_status run_on(struct trio_sim_host *host,
                                          trio_task_fn fn, void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_start_soon(host, &nursery, fn, arg);
    return trio_nursery_close(&nursery, rc);
}

static struct trio_sim_host *
open_host(const struct trio_sim_host_options *options)
{
    struct trio_sim_host *host;

    CHECK_OK(trio_sim_host_open("distant", options, &host));
    return host;
}

static trio_status read_clock(void *arg)
{
    *(trio_time *)arg = trio_now();
    return TRIO_OK;
}

// What the clock of a host shows, and home's just then.
static TRIO_CHECKPOINT trio_duration ahead_of_home(struct trio_sim_host *host)
{
    trio_time there;

    CHECK_OK(run_on(host, read_clock, &there));
    return there - trio_now();
}

// ---- What it shows ----

TEST_ONCE(sim_clock, a_host_has_homes_time_if_nothing_else_is_said)
{
    struct trio_sim_host *host = open_host(NULL);

    CHECK_OK(trio_sleep(TRIO_HOUR));
    CHECK_EQ(ahead_of_home(host), 0);
}

TEST_ONCE(sim_clock, a_clock_is_ahead_or_behind_by_as_much_as_is_said)
{
    static const struct trio_sim_host_options ahead = {.clock_ahead = AHEAD};
    static const struct trio_sim_host_options behind = {.clock_ahead = -AHEAD};
    struct trio_sim_host *other;
    struct trio_sim_host *host = open_host(&ahead);

    CHECK_OK(trio_sim_host_open("other", &behind, &other));
    CHECK_OK(trio_sleep(TRIO_HOUR));
    CHECK_EQ(ahead_of_home(host), AHEAD);
    CHECK_EQ(ahead_of_home(other), -AHEAD);
}

TEST_ONCE(sim_clock, a_clock_loses_as_much_as_is_said)
{
    static const struct trio_sim_host_options slow = {.clock_loss_ppm = 1000};
    struct trio_sim_host *host = open_host(&slow);

    CHECK_OK(trio_sleep(1000 * TRIO_SECOND));
    CHECK_EQ(ahead_of_home(host), -TRIO_SECOND);
}

TEST_ONCE(sim_clock, a_clock_does_not_lose_more_than_a_tenth)
{
    struct trio_sim_host_options options = {.clock_loss_ppm =
                                                TRIO_SIM_CLOCK_LOSS_MAX + 1};
    struct trio_sim_host *host;

    CHECK_STATUS(trio_sim_host_open("distant", &options, &host), TRIO_EINVAL);
    options.clock_loss_ppm--;
    CHECK_OK(trio_sim_host_open("distant", &options, &host));
}

TEST_ONCE(sim_clock, a_clock_begins_anew_when_its_host_is_restarted)
{
    static const struct trio_sim_host_options options = {.clock_ahead = AHEAD};
    struct trio_sim_host *host = open_host(&options);
    trio_time opened = trio_now(), there;

    CHECK_OK(trio_sleep(TRIO_HOUR));
    trio_sim_host_crash(host);
    CHECK_OK(trio_sleep(TRIO_HOUR));
    trio_sim_host_restart(host);
    CHECK_OK(trio_sleep(TRIO_MINUTE));
    CHECK_OK(run_on(host, read_clock, &there));
    CHECK_EQ(there, opened + AHEAD + TRIO_MINUTE);
}

// ---- What times and durations mean there ----

// Every deadline that can be said is one of the host's clock, and is told as it
// was said.
static TRIO_CHECKPOINT trio_status keep_deadlines(void *arg)
{
    trio_time begin = trio_now(), deadline = begin + TRIO_MINUTE;
    struct trio_cancel_scope scope;

    (void)arg;
    trio_move_on_at(&scope, deadline);
    CHECK_EQ(trio_cancel_scope_deadline(&scope), deadline);
    CHECK_EQ(trio_current_effective_deadline(), deadline);
    trio_status rc = trio_cancel_scope_close(&scope, trio_sleep_forever());
    CHECK_EQ(trio_cancel_scope_deadline(&scope), deadline);
    CHECK(trio_cancel_scope_caught(&scope) || rc != TRIO_OK);
    CHECK(trio_now() >= deadline || rc != TRIO_OK);

    trio_fail_after(&scope, TRIO_HOUR);
    CHECK(trio_cancel_scope_deadline(&scope) >= trio_now() + TRIO_HOUR);
    deadline = trio_now() + TRIO_SECOND;
    trio_cancel_scope_set_deadline_at(&scope, deadline);
    CHECK_EQ(trio_cancel_scope_deadline(&scope), deadline);
    rc = trio_cancel_scope_close(&scope, trio_sleep_until(deadline));
    CHECK(trio_now() >= deadline || rc == TRIO_ECANCELED);
    CHECK(trio_now() < deadline + TRIO_MS);

    trio_shield_at(&scope, begin); // That has passed.
    CHECK(trio_cancel_scope_called(&scope));
    CHECK_EQ(trio_cancel_scope_deadline(&scope), begin);
    trio_ignore(trio_cancel_scope_close(&scope, TRIO_OK));

    trio_cancel_scope_open(&scope);
    CHECK_EQ(trio_cancel_scope_deadline(&scope), TRIO_FOREVER);
    return trio_cancel_scope_close(&scope, TRIO_OK);
}

static TRIO_CHECKPOINT trio_status select_a_time(void *arg)
{
    trio_time deadline = trio_now() + TRIO_MINUTE;
    struct trio_case cases[] = {trio_case_at(deadline + TRIO_SECOND),
                                trio_case_at(deadline)};
    struct trio_select select = TRIO_SELECT_INIT;
    size_t chosen;

    (void)arg;
    CHECK_OK(trio_select(&select, cases, 2, &chosen));
    CHECK_EQ(chosen, 1);
    CHECK(trio_now() >= deadline && trio_now() < deadline + TRIO_MS);
    return TRIO_OK;
}

// Of clocks that are ahead, behind, and slow by what divides nothing.
TEST_ONCE(sim_clock, times_and_durations_are_those_of_the_tasks_host)
{
    static const struct trio_sim_host_options clocks[] = {
        {.clock_ahead = AHEAD},
        {.clock_ahead = -2000 * TRIO_HOUR},
        {.clock_loss_ppm = 1},
        {.clock_ahead = AHEAD, .clock_loss_ppm = 77777},
        {.clock_ahead = -AHEAD, .clock_loss_ppm = TRIO_SIM_CLOCK_LOSS_MAX},
    };
    static const char *const names[] = {"a", "b", "c", "d", "e"};

    for (size_t i = 0; i < 5; i++) {
        struct trio_sim_host *host;
        CHECK_OK(trio_sim_host_open(names[i], &clocks[i], &host));
        CHECK_OK(run_on(host, keep_deadlines, NULL));
        CHECK_OK(run_on(host, select_a_time, NULL));
    }
}

TEST_ONCE(sim_clock, a_clock_is_not_ahead_or_behind_by_more_than_a_decade)
{
    struct trio_sim_host_options options = {.clock_ahead =
                                                TRIO_SIM_CLOCK_AHEAD_MAX};
    struct trio_sim_host *host;

    CHECK_OK(trio_sim_host_open("ahead", &options, &host));
    CHECK_OK(run_on(host, keep_deadlines, NULL));
    options.clock_ahead++;
    CHECK_STATUS(trio_sim_host_open("distant", &options, &host), TRIO_EINVAL);
    options.clock_ahead = TRIO_FOREVER;
    CHECK_STATUS(trio_sim_host_open("distant", &options, &host), TRIO_EINVAL);
    options.clock_ahead = -TRIO_SIM_CLOCK_AHEAD_MAX;
    CHECK_OK(trio_sim_host_open("behind", &options, &host));
    CHECK_OK(run_on(host, keep_deadlines, NULL));
    options.clock_ahead--;
    CHECK_STATUS(trio_sim_host_open("distant", &options, &host), TRIO_EINVAL);
    options.clock_ahead = TRIO_PAST;
    CHECK_STATUS(trio_sim_host_open("distant", &options, &host), TRIO_EINVAL);
}

static TRIO_CHECKPOINT trio_status sleep_for_an_hour(void *arg)
{
    trio_time begin = trio_now();

    (void)arg;
    CHECK_OK(trio_sleep(TRIO_HOUR));
    CHECK_EQ(trio_now(), begin + TRIO_HOUR);
    return TRIO_OK;
}

TEST_ONCE(sim_clock, an_hour_of_a_slow_clock_takes_longer)
{
    static const struct trio_sim_host_options slow = {.clock_loss_ppm = 100000};
    struct trio_sim_host *host = open_host(&slow);
    trio_time begin = trio_now();

    CHECK_OK(run_on(host, sleep_for_an_hour, NULL));
    CHECK_EQ(trio_now() - begin, 4000 * TRIO_SECOND);
}

struct seen {
    trio_time deadline;
    trio_time there;
};

static trio_status look_at_the_deadline(void *arg)
{
    struct seen *seen = arg;

    seen->deadline = trio_current_effective_deadline();
    seen->there = trio_now();
    return TRIO_OK;
}

TEST_ONCE(sim_clock, the_deadline_of_another_host_is_told_in_ones_own_time)
{
    static const struct trio_sim_host_options options = {.clock_ahead = AHEAD};
    struct trio_sim_host *host = open_host(&options);
    struct trio_cancel_scope scope;
    struct seen seen;

    trio_fail_after(&scope, TRIO_MINUTE);
    trio_status rc = run_on(host, look_at_the_deadline, &seen);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(seen.deadline - seen.there, TRIO_MINUTE);
}

// ---- Faults ----

#define LEASE TRIO_HOUR
#define MARGIN (10 * TRIO_SECOND)

// A lease that a holder has for an hour, and its owner grants anew after that.
// A careful holder gives it up some time before.
struct lease {
    struct trio_sim_fault_options faults;
    bool careful;
    trio_duration holds; // For so long by the holder's clock.
    bool held;
};

static TRIO_CHECKPOINT trio_status hold(void *arg)
{
    struct lease *lease = arg;

    lease->held = true;
    trio_status rc = trio_sleep(lease->holds);
    lease->held = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status grant(void *arg)
{
    struct lease *lease = arg;

    trio_status rc = trio_sleep(LEASE);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || !lease->held, "nobody else has it");
    return rc;
}

static TRIO_CHECKPOINT trio_status lease_it(void *arg)
{
    const struct lease *asked = arg;
    struct lease lease = *asked;
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    lease.holds = lease.careful ? LEASE - MARGIN : LEASE - TRIO_MS;
    trio_sim_faults(&lease.faults);
    trio_status rc = trio_sim_host_open("holder", NULL, &host);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(host, &nursery, hold, &lease);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, grant, &lease);
    return trio_nursery_close(&nursery, rc);
}

static const struct trio_campaign_options quick = {.no_cancel_sweep = true,
                                                   .runs = 300};

static struct trio_campaign_result try_lease(struct lease lease)
{
    const struct trio_scenario scenario = {
        .name = "lease_it", .fn = lease_it, .arg = &lease, .still_clock = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &quick);

    if (result.verdict == TRIO_SIM_FAILED) {
        CHECK_STRING(result.text, "nobody else has it");
        CHECK_EQ(result.deviations, 1);
        CHECK(result.minimal);
        campaign_check_token(&scenario, &result);
    }
    return result;
}

TEST_PLAIN(sim_clock, a_slow_clock_keeps_a_lease_too_long)
{
    struct lease lease = {.careful = false};

    CHECK_EQ(try_lease(lease).verdict, TRIO_SIM_PASSED);
    lease.faults.drift = true;
    CHECK_EQ(try_lease(lease).verdict, TRIO_SIM_FAILED);
    lease.careful = true;
    CHECK_EQ(try_lease(lease).verdict, TRIO_SIM_PASSED);
}

// ---- Standing still ----

// Sends itself something, and takes for granted how long that takes.
static TRIO_CHECKPOINT trio_status time_a_letter(void *arg)
{
    struct trio_socket near, far;
    char byte = 'x';
    size_t length;
    trio_status rc = trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    trio_time begin = trio_now();
    rc = trio_socket_send(&near, &byte, 1, &length);
    if (rc == TRIO_OK)
        rc = trio_socket_receive(&far, &byte, 1, &length);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || trio_now() - begin < TRIO_SECOND,
                    "a letter to oneself takes no time");
    trio_socket_close(&near);
    trio_socket_close(&far);
    return rc;
}

static TRIO_CHECKPOINT trio_status send_letter(void *arg)
{
    struct trio_sim_host *host;

    trio_sim_faults(arg);
    trio_status rc = trio_sim_host_open("distant", NULL, &host);
    return rc == TRIO_OK ? run_on(host, time_a_letter, NULL) : rc;
}

TEST_PLAIN(sim_clock, a_host_stands_still_for_a_while)
{
    struct trio_sim_fault_options faults = {.stall = false};
    const struct trio_scenario scenario = {.name = "send_letter",
                                           .fn = send_letter,
                                           .arg = &faults,
                                           .still_clock = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &quick);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    faults.stall = true;
    result = campaign_run_once(&scenario, &quick);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "a letter to oneself takes no time");
    CHECK_EQ(result.deviations, 1);
    CHECK(result.minimal);
    campaign_check_token(&scenario, &result);
}

// Calm ends it: nobody is late from then on.
static TRIO_CHECKPOINT trio_status be_calm_again(void *arg)
{
    static const struct trio_sim_fault_options stalls = {.stall = true};
    struct trio_sim_host *host;

    (void)arg;
    trio_sim_faults(&stalls);
    trio_status rc = trio_sim_host_open("distant", NULL, &host);
    for (int i = 0; i < 2 && rc == TRIO_OK; i++) {
        struct trio_nursery nursery;
        trio_nursery_open(&nursery);
        rc = trio_sim_host_start_soon(host, &nursery, connect_to,
                                      (void *)&port_80);
        if (rc == TRIO_OK && i == 1)
            rc = trio_sleep(TRIO_SECOND / 2);
        if (i == 1)
            trio_sim_calm(TRIO_SECOND / 2);
        rc = trio_nursery_close(&nursery, rc);
        if (rc == TRIO_ECONNREFUSED)
            rc = TRIO_OK;
    }
    return rc;
}

TEST_PLAIN(sim_clock, nobody_stands_still_when_it_is_calm)
{
    const struct trio_scenario scenario = {
        .name = "be_calm_again", .fn = be_calm_again, .still_clock = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(campaign_faults(&result, "its host stands still") > 0);
}
