// What sanitizers and Valgrind have to be told about the memory of stacks.
// Without them this is nothing, but for one test per mapping.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_STACK_TOOLS_H
#define TRIO_IO_STACK_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRIO_STACK_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TRIO_STACK_ASAN
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

#if defined(TRIO_STACK_ASAN)

void __asan_unpoison_memory_region(const volatile void *base, size_t size);
void __lsan_register_root_region(const void *base, size_t size);
void __lsan_unregister_root_region(const void *base, size_t size);

#define TRIO_STACK_HAS_ASAN true

// A frame that was never returned from leaves its red zones behind, also for
// whoever maps the same addresses next.
static inline void stack_forget_frames(void *base, size_t size)
{
    __asan_unpoison_memory_region(base, size);
}

// What only a parked task points to is not leaked.
static inline void stack_is_taken(void *base, size_t size)
{
    __lsan_register_root_region(base, size);
}

static inline void stack_is_given(void *base, size_t size)
{
    __lsan_unregister_root_region(base, size);
}

#else

#define TRIO_STACK_HAS_ASAN false

// Valgrind takes what lies below a stack pointer for nobody's.
static inline void stack_forget_frames(void *base, size_t size)
{
    (void)base;
    (void)size;
#if defined(VALGRIND_MAKE_MEM_DEFINED) && !defined(NVALGRIND)
    VALGRIND_MAKE_MEM_DEFINED(base, size);
#endif
}

static inline void stack_is_taken(void *base, size_t size)
{
    (void)base;
    (void)size;
}

static inline void stack_is_given(void *base, size_t size)
{
    (void)base;
    (void)size;
}

#endif

// Valgrind takes a jump to a neighbouring stack for the growth of this one,
// unless it knows where each begins and ends.
#if defined(VALGRIND_STACK_REGISTER) && !defined(NVALGRIND)

static inline bool stack_under_valgrind(void)
{
    return RUNNING_ON_VALGRIND != 0;
}

static inline unsigned stack_name(const char *base, size_t size)
{
    return (unsigned)VALGRIND_STACK_REGISTER(base, base + size - 1);
}

static inline void stack_unname(unsigned name)
{
    VALGRIND_STACK_DEREGISTER(name);
}

#else

static inline bool stack_under_valgrind(void)
{
    return false;
}

static inline unsigned stack_name(const char *base, size_t size)
{
    (void)base;
    (void)size;
    return 0;
}

static inline void stack_unname(unsigned name)
{
    (void)name;
}

#endif

#endif // TRIO_IO_STACK_TOOLS_H
