// What trio/rapidcheck.h promises, clause by clause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L // setenv

#include <trio/rapidcheck.h>

#include <stdio.h>
#include <stdlib.h>

#include <trio/scenario.h>

#include "tests/check.h"
#include "tests/check_death.h"

static struct trio_rc_result seen;

static void check(trio_rc_property property, void *arg)
{
    unsetenv("RC_PARAMS");
    trio_rc_run("it", NULL, property, arg, &seen);
}

// Checks with what the report says brings the case back.
static void check_again(trio_rc_property property, void *arg)
{
    char parameters[TRIO_RC_TEXT_MAX];
    const char *found = strstr(seen.text, "RC_PARAMS=\"");

    REQUIRE(found != NULL);
    int length =
        snprintf(parameters, sizeof(parameters), "%s", strchr(found, '"') + 1);
    REQUIRE(length > 2 && (size_t)length < sizeof(parameters));
    *strchr(parameters, '"') = '\0';
    setenv("RC_PARAMS", parameters, 1);
    trio_rc_run("it", NULL, property, arg, &seen);
    unsetenv("RC_PARAMS");
}

// The report up to how the case is had again, which is of no use to a reader.
static const char *report(void)
{
    char *again = strstr(seen.text, "  again with RC_PARAMS=");
    char *after = strstr(seen.text, "fails after ");
    char *line = after != NULL ? strchr(after, '\n') : NULL;

    if (again == NULL || line == NULL)
        return seen.text;
    *again = '\0';
    return line + 1;
}

// ---- Checking ----

static bool counts(struct trio_rc_source *source, void *arg)
{
    (void)source;
    ++*(int *)arg;
    return true;
}

TEST_PLAIN(rapidcheck, tries_a_hundred_cases)
{
    int count = 0;

    check(counts, &count);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
    CHECK_EQ(count, 100);
    CHECK_EQ(seen.cases, 100);
    CHECK_STRING(seen.text, "");
}

TEST_PLAIN(rapidcheck, tries_as_many_as_the_options_or_the_environment_say)
{
    const struct trio_rc_options options = {.cases = 7};
    int count = 0;

    unsetenv("RC_PARAMS");
    trio_rc_run("it", &options, counts, &count, &seen);
    CHECK_EQ(count, 7);
    setenv("RC_PARAMS", "max_success=30", 1);
    trio_rc_run("it", &options, counts, &count, &seen);
    CHECK_EQ(count, 37);
    setenv("RC_PARAMS", "max_success=many", 1);
    trio_rc_run("it", &options, counts, &count, &seen);
    CHECK_EQ(count, 37);
    CHECK_EQ(seen.outcome, TRIO_RC_ERROR);
    setenv("RC_PARAMS", "seed=1 max_sucess=30", 1);
    trio_rc_run("it", &options, counts, &count, &seen);
    CHECK_EQ(seen.outcome, TRIO_RC_ERROR);
    CHECK(strstr(seen.text, "max_sucess") != NULL);
    setenv("RC_PARAMS", "max_success=3 max_size=50 noshrink=1", 1);
    trio_rc_run("it", &options, counts, &count, &seen);
    CHECK_EQ(count, 40);
    unsetenv("RC_PARAMS");
}

static bool adds_up(struct trio_rc_source *source, void *arg)
{
    *(uint64_t *)arg =
        *(uint64_t *)arg * 31 +
        (uint64_t)trio_rc_int(source, "number", INT64_MIN, INT64_MAX);
    return true;
}

TEST_PLAIN(rapidcheck, cases_depend_on_the_name_and_on_a_seed)
{
    uint64_t sums[4] = {0};

    unsetenv("RC_PARAMS");
    trio_rc_run("one", NULL, adds_up, &sums[0], &seen);
    trio_rc_run("one", NULL, adds_up, &sums[1], &seen);
    trio_rc_run("two", NULL, adds_up, &sums[2], &seen);
    setenv("RC_PARAMS", "seed=7", 1);
    trio_rc_run("one", NULL, adds_up, &sums[3], &seen);
    unsetenv("RC_PARAMS");
    CHECK(sums[0] == sums[1]);
    CHECK(sums[0] != sums[2]);
    CHECK(sums[0] != sums[3]);
}

// ---- What came of a case ----

static bool is_below_fifty(struct trio_rc_source *source, void *arg)
{
    int64_t number = trio_rc_int(source, "number", -10, 1000);

    (void)arg;
    if (number >= 50)
        return trio_rc_fail(source, "%d is too much", (int)number);
    return true;
}

TEST_PLAIN(rapidcheck, a_failing_case_is_shrunk_and_told_in_words)
{
    check(is_below_fifty, NULL);
    CHECK_EQ(seen.outcome, TRIO_RC_FAILED);
    CHECK_STRING(report(), "  number: 50\n"
                           "  fails: 50 is too much\n");
}

TEST_PLAIN(rapidcheck, a_report_brings_its_case_back)
{
    check(is_below_fifty, NULL);
    check_again(is_below_fifty, NULL);
    CHECK_EQ(seen.outcome, TRIO_RC_FAILED);
    CHECK_EQ(seen.cases, 0);
    CHECK(strstr(seen.text, "number: 50\n") != NULL);
}

static bool holds_nothing(struct trio_rc_source *source, void *arg)
{
    (void)arg;
    trio_rc_say(source, "one %s", "line");
    TRIO_RC_HOLDS(source, arg != NULL);
    return true;
}

TEST_PLAIN(rapidcheck, a_condition_that_does_not_hold_has_a_place)
{
    check(holds_nothing, NULL);
    CHECK(strstr(report(), "  one line\n  fails: tests/rapidcheck_test.c:") !=
          NULL);
    CHECK(strstr(seen.text, ": arg != NULL\n") != NULL);
}

static bool returns_false(struct trio_rc_source *source, void *arg)
{
    (void)source, (void)arg;
    return false;
}

TEST_PLAIN(rapidcheck, false_is_enough_to_fail)
{
    check(returns_false, NULL);
    CHECK_STRING(report(), "  fails: the property returned false\n");
}

static bool is_about_even_numbers(struct trio_rc_source *source, void *arg)
{
    int64_t number = trio_rc_int(source, "number", 0, 1000);

    if (number % 2 != 0 || arg != NULL)
        return trio_rc_discard(source);
    return true;
}

TEST_PLAIN(rapidcheck, discarded_cases_do_not_count)
{
    check(is_about_even_numbers, NULL);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
    CHECK_EQ(seen.cases, 100);
    check(is_about_even_numbers, &seen);
    CHECK_EQ(seen.outcome, TRIO_RC_GAVE_UP);
    CHECK_STRING(seen.text, "it gives up: too many cases are discarded\n");
}

static bool is_of_a_kind(struct trio_rc_source *source, void *arg)
{
    bool again = trio_rc_bool(source, "again");

    trio_rc_classify(source, again, "again");
    trio_rc_tag(source, "%d", 7);
    trio_rc_cover(source, *(unsigned *)arg, false, "never");
    return true;
}

TEST_PLAIN(rapidcheck, cases_are_classified)
{
    unsigned percent = 0;

    check(is_of_a_kind, &percent);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
    CHECK(strstr(seen.text, "it holds in 100 cases\n") == seen.text);
    CHECK(strstr(seen.text, " cases: 7, again\n") != NULL ||
          strstr(seen.text, " cases: again, 7\n") != NULL);
}

TEST_PLAIN(rapidcheck, what_is_demanded_must_be_covered)
{
    unsigned percent = 5;

    check(is_of_a_kind, &percent);
    CHECK_EQ(seen.outcome, TRIO_RC_NOT_COVERED);
    CHECK(strstr(seen.text,
                 "it tests too little, 100 cases\n"
                 "  0 of 100 cases are \"never\", fewer than 5 per cent\n") ==
          seen.text);
}

// ---- Drawing ----

static bool stays_in_range(struct trio_rc_source *source, void *arg)
{
    static const struct trio_rc_weight kinds[] = {
        {"never", 0}, {"often", 9}, {"seldom", 1}};
    static const char *const names[] = {"a", "b", "c"};
    unsigned char bytes[16];
    char text[8];

    (void)arg;
    int64_t number = trio_rc_int(source, "number", -3, 70);
    TRIO_RC_HOLDS(source, number >= -3 && number <= 70);
    TRIO_RC_HOLDS(source, trio_rc_int(source, "one", 5, 5) == 5);
    TRIO_RC_HOLDS(source, trio_rc_weighted(source, "kind", 3, kinds) != 0);
    TRIO_RC_HOLDS(source, trio_rc_one_of(source, "name", 3, names) < 3);
    TRIO_RC_HOLDS(source, trio_rc_bytes(source, "bytes", 16, bytes) <= 16);
    size_t length = trio_rc_text(source, "text", sizeof(text), text);
    TRIO_RC_HOLDS(source, length < sizeof(text) && strlen(text) == length);
    trio_rc_cover(source, 2, number == -3, "least");
    trio_rc_cover(source, 2, length == sizeof(text) - 1, "full");
    return true;
}

TEST_PLAIN(rapidcheck, what_is_drawn_is_in_range_and_gets_to_its_ends)
{
    const struct trio_rc_options options = {.cases = 1000};

    unsetenv("RC_PARAMS");
    trio_rc_run("range", &options, stays_in_range, NULL, &seen);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
}

static bool has_no_quote(struct trio_rc_source *source, void *arg)
{
    unsigned char bytes[16];
    char text[64];

    (void)arg;
    trio_rc_text(source, "text", sizeof(text), text);
    size_t length = trio_rc_bytes(source, "bytes", sizeof(bytes), bytes);
    TRIO_RC_HOLDS(source, strchr(text, '"') == NULL || length < 2);
    return true;
}

TEST_PLAIN(rapidcheck, text_and_bytes_shrink_to_what_matters)
{
    const struct trio_rc_options options = {.cases = 1000};

    unsetenv("RC_PARAMS");
    trio_rc_run("it", &options, has_no_quote, NULL, &seen);
    CHECK(strstr(report(), "  text: \"\\\"\"\n"
                           "  bytes: 2 bytes 00 00\n") != NULL);
}

// Fails with every choice but the last, so that all with a weight are tried.
static bool is_seldom(struct trio_rc_source *source, void *arg)
{
    static const struct trio_rc_weight kinds[] = {
        {"never", 0}, {"often", 9}, {"never too", 0}, {"seldom", 1}};
    size_t kind = trio_rc_weighted(source, "kind", COUNT(kinds), kinds);

    *(bool *)arg |= kinds[kind].weight == 0;
    return kind == COUNT(kinds) - 1 && trio_rc_bool(source, "again");
}

TEST_PLAIN(rapidcheck, a_choice_without_weight_is_not_shrunk_to)
{
    bool drawn = false;

    check(is_seldom, &drawn);
    CHECK(!drawn);
    CHECK(strstr(report(), "  kind: often\n") != NULL);
}

struct pair {
    int key;
    bool old;
};

static void draw_pair(struct trio_rc_source *source, void *arg, void *ret_item)
{
    struct pair *pair = ret_item;

    pair->key = (int)trio_rc_int(source, "key", 0, 500);
    pair->old = trio_rc_bool(source, "old");
    if (arg != NULL)
        trio_rc_say(source, "%d%s", pair->key, pair->old ? " (old)" : "");
}

static bool has_nothing_old(struct trio_rc_source *source, void *arg)
{
    struct pair pairs[20];
    size_t count = trio_rc_list(source, "pairs", sizeof(pairs[0]), 20,
                                draw_pair, arg, pairs);

    for (size_t i = 0; i < count; i++)
        TRIO_RC_HOLDS(source, pairs[i].key < 100 || !pairs[i].old);
    return true;
}

TEST_PLAIN(rapidcheck, a_list_shrinks_by_items_and_inside_of_them)
{
    check(has_nothing_old, NULL);
    CHECK(strstr(report(), "  pairs: [key 100, old yes]\n") != NULL);
    check(has_nothing_old, &seen);
    CHECK(strstr(report(), "  pairs: [100 (old)]\n") != NULL);
}

static bool is_one_record(struct trio_rc_source *source, void *arg)
{
    struct pair pair;

    trio_rc_record(source, "pair", sizeof(pair), draw_pair, arg, &pair);
    TRIO_RC_HOLDS(source, pair.key < 5 || !pair.old);
    return true;
}

TEST_PLAIN(rapidcheck, a_record_is_told_by_its_parts)
{
    check(is_one_record, NULL);
    CHECK(strstr(report(), "  pair: key 5, old yes\n") != NULL);
}

// ---- Operations ----

static void begin_at_two(void *arg, void *state)
{
    (void)arg;
    *(int *)state = 2;
}

static void draw_move(struct trio_rc_source *source, void *arg,
                      const void *state, void *ret_operation)
{
    (void)arg, (void)state;
    *(int *)ret_operation = trio_rc_bool(source, "up") ? 1 : -1;
    trio_rc_say(source, "%s", *(int *)ret_operation > 0 ? "up" : "down");
}

static bool allows_move(void *arg, const void *state, const void *operation)
{
    (void)arg;
    return *(const int *)state + *(const int *)operation >= 0;
}

static void move(void *arg, void *state, const void *operation)
{
    (void)arg;
    *(int *)state += *(const int *)operation;
}

static const struct trio_rc_machine lift = {
    .operation_size = sizeof(int),
    .state_size = sizeof(int),
    .begin = begin_at_two,
    .draw = draw_move,
    .allows = allows_move,
    .next = move,
};

static bool stays_below(struct trio_rc_source *source, void *arg)
{
    int moves[30];
    int floor = 2;
    size_t count =
        trio_rc_operations(source, "moves", &lift, COUNT(moves), NULL, moves);

    trio_rc_cover(source, 20, count > 10, "long");
    for (size_t i = 0; i < count; i++) {
        floor += moves[i];
        TRIO_RC_HOLDS(source, floor >= 0);
        if (floor > *(int *)arg)
            return trio_rc_fail(source, "floor %d", floor);
    }
    return true;
}

TEST_PLAIN(rapidcheck, operations_are_allowed_where_they_stand)
{
    int top = 100;

    check(stays_below, &top);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
}

TEST_PLAIN(rapidcheck, operations_shrink_to_those_that_matter)
{
    int top = 4;

    check(stays_below, &top);
    CHECK_STRING(report(), "  moves: [up; up; up]\n"
                           "  fails: floor 5\n");
}

// ---- Shapes ----

static bool is_a_tree(struct trio_rc_source *source, void *arg)
{
    size_t parents[12];
    size_t depths[12] = {0};
    size_t count = trio_rc_tree(source, "tree", COUNT(parents), parents);

    TRIO_RC_HOLDS(source, count >= 1 && count <= COUNT(parents));
    TRIO_RC_HOLDS(source, parents[0] == 0);
    for (size_t i = 1; i < count; i++) {
        TRIO_RC_HOLDS(source, parents[i] < i);
        depths[i] = depths[parents[i]] + 1;
        if (depths[i] > *(size_t *)arg)
            return trio_rc_fail(source, "deep");
    }
    return true;
}

TEST_PLAIN(rapidcheck, a_tree_shrinks_to_few_nodes)
{
    size_t depth = 12;

    check(is_a_tree, &depth);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
    depth = 1;
    check(is_a_tree, &depth);
    CHECK_STRING(report(), "  tree: 3 nodes: 1 under 0, 2 under 1\n"
                           "  fails: deep\n");
}

static bool is_connected(struct trio_rc_source *source, void *arg)
{
    struct trio_rc_network network;
    bool reached[5] = {true};

    (void)arg;
    trio_rc_topology(source, "network", COUNT(reached), 8, &network);
    TRIO_RC_HOLDS(source, network.host_count <= COUNT(reached));
    TRIO_RC_HOLDS(source, network.link_count <= 8);
    for (size_t i = 0; i < network.link_count; i++) {
        TRIO_RC_HOLDS(source, network.links[i].from < network.host_count);
        TRIO_RC_HOLDS(source, network.links[i].to < network.host_count);
        TRIO_RC_HOLDS(source, network.links[i].latency <= 200 * TRIO_MS);
        if (reached[network.links[i].from])
            reached[network.links[i].to] = true;
    }
    for (size_t i = 0; i < network.host_count; i++)
        TRIO_RC_HOLDS(source, reached[i]);
    trio_rc_cover(source, 5, network.host_count == COUNT(reached), "all");
    TRIO_RC_HOLDS(source, arg == NULL || network.host_count < 3);
    return true;
}

TEST_PLAIN(rapidcheck, hosts_of_a_network_are_connected)
{
    check(is_connected, NULL);
    CHECK_EQ(seen.outcome, TRIO_RC_HELD);
    check(is_connected, &seen);
    CHECK(strstr(report(), "  network: 3 hosts: 0-1 0 ms, 0-2 0 ms\n") != NULL);
}

// ---- In simulation ----

// Takes one after the other, and waits in between: the second to look loses.
struct purse {
    int coins;
    int takers;
};

static TRIO_CHECKPOINT trio_status take_coin(void *arg)
{
    struct purse *purse = arg;

    if (purse->coins == 0)
        return TRIO_OK;
    trio_status rc = trio_checkpoint();
    purse->coins--;
    TRIO_SIM_ALWAYS(purse->coins >= 0, "there was one");
    return rc;
}

static TRIO_CHECKPOINT trio_status share_purse(void *arg)
{
    struct purse purse = *(struct purse *)arg;
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; i < purse.takers && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, take_coin, &purse);
    return trio_nursery_close(&nursery, rc);
}

static bool is_shared(struct trio_rc_source *source, void *arg)
{
    struct purse purse;
    struct trio_scenario each = {
        .name = "purse", .fn = share_purse, .arg = &purse};

    (void)arg;
    purse.coins = (int)trio_rc_int(source, "coins", 0, 9);
    purse.takers = (int)trio_rc_int(source, "takers", 0, 9);
    return trio_rc_simulate(source, &each, NULL);
}

TEST_PLAIN(rapidcheck, a_workload_is_shrunk_and_then_its_schedule)
{
    check(is_shared, NULL);
    CHECK_EQ(seen.outcome, TRIO_RC_FAILED);
    CHECK(strstr(seen.text, "  coins: 1\n"
                            "  takers: 2\n"
                            "  fails: there was one\n"
                            "  schedule: ") != NULL);
}

TEST_PLAIN(rapidcheck, a_report_brings_workload_and_schedule_back)
{
    static char first[TRIO_RC_TEXT_MAX];
    char token[64] = "";

    check(is_shared, NULL);
    REQUIRE(sscanf(strstr(seen.text, "schedule: "), "schedule: %63s", token) ==
            1);
    snprintf(first, sizeof(first), "%s", strstr(seen.text, "  coins: 1\n"));
    check_again(is_shared, NULL);
    CHECK_STRING(strstr(seen.text, "  coins: 1\n"), first);

    setenv("TRIO_RC_TOKEN", token, 1);
    check_again(is_shared, NULL);
    CHECK_STRING(strstr(seen.text, "  coins: 1\n"), first);
    setenv("TRIO_RC_TOKEN", "nonsense", 1);
    check_again(is_shared, NULL);
    CHECK(strstr(seen.text, "TRIO_RC_TOKEN is no token of it\n") != NULL);
    unsetenv("TRIO_RC_TOKEN");
}

// ---- Misuse ----

static bool draws_from_nothing(struct trio_rc_source *source, void *arg)
{
    (void)arg;
    return trio_rc_int(source, "number", 1, 0) != 0;
}

static void draw_from_nothing(void)
{
    (void)trio_rc_check("it", draws_from_nothing, NULL);
}

TEST_PLAIN(rapidcheck, an_empty_range_is_misuse)
{
    CHECK_DIES(draw_from_nothing, "a range has a least number");
}

static TRIO_CHECKPOINT trio_status draw_late(void *arg)
{
    (void)trio_rc_bool(arg, "late");
    return TRIO_OK;
}

static bool draws_in_a_run(struct trio_rc_source *source, void *arg)
{
    struct trio_scenario late = {
        .name = "late", .fn = draw_late, .arg = source};

    (void)arg;
    return trio_rc_simulate(source, &late, NULL);
}

TEST_PLAIN(rapidcheck, drawing_in_a_run_is_misuse)
{
    check(draws_in_a_run, NULL);
    CHECK(strstr(seen.text, "a case is drawn before its run begins") != NULL);
}
