// A stack of a task, with what is known of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_OWN_STACK_H
#define TRIO_CORE_OWN_STACK_H

#include <stddef.h>
#include <trio/backend.h>

#include "core/arch/annotate.h"

#define STACK_SIZE_DEFAULT ((size_t)256 * 1024)

// No memory: promised, not taken yet.
struct own_stack {
    struct trio_stack memory;
    size_t class_size; // As it was asked for.
    void *context;     // Where its next task begins; NULL: none is made yet.
    struct trio_annotation annotation;
};

#endif // TRIO_CORE_OWN_STACK_H
