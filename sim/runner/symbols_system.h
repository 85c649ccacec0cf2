// What the system brings to find lines of the source.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SYMBOLS_SYSTEM_H
#define TRIO_SIM_RUNNER_SYMBOLS_SYSTEM_H

#include <stddef.h>

#include "sim/runner/symbols.h"

enum { ASKED_MAX = 500 };

// Returns where the program lies: what offsets are from.
uintptr_t trio_runner_symbols_base_(void);

// Finds the lines of up to ASKED_MAX symbols, and gives each to the function
// below. What is not found stays as it is.
void trio_runner_symbols_ask_(struct symbol *const *asked, size_t count);

// Takes "/path/file.c:12", which it may change, for a symbol.
void trio_runner_symbol_take_(struct symbol *symbol, char *line);

#endif // TRIO_SIM_RUNNER_SYMBOLS_SYSTEM_H
