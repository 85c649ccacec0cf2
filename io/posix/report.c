// A report may be the last thing that a process does, on the stack of a task
// that has none left, in the handler of a memory fault: it allocates nothing.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trio/backend.h>

#include "io/callers.h"
#include "io/posix/frames.h"
#include "io/report.h"
#include "io/symbols.h"

#define NAME_SIZE 80

static int format_text(void *context, char *buffer, size_t size,
                       const char *format, va_list arguments)
{
    (void)context;
    return vsnprintf(buffer, size, format, arguments);
}

// Offsets are those of the file: what addr2line wants.
static void write_place(const struct trio_symbol_ *symbol, const char *name,
                        char *buffer, size_t size)
{
    const char *slash = strrchr(symbol->path, '/');
    const char *program = slash != NULL ? slash + 1 : symbol->path;

    if (name == NULL)
        snprintf(buffer, size, "%s(+0x%zx)", program, (size_t)symbol->offset);
    else
        snprintf(buffer, size, "%s(+0x%zx) %s+0x%zx", program,
                 (size_t)symbol->offset, name, (size_t)symbol->distance);
}

static void name_place(void *context, const void *place, char *buffer,
                       size_t size)
{
    struct trio_symbol_ symbol;

    (void)context;
    if (trio_symbol_find_(place, &symbol))
        write_place(&symbol, symbol.name, buffer, size);
    else
        snprintf(buffer, size, "%p", place);
}

static void name_call(void *context, const void *place, char *buffer,
                      size_t size)
{
    struct trio_symbol_ symbol;
    char name[NAME_SIZE];

    if (trio_symbol_find_(place, &symbol) &&
        trio_symbol_name_(&symbol, name, sizeof name))
        write_place(&symbol, name, buffer, size);
    else
        name_place(context, place, buffer, size);
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
                                .backtrace = trio_frames_walk_,
                                .callers = trio_callers_,
                                .call = name_call,
                                .stop = stop};
}
