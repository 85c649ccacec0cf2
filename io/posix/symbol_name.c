// The loader knows the functions that others may link with; the file may know
// the rest.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "io/symbols.h"

bool trio_symbol_name_(struct trio_symbol_ *symbol, char *buffer, size_t size)
{
    if (symbol->name == NULL)
        return trio_symbol_read_(symbol, buffer, size);
    snprintf(buffer, size, "%s", symbol->name);
    return true;
}
