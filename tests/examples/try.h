// For bodies that are cancelled at every moment.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_TRY_H
#define TESTS_EXAMPLES_TRY_H

#include "tests/check.h"

// Returns from the body if it fails.
#define TRY(expression)                                                        \
    do {                                                                       \
        trio_status rc_ = (expression);                                        \
        CHECK_OK(rc_);                                                         \
        if (rc_ != TRIO_OK)                                                    \
            return rc_;                                                        \
    } while (0)

#endif // TESTS_EXAMPLES_TRY_H
