// A signal interrupts a frame, and the unwinder knows which. That is the place,
// unless it is in a library: then the call that led there is meant. As for
// backtraces there has to be an unwinder.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/crash_place.h"

#include <stdlib.h> // Says which libc this is.

#if defined(__GLIBC__)

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#include <trio/run.h>

struct search {
    bool interrupted; // The frames that follow are those of before the signal.
    const char *place;
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
    // Places are where calls return to, which this one is not.
    search->place = (const char *)address + (before != 0);
    return _URC_END_OF_STACK;
}

void trio_runner_crash_place_prepare_(void)
{
    struct search search = {.place = NULL};

    _Unwind_Backtrace(look, &search); // Which loads what it needs.
}

void trio_runner_crash_place_(char *text, size_t size)
{
    const struct trio_report report = trio_report_platform();
    struct search search = {.place = NULL};
    char where[128];

    _Unwind_Backtrace(look, &search);
    if (search.place == NULL)
        return;
    report.place(report.context, search.place, where, sizeof(where));
    size_t length = strlen(text);
    snprintf(text + length, size - length, " at %s", where);
}

#endif
