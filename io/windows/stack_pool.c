// A stack looks as a thread's does, so that the system, debuggers and code that
// was compiled elsewhere take it for one: the lowest page cannot be touched at
// all, those above it are guard pages, the rest is there from the beginning.
//
// Windows promises no memory that it does not have. So a stack that was
// reserved is backed, and a task that was started can run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/stack_pool.h"

#include <stdlib.h>
#include <windows.h>

#define PAGE_SIZE ((size_t)4096) // Of every x86-64.
#define CAPACITY_FIRST 16
#define HOT 16
#define COLORS 16
#define COLOR_BYTES 64

// An overflow is told on some of the guard pages.
#define GUARD_MIN ((size_t)32 << 10)

struct trio_stack_pool_ {
    size_t stack_size; // The largest stack that may be asked for.
    size_t guard_size;
    char **all; // The lowest address of each stack, its guard not counted.
    size_t made;
    char **idle; // Those that nobody has, the latest given back last.
    size_t idle_count;
    size_t capacity; // Of both: giving back cannot fail.
    size_t reserved; // So many of the idle ones are promised.
    size_t cold;     // The first so many of them hold no memory.
};

struct trio_stack_pool_ *trio_stack_pool_open_(size_t stack_size,
                                               size_t guard_size)
{
    struct trio_stack_pool_ *pool = calloc(1, sizeof(*pool));

    if (pool == NULL)
        return NULL;
    if (guard_size < GUARD_MIN)
        guard_size = GUARD_MIN;
    pool->stack_size = stack_size;
    pool->guard_size = (guard_size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    return pool;
}

size_t trio_stack_pool_size_(const struct trio_stack_pool_ *pool)
{
    return pool->stack_size;
}

static char *map_stack(const struct trio_stack_pool_ *pool)
{
    size_t size = pool->guard_size + pool->stack_size;
    char *lowest = VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_NOACCESS);
    DWORD before;

    if (lowest == NULL)
        return NULL;
    if (VirtualAlloc(lowest + PAGE_SIZE, size - PAGE_SIZE, MEM_COMMIT,
                     PAGE_READWRITE) != NULL &&
        (pool->guard_size == PAGE_SIZE ||
         VirtualProtect(lowest + PAGE_SIZE, pool->guard_size - PAGE_SIZE,
                        PAGE_READWRITE | PAGE_GUARD, &before)))
        return lowest + pool->guard_size;
    VirtualFree(lowest, 0, MEM_RELEASE);
    return NULL;
}

void trio_stack_pool_close_(struct trio_stack_pool_ *pool)
{
    for (size_t i = 0; i < pool->made; i++)
        VirtualFree(pool->all[i] - pool->guard_size, 0, MEM_RELEASE);
    free(pool->all);
    free(pool->idle);
    free(pool);
}

static bool grow(char ***list, size_t capacity)
{
    char **grown = realloc(*list, capacity * sizeof(*grown));

    if (grown != NULL)
        *list = grown;
    return grown != NULL;
}

static bool make_room(struct trio_stack_pool_ *pool)
{
    size_t capacity = pool->capacity == 0 ? CAPACITY_FIRST : 2 * pool->capacity;

    if (pool->made < pool->capacity)
        return true;
    if (!grow(&pool->all, capacity) || !grow(&pool->idle, capacity))
        return false;
    pool->capacity = capacity;
    return true;
}

trio_status trio_stack_pool_reserve_(struct trio_stack_pool_ *pool)
{
    if (pool->reserved == pool->idle_count) {
        char *base = make_room(pool) ? map_stack(pool) : NULL;

        if (base == NULL)
            return TRIO_ENOMEM;
        pool->all[pool->made++] = base;
        pool->idle[pool->idle_count++] = base;
    }
    pool->reserved++;
    return TRIO_OK;
}

void trio_stack_pool_unreserve_(struct trio_stack_pool_ *pool)
{
    TRIO_ASSERT(pool->reserved > 0);
    pool->reserved--;
}

// The tops of many stacks would compete for the same lines of the cache: a
// little is left out at the top, different from one to the next.
static size_t color_of(const char *base, const struct trio_stack_pool_ *pool)
{
    return (uintptr_t)base / pool->stack_size % COLORS * COLOR_BYTES;
}

struct trio_stack trio_stack_pool_take_(struct trio_stack_pool_ *pool)
{
    TRIO_ASSERT(pool->reserved > 0);
    pool->reserved--;
    char *base = pool->idle[--pool->idle_count];
    if (pool->cold > pool->idle_count)
        pool->cold = pool->idle_count;
    return (struct trio_stack){base, pool->stack_size - color_of(base, pool),
                               pool->guard_size};
}

void trio_stack_pool_give_(struct trio_stack_pool_ *pool,
                           struct trio_stack stack)
{
    TRIO_ASSERT(pool->idle_count < pool->made);
    pool->idle[pool->idle_count++] = stack.base;
}

size_t trio_stack_pool_trim_(struct trio_stack_pool_ *pool, size_t budget)
{
    for (; budget > 0 && pool->cold + HOT < pool->idle_count; budget--)
        VirtualAlloc(pool->idle[pool->cold++], pool->stack_size, MEM_RESET,
                     PAGE_READWRITE);
    return budget;
}
