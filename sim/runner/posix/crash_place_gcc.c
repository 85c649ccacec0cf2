// A signal interrupts a frame, and the unwinder knows which. The first call is
// there, unless that is in a library: then it is the one that led there. As for
// backtraces there has to be an unwinder.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/crash_place.h"

#include <stdlib.h> // Says which libc this is.

#if defined(__GLIBC__)

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <unwind.h>

struct search {
    bool interrupted; // The frames that follow are those of before the signal.
    const void **calls;
    size_t count;
    size_t max;
};

static bool is_ours(const void *frame)
{
    static void *program;
    Dl_info info;

    if (program == NULL && dladdr((void *)(uintptr_t)is_ours, &info) != 0)
        program = info.dli_fbase;
    return dladdr(frame, &info) != 0 && info.dli_fbase == program;
}

static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *argument)
{
    struct search *search = argument;
    int before = 0; // The instruction that it points to was not executed yet.
    uintptr_t address = _Unwind_GetIPInfo(context, &before);

    search->interrupted |= before != 0;
    if (address == 0)
        return _URC_END_OF_STACK;
    if (!search->interrupted || !is_ours((const void *)address))
        return _URC_NO_REASON;
    if (search->count == search->max)
        return _URC_END_OF_STACK;
    // Places are where calls return to, which the one that failed is not.
    search->calls[search->count++] = (const char *)address + (before != 0);
    return _URC_NO_REASON;
}

void trio_runner_crash_place_prepare_(void)
{
    struct search search = {.max = 0};

    _Unwind_Backtrace(look, &search); // Which loads what it needs.
}

size_t trio_runner_crash_calls_(const void **ret_calls, size_t max)
{
    struct search search = {.calls = ret_calls, .max = max};

    _Unwind_Backtrace(look, &search);
    return search.count;
}

#endif
