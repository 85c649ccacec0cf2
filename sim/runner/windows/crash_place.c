// An exception has interrupted a frame, and says which. What the C library
// calls a signal is a call of a function of ours: the program led there by a
// call of the library, which is between that and this one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/crash_place.h"

#include <stdbool.h>

#include <trio/backend.h>

#include "sim/runner/windows/exception.h"

enum { FRAMES_MAX = 128 };

static bool is_ours(const void *place)
{
    HMODULE module;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                  GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                              (const wchar_t *)place, &module) &&
           module == GetModuleHandleW(NULL);
}

// Puts all frames from there on into `frames`. Returns how many.
static size_t walk(const CONTEXT *from, const void **frames)
{
    const struct trio_report report = trio_report_platform();
    const struct trio_registers registers = {.pc = (void *)from->Rip,
                                             .sp = (void *)from->Rsp,
                                             .fp = (void *)from->Rbp};

    return report.backtrace(report.context, registers,
                            trio_runner_exception_.thread->StackBase, frames,
                            FRAMES_MAX);
}

void trio_runner_crash_place_prepare_(void)
{
}

size_t trio_runner_crash_calls_(const void **ret_calls, size_t max)
{
    static const void *frames[FRAMES_MAX];
    static CONTEXT here;
    const CONTEXT *interrupted = trio_runner_exception_.context;
    size_t i = 0, found = 0;

    if (interrupted == NULL)
        RtlCaptureContext(&here);
    size_t count = walk(interrupted != NULL ? interrupted : &here, frames);
    while (interrupted == NULL && i < count && is_ours(frames[i]))
        i++; // Those that tell of it.
    for (; i < count && found < max; i++) {
        // Places are where calls return to, which the one that failed is not.
        bool failed = i == 0 && interrupted != NULL;
        if (is_ours(frames[i]))
            ret_calls[found++] = (const char *)frames[i] + failed;
    }
    return found;
}
