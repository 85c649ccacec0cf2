// Who called the library.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_CALLERS_H
#define TRIO_IO_CALLERS_H

#include <stdbool.h>
#include <stddef.h>

// The `callers` of a report.
size_t trio_callers_(void *context, const void *from, const void *top,
                     const void **ret_places, size_t max);

// ---- The system's ----

// Fills `ret_places` with where each call that is under way goes on, the
// innermost first; returns how many. `top` is the end of the stack that they
// are on, or NULL: that of a thread.
size_t trio_calls_find_(const void *top, const void **ret_places, size_t max);

// Says whether a place is known to be in the library.
bool trio_call_is_own_(const void *place);

#endif // TRIO_IO_CALLERS_H
