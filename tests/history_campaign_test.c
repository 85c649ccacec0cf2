// Objects that several tasks use, right ones and wrong ones: a campaign finds
// what is wrong by the history alone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <stdio.h>
#include <string.h>

#include <trio/campaign.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

enum { CLIENTS = 3 };

struct object {
    struct trio_history history;
    struct trio_lock lock;
    bool locked; // As it should be.
    int64_t value;
    int64_t cached; // What the last one read.
    bool caches;
};

struct client {
    struct object *object;
    uint32_t number;
};

// Reads, waits, and writes.
static TRIO_CHECKPOINT trio_status change(struct object *object, int64_t value,
                                          bool adds, int64_t *ret_value)
{
    trio_status rc = TRIO_OK;

    if (object->locked)
        rc = trio_lock_acquire(&object->lock);
    if (rc != TRIO_OK)
        return rc;
    int64_t before = object->value;
    rc = trio_checkpoint();
    if (rc == TRIO_OK)
        *ret_value = object->value = adds ? before + value : value;
    if (object->locked)
        trio_lock_release(&object->lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status look(struct object *object,
                                        int64_t *ret_value)
{
    *ret_value = object->caches ? object->cached : object->value;
    object->cached = object->value;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status use(const struct client *client, int kind,
                                       int64_t value)
{
    struct object *object = client->object;
    int64_t result = 0;
    size_t id = trio_history_invoke(
        &object->history, (struct trio_history_call){.client = client->number,
                                                     .kind = kind,
                                                     .value = value});
    trio_status rc =
        kind == TRIO_HISTORY_READ
            ? look(object, &result)
            : change(object, value, kind == TRIO_HISTORY_ADD, &result);
    if (rc == TRIO_OK)
        trio_history_respond(&object->history, id, result);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_client(void *arg)
{
    const struct client *client = arg;
    bool counts = client->object->history.model == &trio_history_counter;
    trio_status rc = use(client, counts ? TRIO_HISTORY_ADD : TRIO_HISTORY_WRITE,
                         client->number);

    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = use(client, TRIO_HISTORY_READ, 0);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_clients(struct object *object)
{
    struct client clients[CLIENTS];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (uint32_t i = 0; rc == TRIO_OK && i < CLIENTS; i++) {
        clients[i] = (struct client){object, i + 1};
        rc = trio_nursery_start_soon(&nursery, run_client, &clients[i]);
    }
    rc = trio_nursery_close(&nursery, rc);
    trio_status answer = TRIO_SIM_LINEARIZABLE(&object->history, "it is one");
    trio_history_close(&object->history);
    return rc != TRIO_OK ? rc : answer;
}

static TRIO_CHECKPOINT trio_status use_register(bool caches)
{
    struct object object = {.lock = TRIO_LOCK_INIT,
                            .locked = true,
                            .value = TRIO_HISTORY_NONE,
                            .cached = TRIO_HISTORY_NONE,
                            .caches = caches};

    trio_history_open(&object.history, &trio_history_register, NULL, 0, NULL);
    return run_clients(&object);
}

static TRIO_CHECKPOINT trio_status use_counter(bool locked)
{
    struct object object = {.lock = TRIO_LOCK_INIT, .locked = locked};

    trio_history_open(&object.history, &trio_history_counter, NULL, 0, NULL);
    return run_clients(&object);
}

static TRIO_CHECKPOINT trio_status use_right_register(void *arg)
{
    (void)arg;
    return use_register(false);
}

static TRIO_CHECKPOINT trio_status use_caching_register(void *arg)
{
    (void)arg;
    return use_register(true);
}

static TRIO_CHECKPOINT trio_status use_right_counter(void *arg)
{
    (void)arg;
    return use_counter(true);
}

static TRIO_CHECKPOINT trio_status use_careless_counter(void *arg)
{
    (void)arg;
    return use_counter(false);
}

static const struct trio_scenario right[] = {
    {.name = "right_register", .fn = use_right_register},
    {.name = "right_counter", .fn = use_right_counter}};
static const struct trio_scenario wrong[] = {
    {.name = "caching_register", .fn = use_caching_register},
    {.name = "careless_counter", .fn = use_careless_counter}};

TEST_PLAIN(history_campaign, right_objects_pass_also_when_cancelled)
{
    for (size_t i = 0; i < COUNT(right); i++) {
        struct trio_campaign_result result = campaign_run_once(&right[i], NULL);
        CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
        CHECK_STRING(result.text, "");
        CHECK(result.cancel_runs > 0);
        CHECK(result.failure_runs > 0); // The history's memory, too.
    }
}

TEST_PLAIN(history_campaign, wrong_objects_are_found_and_shrunk)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct trio_campaign *campaign = campaign_open(NULL);
        struct trio_campaign_result result =
            campaign_run(campaign, &wrong[i], NULL);
        struct trio_campaign_result again;

        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
        CHECK_STRING(result.text, "it is one");
        CHECK(result.minimal);
        CHECK(result.deviations <= 3);
        CHECK_OK(
            trio_campaign_replay(campaign, &wrong[i], result.token, &again));
        CHECK_STRING(again.text, "it is one");
        trio_campaign_free(campaign);
    }
}

// ---- What a run of a history is not ----

// Recording has no moments of its own: that a clock is read in a step is one.
static TRIO_CHECKPOINT trio_status record(void *arg)
{
    const bool *records = arg;
    struct trio_history_operation operations[8];
    struct trio_history history;

    trio_history_open(&history, &trio_history_register, operations, 8, NULL);
    for (int i = 0; *records && i < 8; i++)
        trio_history_respond(
            &history,
            trio_history_invoke(
                &history, (struct trio_history_call){.kind = TRIO_HISTORY_WRITE,
                                                     .value = i}),
            0);
    trio_history_close(&history);
    return trio_sleep(TRIO_SECOND);
}

TEST_PLAIN(history_campaign, recording_adds_nothing_to_decide)
{
    static bool without, with = true;
    const struct trio_scenario scenarios[] = {
        {.name = "without", .fn = record, .arg = &without},
        {.name = "with", .fn = record, .arg = &with}};
    struct trio_campaign_options options = {.strategy = "delay"};
    struct trio_campaign_result results[2];

    for (int i = 0; i < 2; i++)
        results[i] = campaign_run_once(&scenarios[i], &options);
    CHECK_EQ(results[0].verdict, TRIO_SIM_PASSED);
    CHECK_EQ(results[1].verdict, TRIO_SIM_PASSED);
    CHECK_EQ(results[0].runs, results[1].runs);
}
