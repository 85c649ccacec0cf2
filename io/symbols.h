// What the loader knows about an address in code.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_SYMBOLS_H
#define TRIO_IO_SYMBOLS_H

#include <stdbool.h>
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

#endif // TRIO_IO_SYMBOLS_H
