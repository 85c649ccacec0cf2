// What each strategy is for, seen from outside: the orders in which a program's
// tasks take their steps, over a campaign of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

// ---- A program that tells in which order it was run ----

enum { TASKS_MAX = 8, ORDERS_MAX = 64 };

struct member {
    char letter;
    int steps;
    const void *object; // Uses it in each; NULL: nothing.
};

static struct {
    struct member members[TASKS_MAX + 1]; // Up to one without a letter.
    struct log order;                 // Of this run: a letter for each step.
    void (*judge)(const char *order); // Called at the end of each run.
} program;

static TRIO_CHECKPOINT trio_status take_steps(void *arg)
{
    const struct member *member = arg;

    for (int i = 0; i < member->steps; i++) {
        trio_status rc = i == 0 ? TRIO_OK : trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
        log_add(&program.order, member->letter);
        if (member->object != NULL)
            trio_touch(member->object, TRIO_ACCESS_WRITE);
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_members(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    program.order = (struct log){0};
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && program.members[i].letter != 0; i++)
        rc = trio_nursery_start_soon(&nursery, take_steps, &program.members[i]);
    rc = trio_nursery_close(&nursery, rc);
    program.judge(program.order.text);
    return rc;
}

static const struct trio_scenario in_passes = {.name = "in passes",
                                               .fn = run_members};
static const struct trio_scenario in_any_order = {
    .name = "in any order", .fn = run_members, .order = TRIO_SIM_ANY};

static struct trio_campaign_result explore(const struct trio_scenario *scenario,
                                           const char *strategy, uint64_t runs,
                                           uint64_t seed)
{
    struct trio_campaign_options options = {.strategy = strategy,
                                            .runs = runs,
                                            .seed = seed,
                                            .no_twins = true,
                                            .no_shrink = true,
                                            .no_cancel_sweep = true,
                                            .no_time_sweep = true,
                                            .no_failure_sweep = true};

    return campaign_run_once(scenario, &options);
}

// Makes the program: one task for each letter, of so many steps.
static void set_members(const char *letters, int steps,
                        void (*judge)(const char *order))
{
    memset(&program, 0, sizeof program);
    program.judge = judge;
    for (size_t i = 0; letters[i] != '\0'; i++)
        program.members[i] = (struct member){letters[i], steps, NULL};
}

// ---- Judges ----

static struct {
    char text[ORDERS_MAX * 2][16];
    int times[ORDERS_MAX * 2];
    size_t count;
} seen; // Every order, and how often.

static bool is_new(const char *order)
{
    for (size_t i = 0; i < seen.count; i++)
        if (strcmp(seen.text[i], order) == 0) {
            seen.times[i]++;
            return false;
        }
    REQUIRE(seen.count < COUNT(seen.times) && strlen(order) < 16);
    memcpy(seen.text[seen.count], order, strlen(order) + 1);
    seen.times[seen.count++] = 1;
    return true;
}

static void remember(const char *order)
{
    is_new(order);
}

static uint64_t fingerprint;

static void mix_in(const char *order)
{
    for (; *order != '\0'; order++)
        fingerprint = fingerprint * 31 + (uint64_t)*order;
}

static int hits;

static void count_b_before_a(const char *order)
{
    hits += strrchr(order, 'b') < strchr(order, 'a');
}

// All of b comes between two steps of a.
static void count_b_inside_a(const char *order)
{
    const char *first = strchr(order, 'b'), *last = strrchr(order, 'b');

    hits += last - first == 3 && first != order && first[-1] == 'a' &&
            strchr(last, 'a') != NULL;
}

static void count_switches(const char *order)
{
    for (; order[0] != '\0' && order[1] != '\0'; order++)
        hits += order[0] != order[1];
}

// All of b comes between the two steps of a.
static void count_a_around_b(const char *order)
{
    hits += order[0] == 'a' && order[strlen(order) - 1] == 'a';
}

// ---- Strategies ----

// S80
TEST_PLAIN(strategy, a_random_walk_has_every_order_as_likely)
{
    memset(&seen, 0, sizeof seen);
    set_members("abcd", 1, remember);
    struct trio_campaign_result result =
        explore(&in_passes, "random", 24000, 1);
    CHECK_EQ(result.runs, 24000);
    CHECK_EQ(result.traces, 24);
    CHECK_EQ(seen.count, 24);
    for (size_t i = 0; i < seen.count; i++)
        CHECK(seen.times[i] > 850 && seen.times[i] < 1150);
}

// S80
TEST_PLAIN(strategy, of_the_same_seed_chooses_the_same_schedules)
{
    static const char *const names[] = {"random", "pct", "pos", "delay", NULL};

    set_members("abcd", 4, mix_in);
    for (size_t i = 0; i < COUNT(names); i++) {
        uint64_t prints[3];
        for (uint64_t turn = 0; turn < 3; turn++) {
            fingerprint = 0;
            explore(&in_any_order, names[i], 100, turn / 2);
            prints[turn] = fingerprint;
        }
        CHECK_EQ(prints[0], prints[1]);
        bool delays = names[i] != NULL && strcmp(names[i], "delay") == 0;
        CHECK_EQ(prints[0] == prints[2],
                 delays); // It leaves nothing to chance.
    }
}

// S80
TEST_PLAIN(strategy, pct_of_depth_1_switches_only_when_a_task_ends)
{
    set_members("abcde", 4, count_switches);
    hits = 0;
    explore(&in_any_order, "pct:1", 100, 1);
    CHECK_EQ(hits, 100 * 4);
}

// With n tasks and k decisions, a bug of depth d takes n k^(d-1) runs or fewer.
TEST_PLAIN(strategy, pct_keeps_its_promise)
{
    enum { RUNS = 2000, TASKS = 8, STEPS = 4, DECISIONS = TASKS * STEPS };

    set_members("acdefghb", STEPS, count_b_before_a);
    hits = 0;
    explore(&in_any_order, "pct:1", RUNS, 1);
    CHECK(hits >= RUNS / TASKS);
    set_members("acdefghb", STEPS, count_b_inside_a);
    hits = 0;
    explore(&in_any_order, "pct:2", RUNS, 1);
    CHECK(hits >= RUNS / (TASKS * DECISIONS));
    hits = 0;
    explore(&in_any_order, "pct", RUNS, 1);
    CHECK(hits >= RUNS / (10 * TASKS * DECISIONS));
}

static TRIO_CHECKPOINT trio_status poll_for_it(void *arg)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !*(bool *)arg)
        rc = trio_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status do_it(void *arg)
{
    for (int i = 0; i < 4; i++) {
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    *(bool *)arg = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status poll_and_do(void *arg)
{
    struct trio_nursery nursery;
    bool done = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, poll_for_it, &done);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, do_it, &done);
    return trio_nursery_close(&nursery, rc);
}

// S80
TEST_PLAIN(strategy, pct_does_not_starve_whom_others_poll_for)
{
    static const struct trio_scenario polling = {.name = "polling",
                                                 .fn = poll_and_do,
                                                 .order = TRIO_SIM_ANY,
                                                 .steps_max = 1000};

    CHECK_EQ(explore(&polling, "pct", 1000, 1).capped, 0);
}

// S80
TEST_PLAIN(strategy, pos_samples_partial_orders)
{
    static const char shared, own;

    // If nothing conflicts, a's second step is last once in as many runs as
    // there are steps, not once in 2^16.
    set_members("ab", 16, count_a_around_b);
    program.members[0] = (struct member){'a', 2, &own};
    program.members[1].object = &shared;
    hits = 0;
    explore(&in_any_order, "pos", 2000, 1);
    CHECK(hits > 35 && hits < 85);
    hits = 0;
    explore(&in_any_order, "random", 2000, 1);
    CHECK_EQ(hits, 0);

    // If each step of b conflicts with it, every one of them decides anew.
    program.members[0].object = &shared;
    hits = 0;
    explore(&in_any_order, "pos", 2000, 1);
    CHECK_EQ(hits, 0);
}

// ---- Delays ----

// S80
TEST_PLAIN(strategy, delays_reach_every_schedule_and_then_end)
{
    memset(&seen, 0, sizeof seen);
    set_members("abc", 2, remember);
    struct trio_campaign_result result =
        explore(&in_any_order, "delay", 100000, 1);
    CHECK_EQ(seen.count, 90); // 6! / (2! 2! 2!)
    CHECK(result.runs < 600);
}

static struct {
    int new_ones[7];
    int most;
} delays;

// In passes of one step each, delays are inversions.
static void count_delays(const char *order)
{
    int count = 0;

    TRIO_SIM_ALWAYS(strcmp(order, "dcab") != 0, "d and c come later");
    for (size_t i = 0; order[i] != '\0'; i++)
        for (size_t j = i + 1; order[j] != '\0'; j++)
            count += order[i] > order[j];
    if (!is_new(order))
        return;
    delays.new_ones[count]++;
    CHECK(count >= delays.most);
    delays.most = count;
}

// S80
TEST_PLAIN(strategy, delays_come_in_the_order_of_their_number)
{
    static const int all[] = {1, 3, 5, 6, 5};

    memset(&seen, 0, sizeof seen);
    memset(&delays, 0, sizeof delays);
    set_members("abcd", 1, count_delays);
    struct trio_campaign_result result = explore(&in_passes, "delay", 1000, 1);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_LOG(program.order, "dcab"); // d passes three, c two.
    CHECK_EQ(delays.most, 4);
    CHECK_EQ(result.deviations_found, 2);
    for (size_t i = 0; i < COUNT(all); i++) // All smaller ones were tried.
        CHECK_EQ(delays.new_ones[i], all[i]);
}

// ---- The portfolio ----

static uint64_t runs_of(const struct trio_campaign_result *result,
                        const char *name)
{
    for (size_t i = 0; i < TRIO_SIM_STRATEGIES_MAX; i++)
        if (result->strategies[i].name != NULL &&
            strcmp(result->strategies[i].name, name) == 0)
            return result->strategies[i].runs;
    return 0;
}

// S80
TEST_PLAIN(strategy, a_portfolio_has_all_of_them)
{
    set_members("abcdef", 10, mix_in);
    struct trio_campaign_result result = explore(&in_any_order, NULL, 10000, 1);
    uint64_t walk = runs_of(&result, "random"), pos = runs_of(&result, "pos");
    uint64_t pct = runs_of(&result, "pct"), delay = runs_of(&result, "delay");
    CHECK(walk > 3350 && walk < 3650);
    CHECK(pos > 3350 && pos < 3650);
    CHECK(pct > 1850 && pct < 2150);
    CHECK(delay > 900 && delay < 1100);
}

// S80
TEST_PLAIN(strategy, a_portfolio_has_no_delays_left_in_a_small_program)
{
    set_members("ab", 1, mix_in);
    struct trio_campaign_result result = explore(&in_passes, NULL, 10000, 1);
    CHECK(runs_of(&result, "delay") < 10);
    CHECK_EQ(result.schedules, 2);
    CHECK(result.runs < 100);
    CHECK_EQ(result.traces, 2);
}

// S80
TEST_PLAIN(strategy, that_does_not_exist_is_refused)
{
    static const char *const names[] = {"",      "fastest", "pct:",    "pct:0",
                                        "pct:x", "pct:11",  "random:3"};
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result;

    for (size_t i = 0; i < COUNT(names); i++) {
        struct trio_campaign_options options = {.strategy = names[i]};
        CHECK_STATUS(trio_campaign_run(campaign, &in_passes, &options, &result),
                     TRIO_EINVAL);
    }
    trio_campaign_free(campaign);
}
