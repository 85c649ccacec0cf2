// Clauses about readiness: who waits, who is woken, by what.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

struct waiting {
    trio_handle handle;
    enum trio_direction direction;
    trio_status rc;
    bool done;
};

static TRIO_CHECKPOINT trio_status wait_once(void *arg)
{
    struct waiting *waiting = arg;

    waiting->rc = waiting->direction == TRIO_READABLE
                      ? trio_wait_readable(waiting->handle)
                      : trio_wait_writable(waiting->handle);
    waiting->done = true;
    return waiting->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_PARKS void settle(void)
{
    CHECK_OK(trio_wait_all_tasks_blocked(0));
}

static size_t waiters(void)
{
    return trio_run_world()->io->waiters(context());
}

// Makes a handle of which it is known that nothing is there.
static TRIO_PARKS void empty(trio_handle handle)
{
    char byte;
    size_t length;

    CHECK_STATUS(net()->receive(context(), handle, &byte, 1, &length),
                 TRIO_EWOULDBLOCK);
}

static TRIO_PARKS void tells_readers(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    struct waiting reader = {.handle = ends.near, .direction = TRIO_READABLE};
    struct trio_nursery nursery;
    size_t before = waiters();

    empty(ends.near);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &reader));
    settle();
    CHECK(!reader.done);
    CHECK_EQ(waiters(), before + 1);
    // Who waits for a world that nobody else is in waits for ever.
    CHECK_EQ(trio_run_world()->io->can_wake(context()), traits->is_open);
    CHECK_STATUS(trio_wait_readable(ends.near), TRIO_EBUSY); // S44
    CHECK_OK(trio_wait_writable(ends.near));
    say(ends.far, "x");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(reader.rc);
    CHECK_EQ(waiters(), before);
    expect(ends.near, "x");
    close_ends(&ends);
}

static TRIO_PARKS void forgets_who_leaves(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    struct waiting reader = {.handle = ends.near, .direction = TRIO_READABLE};
    struct trio_nursery nursery;
    size_t before = waiters();

    empty(ends.near);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &reader));
    settle();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(reader.rc, TRIO_ECANCELED);
    CHECK_EQ(waiters(), before);
    say(ends.far, "x");
    expect(ends.near, "x"); // What came meanwhile is not missed.
    close_ends(&ends);
}

static TRIO_PARKS void tells_of_closing(const struct world_traits *traits)
{
    for (int i = 0; i < 3; i++) {
        struct ends ends = connect_ends(traits);
        struct waiting reader = {.handle = ends.near,
                                 .direction = TRIO_READABLE};
        struct trio_nursery nursery;

        empty(ends.near);
        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &reader));
        settle();
        if (i == 0)
            net()->close(context(), ends.near, false);
        else if (i == 1)
            net()->close(context(), ends.near, true);
        else
            trio_notify_closing(ends.near);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_STATUS(reader.rc, TRIO_ECLOSED); // S45
        if (i == 2)
            net()->close(context(), ends.near, false);
        net()->close(context(), ends.far, false);
    }
}

static TRIO_PARKS void tells_of_ends(const struct world_traits *traits)
{
    for (int reset = 0; reset < 2; reset++) {
        struct ends ends = connect_ends(traits);
        struct waiting reader = {.handle = ends.near,
                                 .direction = TRIO_READABLE};
        struct trio_nursery nursery;
        char byte;
        size_t length;

        empty(ends.near);
        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, wait_once, &reader));
        settle();
        net()->close(context(), ends.far, reset == 1);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_OK(reader.rc);
        CHECK_STATUS(receive_some(ends.near, &byte, 1, &length),
                     reset ? TRIO_EBROKEN : TRIO_EEND);
        net()->close(context(), ends.near, false);
    }
}

// Data and end come in one: after the first, the second has to be told of.
static TRIO_PARKS void tells_of_all(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    char data[100];
    size_t length;

    empty(ends.near);
    say(ends.far, "abc");
    net()->close(context(), ends.far, false);
    CHECK_OK(receive_some(ends.near, data, sizeof(data), &length));
    CHECK_EQ(length, 3);
    CHECK_STATUS(receive_some(ends.near, data, 1, &length), TRIO_EEND);
    net()->close(context(), ends.near, false);
}

static TRIO_PARKS void refuses_the_unknown(const struct world_traits *traits)
{
    trio_handle handle = open_at(traits->address, TRIO_SOCKET_STREAM);

    net()->close(context(), handle, false);
    CHECK_STATUS(trio_wait_readable(handle), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_wait_writable(TRIO_HANDLE_NONE), TRIO_EBADHANDLE);
    trio_notify_closing(handle);
}

const struct world_clause world_readiness_clauses[] = {
    {"who waits to receive is told, one for each direction", tells_readers},
    {"who no longer waits is forgotten", forgets_who_leaves},
    {"closing tells who waits", tells_of_closing},
    {"the end and a break are told", tells_of_ends},
    {"the end after data is told, too", tells_of_all},
    {"what is not open cannot be waited for", refuses_the_unknown},
    {NULL, NULL}};
