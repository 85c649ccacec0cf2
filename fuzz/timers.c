// Deadlines that are set, moved and taken away, against a list that is sorted
// anew each time: they expire in the order of their times, and equal ones in
// that in which they were set.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/testing.h>
#include <trio/trio.h>

#include "fuzz/target.h"
#include "fuzz/task.h"

enum { TIMERS = 12, STEPS_MAX = 200 };

struct timer {
    struct trio_cancel_scope scope;
    trio_time deadline; // TRIO_FOREVER: none.
    unsigned sequence;  // Of when it was set.
    bool expired;
};

struct world {
    struct fuzz_bytes bytes;
    struct timer timers[TIMERS];
    unsigned sequence;
    size_t waiting;
    size_t expired[TIMERS]; // In their order, as it was,
    size_t expired_count;
    size_t expected[TIMERS]; // and as it should be.
    size_t expected_count;
};

struct waiter {
    struct world *world;
    size_t number;
};

static TRIO_CHECKPOINT trio_status wait_for_timer(void *arg)
{
    struct waiter *waiter = arg;
    struct world *world = waiter->world;
    struct timer *timer = &world->timers[waiter->number];

    trio_cancel_scope_open(&timer->scope);
    world->waiting++;
    trio_status rc = trio_sleep_forever();
    FUZZ_CHECK(rc == TRIO_ECANCELED);
    world->expired[world->expired_count++] = waiter->number;
    return trio_cancel_scope_close(&timer->scope, rc);
}

// ---- The model ----

static bool comes_before(const struct timer *one, const struct timer *other)
{
    return one->deadline != other->deadline ? one->deadline < other->deadline
                                            : one->sequence < other->sequence;
}

static struct timer *find_first(struct world *world)
{
    struct timer *first = NULL;

    for (size_t i = 0; i < TIMERS; i++) {
        struct timer *timer = &world->timers[i];
        if (!timer->expired && timer->deadline != TRIO_FOREVER &&
            (first == NULL || comes_before(timer, first)))
            first = timer;
    }
    return first;
}

// All that are due by now have expired.
static void expire(struct world *world, trio_time now)
{
    struct timer *first;

    while ((first = find_first(world)) != NULL && first->deadline <= now) {
        first->expired = true;
        world->expected[world->expected_count++] =
            (size_t)(first - world->timers);
    }
}

// ---- Steps ----

static void set(struct world *world, struct timer *timer, trio_time deadline)
{
    if (timer->expired)
        return;
    trio_cancel_scope_set_deadline_at(&timer->scope, deadline);
    timer->deadline = deadline;
    timer->sequence = ++world->sequence;
    FUZZ_CHECK(trio_cancel_scope_deadline(&timer->scope) == deadline);
}

static TRIO_CHECKPOINT trio_status pass_time(struct world *world,
                                             trio_duration time)
{
    trio_status rc = trio_sleep(time * TRIO_MS);

    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    expire(world, trio_now());
    FUZZ_CHECK(world->expired_count == world->expected_count);
    FUZZ_CHECK(memcmp(world->expired, world->expected,
                      world->expired_count * sizeof(world->expired[0])) == 0);
    return rc;
}

static TRIO_CHECKPOINT trio_status take_step(struct world *world)
{
    struct timer *timer =
        &world->timers[fuzz_take_below(&world->bytes, TIMERS)];
    unsigned what = fuzz_take(&world->bytes);
    trio_duration time = what / 8;

    switch (what % 8) {
    case 0:
        set(world, timer, TRIO_FOREVER);
        return TRIO_OK;
    case 1:
    case 2:
        return pass_time(world, time);
    default: // Also of the past, by up to 8 ms.
        set(world, timer, trio_time_add(trio_now(), (time - 8) * TRIO_MS));
        return TRIO_OK;
    }
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct world *world = arg;
    struct trio_nursery nursery;
    struct waiter waiters[TIMERS];
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < TIMERS; i++) {
        world->timers[i].deadline = TRIO_FOREVER;
        waiters[i] = (struct waiter){world, i};
        rc = trio_nursery_start_soon(&nursery, wait_for_timer, &waiters[i]);
    }
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    FUZZ_CHECK(rc == TRIO_OK && world->waiting == TIMERS);
    for (size_t i = 0; rc == TRIO_OK && i < STEPS_MAX && world->bytes.left > 0;
         i++)
        rc = take_step(world);
    if (rc == TRIO_OK)
        rc = pass_time(world, 32);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;

    memset(&world, 0, sizeof(world));
    world.bytes = (struct fuzz_bytes){data, size};
    fuzz_run(run, &world);
    return 0;
}
