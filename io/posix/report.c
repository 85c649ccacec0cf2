// A report may be the last thing that a process does, on the stack of a task
// that has none left, in the handler of a memory fault: it allocates nothing.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trio/backend.h>

#include "io/frame.h"
#include "io/report.h"
#include "io/symbols.h"

static int format_text(void *context, char *buffer, size_t size,
                       const char *format, va_list arguments)
{
    (void)context;
    return vsnprintf(buffer, size, format, arguments);
}

// Offsets are those of the file: what addr2line wants.
static void name_place(void *context, const void *place, char *buffer,
                       size_t size)
{
    struct trio_symbol_ symbol;

    (void)context;
    if (!trio_symbol_find_(place, &symbol)) {
        snprintf(buffer, size, "%p", place);
        return;
    }
    const char *slash = strrchr(symbol.path, '/');
    const char *program = slash != NULL ? slash + 1 : symbol.path;
    if (symbol.name == NULL)
        snprintf(buffer, size, "%s(+0x%zx)", program, (size_t)symbol.offset);
    else
        snprintf(buffer, size, "%s(+0x%zx) %s+0x%zx", program,
                 (size_t)symbol.offset, symbol.name, (size_t)symbol.distance);
}

static bool is_code(const void *place)
{
    struct trio_symbol_ symbol;
    return trio_symbol_find_(place, &symbol);
}

// Follows the frame pointers. Code that was compiled without them ends the walk
// early, but never leads it astray: each frame must lie on the part of the
// stack that is in use, above the one before it, and each place must be code.
// A sanitizer may have closed this memory to others, but not to us.
__attribute__((no_sanitize("address"))) static size_t
walk_frames(void *context, struct trio_registers registers, const void *top,
            const void **ret_places, size_t max)
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

__attribute__((noreturn)) static void stop(void *context)
{
    (void)context;
    abort();
}

struct trio_report trio_report_platform(void)
{
    return (struct trio_report){.line = trio_stderr_line_,
                                .format = format_text,
                                .place = name_place,
                                .backtrace = walk_frames,
                                .stop = stop};
}
