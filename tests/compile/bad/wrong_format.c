// The text of a failure is formatted as by printf, and checked.
// compilers: gcc clang g++ clang++
// expect: format.*(expects|specifies) .*char ?\*
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

trio_status fail(void);

trio_status fail(void)
{
    return trio_fail(TRIO_EINVAL, "%s", 3);
}
