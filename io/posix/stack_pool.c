// What is known about a stack is kept beside it, never in it: a slot that was
// not used yet has no page, and costs its share of the page tables only. And
//
//     reserved <= ready <= made <= idle_capacity
//
// so that a stack that was promised can be taken, and one that was taken can be
// given back, without any question to the system: only reserving can fail.
//
// Mappings are large, and each is larger than the one before, so that there are
// few; but guards are made a small batch at a time, so that no start of a task
// has to wait for thousands of them.
//
// Idle stacks are reused last in, first out: the hottest is in the cache, and
// those at the bottom have not been needed for long. Trimming moves two marks
// up from the bottom; using a stack moves them down to it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/stack_pool.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/posix/stack_guard.h"
#include "io/posix/system.h"
#include "io/stack_tools.h"

#define SLAB_SLOTS_FIRST 64
#define SLAB_SLOTS_MAX 65536
// 16 GiB, or a part of what pointers of 32 bits can have.
#define SLAB_BYTES_MAX                                                         \
    ((size_t)(SIZE_MAX > UINT32_MAX ? UINT64_C(16) << 30 : UINT64_C(128) << 20))
#define GUARD_BATCH_FIRST 4
#define GUARD_BATCH 32
#define HOT_BYTES ((size_t)1 << 20)
#define COLORS 16
#define COLOR_BYTES 64

struct trio_stack_slab_ {
    struct trio_stack_slab_ *younger;
    char *base;
    size_t slots;
    size_t guarded;  // The first so many have their guard,
    size_t touched;  // and the first so many of these were taken once.
    unsigned *names; // One for each under Valgrind, else NULL.
};

// A stack lives in a slot of address space: the guard first, then what can be
// used, then up to a KiB that is left out, different from slot to slot.
struct trio_stack_pool_ {
    size_t stack_size; // The largest stack that may be asked for,
    size_t slot_size;  // and what it takes with its guard.
    struct trio_stack_guard_ guard;

    struct trio_stack_slab_ *oldest;   // The mappings, in order of their age.
    struct trio_stack_slab_ *youngest; // The only one that may lack guards.
    struct trio_stack_slab_ *fresh;    // Where the next untouched slot is.

    size_t made;     // Slots that have a guard,
    size_t ready;    // those of them that can be taken now,
    size_t reserved; // and those of these that are promised.

    char **idle; // Slots that were given back, the latest last.
    size_t idle_count;
    size_t idle_capacity; // At least `made`: giving back cannot fail.
    size_t cold;          // The first so many idle slots hold no page.
    size_t shallow;       // The first so many hold their top page at most.
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

// One page of a stack's size goes into its guard.
struct trio_stack_pool_ *trio_stack_pool_open_(size_t stack_size,
                                               size_t guard_size)
{
    struct trio_stack_pool_ *pool = calloc(1, sizeof *pool);
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE);

    if (!pool)
        return NULL;
    pool->guard.page_size = page_size;
    pool->guard.size = (guard_size + page_size - 1) / page_size * page_size;
    pool->stack_size = most(stack_size, 4 * page_size);
    pool->slot_size = pool->stack_size - page_size + pool->guard.size;
    return pool;
}

size_t trio_stack_pool_size_(const struct trio_stack_pool_ *pool)
{
    return pool->stack_size;
}

static void unmap_slab(struct trio_stack_pool_ *pool,
                       struct trio_stack_slab_ *slab)
{
    for (size_t i = 0; slab->names && i < slab->guarded; i++)
        stack_unname(slab->names[i]);
    stack_forget_frames(slab->base, slab->touched * pool->slot_size);
    munmap(slab->base, slab->slots * pool->slot_size);
    free(slab->names);
    free(slab);
}

void trio_stack_pool_close_(struct trio_stack_pool_ *pool)
{
    while (pool->oldest) {
        struct trio_stack_slab_ *slab = pool->oldest;

        pool->oldest = slab->younger;
        unmap_slab(pool, slab);
    }
    free(pool->idle);
    free(pool);
}

static size_t next_slab_slots(const struct trio_stack_pool_ *pool)
{
    size_t slots = SLAB_SLOTS_FIRST;

    if (pool->youngest)
        slots = 2 * pool->youngest->slots;
    return least(slots,
                 least(SLAB_SLOTS_MAX, SLAB_BYTES_MAX / pool->slot_size));
}

// Maps address space for `*slots` slots, or fewer if there is not enough of it.
static char *map_slots(size_t slot_size, size_t *slots)
{
    for (; *slots > 0; *slots /= 2) {
        void *base = mmap(NULL, *slots * slot_size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (base == MAP_FAILED)
            continue;
#if defined(MADV_NOHUGEPAGE)
        // A huge page would make one touched stack cost as much as dozens.
        (void)madvise(base, *slots * slot_size, MADV_NOHUGEPAGE);
#endif
        return base;
    }
    return NULL;
}

static struct trio_stack_slab_ *add_slab(struct trio_stack_pool_ *pool)
{
    struct trio_stack_slab_ *slab = calloc(1, sizeof *slab);

    if (!slab)
        return NULL;
    slab->slots = next_slab_slots(pool);
    slab->base = map_slots(pool->slot_size, &slab->slots);
    if (slab->base && stack_under_valgrind())
        slab->names = calloc(slab->slots, sizeof *slab->names);
    if (!slab->base || (stack_under_valgrind() && !slab->names)) {
        if (slab->base)
            munmap(slab->base, slab->slots * pool->slot_size);
        free(slab);
        return NULL;
    }

    if (pool->youngest)
        pool->youngest->younger = slab;
    else
        pool->oldest = pool->fresh = slab;
    pool->youngest = slab;
    return slab;
}

static bool make_room_for_idle(struct trio_stack_pool_ *pool, size_t count)
{
    size_t capacity = pool->idle_capacity;

    if (count <= capacity)
        return true;
    while (capacity < count)
        capacity = capacity ? 2 * capacity : SLAB_SLOTS_FIRST;

    char **idle = realloc(pool->idle, capacity * sizeof *idle);

    if (!idle)
        return false;
    pool->idle = idle;
    pool->idle_capacity = capacity;
    return true;
}

// Makes a batch of slots ready, or as many of them as the system allows.
static bool make_ready(struct trio_stack_pool_ *pool)
{
    struct trio_stack_slab_ *slab = pool->youngest;
    size_t guard_size = pool->guard.size;
    size_t batch = least(GUARD_BATCH, GUARD_BATCH_FIRST + pool->made);

    if (!make_room_for_idle(pool, pool->made + batch))
        return false;
    if (!slab || slab->guarded == slab->slots)
        slab = add_slab(pool);
    if (!slab)
        return false;

    char *first = slab->base + slab->guarded * pool->slot_size;
    size_t count =
        trio_stack_guard_install_(&pool->guard, first, pool->slot_size,
                                  least(batch, slab->slots - slab->guarded));

    for (size_t i = 0; slab->names && i < count; i++)
        slab->names[slab->guarded + i] =
            stack_name(first + i * pool->slot_size + guard_size,
                       pool->slot_size - guard_size);
    slab->guarded += count;
    pool->made += count;
    pool->ready += count;
    return count > 0;
}

trio_status trio_stack_pool_reserve_(struct trio_stack_pool_ *pool)
{
    if (pool->reserved == pool->ready && !make_ready(pool))
        return TRIO_ENOMEM;
    pool->reserved++;
    return TRIO_OK;
}

void trio_stack_pool_unreserve_(struct trio_stack_pool_ *pool)
{
    TRIO_ASSERT(pool->reserved > 0);
    pool->reserved--;
}

static char *take_fresh(struct trio_stack_pool_ *pool)
{
    struct trio_stack_slab_ *slab = pool->fresh;

    while (slab->touched == slab->slots)
        slab = slab->younger;
    TRIO_ASSERT(slab->touched < slab->guarded);
    pool->fresh = slab;
    return slab->base + slab->touched++ * pool->slot_size;
}

static char *take_hottest(struct trio_stack_pool_ *pool)
{
    size_t last = --pool->idle_count;

    if (pool->cold > last)
        pool->cold = last;
    if (pool->shallow > last)
        pool->shallow = last;
    return pool->idle[last];
}

// Numbers the slots by their place in memory: neighbours differ.
static size_t color_of(const struct trio_stack_pool_ *pool, const char *slot)
{
    return (uintptr_t)slot / pool->slot_size % COLORS * COLOR_BYTES;
}

struct trio_stack trio_stack_pool_take_(struct trio_stack_pool_ *pool)
{
    TRIO_ASSERT(pool->reserved > 0);
    pool->reserved--;
    pool->ready--;

    char *slot = pool->idle_count ? take_hottest(pool) : take_fresh(pool);
    size_t guard_size = pool->guard.size;
    struct trio_stack stack = {.base = slot + guard_size,
                               .size = pool->slot_size - guard_size -
                                       color_of(pool, slot),
                               .guard = guard_size};

    stack_is_taken(stack.base, stack.size);
    return stack;
}

void trio_stack_pool_give_(struct trio_stack_pool_ *pool,
                           struct trio_stack stack)
{
    TRIO_ASSERT(pool->ready < pool->made);
    stack_is_given(stack.base, stack.size);
    stack_forget_frames(stack.base, stack.size); // Of a run that was given up.
    pool->idle[pool->idle_count++] = (char *)stack.base - pool->guard.size;
    pool->ready++;
}

// Discards the pages of idle slots from `first` on, as long as they lie side by
// side, which those of tasks that began and ended together do. Guards stay.
static size_t discard_neighbors(struct trio_stack_pool_ *pool, size_t first,
                                size_t end)
{
    char *low = pool->idle[first];
    char *high = low + pool->slot_size;
    size_t next = first + 1;

    for (; next < end; next++) {
        if (pool->idle[next] == high)
            high += pool->slot_size;
        else if (pool->idle[next] + pool->slot_size == low)
            low -= pool->slot_size;
        else
            break;
    }
    trio_system_discard_(low, (size_t)(high - low));
    return next;
}

static void discard_all_but_top(struct trio_stack_pool_ *pool, char *slot)
{
    trio_system_discard_(slot, pool->slot_size - pool->guard.page_size);
}

size_t trio_stack_pool_trim_(struct trio_stack_pool_ *pool, size_t budget)
{
    size_t hot = least(HOT_BYTES / pool->slot_size, pool->idle_count);
    size_t cold_end = pool->idle_count - hot;

    while (budget > 0 && pool->cold < cold_end) {
        size_t first = pool->cold;

        pool->cold =
            discard_neighbors(pool, first, least(cold_end, first + budget));
        budget -= pool->cold - first;
    }
    if (pool->shallow < pool->cold)
        pool->shallow = pool->cold;
    for (; budget > 0 && pool->shallow < pool->idle_count; budget--)
        discard_all_but_top(pool, pool->idle[pool->shallow++]);
    return budget;
}
