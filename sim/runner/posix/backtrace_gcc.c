// The unwinder comes with the compiler, and needs a libc that tells it where
// the tables are.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/backtrace.h"

#include <stdlib.h> // Says which libc this is.

#if defined(__GLIBC__)

#include <unwind.h>

struct trace {
    uintptr_t *addresses;
    size_t count, max;
};

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context,
                                     void *argument)
{
    struct trace *trace = argument;
    uintptr_t address = _Unwind_GetIP(context);

    if (address == 0 || trace->count == trace->max)
        return _URC_END_OF_STACK;
    trace->addresses[trace->count++] = address;
    return _URC_NO_REASON;
}

size_t trio_runner_backtrace_(uintptr_t *ret_addresses, size_t max)
{
    struct trace trace = {ret_addresses, 0, max};

    _Unwind_Backtrace(add_frame, &trace);
    return trace.count;
}

#endif
