// The system walks by the tables of functions. It looks for the ends of the
// stack where the switch has left them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdint.h>
#include <windows.h>

#include "io/callers.h"

size_t trio_calls_find_(const void *top, const void **ret_places, size_t max)
{
    (void)top;
    return CaptureStackBackTrace(0, (DWORD)max, (void **)(uintptr_t)ret_places,
                                 NULL);
}

// There are no names to tell by.
bool trio_call_is_own_(const void *place)
{
    (void)place;
    return false;
}
