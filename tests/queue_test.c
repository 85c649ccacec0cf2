// What trio/queue.h promises, clause by clause, in virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/queue.h>

#include "tests/check.h"
#include "tests/tasks.h"

enum { ROOM = 3 };

static void put_all(struct trio_queue *queue, const char *letters)
{
    for (; *letters != '\0'; letters++)
        CHECK_OK(trio_queue_put_nowait(queue, letters));
}

struct user {
    struct trio_queue *queue;
    char item;
    trio_status rc;
    bool ended;
};

static TRIO_CHECKPOINT trio_status put_one(void *arg)
{
    struct user *user = arg;

    user->rc = trio_queue_put(user->queue, &user->item);
    user->ended = true;
    return user->rc == TRIO_ECANCELED ? user->rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status get_one(void *arg)
{
    struct user *user = arg;

    user->rc = trio_queue_get(user->queue, &user->item);
    user->ended = true;
    return user->rc == TRIO_ECANCELED ? user->rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status join(void *arg)
{
    struct user *user = arg;

    user->rc = trio_queue_join(user->queue);
    user->ended = true;
    return user->rc;
}

static TRIO_PARKS void start(struct trio_nursery *nursery, trio_task_fn fn,
                             struct user *user)
{
    CHECK_OK(trio_nursery_start_soon(nursery, fn, user));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
}

// S59
TEST(queue, items_come_out_in_order_and_wait_for_room)
{
    struct trio_queue queue;
    char buffer[ROOM];
    struct user user = {.queue = &queue, .item = 'd'};
    struct trio_nursery nursery;
    char item;

    trio_queue_open(&queue, 1, buffer, ROOM);
    put_all(&queue, "abc");
    CHECK_STATUS(trio_queue_put_nowait(&queue, "x"), TRIO_EWOULDBLOCK);
    trio_nursery_open(&nursery);
    start(&nursery, put_one, &user);
    CHECK(!user.ended);
    for (char expected = 'a'; expected <= 'd'; expected++) {
        CHECK_OK(trio_queue_get(&queue, &item));
        CHECK_EQ(item, expected);
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(user.rc);
    CHECK_STATUS(trio_queue_get_nowait(&queue, &item), TRIO_EWOULDBLOCK);
    trio_queue_close(&queue);
}

// S59
TEST(queue, join_waits_until_each_item_is_done)
{
    struct trio_queue queue;
    char buffer[ROOM];
    struct user user = {.queue = &queue};
    struct user late = {.queue = &queue};
    struct trio_nursery nursery;
    char item;

    trio_queue_open(&queue, 1, buffer, ROOM);
    put_all(&queue, "ab");
    trio_nursery_open(&nursery);
    start(&nursery, join, &user);
    CHECK_OK(trio_queue_get(&queue, &item));
    CHECK_OK(trio_queue_get(&queue, &item));
    start(&nursery, join, &late);
    CHECK_EQ(trio_queue_statistics(&queue).joining, 2);
    trio_queue_task_done(&queue);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK(!user.ended && !late.ended); // Got is not done.
    trio_queue_task_done(&queue);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(user.rc);
    trio_queue_close(&queue);
}

// S12, S14, S59
TEST(queue, join_of_nothing_is_a_checkpoint)
{
    struct trio_cancel_scope scope;
    struct trio_queue queue;
    uint64_t pass = pass_number();

    trio_queue_open(&queue, 1, NULL, 0);
    CHECK_OK(trio_queue_join(&queue));
    CHECK(pass_number() > pass);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_queue_join(&queue);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_queue_close(&queue);
}

// S59: not when the task that put it goes on, which may be much later.
TEST(queue, an_item_counts_from_the_moment_it_is_put)
{
    struct trio_queue queue;
    struct user user = {.queue = &queue, .item = 'a'};
    struct trio_nursery nursery;
    char item;

    trio_queue_open(&queue, 1, NULL, 0);
    trio_nursery_open(&nursery);
    start(&nursery, put_one, &user);
    CHECK_EQ(trio_queue_statistics(&queue).unfinished, 0);
    CHECK_OK(trio_queue_get_nowait(&queue, &item));
    CHECK_EQ(trio_queue_statistics(&queue).unfinished, 1);
    trio_queue_task_done(&queue); // It has not run yet.
    CHECK_EQ(trio_queue_statistics(&queue).unfinished, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_queue_close(&queue);
}

// S59
TEST(queue, without_bound_gives_all_there_is_as_a_batch)
{
    struct trio_queue queue;
    struct trio_nursery nursery;
    struct user user = {.queue = &queue, .item = '-'};
    char items[8] = "";
    size_t count = 0;

    trio_queue_open(&queue, 1, NULL, TRIO_CHANNEL_UNBOUNDED);
    put_all(&queue, "abcde");
    CHECK_OK(trio_queue_get_batch(&queue, items, sizeof(items), &count));
    CHECK_EQ(count, 5);
    CHECK(memcmp(items, "abcde", 5) == 0);
    CHECK_EQ(trio_queue_statistics(&queue).unfinished, 5);
    trio_nursery_open(&nursery);
    start(&nursery, join, &user);
    while (count-- > 0)
        trio_queue_task_done(&queue);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_queue_close(&queue);
}

// S59
TEST(queue, that_has_ended_gives_out_what_is_left)
{
    struct trio_queue queue;
    char buffer[ROOM];
    char item = '-';

    trio_queue_open(&queue, 1, buffer, ROOM);
    put_all(&queue, "a");
    trio_queue_end(&queue);
    CHECK_STATUS(trio_queue_put(&queue, "b"), TRIO_ECLOSED);
    CHECK_OK(trio_queue_get(&queue, &item));
    CHECK_EQ(item, 'a');
    CHECK_STATUS(trio_queue_get(&queue, &item), TRIO_EEND);
    trio_queue_close(&queue);
}

// S59
TEST(queue, that_is_closed_lets_everybody_go)
{
    struct trio_queue queue;
    struct user getter = {.queue = &queue};
    struct user putter = {.queue = &queue};
    struct user joiner = {.queue = &queue};
    struct trio_nursery nursery;
    char buffer[ROOM];

    trio_queue_open(&queue, 1, buffer, ROOM);
    trio_nursery_open(&nursery);
    start(&nursery, get_one, &getter);
    trio_queue_close(&queue);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(getter.rc, TRIO_ECLOSED);

    trio_queue_open(&queue, 1, buffer, ROOM);
    put_all(&queue, "abc");
    trio_nursery_open(&nursery);
    start(&nursery, put_one, &putter);
    start(&nursery, join, &joiner);
    trio_queue_close(&queue); // What was dropped need not be done.
    trio_queue_close(&queue);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(joiner.rc);
    CHECK_STATUS(putter.rc, TRIO_EBROKEN);
    CHECK_STATUS(trio_queue_put_nowait(&queue, "x"), TRIO_ECLOSED);
}

// S59
TEST(queue, statistics_count_what_there_is)
{
    struct trio_queue queue;
    char buffer[ROOM];
    struct user user = {.queue = &queue, .item = 'd'};
    struct trio_nursery nursery;
    char item;

    trio_queue_open(&queue, 1, buffer, ROOM);
    put_all(&queue, "abc");
    trio_nursery_open(&nursery);
    start(&nursery, put_one, &user);
    struct trio_queue_statistics now = trio_queue_statistics(&queue);
    CHECK_EQ(now.buffered, ROOM);
    CHECK_EQ(now.capacity, ROOM);
    CHECK_EQ(now.peak, ROOM);
    CHECK_EQ(now.unfinished, ROOM);
    CHECK_EQ(now.putting, 1);
    CHECK_EQ(now.getting, 0);
    CHECK_OK(trio_queue_get(&queue, &item));
    now = trio_queue_statistics(&queue);
    CHECK_EQ(now.unfinished, ROOM + 1);
    CHECK_EQ(now.putting, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_queue_close(&queue);
}

// ---- A crew that is cancelled now and then ----

enum { WORKERS = 4, ITEMS = 40 };

struct crew {
    struct trio_queue queue;
    struct trio_cancel_scope *scopes[WORKERS]; // Open ones.
    size_t workers;                            // So far.
    int done[ITEMS];
    bool over;
};

static TRIO_CHECKPOINT trio_status do_work(void *arg)
{
    struct crew *crew = arg;
    size_t worker = crew->workers++;
    trio_status rc = TRIO_OK;

    while (rc != TRIO_EEND) {
        struct trio_cancel_scope scope;
        int item = -1;

        trio_cancel_scope_open(&scope);
        crew->scopes[worker] = &scope;
        rc = trio_queue_get(&crew->queue, &item);
        crew->scopes[worker] = NULL;
        if (rc == TRIO_OK) {
            crew->done[item]++;
            trio_cancel_shielded_checkpoint();
            trio_queue_task_done(&crew->queue);
        }
        rc = trio_cancel_scope_close(&scope, rc);
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status cancel_some(void *arg)
{
    struct crew *crew = arg;

    while (!crew->over) {
        struct trio_cancel_scope *scope =
            crew->scopes[trio_random_below(WORKERS)];
        if (scope != NULL)
            trio_cancel_scope_cancel(scope, NULL);
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status employ_a_crew(void *arg)
{
    struct crew *crew = arg;
    struct trio_nursery nursery;
    int buffer[2];

    trio_queue_open(&crew->queue, sizeof(int), buffer, COUNT(buffer));
    trio_nursery_open(&nursery);
    for (int i = 0; i < WORKERS; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, do_work, crew));
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_some, crew));
    for (int i = 0; i < ITEMS; i++)
        CHECK_OK(trio_queue_put(&crew->queue, &i));
    CHECK_OK(trio_queue_join(&crew->queue));
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(crew->done[i], 1);
    crew->over = true;
    trio_queue_end(&crew->queue);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_queue_close(&crew->queue);
    return TRIO_OK;
}

// S59: cancelled before, while parked, and after the grant; 1,000 seeds.
TEST_SEEDED(queue, each_item_is_done_once_before_join_returns)
{
    for (uint64_t i = 0; i < 10; i++) {
        struct crew crew = {.over = false};
        CHECK_OK(trio_test_seeded(check_seed() * 10 + i, employ_a_crew, &crew));
    }
}
