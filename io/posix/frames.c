// Follows the frame pointers. Code that was compiled without them ends the walk
// early, or is passed over, but never leads it astray: each frame must lie on
// the part of the stack that is in use, above the one before it, and each place
// must be code.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/frames.h"

#include "io/frame.h"
#include "io/symbols.h"

static bool is_code(const void *place)
{
    struct trio_symbol_ symbol;
    return trio_symbol_find_(place, &symbol);
}

// A sanitizer may have closed this memory to others, but not to us.
__attribute__((no_sanitize("address"))) size_t
trio_frames_walk_(void *context, struct trio_registers registers,
                  const void *top, const void **ret_places, size_t max)
{
    size_t count = 0;
    uintptr_t low = (uintptr_t)registers.sp;
    uintptr_t high = (uintptr_t)top;
    const struct trio_frame_ *frame = trio_frame_of_(registers.fp);
    const void *place = registers.pc;

    (void)context;
    while (count < max && place != NULL && is_code(place)) {
        ret_places[count++] = place;
        uintptr_t address = (uintptr_t)frame;
        if (address < low || address % sizeof(void *) != 0 || high < low ||
            high - address < sizeof(*frame) || address > high)
            break;
        place = frame->place;
        low = address + sizeof(*frame);
        frame = trio_frame_of_(frame->caller);
    }
    return count;
}

size_t trio_frames_walk_here_(const void *top, const void **ret_places,
                              size_t max)
{
    void *frame = __builtin_frame_address(0);
    const struct trio_registers here = {
        .pc = __builtin_return_address(0),
        .sp = frame,
        .fp = (void *)(uintptr_t)trio_frame_of_(frame)->caller};

    return top == NULL ? 0
                       : trio_frames_walk_(NULL, here, top, ret_places, max);
}
