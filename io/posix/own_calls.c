// The library's functions are told by their names. One that is private to its
// file has not that name; so it is taken for somebody else's where it was not
// compiled into its caller.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "io/callers.h"
#include "io/symbols.h"

bool trio_call_is_own_(const void *place)
{
    static const char prefix[] = "trio_";
    struct trio_symbol_ symbol;
    char name[sizeof prefix]; // Cut off.

    return trio_symbol_find_(place, &symbol) &&
           trio_symbol_name_(&symbol, name, sizeof name) &&
           strcmp(name, prefix) == 0;
}
