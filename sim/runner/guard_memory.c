// What the scenario's code takes from malloc has to be given back before its
// run ends, like all else that it takes, and may fail as all else. The heap
// itself is the real one: only the calls are counted, and in twins what is
// fresh lies elsewhere, and holds something else.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/heap.h"
#include "sim/kernel/kernel.h"
#include "sim/runner/guard.h"
#include "sim/runner/guard_heap.h"

#define HERE __builtin_return_address(0)

// Returns the kernel whose run calls malloc, NULL if none does.
static struct kernel *caller(void)
{
    struct kernel *kernel = trio_sim_current_();

    return kernel != NULL && trio_sim_heap_is_users_(kernel) ? kernel : NULL;
}

// Says whether a call has to fail, and how.
static bool fails(struct kernel *kernel, const char *what)
{
    if (kernel == NULL || !trio_sim_heap_fails_(kernel, what))
        return false;
    errno = ENOMEM;
    return true;
}

static void *took(struct kernel *kernel, void *block, size_t size,
                  const void *place)
{
    if (kernel != NULL && block != NULL)
        trio_sim_heap_took_(kernel, block, size, place);
    return block;
}

// The same of a block of which `kept` bytes are not fresh.
static void *took_fresh(struct kernel *kernel, void *block, size_t size,
                        size_t kept, const void *place)
{
    if (kernel != NULL && block != NULL && size > kept)
        trio_sim_guard_fill_(kernel, (char *)block + kept, size - kept);
    return took(kernel, block, size, place);
}

static void gave(struct kernel *kernel, const void *block)
{
    if (kernel != NULL)
        trio_sim_heap_gave_(kernel, block);
}

// clang-format off
#define WRAP(type, name, parameters)                                           \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters
// clang-format on

void *__real_malloc(size_t size);

static void *take(const struct kernel *kernel, size_t size)
{
    return kernel == NULL ? __real_malloc(size)
                          : trio_sim_guard_block_(kernel, size);
}

WRAP(void *, malloc, (size_t size))
{
    struct kernel *kernel = caller();

    if (fails(kernel, "malloc"))
        return NULL;
    return took_fresh(kernel, take(kernel, size), size, 0, HERE);
}

WRAP(void *, calloc, (size_t count, size_t size))
{
    struct kernel *kernel = caller();
    size_t all;

    if (fails(kernel, "calloc"))
        return NULL;
    if (kernel == NULL || __builtin_mul_overflow(count, size, &all))
        return __real_calloc(count, size);
    void *block = take(kernel, all);
    if (block != NULL)
        memset(block, 0, all);
    return took(kernel, block, all, HERE);
}

WRAP(void *, aligned_alloc, (size_t alignment, size_t size))
{
    struct kernel *kernel = caller();

    if (fails(kernel, "aligned_alloc"))
        return NULL;
    return took_fresh(kernel, __real_aligned_alloc(alignment, size), size, 0,
                      HERE);
}

WRAP(int, posix_memalign, (void **ret_block, size_t alignment, size_t size))
{
    struct kernel *kernel = caller();

    if (fails(kernel, "posix_memalign"))
        return ENOMEM;
    int code = __real_posix_memalign(ret_block, alignment, size);
    if (code == 0)
        took_fresh(kernel, *ret_block, size, 0, HERE);
    return code;
}

static char *copy(struct kernel *kernel, const char *text, size_t length,
                  const void *place)
{
    char *block = take(kernel, length + 1);

    if (block == NULL)
        return NULL;
    memcpy(block, text, length);
    block[length] = '\0';
    return took(kernel, block, length + 1, place);
}

WRAP(char *, strdup, (const char *text))
{
    struct kernel *kernel = caller();

    if (kernel == NULL)
        return __real_strdup(text);
    return fails(kernel, "strdup") ? NULL
                                   : copy(kernel, text, strlen(text), HERE);
}

WRAP(char *, strndup, (const char *text, size_t max))
{
    struct kernel *kernel = caller();

    if (kernel == NULL)
        return __real_strndup(text, max);
    return fails(kernel, "strndup")
               ? NULL
               : copy(kernel, text, strnlen(text, max), HERE);
}

// Returns how much of a block stays when it grows: all, if that is not known.
static size_t kept_of(const struct kernel *kernel, const void *block)
{
    if (block == NULL)
        return 0;
    return kernel == NULL ? SIZE_MAX : trio_sim_heap_size_(kernel, block);
}

WRAP(void *, realloc, (void *block, size_t size))
{
    struct kernel *kernel = caller();
    size_t kept = kept_of(kernel, block);
    uintptr_t old = (uintptr_t)block;

    if (fails(kernel, "realloc"))
        return NULL;
    void *moved = __real_realloc(block, size);
    if (moved != NULL || size == 0)
        gave(kernel, (const void *)old);
    return took_fresh(kernel, moved, size, kept, HERE);
}

WRAP(void *, reallocarray, (void *block, size_t count, size_t size))
{
    struct kernel *kernel = caller();
    size_t kept = kept_of(kernel, block);
    uintptr_t old = (uintptr_t)block;

    if (fails(kernel, "reallocarray"))
        return NULL;
    void *moved = __real_reallocarray(block, count, size);
    if (moved != NULL)
        gave(kernel, (const void *)old);
    return took_fresh(kernel, moved, count * size, kept, HERE);
}

WRAP(void, free, (void *block))
{
    gave(caller(), block);
    __real_free(block);
}
