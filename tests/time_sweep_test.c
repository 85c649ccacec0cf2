// The time sweep: every timer expires wherever it can, and what that finds.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static struct trio_campaign_result sweep(const struct trio_scenario *scenario)
{
    struct trio_campaign_options options = {.sweeps_only = true,
                                            .no_cancel_sweep = true,
                                            .no_failure_sweep = true};

    return campaign_run_once(scenario, &options);
}

// ---- What holds up ----

static TRIO_CHECKPOINT trio_status nap(void *arg)
{
    trio_duration length = *(const trio_duration *)arg;

    trio_status rc = trio_sleep(length);
    return rc == TRIO_OK ? trio_checkpoint() : rc;
}

static TRIO_CHECKPOINT trio_status yield_twice(void *arg)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_checkpoint() : rc;
}

static TRIO_CHECKPOINT trio_status nap_and_yield(void *arg)
{
    static const trio_duration lengths[] = {TRIO_MS, TRIO_MS, TRIO_SECOND};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(lengths) && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_copy(&nursery, nap, &lengths[i],
                                          sizeof(lengths[i]));
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, yield_twice, NULL);
    return trio_nursery_close(&nursery, rc);
}

// S95
TEST_PLAIN(time_sweep, tries_every_timer_wherever_it_can_expire)
{
    const struct trio_scenario scenario = {.name = "sound",
                                           .fn = nap_and_yield};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.timers, 2); // Those of a time expire together.
    CHECK_EQ(result.timers_tried, 2);
    CHECK(result.moments >= 6);
    CHECK_EQ(result.moments_tried, result.moments);
    CHECK(result.time_runs >= 2 * result.moments);
    CHECK_EQ(result.cancel_runs, 0);
}

// S95
TEST_PLAIN(time_sweep, leaves_a_still_clock_alone)
{
    const struct trio_scenario scenario = {
        .name = "still", .fn = nap_and_yield, .still_clock = true};

    CHECK_EQ(sweep(&scenario).time_runs, 0);
}

// S95
TEST_PLAIN(time_sweep, can_be_left_out)
{
    const struct trio_scenario scenario = {.name = "sound",
                                           .fn = nap_and_yield};
    const struct trio_campaign_options options = {.runs = 10,
                                                  .no_time_sweep = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_EQ(result.time_runs, 0);
    CHECK_EQ(result.moments, 0);
    CHECK(result.cancel_runs > 0);
}

// ---- A deadline and what it competes with ----

struct contest {
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    struct trio_semaphore permits;
    const struct way *way;
    bool came; // What is waited for.
};

struct way {
    trio_status (*wait)(struct contest *contest);
};

static TRIO_CHECKPOINT trio_status wait_to_receive(struct contest *contest)
{
    int item;

    return trio_channel_receive(&contest->receiver, &item);
}

static TRIO_CHECKPOINT trio_status wait_to_acquire(struct contest *contest)
{
    return trio_semaphore_acquire(&contest->permits);
}

static TRIO_CHECKPOINT trio_status acquire_and_start(void *arg)
{
    trio_status rc = wait_to_acquire(arg);

    if (rc == TRIO_OK)
        trio_started(NULL);
    return rc;
}

static TRIO_CHECKPOINT trio_status wait_to_start(struct contest *contest)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start(&nursery, acquire_and_start, contest, NULL);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status acquire(void *arg)
{
    return wait_to_acquire(arg);
}

static TRIO_CHECKPOINT trio_status wait_to_close(struct contest *contest)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, acquire, contest);
    return trio_nursery_close(&nursery, rc);
}

// Does what each of them waits for.
static TRIO_CHECKPOINT trio_status come(void *arg)
{
    struct contest *contest = arg;
    const int item = 1;

    trio_status rc = trio_sleep(5 * TRIO_MS);
    if (rc != TRIO_OK)
        return rc;
    contest->came = true;
    trio_semaphore_release(&contest->permits);
    return trio_channel_send_nowait(&contest->sender, &item);
}

static TRIO_CHECKPOINT trio_status wait_for_it(void *arg)
{
    struct contest *contest = arg;
    struct trio_cancel_scope scope;
    trio_time deadline = trio_time_add(trio_now(), 10 * TRIO_MS);

    trio_fail_at(&scope, deadline);
    trio_status rc = contest->way->wait(contest);
    bool late = trio_now() >= deadline;
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_SOMETIMES(rc == TRIO_OK && late, "it came, then the deadline");
    TRIO_SIM_SOMETIMES(rc == TRIO_ETIMEDOUT && contest->came,
                       "the deadline came, then it");
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status compete(void *arg)
{
    struct contest contest = {.permits = TRIO_SEMAPHORE_INIT(0), .way = arg};
    struct trio_nursery nursery;
    int buffer[1];

    trio_channel_open(&contest.channel, sizeof(int), buffer, 1, &contest.sender,
                      &contest.receiver);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, wait_for_it, &contest);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, come, &contest);
    rc = trio_nursery_close(&nursery, rc);
    trio_sender_close(&contest.sender);
    trio_receiver_close(&contest.receiver);
    return rc;
}

// S95
TEST_PLAIN(time_sweep, has_a_deadline_come_before_and_after_what_it_ends)
{
    static struct way ways[] = {{wait_to_receive},
                                {wait_to_acquire},
                                {wait_to_start},
                                {wait_to_close}};

    for (size_t i = 0; i < COUNT(ways); i++) {
        const struct trio_scenario scenario = {
            .name = "contest", .fn = compete, .arg = &ways[i]};
        struct trio_campaign_result result = sweep(&scenario);

        CHECK_STRING(result.text, "");
        CHECK_EQ(result.sometimes, 2);
        CHECK_EQ(result.sometimes_held, 2);
        CHECK_EQ(result.timers, 2);
        CHECK_EQ(result.timers_tried, 2);
    }
}

// ---- What does not hold up ----

struct cache {
    trio_time expires;
    bool present;
};

static TRIO_CHECKPOINT trio_status use_entry(void *arg)
{
    struct cache *cache = arg;

    trio_status rc = trio_sleep(9 * TRIO_MS);
    if (rc != TRIO_OK || trio_now() >= cache->expires)
        return rc;
    rc = trio_checkpoint();
    TRIO_SIM_ALWAYS(cache->present, "what is used is there");
    return rc;
}

static TRIO_CHECKPOINT trio_status evict_entry(void *arg)
{
    struct cache *cache = arg;
    trio_status rc = trio_sleep_until(cache->expires);

    cache->present = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status use_and_evict(void *arg)
{
    struct cache cache = {trio_time_add(trio_now(), 10 * TRIO_MS), true};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, use_entry, &cache);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, evict_entry, &cache);
    return trio_nursery_close(&nursery, rc);
}

// S95
TEST_PLAIN(time_sweep, finds_what_only_an_early_and_quick_timer_breaks)
{
    const struct trio_scenario scenario = {.name = "cache",
                                           .fn = use_and_evict};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "what is used is there");
    CHECK_STRING(result.found_by, "time sweep");
    CHECK_EQ(result.deviations, 2);
    CHECK(result.possible_in_pass);
    CHECK(result.found_after < 30);
}

struct runners {
    int won;
    int lost;
};

static TRIO_CHECKPOINT trio_status run_for(struct runners *runners,
                                           trio_duration time)
{
    trio_status rc = trio_sleep(time);

    if (rc == TRIO_OK)
        runners->won++;
    return rc;
}

static TRIO_CHECKPOINT trio_status run_fast(void *arg)
{
    return run_for(arg, TRIO_MS);
}

static TRIO_CHECKPOINT trio_status run_slowly(void *arg)
{
    struct runners *runners = arg;

    trio_status rc = run_for(runners, TRIO_SECOND);
    TRIO_SIM_ALWAYS(runners->lost == 0, "it is not late");
    return rc;
}

static TRIO_CHECKPOINT trio_status judge(void *arg)
{
    struct runners *runners = arg;

    trio_status rc = trio_sleep(2 * TRIO_SECOND);
    runners->lost = 2 - runners->won;
    return rc;
}

static TRIO_CHECKPOINT trio_status run_both(void *arg)
{
    struct runners runners = {0, 0};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, judge, &runners);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, run_fast, &runners);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, run_slowly, &runners);
    return trio_nursery_close(&nursery, rc);
}

// S95: the loop is late, and the last of three timers comes with the others.
TEST_PLAIN(time_sweep, has_several_expire_at_once)
{
    const struct trio_scenario scenario = {.name = "race", .fn = run_both};
    struct trio_campaign_result result = sweep(&scenario);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "it is not late");
    CHECK_STRING(result.found_by, "time sweep");
}
