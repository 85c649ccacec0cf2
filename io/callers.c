// Who called the library: its own functions are left out, as far as they can be
// told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/callers.h"

#include <stdint.h>

#define CALLS_MAX 48

// The lowest bit says of what kind the code is, where there are two (Arm); not
// everybody keeps it.
static bool is_same(const void *one, const void *other)
{
    return ((uintptr_t)one | 1) == ((uintptr_t)other | 1);
}

size_t trio_callers_(void *context, const void *from, const void *top,
                     const void **ret_places, size_t max)
{
    const void *calls[CALLS_MAX];
    size_t called = trio_calls_find_(top, calls, CALLS_MAX);
    size_t count = 0;
    size_t i = 0;

    (void)context;
    while (i < called && !is_same(calls[i], from))
        i++;
    if (i == called) // Its frame was passed over, so no other is the report's.
        i = 0;
    for (; i < called && count < max; i++) {
        // Behind a call that does not go on lies another function.
        const void *place = (const char *)calls[i] - 1;
        if (!trio_call_is_own_(place))
            ret_places[count++] = place;
    }
    return count;
}
