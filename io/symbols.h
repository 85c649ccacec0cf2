// What is known about an address in code.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_SYMBOLS_H
#define TRIO_IO_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trio_symbol_ {
    const char *path;   // Of the program or library that it is in.
    uintptr_t offset;   // In that file: what addr2line wants.
    const char *name;   // Of the function; NULL: the loader does not know.
    uintptr_t distance; // From its beginning.
};

// Says whether `place` is in code that was loaded; if not, `ret_symbol` is
// unchanged. The strings live as long as the code. It allocates nothing: for
// handlers of memory faults.
bool trio_symbol_find_(const void *place, struct trio_symbol_ *ret_symbol);

// Copies the name of the function, cut off at `size`; if the loader knows none,
// it is looked for in the file, and the distance is filled in. Says whether
// there is one. It allocates nothing, either.
bool trio_symbol_name_(struct trio_symbol_ *symbol, char *buffer, size_t size);

// ---- The system's ----

// Looks into the file for a function that the loader does not know.
bool trio_symbol_read_(struct trio_symbol_ *symbol, char *buffer, size_t size);

#endif // TRIO_IO_SYMBOLS_H
