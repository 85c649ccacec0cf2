// Lines of the source by their addresses in the program.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SYMBOLS_H
#define TRIO_SIM_RUNNER_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

// The line of a call.
struct symbol {
    uintptr_t offset; // Of where it returns to, in the program's file; 0: none.
    char *line;       // "/path/file.c:12"; NULL: not known, or not asked yet.
    bool asked;
    bool ours; // It is in a file of the library.
};

enum { SYMBOLS_MAX = 4096 };

// Returns the offset in the program's file of an address in the program.
uintptr_t trio_runner_symbol_offset_(const void *address);

// Returns a number for an offset, 0 if there is no room for it. Allocates
// nothing.
uint32_t trio_runner_symbol_number_(uintptr_t offset);

// Returns what a number stands for, its line included where that is known.
const struct symbol *trio_runner_symbol_(uint32_t number);

#endif // TRIO_SIM_RUNNER_SYMBOLS_H
