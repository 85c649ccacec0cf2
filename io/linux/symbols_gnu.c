// The GNU loader has one call that tells all of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <dlfcn.h>

#if defined(__GLIBC__)

#include <link.h>
#include <stddef.h>

#include "io/symbols.h"

bool trio_symbol_find_(const void *place, struct trio_symbol_ *ret_symbol)
{
    Dl_info info;
    struct link_map *map = NULL;

    if (!dladdr1(place, &info, (void **)&map, RTLD_DL_LINKMAP) ||
        info.dli_fname == NULL || map == NULL)
        return false;
    *ret_symbol = (struct trio_symbol_){
        .path = info.dli_fname,
        .offset = (uintptr_t)place - map->l_addr,
        .name = info.dli_sname,
        .distance = (uintptr_t)place - (uintptr_t)info.dli_saddr};
    return true;
}

#endif
