// The walk is that of reports; it is told where to begin.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/backtrace.h"

#include <windows.h>

#include <trio/backend.h>

size_t trio_runner_backtrace_(uintptr_t *ret_addresses, size_t max)
{
    const struct trio_report report = trio_report_platform();
    const NT_TIB *thread = (const NT_TIB *)NtCurrentTeb();
    CONTEXT here;

    RtlCaptureContext(&here);
    const struct trio_registers registers = {
        .pc = (void *)here.Rip, .sp = (void *)here.Rsp, .fp = (void *)here.Rbp};
    return report.backtrace(report.context, registers, thread->StackBase,
                            (const void **)ret_addresses, max);
}
