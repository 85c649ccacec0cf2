// The search for an order, beside one that tries all orders; and many clients.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/histories.h"

enum { TEXT_MAX = 8192, RANDOM_HISTORIES = 4000 };

// ---- Random histories of a few operations ----

static uint64_t state;
static bool distinct; // No value is written twice.
static int64_t written;

static uint32_t draw(uint32_t bound)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(state >> 33) % bound;
}

static struct trio_history_call
draw_call(const struct trio_history_model *model, uint32_t client)
{
    struct trio_history_call call = {.client = client};

    do
        call.kind = (int)draw((uint32_t)model->kind_count);
    while (model->kinds[call.kind].name == NULL);
    call.key = draw(4) == 0;
    call.value = distinct ? ++written : draw(3);
    call.expected = draw(3);
    return call;
}

static int64_t draw_result(const struct trio_history_model *model, int kind)
{
    unsigned flags = model->kinds[kind].flags;

    if (draw(8) == 0)
        return TRIO_HISTORY_UNKNOWN;
    if ((flags & TRIO_HISTORY_SHOWS_TRUTH) != 0)
        return draw(2);
    if (draw(4) == 0)
        return TRIO_HISTORY_NONE;
    return distinct ? 1 + draw((uint32_t)written + 1) : draw(3);
}

enum { CLIENTS = 4 };

// A client has an operation at a time, gives some up, and has some refused.
static void draw_history(struct trio_history *history)
{
    size_t ids[CLIENTS];
    bool busy[CLIENTS] = {false};

    for (uint32_t left = 3 + draw(5); left > 0;) {
        uint32_t client = draw(CLIENTS);
        if (!busy[client]) {
            ids[client] =
                trio_history_invoke(history, draw_call(history->model, client));
            busy[client] = true;
            left--;
            continue;
        }
        busy[client] = false;
        const struct trio_history_operation *operation =
            trio_history_operation(history, ids[client]);
        if (draw(12) == 0)
            trio_history_fail(history, ids[client]);
        else if (draw(8) != 0)
            trio_history_respond(
                history, ids[client],
                draw_result(history->model, operation->call.kind));
    }
}

// Returns the last event in a table.
static uint32_t last_event(const char *text)
{
    const char *row = text;
    uint32_t last = 0;

    while ((row = strchr(row, '\n')) != NULL && *++row != '\0') {
        const char *events = strstr(row, "..");
        if (events == NULL)
            continue;
        uint32_t event = (uint32_t)strtoul(events + 2, NULL, 10);
        last = event > last ? event : last;
    }
    return last;
}

static uint32_t smallest_prefix(const struct trio_history *history)
{
    uint32_t end = 1;

    while (history_is_linearizable(history, end))
        end++;
    return end;
}

// Returns whether it is linearizable.
static bool compare(const struct trio_history_model *model)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;
    char text[TEXT_MAX];

    written = 0;
    trio_history_open(&history, model, NULL, 0, &config.memory);
    draw_history(&history);
    bool linearizable = history_is_linearizable(&history, history.events);
    CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                 linearizable ? TRIO_OK : TRIO_ECONTRACT);
    if (!linearizable)
        CHECK_EQ(last_event(text), smallest_prefix(&history));
    trio_history_close(&history);
    return linearizable;
}

static void compare_many(const struct trio_history_model *model)
{
    int linearizable = 0;

    state = 1;
    for (int i = 0; i < RANDOM_HISTORIES; i++)
        linearizable += compare(model);
    // Neither is rare, or little was tried.
    CHECK(linearizable > RANDOM_HISTORIES / 20);
    CHECK(linearizable < RANDOM_HISTORIES * 19 / 20);
}

TEST_PLAIN(history_search, agrees_with_all_orders_of_registers)
{
    compare_many(&trio_history_register);
}

TEST_PLAIN(history_search, agrees_with_all_orders_of_counters)
{
    compare_many(&trio_history_counter);
}

TEST_PLAIN(history_search, agrees_with_all_orders_of_queues)
{
    compare_many(&trio_history_queue);
}

TEST_PLAIN(history_search, agrees_with_all_orders_of_queues_of_distinct_values)
{
    distinct = true;
    compare_many(&trio_history_queue);
    distinct = false;
}

TEST_PLAIN(history_search, agrees_with_all_orders_of_sets)
{
    compare_many(&trio_history_set);
}

TEST_PLAIN(history_search, agrees_with_all_orders_of_maps)
{
    compare_many(&trio_history_map);
}

// ---- Many clients ----

enum { MANY = 120 };

// All at once, the first one last.
static void overlap(struct trio_history *history, int kind, int64_t first)
{
    size_t ids[MANY];

    for (uint32_t i = 0; i < MANY; i++)
        ids[i] = trio_history_invoke(
            history,
            (struct trio_history_call){.client = i, .kind = kind, .value = 1});
    for (uint32_t i = MANY; i-- > 0;)
        trio_history_respond(history, ids[i], first + (int64_t)(MANY - 1 - i));
}

TEST_PLAIN(history_search, takes_120_clients_at_once)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;
    char text[TEXT_MAX];

    trio_history_open(&history, &trio_history_counter, NULL, 0, &config.memory);
    overlap(&history, TRIO_HISTORY_ADD, 1);
    overlap(&history, TRIO_HISTORY_ADD, MANY + 1);
    CHECK_OK(trio_history_check(&history, NULL, 0));
    history_play(&history, "1+r 1=241");
    history.states_max = 100000;
    CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                 TRIO_ECONTRACT);
    CHECK(strstr(text, "     1  read()     241     481..482  ") != NULL);
    trio_history_close(&history);
}

enum { ROUNDS = 50, TEN = 10 };

// All at once, answered from the last to the first.
static void put_ten(struct trio_history *history, int64_t first, uint32_t step)
{
    size_t ids[TEN];

    for (uint32_t i = 0; i < TEN; i++)
        ids[i] = trio_history_invoke(
            history,
            (struct trio_history_call){.client = i,
                                       .kind = TRIO_HISTORY_ENQUEUE,
                                       .value = first + i * step % TEN});
    for (uint32_t i = TEN; i-- > 0;)
        trio_history_respond(history, ids[i], 0);
}

static void take_ten(struct trio_history *history, int64_t first)
{
    struct trio_history_call call = {.kind = TRIO_HISTORY_DEQUEUE};
    size_t ids[TEN];

    for (call.client = 0; call.client < TEN; call.client++)
        ids[call.client] = trio_history_invoke(history, call);
    for (uint32_t i = 0; i < TEN; i++)
        trio_history_respond(history, ids[i], first + i);
}

// 1,000 operations of 10 clients, put in another order than taken.
static void use_queue(struct trio_history *history)
{
    for (int round = 0; round < ROUNDS; round++) {
        put_ten(history, (int64_t)TEN * round, 7);
        if (round > 0)
            take_ten(history, (int64_t)TEN * (round - 1));
    }
    take_ten(history, (int64_t)TEN * (ROUNDS - 1));
}

TEST_PLAIN(history_search, takes_few_states_for_1000_operations_of_10_clients)
{
    static const char *const wrong[] = {
        "1+d 1=77 2+e5 2.",                 // It left before.
        "1+e7777 1. 1+e8888 1. 2+d 2=8888", // It is lost.
        "1+d 1=9999 1+e9999 1."};           // It was not there yet.
    const struct trio_config config = trio_config_platform();
    char text[TEXT_MAX];

    for (size_t i = 0; i <= COUNT(wrong); i++) {
        struct trio_history history;
        trio_history_open(&history, &trio_history_queue, NULL, 0,
                          &config.memory);
        history.states_max = 10000;
        use_queue(&history);
        if (i < COUNT(wrong))
            history_play(&history, wrong[i]);
        CHECK_STATUS(trio_history_check(&history, text, sizeof(text)),
                     i < COUNT(wrong) ? TRIO_ECONTRACT : TRIO_OK);
        CHECK(strstr(text, "smaller prefix") == NULL);
        trio_history_close(&history);
    }
}

// What nobody answered never stands in the way of what was.
TEST_PLAIN(history_search, takes_1000_operations_without_response)
{
    const struct trio_config config = trio_config_platform();
    struct trio_history history;
    struct trio_history_call call = {.kind = TRIO_HISTORY_WRITE};

    trio_history_open(&history, &trio_history_register, NULL, 0,
                      &config.memory);
    for (call.value = 1; call.value <= 1000; call.value++)
        (void)trio_history_invoke(&history, call);
    history_play(&history, "1+w0 1. 2+r 2=0 2+r 2=1000 2+r 2=7");
    CHECK_OK(trio_history_check(&history, NULL, 0));
    history_play(&history, "2+r 2=0");
    history.states_max = 10000;
    CHECK_STATUS(trio_history_check(&history, NULL, 0), TRIO_ECONTRACT);
    trio_history_close(&history);
}
