// Lines are known to the system's own reader of debugging information: a PDB,
// which is what Windows has for it. That of Wine reads DWARF, too, up to its
// fourth version. Where it cannot tell, nothing is known.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <windows.h>

#include <dbghelp.h>

#include "sim/runner/symbols_system.h"

uintptr_t trio_runner_symbols_base_(void)
{
    return (uintptr_t)GetModuleHandleW(NULL);
}

static bool open_program(HANDLE process)
{
    static bool tried, opened;

    if (!tried) {
        SymSetOptions(SYMOPT_LOAD_LINES);
        opened = SymInitialize(process, NULL, TRUE);
    }
    tried = true;
    return opened;
}

// A place is where a call returns to; one byte before that is the call.
static void ask(HANDLE process, struct symbol *symbol)
{
    IMAGEHLP_LINE64 line = {.SizeOfStruct = sizeof(line)};
    char text[4096];
    DWORD distance;

    if (!SymGetLineFromAddr64(process,
                              trio_runner_symbols_base_() + symbol->offset - 1,
                              &distance, &line))
        return;
    snprintf(text, sizeof(text), "%s:%lu", line.FileName, line.LineNumber);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\\')
            *at = '/';
    trio_runner_symbol_take_(symbol, text);
}

void trio_runner_symbols_ask_(struct symbol *const *asked, size_t count)
{
    HANDLE process = GetCurrentProcess();

    if (!open_program(process))
        return;
    for (size_t i = 0; i < count; i++)
        ask(process, asked[i]);
}
