// Out of memory, at each request in turn: a status, and nothing half done.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/tasks.h"

struct tally {
    int started; // What said that it started.
    int ran;     // What did.
    int refused; // What said that there is no memory.
    bool begun;  // The run came to its main task.
};

static TRIO_CHECKPOINT trio_status count_run(void *arg)
{
    struct tally *tally = arg;

    tally->ran++;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status count_copy(void *arg)
{
    return count_run(*(struct tally **)arg);
}

static TRIO_CHECKPOINT trio_status count_started(void *arg)
{
    trio_started(NULL);
    return count_run(arg);
}

static void count(struct tally *tally, trio_status rc)
{
    if (rc == TRIO_OK)
        tally->started++;
    else if (CHECK_STATUS(rc, TRIO_ENOMEM))
        tally->refused++;
}

// Starts tasks in every way that there is, until every pool has grown once.
static TRIO_CHECKPOINT trio_status start_many(void *arg)
{
    struct tally *tally = arg;
    struct trio_task_options options = {.stack_size = 1024 * 1024};
    struct trio_nursery nursery;

    tally->begun = true;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 40; i++) {
        count(tally, trio_nursery_start_soon(&nursery, count_run, tally));
        count(tally, trio_nursery_start_soon_copy(&nursery, count_copy, &tally,
                                                  sizeof(tally)));
    }
    count(tally,
          trio_nursery_start_soon_with(&nursery, &options, count_run, tally));
    count(tally, trio_nursery_start(&nursery, count_started, tally, NULL));
    count(tally, trio_system_task_start(NULL, count_run, tally));
    CHECK_OK(trio_checkpoint()); // A failed start has cancelled nothing.
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    trio_error_clear();
    return rc;
}

static void check_nothing_is_left(const struct failing_memory *memory)
{
    CHECK_EQ(memory->blocks, 0);
    CHECK_EQ(memory->bytes, 0);
    CHECK_EQ(memory->reserved, 0);
    CHECK_EQ(memory->stacks, 0);
}

// Runs once with the k-th request failing; says whether that was reached.
static bool fail_at(uint64_t k, bool persistent, trio_task_fn fn,
                    struct tally *tally)
{
    struct capture capture;
    struct failing_memory memory;

    *tally = (struct tally){0};
    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    memory.fail_at = k;
    memory.persistent = persistent;
    trio_status rc = capture_run(&capture, fn, tally);
    CHECK_STATUS(rc, tally->begun ? TRIO_OK : TRIO_ENOMEM);
    CHECK_EQ(tally->ran, tally->started);
    capture_close(&capture);
    check_nothing_is_left(&memory);
    return memory.failures > 0;
}

// S37
TEST_PLAIN(memory, no_memory_for_a_start_at_each_request_in_turn)
{
    struct tally tally;
    uint64_t k = 1;
    bool refused = false;

    while (fail_at(k, false, start_many, &tally)) {
        refused = refused || tally.refused > 0;
        k++;
    }
    CHECK(k > 40);
    CHECK(refused);
    CHECK_EQ(tally.refused, 0);
    CHECK_EQ(tally.ran, 83);
}

// S37
TEST_PLAIN(memory, no_memory_for_any_start_from_some_request_on)
{
    struct tally tally;
    uint64_t k = 1;

    while (fail_at(k, true, start_many, &tally))
        k++;
    CHECK_EQ(tally.ran, 83);
}

// ---- Other requests ----

static TRIO_CHECKPOINT trio_status share_and_post(void *arg)
{
    struct tally *tally = arg;
    struct trio_cancel_handle *handle;
    struct trio_cancel_scope scope;
    struct trio_poster *poster;

    tally->begun = true;
    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_share(&scope, &handle);
    if (rc == TRIO_OK)
        trio_cancel_handle_release(handle);
    else
        CHECK_STATUS(rc, TRIO_ENOMEM);
    CHECK_OK(trio_cancel_scope_close(&scope, trio_checkpoint()));
    rc = trio_poster_open(&poster);
    if (rc == TRIO_OK)
        trio_poster_close(poster);
    else
        CHECK_STATUS(rc, TRIO_ENOMEM);
    trio_error_clear();
    return TRIO_OK;
}

TEST_PLAIN(memory, no_memory_for_a_handle_or_a_poster)
{
    struct tally tally;

    for (uint64_t k = 1; fail_at(k, false, share_and_post, &tally); k++)
        ;
}

static TRIO_CHECKPOINT trio_status fail_in_tasks(void *arg)
{
    struct tally *tally = arg;
    struct trio_nursery nursery;
    trio_status statuses[] = {TRIO_EIO, TRIO_EBROKEN, TRIO_EEND};
    int started = 0;

    tally->begun = true;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (trio_nursery_start_soon(&nursery, return_status, &statuses[i]) ==
            TRIO_OK)
            started++;
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    // To fail takes no memory that was not set aside by the start.
    CHECK(started < 2 ? rc != TRIO_EGROUP : rc == TRIO_EGROUP);
    CHECK(started == 0 || trio_is_failure(rc));
    trio_error_clear();
    return TRIO_OK;
}

TEST_PLAIN(memory, failing_needs_no_memory)
{
    struct tally tally;

    for (uint64_t k = 1; fail_at(k, true, fail_in_tasks, &tally); k++)
        ;
}

// A heap that can be full, while there still are stacks.
struct heap {
    void *(*allocate)(void *context, size_t size);
    bool full;
};

static struct heap heap;

static void *allocate_if_room(void *context, size_t size)
{
    return heap.full ? NULL : heap.allocate(context, size);
}

// Fails twice where every record is set aside for somebody else.
static TRIO_CHECKPOINT trio_status fail_without_room(void *arg)
{
    static trio_status failure = TRIO_EIO;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, return_status, &failure);
    CHECK_OK(rc);
    heap.full = true;
    while (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, sleep_forever, NULL);
    rc = trio_fail(TRIO_EBROKEN, "told");
    CHECK_STATUS(trio_nursery_close(&nursery, rc), TRIO_EGROUP);
    const struct trio_error *group = trio_error_find(TRIO_EGROUP);
    CHECK(trio_error_contains(group, TRIO_EBROKEN));
    CHECK(group != NULL && group->unrecorded == 1);

    rc = trio_combine(trio_fail(TRIO_EEND, "first"), TRIO_EINVAL);
    CHECK_STATUS(rc, TRIO_EGROUP);
    CHECK(trio_error_find(TRIO_EGROUP) != NULL);
    trio_error_clear();
    return TRIO_OK;
}

// S36
TEST_PLAIN(memory, without_room_for_a_group_a_failure_makes_it)
{
    struct capture capture;
    struct failing_memory memory;

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    heap = (struct heap){.allocate = capture.config.memory.allocate};
    capture.config.memory.allocate = allocate_if_room;
    CHECK_OK(capture_run(&capture, fail_without_room, NULL));
    capture_close(&capture);
    check_nothing_is_left(&memory);
}

struct requests {
    struct failing_memory *memory;
    uint64_t while_cancelling;
    uint64_t while_waking;
};

static TRIO_CHECKPOINT trio_status cancel_and_wake(void *arg)
{
    struct requests *requests = arg;
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_cancel_scope outer, inner;
    struct trio_nursery nursery;
    trio_status statuses[100];

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(statuses); i++)
        CHECK_OK(
            trio_nursery_start_soon(&nursery, sleep_forever, &statuses[i]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    uint64_t before = requests->memory->requests;
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    requests->while_cancelling = requests->memory->requests - before;

    before = requests->memory->requests;
    for (int i = 0; i < 1000; i++) {
        trio_move_on_after(&outer, TRIO_SECOND);
        trio_fail_after(&inner, TRIO_MINUTE);
        trio_cancel_scope_extend_after(&inner, TRIO_HOUR);
        trio_status rc = trio_sleep(TRIO_MS);
        rc = trio_cancel_scope_close(&inner, rc);
        CHECK_OK(trio_cancel_scope_close(&outer, rc));
        trio_parking_lot_unpark_all(&lot);
    }
    requests->while_waking = requests->memory->requests - before;
    return TRIO_OK;
}

// S28 S29
TEST_SEEDED(memory, cancelling_waking_and_timers_allocate_nothing)
{
    struct capture capture;
    struct failing_memory memory;
    struct requests requests = {&memory, 1, 1};

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    CHECK_OK(capture_run(&capture, cancel_and_wake, &requests));
    CHECK_EQ(requests.while_cancelling, 0);
    CHECK_EQ(requests.while_waking, 0);
    capture_close(&capture);
    check_nothing_is_left(&memory);
}
