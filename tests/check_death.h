// Expecting a process to stop with a report.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_CHECK_DEATH_H
#define TESTS_CHECK_DEATH_H

#include "tests/check.h"

// Calls `fn()` in a child process, which has to be stopped by a signal, with
// each of the given texts in what it wrote to the standard error. For
// TEST_PLAIN: `fn` makes the run that goes wrong.
//
//     CHECK_DIES(close_twice, "the scope is not open", "task 1");
#define CHECK_DIES(fn, ...)                                                    \
    check_dies((fn), #fn, __FILE__, __LINE__, __VA_ARGS__, (const char *)NULL)

bool check_dies(void (*fn)(void), const char *name, const char *file, int line,
                ...);

#endif // TESTS_CHECK_DEATH_H
