// A report may be the last thing that a process does, on the stack of a task
// that has none left, in the handler of an exception. So it allocates nothing
// and goes straight to the handle, one call for each line that fits, so that
// the lines of several threads do not mix.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <trio/backend.h>

#include "io/callers.h"

#define LINE_MAX_SIZE 1024
#define PATH_MAX_SIZE 512

static void print_bytes(const char *text, size_t length)
{
    DWORD written;

    // Nobody is left to be told of a failure.
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)length, &written,
              NULL);
}

static void print_line(void *context, const char *text)
{
    size_t length = strlen(text);
    char line[LINE_MAX_SIZE];

    (void)context;
    if (length < sizeof(line)) {
        memcpy(line, text, length);
        line[length] = '\n';
        print_bytes(line, length + 1);
    } else {
        print_bytes(text, length);
        print_bytes("\n", 1);
    }
}

static int format_text(void *context, char *buffer, size_t size,
                       const char *format, va_list arguments)
{
    (void)context;
    return vsnprintf(buffer, size, format, arguments);
}

// Writes the name of a program or library, without its folder, as UTF-8.
static bool name_module(HMODULE module, char *ret_name, int size)
{
    wchar_t path[PATH_MAX_SIZE];
    DWORD length = GetModuleFileNameW(module, path, PATH_MAX_SIZE);

    if (length == 0 || length == PATH_MAX_SIZE)
        return false;
    const wchar_t *slash = wcsrchr(path, L'\\');
    const wchar_t *name = slash != NULL ? slash + 1 : path;
    return WideCharToMultiByte(CP_UTF8, 0, name, -1, ret_name, size, NULL,
                               NULL) > 0;
}

// Offsets are those from where the file was loaded.
static void name_place(void *context, const void *place, char *buffer,
                       size_t size)
{
    HMODULE module;
    char name[PATH_MAX_SIZE];

    (void)context;
    if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                               GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                           (const wchar_t *)place, &module) &&
        name_module(module, name, sizeof(name)))
        snprintf(buffer, size, "%s(+0x%zx)", name,
                 (uintptr_t)place - (uintptr_t)module);
    else
        snprintf(buffer, size, "%p", place);
}

// Goes from frame to frame by what each function's prologue is known to do.
// Only code has such a record, and the walk never leaves the stack.
static size_t walk_frames(void *context, struct trio_registers registers,
                          const void *top, const void **ret_places, size_t max)
{
    uintptr_t low = (uintptr_t)registers.sp;
    CONTEXT at = {.Rip = (uintptr_t)registers.pc,
                  .Rsp = low,
                  .Rbp = (uintptr_t)registers.fp};
    size_t count = 0;

    (void)context;
    while (count < max && at.Rsp >= low && at.Rsp < (uintptr_t)top) {
        DWORD64 image, frame;
        void *handler_data;
        RUNTIME_FUNCTION *function =
            RtlLookupFunctionEntry(at.Rip, &image, NULL);

        if (function == NULL)
            break;
        ret_places[count++] = (const void *)at.Rip;
        low = at.Rsp;
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, image, at.Rip, function, &at,
                         &handler_data, &frame, NULL);
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
    return (struct trio_report){.line = print_line,
                                .format = format_text,
                                .place = name_place,
                                .backtrace = walk_frames,
                                .callers = trio_callers_,
                                .stop = stop};
}
