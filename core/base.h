// What every file of the core may need of the compiler.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_BASE_H
#define TRIO_CORE_BASE_H

#include <stddef.h>
#include <trio/base.h>

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// Who called a public function: where from, and below which frame everything
// is dead. Only a function with a frame of its own may ask.
struct caller {
    const void *place;
    const void *frame;
};
#define OWN_FRAME __attribute__((noinline))
#define CALLER() ((struct caller){TRIO_CALLER(), __builtin_frame_address(0)})

#define CONTAINER_OF(pointer, type, member)                                    \
    ((type *)((char *)(pointer)-offsetof(type, member)))

// Inlined even where it is large, because it is all that an operation does.
#define QUICK static inline __attribute__((always_inline))

#define CACHE_LINE 64

#endif // TRIO_CORE_BASE_H
