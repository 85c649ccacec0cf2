// The loader tells where a file begins; offsets are from there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/symbols.h"

#include <dlfcn.h>
#include <stddef.h>

bool trio_symbol_find_(const void *place, struct trio_symbol_ *ret_symbol)
{
    Dl_info info;

    if (!dladdr(place, &info) || info.dli_fname == NULL)
        return false;
    uintptr_t address = (uintptr_t)place;
    *ret_symbol =
        (struct trio_symbol_){.path = info.dli_fname,
                              .offset = address - (uintptr_t)info.dli_fbase,
                              .name = info.dli_sname,
                              .distance = address - (uintptr_t)info.dli_saddr};
    return true;
}

// It knows them all.
bool trio_symbol_read_(struct trio_symbol_ *symbol, char *buffer, size_t size)
{
    (void)symbol;
    (void)buffer;
    (void)size;
    return false;
}
