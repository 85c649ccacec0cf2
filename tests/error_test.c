// Statuses steer, records explain: which record belongs to which status.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/error.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

#define QUOTA ((trio_status)-1001)
#define OTHER ((trio_status)-1002)

TEST(error, fail_records_and_returns_the_status)
{
    CHECK(trio_error_last() == NULL);
    CHECK_STATUS(trio_fail(QUOTA, "user %s has %d files", "ada", 7), QUOTA);
    const struct trio_error *error = trio_error_last();
    REQUIRE(error != NULL);
    CHECK_STATUS(error->status, QUOTA);
    CHECK_STRING(error->text, "user ada has 7 files");
    CHECK_EQ(error->task, trio_task_number(trio_task_current()));
    CHECK_EQ(error->os_error, 0);
    CHECK(error->children == NULL);
    trio_error_clear();
    CHECK(trio_error_last() == NULL);
}

TEST(error, fail_os_keeps_the_systems_number)
{
    CHECK_STATUS(trio_fail_os(TRIO_EIO, 5, "read"), TRIO_EIO);
    CHECK_EQ(trio_error_last()->os_error, 5);
    trio_error_clear();
}

TEST(error, a_text_that_is_too_long_is_cut)
{
    char text[200];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    CHECK_STATUS(trio_fail(QUOTA, "%s", text), QUOTA);
    CHECK_EQ(strlen(trio_error_last()->text), TRIO_ERROR_TEXT_MAX - 1);
    trio_error_clear();
}

TEST(error, success_and_cancellation_are_not_recorded)
{
    CHECK_STATUS(trio_fail(TRIO_OK, "nothing"), TRIO_OK);
    CHECK_STATUS(trio_fail(TRIO_ECANCELED, "nothing"), TRIO_ECANCELED);
    CHECK(trio_error_last() == NULL);
}

TEST(error, find_takes_the_newest_of_a_status)
{
    trio_ignore(trio_fail(QUOTA, "old"));
    trio_ignore(trio_fail(OTHER, "between"));
    trio_ignore(trio_fail(QUOTA, "new"));
    CHECK_STRING(trio_error_find(QUOTA)->text, "new");
    CHECK_STRING(trio_error_find(OTHER)->text, "between");
    CHECK(trio_error_find(TRIO_EIO) == NULL);
    trio_error_clear();
}

TEST(error, fail_bare_drops_the_newest_of_the_status)
{
    trio_ignore(trio_fail(QUOTA, "old"));
    trio_ignore(trio_fail(OTHER, "other"));
    CHECK_STATUS(trio_fail_bare(QUOTA), QUOTA);
    CHECK(trio_error_find(QUOTA) == NULL);
    CHECK_STRING(trio_error_find(OTHER)->text, "other");
    trio_error_clear();
}

TEST(error, only_the_newest_records_are_kept)
{
    for (int i = 0; i < 100; i++)
        trio_ignore(trio_fail((trio_status)(-2000 - i), "number %d", i));
    CHECK_STRING(trio_error_last()->text, "number 99");
    CHECK_STRING(trio_error_find((trio_status)-2098)->text, "number 98");
    CHECK_STRING(trio_error_find((trio_status)-2096)->text, "number 96");
    CHECK(trio_error_find((trio_status)-2000) == NULL);
    trio_error_clear();
}

static trio_status fail_with(void *arg)
{
    return trio_fail(*(trio_status *)arg, "in a task");
}

TEST(error, a_group_is_not_pushed_out_by_plain_records)
{
    trio_status statuses[] = {QUOTA, OTHER};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(statuses); i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, fail_with, &statuses[i]));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EGROUP);
    for (int i = 0; i < 100; i++)
        trio_ignore(trio_fail((trio_status)(-2000 - i), "number %d", i));
    const struct trio_error *group = trio_error_find(TRIO_EGROUP);
    CHECK(trio_error_contains(group, QUOTA));
    CHECK(trio_error_contains(group, OTHER));
    trio_error_clear();
}

TEST(error, the_newest_finds_room_also_among_groups)
{
    trio_status statuses[] = {QUOTA, OTHER};

    for (int i = 0; i < 5; i++) {
        struct trio_nursery nursery;
        trio_nursery_open(&nursery);
        for (size_t k = 0; k < COUNT(statuses); k++)
            CHECK_OK(
                trio_nursery_start_soon(&nursery, fail_with, &statuses[k]));
        CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EGROUP);
    }
    trio_ignore(trio_fail(TRIO_EINVAL, "the newest"));
    CHECK(trio_error_find(TRIO_EINVAL) != NULL);
    CHECK(trio_error_contains(trio_error_find(TRIO_EGROUP), QUOTA));
    trio_error_clear();
}

TEST(error, a_record_is_not_attached_to_another_status)
{
    trio_ignore(trio_fail(QUOTA, "handled long ago"));
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_EIO), TRIO_EIO);
    const struct trio_error *error = trio_error_find(TRIO_EIO);
    CHECK(error == NULL || !trio_error_contains(error, QUOTA));
    CHECK_STRING(trio_error_find(QUOTA)->text, "handled long ago");
    trio_error_clear();
}

// ---- trio_combine ----

TEST(error, combine_prefers_a_failure_to_a_cancellation_to_success)
{
    CHECK_STATUS(trio_combine(TRIO_OK, TRIO_OK), TRIO_OK);
    CHECK_STATUS(trio_combine(TRIO_OK, TRIO_EIO), TRIO_EIO);
    CHECK_STATUS(trio_combine(TRIO_EIO, TRIO_OK), TRIO_EIO);
    CHECK_STATUS(trio_combine(TRIO_ECANCELED, TRIO_EIO), TRIO_EIO);
    CHECK_STATUS(trio_combine(TRIO_EIO, TRIO_ECANCELED), TRIO_EIO);
    // A task that was given no cancellation keeps none.
    struct trio_cancel_scope scope;
    trio_move_on_after(&scope, 0);
    trio_status canceled = trio_checkpoint();
    CHECK_STATUS(trio_combine(canceled, TRIO_OK), TRIO_ECANCELED);
    CHECK_STATUS(trio_combine(TRIO_OK, canceled), TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, canceled));
}

TEST(error, combine_of_equal_failures_is_their_status)
{
    CHECK_STATUS(trio_combine(TRIO_EIO, TRIO_EIO), TRIO_EIO);
    trio_error_clear();
}

TEST(error, combine_of_different_failures_is_a_group_of_both)
{
    trio_status first = trio_fail(QUOTA, "first");
    trio_status second = trio_fail(OTHER, "second");
    CHECK_STATUS(trio_combine(first, second), TRIO_EGROUP);
    const struct trio_error *group = trio_error_last();
    REQUIRE(group != NULL);
    CHECK_STATUS(group->status, TRIO_EGROUP);
    CHECK(trio_error_contains(group, QUOTA));
    CHECK(trio_error_contains(group, OTHER));
    CHECK_STRING(trio_error_cause(group)->text, "first");
    trio_error_clear();
}

TEST(error, combine_adds_to_a_group)
{
    trio_status rc =
        trio_combine(trio_fail(QUOTA, "first"), trio_fail(OTHER, "second"));
    rc = trio_combine(rc, trio_fail(TRIO_EIO, "third"));
    CHECK_STATUS(rc, TRIO_EGROUP);
    const struct trio_error *group = trio_error_find(TRIO_EGROUP);
    CHECK(trio_error_contains(group, QUOTA));
    CHECK(trio_error_contains(group, OTHER));
    // The third is a leaf, too, or is counted.
    CHECK(trio_error_contains(group, TRIO_EIO) || group->unrecorded > 0);
    CHECK_STRING(group->text, "3 errors");
    CHECK(!trio_error_only(group, QUOTA));
    trio_error_clear();
}

// ---- Trees ----

static trio_status fail_quota(void *arg)
{
    return trio_fail(QUOTA, "%s", (const char *)arg);
}

static TRIO_CHECKPOINT trio_status fail_twice(void *arg)
{
    struct trio_nursery nursery;
    static char text[] = "inner";

    (void)arg;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_quota, text));
    return trio_nursery_close(&nursery, trio_fail(OTHER, "body"));
}

TEST(error, a_tasks_record_moves_to_its_nursery)
{
    static char text[] = "from the task";
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_quota, text));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), QUOTA);
    const struct trio_error *error = trio_error_find(QUOTA);
    REQUIRE(error != NULL);
    CHECK_STRING(trio_error_cause(error)->text, "from the task");
    CHECK(trio_error_cause(error)->task !=
          trio_task_number(trio_task_current()));
    trio_error_clear();
}

TEST(error, contains_and_only_look_at_the_leaves)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_twice, NULL));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EGROUP);
    const struct trio_error *error = trio_error_last();
    CHECK(trio_error_contains(error, QUOTA));
    CHECK(trio_error_contains(error, OTHER));
    CHECK(!trio_error_contains(error, TRIO_EIO));
    CHECK(!trio_error_contains(error, TRIO_EGROUP));
    CHECK(!trio_error_only(error, QUOTA));
    CHECK(!trio_error_contains(NULL, QUOTA));
    CHECK(!trio_error_only(NULL, QUOTA));
    CHECK(trio_error_cause(NULL) == NULL);
    trio_error_clear();
}

TEST(error, only_holds_where_every_leaf_agrees)
{
    static char text[] = "same";
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 3; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, fail_quota, text));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), QUOTA);
    CHECK(trio_error_only(trio_error_last(), QUOTA));
    trio_error_clear();
}

TEST(error, next_walks_parents_before_their_children)
{
    struct trio_nursery nursery;
    int nodes = 0, leaves = 0;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_twice, NULL));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EGROUP);
    const struct trio_error *root = trio_error_last();
    for (const struct trio_error *node = root; node != NULL;
         node = trio_error_next(root, node)) {
        CHECK(node == root || node->parent != NULL);
        nodes++;
        leaves += node->children == NULL;
    }
    CHECK_EQ(leaves, 2);
    CHECK(nodes > leaves);
    trio_error_clear();
}

static TRIO_CHECKPOINT trio_status fail_deeply(void *arg)
{
    int *depth = arg;
    struct trio_nursery nursery;

    if (*depth == 0)
        return trio_fail(QUOTA, "bottom");
    *depth -= 1;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, fail_deeply, depth);
    return trio_nursery_close(&nursery, rc);
}

TEST(error, a_failure_comes_through_many_nurseries)
{
    int depth = 50;

    CHECK_STATUS(fail_deeply(&depth), QUOTA);
    CHECK_STRING(trio_error_cause(trio_error_last())->text, "bottom");
    trio_error_clear();
}

// ---- What is left of a run ----

// S7
TEST_SEEDED(error, a_run_leaves_its_tree_to_the_caller)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, fail_twice, NULL), TRIO_EGROUP);
    REQUIRE(capture.error != NULL);
    CHECK(trio_error_contains(capture.error, QUOTA));
    CHECK(trio_error_contains(capture.error, OTHER));
    CHECK_STRING(trio_error_cause(capture.error)->text, "body");
    CHECK_STRING(capture.text, "");
    capture_close(&capture);
}

// S7
TEST_SEEDED(error, a_run_prints_its_tree_if_nobody_takes_it)
{
    struct capture capture;

    capture_open(&capture);
    capture.config.ret_error = NULL;
    CHECK_STATUS(capture_run(&capture, fail_twice, NULL), TRIO_EGROUP);
    CHECK(strstr(capture.text, "body") != NULL);
    CHECK(strstr(capture.text, "inner") != NULL);
    capture_close(&capture);
}

static trio_status print_error(void *arg)
{
    (void)arg;
    trio_ignore(trio_fail(QUOTA, "shown"));
    trio_error_print(trio_error_last());
    trio_error_clear();
    return TRIO_OK;
}

static trio_status print_group(void *arg)
{
    (void)arg;
    trio_status first = trio_fail(QUOTA, "first");
    trio_status second = trio_fail(OTHER, "second");

    trio_error_print(trio_error_find(trio_combine(first, second)));
    trio_error_clear();
    return TRIO_OK;
}

TEST_SEEDED(error, print_indents_what_is_in_a_group)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, print_group, NULL));
    CHECK(strncmp(capture.text, "trio: error: ", 13) == 0);
    CHECK(strstr(capture.text, "\n  first") != NULL);
    CHECK(strstr(capture.text, "\n  second") != NULL);
    capture_close(&capture);
}

TEST_SEEDED(error, print_shows_the_text)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, print_error, NULL));
    CHECK(strstr(capture.text, "shown") != NULL);
    CHECK(capture.error == NULL);
    capture_close(&capture);
}

TEST_PLAIN(error, outside_a_run_fail_only_returns)
{
    CHECK_STATUS(trio_fail(QUOTA, "nobody keeps this"), QUOTA);
    CHECK_STATUS(trio_fail_bare(QUOTA), QUOTA);
    trio_error_free(NULL);
}
