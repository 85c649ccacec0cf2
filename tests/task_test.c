// What a task is and owns: numbers, names, exit functions, local values.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/entry.h>
#include <trio/task.h>
#include <trio/testing.h>

#include "tests/check.h"
#include "tests/tasks.h"

struct seen {
    uint64_t number;
    const char *name;
};

static trio_status see(void *arg)
{
    struct seen *seen = arg;

    seen->number = trio_task_number(trio_task_current());
    seen->name = trio_task_name(trio_task_current());
    return TRIO_OK;
}

TEST(task, numbers_are_given_in_the_order_of_starting)
{
    struct seen seen[3] = {{0}};
    struct trio_nursery nursery;

    CHECK_EQ(trio_task_number(trio_task_current()), 1);
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(seen); i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, see, &seen[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < COUNT(seen); i++)
        CHECK_EQ(seen[i].number, i + 2);
}

TEST(task, has_the_name_it_was_given)
{
    struct trio_task_options options = {.name = "accountant"};
    struct seen named = {0}, unnamed = {0, "?"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon_with(&nursery, &options, see, &named));
    CHECK_OK(trio_nursery_start_soon(&nursery, see, &unnamed));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STRING(named.name, "accountant");
    CHECK(unnamed.name == NULL);
}

// ---- Exit functions ----

struct last_will {
    struct trio_task_exit node; // First.
    struct log *log;
    char name;
};

static void write_will(struct trio_task_exit *node)
{
    struct last_will *will = (struct last_will *)node;

    log_add(will->log, will->name);
}

struct testator {
    struct log log;
    struct last_will wills[3];
    trio_status status;
    int cancel; // The will to withdraw, or -1.
};

static TRIO_CHECKPOINT trio_status leave_wills(void *arg)
{
    struct testator *testator = arg;

    for (int i = 0; i < 3; i++) {
        struct last_will *will = &testator->wills[i];

        *will =
            (struct last_will){.log = &testator->log, .name = (char)('a' + i)};
        trio_task_on_exit(&will->node, write_will);
    }
    trio_status rc = trio_checkpoint();
    if (testator->cancel >= 0)
        trio_task_cancel_exit(trio_task_current(),
                              &testator->wills[testator->cancel].node);
    log_add(&testator->log, '.');
    return rc == TRIO_OK ? testator->status : rc;
}

TEST(task, exit_functions_run_after_the_task_the_newest_first)
{
    struct testator testator = {.cancel = -1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, leave_wills, &testator));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(testator.log, ".cba");
}

TEST(task, exit_functions_run_also_after_a_failure)
{
    struct testator testator = {.status = TRIO_EIO, .cancel = -1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, leave_wills, &testator));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EIO);
    CHECK_LOG(testator.log, ".cba");
    trio_error_clear();
}

TEST(task, exit_functions_run_also_after_a_cancellation)
{
    struct testator testator = {.cancel = -1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, leave_wills, &testator));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(testator.log, ".cba");
}

TEST(task, an_exit_function_can_be_withdrawn)
{
    static const char *const logs[] = {".cb", ".ca", ".ba"};

    for (int i = 0; i < 3; i++) {
        struct testator testator = {.cancel = i};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, leave_wills, &testator));
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_LOG(testator.log, logs[i]);
    }
}

struct breaker {
    struct trio_task_exit node; // First.
    struct trio_parking_lot lot;
};

static void break_lot(struct trio_task_exit *node)
{
    trio_parking_lot_break(&((struct breaker *)node)->lot);
}

static trio_status end_with_lot(void *arg)
{
    trio_task_on_exit(&((struct breaker *)arg)->node, break_lot);
    return TRIO_OK;
}

TEST(task, an_exit_function_can_break_what_the_task_held)
{
    struct breaker breaker = {.lot = TRIO_PARKING_LOT_INIT};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, end_with_lot, &breaker));
    CHECK_STATUS(trio_parking_lot_park(&breaker.lot, &test_wait, NULL),
                 TRIO_EBROKEN);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- Local values ----

static struct log destroyed;

static void destroy_value(void *value)
{
    log_add(&destroyed, *(char *)value);
}

static const struct trio_task_key color = {destroy_value};
static const struct trio_task_key shape = {NULL};

static char red[] = "r", green[] = "g";

static trio_status use_locals(void *arg)
{
    struct trio_task_local *locals = arg;

    CHECK(trio_task_local_get(&color) == NULL);
    trio_task_local_set(&locals[0], &color, red);
    trio_task_local_set(&locals[1], &shape, arg);
    CHECK(trio_task_local_get(&color) == red);
    CHECK(trio_task_local_get(&shape) == arg);
    trio_task_local_set(&locals[2], &color, green);
    CHECK(trio_task_local_get(&color) == green);
    CHECK(trio_task_local_get(&shape) == arg);
    return TRIO_OK;
}

TEST(task, local_values_belong_to_one_task_and_are_destroyed_with_it)
{
    struct trio_task_local locals[3];
    struct trio_nursery nursery;

    destroyed = (struct log){0};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, use_locals, locals));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(destroyed, "gr");
    CHECK(trio_task_local_get(&color) == NULL);
}

// ---- Whether there is one ----

struct asking {
    struct trio_entry entry; // First.
    bool in_task;
};

static void ask(struct trio_entry *entry)
{
    ((struct asking *)entry)->in_task = trio_in_task();
}

static TRIO_CHECKPOINT trio_status ask_everywhere(void *arg)
{
    struct asking asking = {.entry.fn = ask, .in_task = true};
    struct trio_poster *poster;

    (void)arg;
    CHECK(trio_in_task());
    CHECK_OK(trio_poster_open(&poster));
    CHECK_OK(trio_poster_post(poster, &asking.entry));
    trio_status rc = trio_checkpoint();
    trio_poster_close(poster);
    CHECK(!asking.in_task);
    CHECK(trio_in_task());
    return rc;
}

TEST_PLAIN(task, a_callback_is_no_task_nor_is_what_is_outside_a_run)
{
    CHECK(!trio_in_task());
    CHECK_OK(trio_test(ask_everywhere, NULL));
    CHECK(!trio_in_task());
}
