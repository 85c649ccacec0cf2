// Other loaders tell where they have put the parts of each file, and what they
// know of names. A program that is linked statically is its own loader, and
// knows none.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <dlfcn.h>

#if !defined(__GLIBC__)

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

#include "io/symbols.h"

struct search {
    uintptr_t place;
    struct trio_symbol_ symbol;
};

// Loaders have no name for the program itself, or one that is a link to it.
static const char *path_of(const char *name)
{
    bool is_program = name == NULL || name[0] == '\0' ||
                      strcmp(name, "/proc/self/exe") == 0;
    return is_program ? program_invocation_name : name;
}

static bool is_code_of(const struct dl_phdr_info *info, uintptr_t place)
{
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) &&
            place - info->dlpi_addr - part->p_vaddr < part->p_memsz)
            return true;
    }
    return false;
}

// Returns whether to stop.
static int look_into(struct dl_phdr_info *info, size_t size, void *context)
{
    struct search *search = context;

    (void)size;
    if (!is_code_of(info, search->place))
        return 0;
    search->symbol.path = path_of(info->dlpi_name);
    search->symbol.offset = search->place - info->dlpi_addr;
    return 1;
}

bool trio_symbol_find_(const void *place, struct trio_symbol_ *ret_symbol)
{
    struct search search = {.place = (uintptr_t)place};
    Dl_info info;

    if (!dl_iterate_phdr(look_into, &search))
        return false;
    if (dladdr(place, &info) && info.dli_sname != NULL) {
        search.symbol.name = info.dli_sname;
        search.symbol.distance = search.place - (uintptr_t)info.dli_saddr;
    }
    *ret_symbol = search.symbol;
    return true;
}

#endif
