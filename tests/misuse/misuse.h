// Cases that must stop the process, each below the report that it ends with:
//
//     // misuse: a task ended with a scope or nursery open
//     //   in task 1
//     //   object
//     //   opened
//     INSIDE(task_ends_with_a_scope_open)
//     {
//         ...
//     }
//
// Addresses, places and the functions of tasks are left out of the comparison,
// and of the comment; so is whatever follows its last line. Of a call only the
// function that made it is told:
//
//     //   called at task_ends_with_a_scope_open
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_MISUSE_MISUSE_H
#define TESTS_MISUSE_MISUSE_H

#include <stddef.h>

#include <trio/trio.h>

struct misuse {
    const char *name;
    void (*outside)(void); // Or NULL.
    trio_task_fn inside;   // The main task of a run, or NULL.
    struct misuse *next;
};

void misuse_register(struct misuse *item);

#define REGISTER_MISUSE_(name, outside_fn, inside_fn)                          \
    __attribute__((constructor)) static void name##_register(void)             \
    {                                                                          \
        static struct misuse item = {#name, outside_fn, inside_fn, NULL};      \
        misuse_register(&item);                                                \
    }

// The body runs outside any run.
#define OUTSIDE(name)                                                          \
    static void name(void);                                                    \
    REGISTER_MISUSE_(name, name, NULL)                                         \
    static void name(void)

// The body is the main task of a run. Scopes are left open on purpose here, so
// it is not analysed.
#define INSIDE(name)                                                           \
    static TRIO_CHECKPOINT trio_status name(void *arg);                        \
    REGISTER_MISUSE_(name, NULL, name)                                         \
    TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status name(            \
        __attribute__((unused)) void *arg)

#endif // TESTS_MISUSE_MISUSE_H
