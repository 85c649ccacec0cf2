// What the scenario's code takes from malloc has to be given back before its
// run ends, like all else that it takes, and may fail as all else. The heap
// itself is the real one: only the calls are counted.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/heap.h"
#include "sim/kernel/kernel.h"
#include "sim/runner/guard.h"

#define HERE __builtin_return_address(0)

// Returns the kernel whose run calls malloc, NULL if none does.
static struct kernel *caller(void)
{
    struct kernel *kernel = trio_sim_current_();

    return kernel != NULL && trio_sim_heap_is_users_(kernel) ? kernel : NULL;
}

// Says whether a call has to fail, and how.
static bool fails(const char *what)
{
    struct kernel *kernel = caller();

    if (kernel == NULL || !trio_sim_heap_fails_(kernel, what))
        return false;
    errno = ENOMEM;
    return true;
}

static void *took(void *block, size_t size, const void *place)
{
    struct kernel *kernel = caller();

    if (kernel != NULL && block != NULL)
        trio_sim_heap_took_(kernel, block, size, place);
    return block;
}

static void gave(const void *block)
{
    struct kernel *kernel = caller();

    if (kernel != NULL)
        trio_sim_heap_gave_(kernel, block);
}

// clang-format off
#define WRAP(type, name, parameters)                                           \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters
// clang-format on

WRAP(void *, malloc, (size_t size))
{
    if (fails("malloc"))
        return NULL;
    return took(__real_malloc(size), size, HERE);
}

WRAP(void *, calloc, (size_t count, size_t size))
{
    if (fails("calloc"))
        return NULL;
    return took(__real_calloc(count, size), count * size, HERE);
}

WRAP(void *, aligned_alloc, (size_t alignment, size_t size))
{
    if (fails("aligned_alloc"))
        return NULL;
    return took(__real_aligned_alloc(alignment, size), size, HERE);
}

WRAP(int, posix_memalign, (void **ret_block, size_t alignment, size_t size))
{
    if (fails("posix_memalign"))
        return ENOMEM;
    int code = __real_posix_memalign(ret_block, alignment, size);

    if (code == 0)
        took(*ret_block, size, HERE);
    return code;
}

WRAP(char *, strdup, (const char *text))
{
    if (fails("strdup"))
        return NULL;
    return took(__real_strdup(text), strlen(text) + 1, HERE);
}

WRAP(char *, strndup, (const char *text, size_t max))
{
    if (fails("strndup"))
        return NULL;
    return took(__real_strndup(text, max), strnlen(text, max) + 1, HERE);
}

WRAP(void *, realloc, (void *block, size_t size))
{
    uintptr_t old = (uintptr_t)block;

    if (fails("realloc"))
        return NULL;
    void *moved = __real_realloc(block, size);

    if (moved != NULL || size == 0)
        gave((const void *)old);
    return took(moved, size, HERE);
}

WRAP(void *, reallocarray, (void *block, size_t count, size_t size))
{
    uintptr_t old = (uintptr_t)block;

    if (fails("reallocarray"))
        return NULL;
    void *moved = __real_reallocarray(block, count, size);

    if (moved != NULL)
        gave((const void *)old);
    return took(moved, count * size, HERE);
}

WRAP(void, free, (void *block))
{
    gave(block);
    __real_free(block);
}
