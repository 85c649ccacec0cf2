// The linker has names for both ends of a section; they are NULL if there is
// none.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/sites.h"

extern struct trio_sometimes_site *const __start_trio_sometimes[]
    __attribute__((weak));
extern struct trio_sometimes_site *const __stop_trio_sometimes[]
    __attribute__((weak));

struct trio_sometimes_site *const *trio_runner_sites_(size_t *ret_count)
{
    *ret_count = (size_t)(__stop_trio_sometimes - __start_trio_sometimes);
    return __start_trio_sometimes;
}
