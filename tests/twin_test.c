// Twins: what a run must not depend on is found out, and named.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include <trio/event.h>

#include "tests/check.h"
#include "tests/twins.h"

// ---- What may be depended on ----

static TRIO_CHECKPOINT trio_status yield_at_random(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_random_below(2) == 0 ? trio_checkpoint()
                                       : trio_sleep(TRIO_SECOND);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_several(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 4 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, yield_at_random, arg);
    return trio_nursery_close(&nursery, rc);
}

// S81
TEST_PLAIN(twin, a_run_depends_on_its_seed_and_its_schedule)
{
    struct trio_campaign_result result = run_twins(run_several, 200);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.twins, 200);
    CHECK_EQ(result.runs, 400);
    CHECK(result.traces > 100);
}

static TRIO_CHECKPOINT trio_status fail_at_random(void *arg)
{
    trio_status rc = yield_at_random(arg);

    return rc == TRIO_OK && trio_random_below(2) == 0 ? TRIO_EBUSY : rc;
}

// S81
TEST_PLAIN(twin, what_fails_in_the_same_way_is_deterministic)
{
    struct trio_campaign_result result = run_twins(fail_at_random, 20);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.twins, 20);
}

// ---- An address as an order ----

struct guests {
    struct trio_event *invitations[2];
    size_t count;
};

static TRIO_CHECKPOINT trio_status be_a_guest(void *arg)
{
    struct guests *guests = arg;
    struct trio_event invitation = TRIO_EVENT_INIT;

    trio_sim_name(&invitation, guests->count == 0 ? "first" : "second");
    guests->invitations[guests->count++] = &invitation;
    return trio_event_wait(&invitation);
}

// Invites whose event lies lower, then the other.
static TRIO_CHECKPOINT trio_status invite_by_address(void *arg)
{
    struct guests guests = {.count = 0};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, be_a_guest, &guests);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, be_a_guest, &guests);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK) {
        uintptr_t first = (uintptr_t)guests.invitations[0];
        size_t lower = first > (uintptr_t)guests.invitations[1];
        trio_event_set(guests.invitations[lower]);
        trio_event_set(guests.invitations[1 - lower]);
    }
    return trio_nursery_close(&nursery, rc);
}

// S81
TEST_PLAIN(twin, an_address_used_as_an_order_is_found)
{
    struct trio_campaign_result result = run_twins(invite_by_address, 10);

    depends_on(&result, "addresses");
    CHECK(strstr(result.text, "main uses first / main uses second") != NULL);
}

// The same of memory: the block that lies lower decides.
static TRIO_CHECKPOINT trio_status compare_blocks(void *arg)
{
    const struct trio_memory *memory = trio_run_memory();
    void *one = memory->allocate(memory->context, 48);
    void *other = memory->allocate(memory->context, 48);
    trio_status rc = TRIO_OK;

    (void)arg;
    if ((uintptr_t)one < (uintptr_t)other)
        rc = trio_checkpoint();
    memory->release(memory->context, other, 48);
    memory->release(memory->context, one, 48);
    return rc;
}

// S81
TEST_PLAIN(twin, an_address_of_the_heap_used_as_an_order_is_found)
{
    struct trio_campaign_result result = run_twins(compare_blocks, 10);

    depends_on(&result, "addresses");
}

// Which line of the cache something lies in.
static TRIO_CHECKPOINT trio_status hash_an_address(void *arg)
{
    const struct trio_memory *memory = trio_run_memory();
    void *block = memory->allocate(memory->context, 16);
    uintptr_t line = (uintptr_t)block / 64 % 4;

    (void)arg;
    memory->release(memory->context, block, 16);
    trio_status rc = TRIO_OK;
    for (; line > 0 && rc == TRIO_OK; line--)
        rc = trio_checkpoint();
    return rc;
}

// S81
TEST_PLAIN(twin, an_address_used_as_a_number_is_found)
{
    struct trio_campaign_result result = run_twins(hash_an_address, 20);

    depends_on(&result, "addresses");
}

// ---- Memory that nobody has written ----

static TRIO_CHECKPOINT trio_status read_fresh_block(void *arg)
{
    const struct trio_memory *memory = trio_run_memory();
    unsigned char *block = memory->allocate(memory->context, 100);
    bool odd = block[50] % 2 != 0;

    (void)arg;
    memory->release(memory->context, block, 100);
    return odd ? trio_checkpoint() : trio_sleep(1);
}

// S81
TEST_PLAIN(twin, uninitialised_memory_of_the_heap_is_found)
{
    struct trio_campaign_result result = run_twins(read_fresh_block, 10);

    depends_on(&result, "uninitialised memory");
}

// Looks at what is on the stack where a called function would have its own, so
// far down that none has been there.
__attribute__((noinline)) static bool look_at_stack(void)
{
    volatile unsigned char local[2048];
    volatile unsigned char *volatile place = local;

    return place[16] % 2 != 0;
}

static TRIO_CHECKPOINT trio_status read_fresh_stack(void *arg)
{
    (void)arg;
    return look_at_stack() ? trio_checkpoint() : trio_sleep(1);
}

// S81
TEST_PLAIN(twin, uninitialised_memory_of_a_stack_is_found)
{
    struct trio_campaign_result result = run_twins(read_fresh_stack, 10);

    depends_on(&result, "uninitialised memory");
}

// ---- What outlives a run ----

static TRIO_CHECKPOINT trio_status alternate(void *arg)
{
    static unsigned calls;

    (void)arg;
    return ++calls % 2 != 0 ? trio_checkpoint() : trio_sleep(1);
}

// S81
TEST_PLAIN(twin, state_that_outlives_a_run_is_found)
{
    struct trio_campaign_result result = run_twins(alternate, 10);

    depends_on(&result, "what an earlier run left, or the real world");
}
