// Scenarios into which something leaks that is not of the run: for leaks_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trio/scenario.h>
#include <trio/testing.h>
#include <trio/trio.h>

// What leaks in decides about one step more.
static TRIO_CHECKPOINT trio_status depend_on(bool condition)
{
    return condition ? trio_checkpoint() : TRIO_OK;
}

// ---- An address used as an order ----

struct guests {
    struct trio_event *invitations[2];
    size_t count;
};

static TRIO_CHECKPOINT trio_status be_a_guest(void *arg)
{
    struct guests *guests = arg;
    struct trio_event invitation = TRIO_EVENT_INIT;

    trio_sim_name(&invitation, guests->count == 0 ? "Ada's" : "Grace's");
    guests->invitations[guests->count++] = &invitation;
    return trio_event_wait(&invitation);
}

static void invite(struct guests *guests)
{
    uintptr_t first = (uintptr_t)guests->invitations[0];
    size_t lower = first < (uintptr_t)guests->invitations[1] ? 0 : 1;

    trio_event_set(guests->invitations[lower]);
    trio_event_set(guests->invitations[1 - lower]);
}

TRIO_SCENARIO(an_address_used_as_an_order)
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
    if (rc == TRIO_OK && guests.count == 2)
        invite(&guests);
    return trio_nursery_close(&nursery, rc);
}

// ---- The real clock ----

TRIO_SCENARIO(the_real_clock)
{
    struct timespec now = {0, 0};

    (void)arg;
    timespec_get(&now, TIME_UTC);
    return depend_on(now.tv_nsec % 2 != 0);
}

// ---- Memory that nobody has written ----

TRIO_SCENARIO(an_uninitialised_block)
{
    const struct trio_memory *memory = trio_run_memory();
    unsigned char *block = memory->allocate(memory->context, 64);

    (void)arg;
    if (block == NULL)
        return TRIO_ENOMEM;
    bool odd = block[32] % 2 != 0;
    memory->release(memory->context, block, 64);
    return depend_on(odd);
}

// Looks at what is where a called function would have its own, so far down that
// none has been there.
__attribute__((noinline)) static bool look_at_stack(void)
{
    volatile unsigned char local[2048];
    volatile unsigned char *volatile place = local;

    return place[16] % 2 != 0;
}

TRIO_SCENARIO(an_uninitialised_stack)
{
    (void)arg;
    return depend_on(look_at_stack());
}

// ---- What only another process shows ----

TRIO_SCENARIO(where_the_program_lies)
{
    static char place;

    (void)arg;
    return depend_on((uintptr_t)&place / 4096 % 2 != 0);
}

// Read before, where no guard is.
static const char *zone;

__attribute__((constructor)) static void read_zone(void)
{
    zone = getenv("TZ");
}

TRIO_SCENARIO(the_environment)
{
    (void)arg;
    return depend_on(zone != NULL && strcmp(zone, "UTC") == 0);
}

TRIO_SCENARIO(uninitialised_memory_of_malloc)
{
    unsigned char *volatile block = malloc(100000); // Not for the compiler.

    (void)arg;
    if (block == NULL)
        return TRIO_ENOMEM;
    bool odd = block[50000] % 2 != 0;
    free(block);
    return depend_on(odd);
}

TRIO_SCENARIO(nothing)
{
    (void)arg;
    return depend_on(trio_random_below(2) == 0);
}
