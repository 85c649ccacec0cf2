// A run does not end the process that it is in: there would be no verdict on
// it, and none of those that come after it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <unistd.h>

#include "sim/runner/guard.h"

#define GUARD_EXIT(name)                                                       \
    __attribute__((noreturn)) void __real_##name(int status);                  \
    __attribute__((noreturn)) void __wrap_##name(int status);                  \
    void __wrap_##name(int status)                                             \
    {                                                                          \
        trio_sim_guard_(NULL, #name, __builtin_return_address(0));             \
        __real_##name(status);                                                 \
    }

GUARD_EXIT(exit)
GUARD_EXIT(_exit)
GUARD_EXIT(_Exit)
GUARD_EXIT(quick_exit)
