// What trio/history.h promises, clause by clause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/check_death.h"
#include "tests/failing_memory.h"
#include "tests/histories.h"

enum { TEXT_MAX = 4096 };

static bool check_history(const struct trio_history_model *model,
                          const char *events, trio_status expected,
                          const char *file, int line)
{
    return check_status(history_judge(model, events, NULL, 0), expected, events,
                        file, line);
}

#define LINEARIZABLE(model, events)                                            \
    check_history(&trio_history_##model, (events), TRIO_OK, __FILE__, __LINE__)
#define NOT_LINEARIZABLE(model, events)                                        \
    check_history(&trio_history_##model, (events), TRIO_ECONTRACT, __FILE__,   \
                  __LINE__)

// ---- Models ----

TEST_PLAIN(history, that_is_empty_is_linearizable)
{
    LINEARIZABLE(register, "");
    LINEARIZABLE(queue, "");
    LINEARIZABLE(map, "1+r 1!");
}

TEST_PLAIN(history, register_returns_what_was_written_last)
{
    LINEARIZABLE(register, "1+r 1=none 1+w5 1. 2+r 2=5 1+w6 1. 2+r 2=6");
    NOT_LINEARIZABLE(register, "1+w5 1. 2+r 2=6");
    NOT_LINEARIZABLE(register, "1+w5 1. 2+r 2=none");
}

TEST_PLAIN(history, register_that_returns_a_stale_value_is_none)
{
    NOT_LINEARIZABLE(register, "1+w5 1. 1+w6 1. 2+r 2=5");
    // Once somebody has read the new value, nobody reads the old one.
    NOT_LINEARIZABLE(register, "1+w5 1. 1+w6 2+r 2=6 3+r 3=5 1.");
    LINEARIZABLE(register, "1+w5 1. 1+w6 2+r 3+r 2=6 3=5 1.");
    LINEARIZABLE(register, "1+w5 1. 1+w6 2+r 2=5 3+r 3=6 1.");
}

TEST_PLAIN(history, register_compares_and_sets_at_once)
{
    LINEARIZABLE(register, "1+w1 1. 1+c1,2 2+c2,3 2=1 1=1 3+r 3=3");
    LINEARIZABLE(register, "1+w1 1. 1+c1,2 2+c1,3 2=0 1=1");
    NOT_LINEARIZABLE(register, "1+w1 1. 1+c1,2 2+c1,3 2=1 1=1");
    NOT_LINEARIZABLE(register, "1+w1 1. 1+c1,2 1=0");
}

TEST_PLAIN(history, counter_that_loses_an_update_is_none)
{
    LINEARIZABLE(counter, "1+a1 2+a1 1=1 2=2 3+r 3=2");
    LINEARIZABLE(counter, "1+a1 2+a2 1=3 2=2 3+a-3 3=0");
    NOT_LINEARIZABLE(counter, "1+a1 2+a1 1=1 2=1");
    NOT_LINEARIZABLE(counter, "1+a1 2+a1 1=? 2=? 3+r 3=1");
    LINEARIZABLE(counter, "1+a1 2+a1 1=? 2=? 3+r 3=2");
}

TEST_PLAIN(history, counter_wraps_around)
{
    LINEARIZABLE(counter,
                 "1+a9223372036854775807 1=? 1+a1 1=? 1+a9223372036854775807 "
                 "1=? 1+a1 1=0");
}

TEST_PLAIN(history, queue_is_first_in_first_out)
{
    LINEARIZABLE(queue, "1+e1 1. 1+e2 1. 2+d 2=1 2+d 2=2 2+d 2=none");
    NOT_LINEARIZABLE(queue, "1+e1 1. 1+e2 1. 2+d 2=2");
    LINEARIZABLE(queue, "1+e1 2+e2 1. 2. 3+d 3=2 3+d 3=1");
    NOT_LINEARIZABLE(queue, "1+e1 2+e2 1. 2. 3+d 3=2 3+d 3=1 3+d 3=2");
    NOT_LINEARIZABLE(queue, "1+e1 1. 2+d 3+d 2=1 3=1");
}

TEST_PLAIN(history, queue_that_loses_a_value_is_none)
{
    NOT_LINEARIZABLE(queue, "1+e1 1. 2+d 2=none");
    NOT_LINEARIZABLE(queue, "1+e1 1. 1+e2 1. 1+e3 1. 2+d 2=1 2+d 2=3");
    LINEARIZABLE(queue, "1+e1 2+d 2=none 1.");
    NOT_LINEARIZABLE(queue, "1+d 1=1 1+e1 1.");
}

TEST_PLAIN(history, set_has_each_element_once)
{
    LINEARIZABLE(set, "1+i@7 1=1 2+i@7 2=0 2+h@7 2=1 1+x@7 1=1 1+x@7 1=0");
    NOT_LINEARIZABLE(set, "1+i@7 2+i@7 1=1 2=1");
    // There, gone and there again, with nobody to put it back.
    NOT_LINEARIZABLE(set, "1+i@7 1=1 2+x@7 3+h@7 3=1 3+h@7 3=0 3+h@7 3=1 2=1");
    LINEARIZABLE(set, "1+i@7 1=1 2+x@7 3+h@7 3=1 3+h@7 3=0 2=1");
}

TEST_PLAIN(history, map_has_a_value_of_each_key)
{
    LINEARIZABLE(map, "1+w5@1 1. 1+w6@2 1. 2+r@1 2=5 2+r@2 2=6 2+r@3 2=none");
    NOT_LINEARIZABLE(map, "1+w5@1 1. 1+w6@2 1. 2+r@1 2=6");
    LINEARIZABLE(map, "1+w5@1 1. 1+x@1 1=1 1+x@1 1=0 1+r@1 1=none");
    NOT_LINEARIZABLE(map, "1+w5@1 1. 1+x@1 1=0");
    LINEARIZABLE(map, "1+w5@1 1. 1+c5,6@1 1=1 1+c5,6@2 1=0 1+r@1 1=6");
}

TEST_PLAIN(history, keys_are_objects_of_their_own)
{
    LINEARIZABLE(queue, "1+e1@1 1. 1+e2@2 1. 2+d@2 2=2 2+d@1 2=1");
    NOT_LINEARIZABLE(counter, "1+a1@1 1=1 1+a1@2 1=1 1+a1@1 1=3");
}

// ---- Operations that did not end ----

TEST_PLAIN(history, operation_without_response_may_have_happened)
{
    LINEARIZABLE(register, "1+w5 2+r 2=5");
    LINEARIZABLE(counter, "1+a1 2+a1 2=2");
    LINEARIZABLE(queue, "1+e1 1. 2+d 3+d 3=none");
}

TEST_PLAIN(history, operation_without_response_may_not_have_happened)
{
    LINEARIZABLE(register, "1+w5 2+r 2=none 2+r 2=none");
    LINEARIZABLE(counter, "1+a1 2+a1 2=1");
    LINEARIZABLE(queue, "1+e1 1. 2+d 3+d 3=1");
}

TEST_PLAIN(history, operation_without_response_may_happen_much_later)
{
    LINEARIZABLE(register, "1+w5 2+w6 2. 2+r 2=6 3+r 3=6 2+r 2=5 3+r 3=5");
    NOT_LINEARIZABLE(register, "1+w5 2+w6 2. 2+r 2=5 2+r 2=6");
    NOT_LINEARIZABLE(register, "2+r 2=5 1+w5");
}

TEST_PLAIN(history, client_may_go_on_without_a_response)
{
    LINEARIZABLE(register, "1+w5 1+w6 1. 1+r 1=5");
}

TEST_PLAIN(history, operation_that_failed_has_not_happened)
{
    LINEARIZABLE(register, "1+w5 1! 2+r 2=none");
    NOT_LINEARIZABLE(register, "1+w5 2+r 2=5 1!");
}

TEST_PLAIN(history, result_that_is_unknown_fits_always_but_it_happened)
{
    LINEARIZABLE(queue, "1+e1 1. 1+e2 1. 2+d 2=? 2+d 2=2");
    NOT_LINEARIZABLE(queue, "1+e1 1. 1+e2 1. 2+d 2=? 2+d 2=1");
}

// ---- A model of one's own ----

enum { TAKE, GIVE };

static bool step_lock(void *state,
                      const struct trio_history_operation *operation)
{
    int64_t *owner = state;
    int64_t client = operation->call.client;
    bool mine = *owner == client;

    if (operation->call.kind == GIVE) {
        *owner = mine ? 0 : *owner;
        return trio_history_returns(operation, mine);
    }
    bool taken = *owner == 0 || mine;
    *owner = taken ? client : *owner;
    return trio_history_returns(operation, taken);
}

// Bytes beyond the first are never the same, and never matter.
struct odd_state {
    bool odd;
    unsigned steps;
};

static bool step_odd(void *state,
                     const struct trio_history_operation *operation)
{
    static unsigned steps;
    struct odd_state *odd = state;

    odd->steps = ++steps;
    odd->odd ^= operation->call.value % 2 != 0;
    return trio_history_returns(operation, odd->odd);
}

static bool is_equally_odd(const void *a, const void *b)
{
    return ((const struct odd_state *)a)->odd ==
           ((const struct odd_state *)b)->odd;
}

static uint64_t hash_odd(const void *state)
{
    return ((const struct odd_state *)state)->odd;
}

static const struct trio_history_signature own_kinds[] = {
    {"take", TRIO_HISTORY_SHOWS_TRUTH}, {"give", TRIO_HISTORY_SHOWS_TRUTH}};
static const struct trio_history_model trio_history_lock = {.name = "lock",
                                                            .kinds = own_kinds,
                                                            .kind_count = 2,
                                                            .state_size =
                                                                sizeof(int64_t),
                                                            .step = step_lock};
static const struct trio_history_model trio_history_odd = {
    .name = "oddity",
    .kinds = own_kinds,
    .kind_count = 1,
    .state_size = sizeof(struct odd_state),
    .step = step_odd,
    .equal = is_equally_odd,
    .hash = hash_odd};

TEST_PLAIN(history, model_can_be_ones_own)
{
    // r is its kind 0, w its kind 1.
    LINEARIZABLE(lock, "1+r 2+r 1=1 2=0 1+w 1=1 2+r 2=1");
    NOT_LINEARIZABLE(lock, "1+r 2+r 1=1 2=1");
    // Without keys, the key is one more argument.
    NOT_LINEARIZABLE(lock, "1+r@1 1=1 2+r@2 2=1");
}

TEST_PLAIN(history, model_says_which_states_are_equal)
{
    LINEARIZABLE(odd, "1+r1 2+r1 3+r2 1=0 2=1 3=0");
    // All orders of ten that cannot be told apart are one.
    NOT_LINEARIZABLE(odd, "0+r1 1+r1 2+r1 3+r1 4+r1 5+r1 6+r1 7+r1 8+r1 9+r1 "
                          "0=? 1=? 2=? 3=? 4=? 5=? 6=? 7=? 8=? 9=? 1+r2 1=1");
}

// ---- Text ----

TEST_PLAIN(history, violation_is_the_smallest_prefix_as_a_table)
{
    char text[TEXT_MAX];

    CHECK_STATUS(history_judge(&trio_history_register,
                               "1+w5 2+r 3+w9 2=5 1. 3+r 4+c1,2 3=none 3+r "
                               "3=7 4=1",
                               text, sizeof(text)),
                 TRIO_ECONTRACT);
    CHECK_STRING(
        text,
        "not linearizable as a register: no order explains the last response\n"
        "client  operation              result   events  time\n"
        "     1  write(5)               ok       1..5    0s..0s\n"
        "     2  read()                 5        2..4    0s..0s\n"
        "     3  write(9)               pending  3..     0s..\n"
        "     3  read()                 none     6..8    0s..0s\n"
        "     4  compare_and_set(1, 2)  pending  7..     0s..\n");
}

TEST_PLAIN(history, violation_shows_its_key_alone)
{
    char text[TEXT_MAX];

    CHECK_STATUS(history_judge(&trio_history_map,
                               "1+w5@1 2+w6@2 1. 2. 3+r@2 1+r@1 1=6 3=7 ", text,
                               sizeof(text)),
                 TRIO_ECONTRACT);
    CHECK_STRING(
        text, "not linearizable as a map: no order explains the last response\n"
              "client  operation    result  events  time\n"
              "     1  write(1, 5)  ok      1..3    0s..0s\n"
              "     1  read(1)      6       6..7    0s..0s\n");
}

TEST_PLAIN(history, text_is_empty_if_all_is_well)
{
    char text[TEXT_MAX] = "something";

    CHECK_OK(history_judge(&trio_history_set, "1+i@1 1=1", text, sizeof(text)));
    CHECK_STRING(text, "");
}

// Of any size, and never more than that.
TEST_PLAIN(history, text_without_room_leaves_out_the_first_rows)
{
    static const char events[] = "1+w5 1. 1+w6 1. 1+w7 1. 2+r 2=6";
    char whole[TEXT_MAX], text[TEXT_MAX];

    CHECK_STATUS(history_judge(&trio_history_register, events, whole, TEXT_MAX),
                 TRIO_ECONTRACT);
    size_t length = strlen(whole);
    for (size_t size = 1; size <= length + 1; size++) {
        memset(text, 'x', sizeof(text));
        CHECK_STATUS(history_judge(&trio_history_register, events, text, size),
                     TRIO_ECONTRACT);
        CHECK(strlen(text) < size);
        CHECK(text[size] == 'x');
        CHECK((strcmp(text, whole) == 0) == (size == length + 1));
        // The last row stays as long as there is room for anything.
        bool has_last = strstr(text, "     2  read()") != NULL;
        CHECK(has_last || size < 200);
        CHECK(!has_last || size > length || strstr(text, "   ...  ") != NULL);
    }
}

// ---- Limits ----

TEST_PLAIN(history, check_is_cut_off_after_so_many_states)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;
    char text[TEXT_MAX];

    trio_history_open(&history, &trio_history_register, NULL, 0,
                      &config.memory);
    history_play(&history, "1+w1 2+w2 3+w3 4+w4 1. 2. 3. 4. 5+r 5=1 5+r 5=2");
    history.states_max = 10;
    CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                 TRIO_ETRUNCATED);
    CHECK_STRING(text, "undecided: 10 states were not enough\n");
    CHECK_EQ(trio_history_statistics(&history).states, 10);
    history.states_max = 0;
    CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                 TRIO_ECONTRACT);
    trio_history_close(&history);
}

// Another key may show it.
TEST_PLAIN(history, violation_is_found_beside_a_key_that_is_cut_off)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;
    char text[TEXT_MAX];

    trio_history_open(&history, &trio_history_register, NULL, 0,
                      &config.memory);
    history_play(&history, "1+w1 2+w2 3+w3 4+w4 1. 2. 3. 4. 5+r 5=1 5+r 5=2 "
                           "6+r@1 6=1");
    history.states_max = 10;
    CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                 TRIO_ECONTRACT);
    CHECK(strstr(text, "(there may be a smaller prefix)\n") != NULL);
    CHECK(strstr(text, "     6  read(1)  ") != NULL);
    trio_history_close(&history);
}

TEST_PLAIN(history, has_room_for_its_capacity)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history_operation operations[2];
    struct trio_history_call call = {.kind = TRIO_HISTORY_READ};
    struct trio_history history;
    char text[TEXT_MAX];

    for (int i = 0; i < 2; i++) { // In its own memory, and in the caller's.
        trio_history_open(&history, &trio_history_register,
                          i == 0 ? NULL : operations, 2, &config.memory);
        CHECK_EQ(trio_history_invoke(&history, call), 0);
        CHECK_EQ(trio_history_invoke(&history, call), 1);
        CHECK_OK(trio_history_check(&history, text, sizeof(text)));
        CHECK(trio_history_invoke(&history, call) == TRIO_HISTORY_LOST);
        trio_history_respond(&history, TRIO_HISTORY_LOST, 5);
        trio_history_fail(&history, TRIO_HISTORY_LOST);
        CHECK(trio_history_operation(&history, TRIO_HISTORY_LOST)->result ==
              TRIO_HISTORY_UNKNOWN);
        trio_history_respond(&history, 0, 5);
        CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                     TRIO_ENOBUFS);
        CHECK_STRING(text, "undecided: the history has room for 2 operations "
                           "only\n");
        trio_history_close(&history);
    }
}

TEST_PLAIN(history, out_of_memory_anywhere_is_a_status)
{
    static const char events[] =
        "1+e1 2+e2 3+e3 4+e4 5+e5 6+e6 1. 2. 3. 4. 5. 6. 7+d 7=3 7+d 7=1 "
        "1+d 2+d 3+d 4+d 1=6 2=5 3=4 4=2 1+e1 2+e2 3+e3 4+e4 1. 2. 3. 4. "
        "1+d 1=4 1+d 1=3 1+d 1=1 1+d 1=1";
    trio_status rc = TRIO_ENOMEM;
    uint64_t failures = 0;

    for (uint64_t fail_at = 1; rc != TRIO_ECONTRACT; fail_at++) {
        struct trio_config config = trio_config_platform();
        struct failing_memory memory;
        struct trio_history history;
        char text[TEXT_MAX];

        failing_memory_open(&memory, &config);
        memory.fail_at = fail_at;
        trio_history_open(&history, &trio_history_queue, NULL, 0,
                          &config.memory);
        history_play(&history, events);
        rc = trio_history_check(&history, text, sizeof(text));
        trio_history_close(&history);
        CHECK_EQ(memory.blocks, 0);
        failures += memory.failures;
        if (rc != TRIO_ECONTRACT) {
            CHECK_STATUS(rc, TRIO_ENOMEM);
            CHECK_STRING(text, "undecided: out of memory\n");
        } else if (memory.failures > 0) {
            // What was known when the smallest prefix was looked for stays so.
            CHECK(strstr(text, "(there may be a smaller prefix)") != NULL);
            rc = TRIO_ENOMEM;
        } else {
            CHECK(strstr(text, "smaller prefix") == NULL);
        }
    }
    CHECK(failures >= 6);
}

TEST_PLAIN(history, counts_what_it_has)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;

    trio_history_open(&history, &trio_history_register, NULL, 0,
                      &config.memory);
    history_play(&history, "1+w5 2+r 3+r 1. 3! 4+w7 4=?");
    struct trio_history_statistics statistics =
        trio_history_statistics(&history);
    CHECK_EQ(statistics.operations, 4);
    CHECK_EQ(statistics.responded, 2);
    CHECK_EQ(statistics.failed, 1);
    CHECK_EQ(statistics.pending, 1);
    const struct trio_history_operation *first =
        trio_history_operation(&history, 0);
    CHECK_EQ(first->call.value, 5);
    CHECK_EQ(first->result, 0);
    CHECK(trio_history_operation(&history, 1)->responded == TRIO_FOREVER);
    trio_history_close(&history);
}

// ---- In a run ----

TEST(history, takes_its_memory_and_its_times_from_the_run)
{
    struct trio_history history;
    struct trio_history_call call = {.kind = TRIO_HISTORY_WRITE, .value = 5};
    char text[TEXT_MAX];

    trio_history_open(&history, &trio_history_register, NULL, 0, NULL);
    trio_status rc = trio_sleep(2 * TRIO_MS);
    size_t id = trio_history_invoke(&history, call);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    trio_history_respond(&history, id, 0);
    call.kind = TRIO_HISTORY_READ;
    trio_history_respond(&history, trio_history_invoke(&history, call), 6);
    trio_status answer = trio_history_check(&history, text, sizeof(text));
    trio_history_close(&history);
    CHECK_OK(rc);
    CHECK_STATUS(answer, TRIO_ECONTRACT);
    if (check_is_fifo())
        CHECK(strstr(text, "ok      1..2    2ms..1002ms\n") != NULL);
}

TEST_PLAIN(history, is_no_failure_outside_of_a_campaign)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;

    trio_history_open(&history, &trio_history_register, NULL, 0,
                      &config.memory);
    history_play(&history, "1+w5 1. 2+r 2=5");
    CHECK_OK(TRIO_SIM_LINEARIZABLE(&history, "it is"));
    history_play(&history, "2+r 2=6");
    CHECK_STATUS(TRIO_SIM_LINEARIZABLE(&history, "it is not"), TRIO_ECONTRACT);
    trio_history_close(&history);
}

// ---- Misuse ----

static void play(const struct trio_history_model *model, const char *events)
{
    trio_ignore(history_judge(model, events, NULL, 0));
}

static void invoke_what_the_model_has_not(void)
{
    play(&trio_history_register, "1+e5");
}

static void respond_twice(void)
{
    play(&trio_history_register, "1+w5 1. 1.");
}

static void fail_after_a_response(void)
{
    play(&trio_history_register, "1+w5 1. 1!");
}

static void respond_to_nothing(void)
{
    play(&trio_history_register, "1.");
}

static void invoke_after_close(void)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;

    trio_history_open(&history, &trio_history_register, NULL, 0,
                      &config.memory);
    trio_history_close(&history);
    history_play(&history, "1+w5");
}

TEST_PLAIN(history, misuse_is_told_by_its_rule)
{
    CHECK_DIES(invoke_what_the_model_has_not,
               "recorded an operation that the history's model does not have");
    CHECK_DIES(respond_twice, "an operation of a history ended twice");
    CHECK_DIES(fail_after_a_response, "an operation of a history ended twice");
    CHECK_DIES(respond_to_nothing, "there is no such operation in the history");
    CHECK_DIES(invoke_after_close, "a history was used after it was closed");
}
