// Those of the exec functions that take their arguments one by one. Outside of
// simulated runs, the guard hands them on in a list.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "sim/runner/guard.h"

enum { ARGUMENTS_MAX = 1024 };

struct list {
    char *items[ARGUMENTS_MAX];
    char *const *environment; // What follows the end.
};

// Reads up to the end. False: there are too many.
static bool read_list(struct list *list, const char *first, va_list arguments)
{
    size_t count = 0;

    for (const char *item = first; item != NULL;
         item = va_arg(arguments, const char *)) {
        if (count == ARGUMENTS_MAX - 1)
            return false;
        list->items[count++] = (char *)(uintptr_t)item;
    }
    list->items[count] = NULL;
    return true;
}

#define GUARD_EXEC(name, call)                                                 \
    int __wrap_##name(const char *path, const char *first, ...);               \
    int __wrap_##name(const char *path, const char *first, ...)                \
    {                                                                          \
        struct list list;                                                      \
        va_list arguments;                                                     \
                                                                               \
        trio_sim_guard_("a real process", #name, __builtin_return_address(0)); \
        va_start(arguments, first);                                            \
        bool fits = read_list(&list, first, arguments);                        \
        if (fits && #name[4] == 'l' && #name[5] == 'e')                        \
            list.environment = va_arg(arguments, char *const *);               \
        va_end(arguments);                                                     \
        if (fits)                                                              \
            return call;                                                       \
        errno = E2BIG;                                                         \
        return -1;                                                             \
    }

GUARD_EXEC(execl, execv(path, list.items))
GUARD_EXEC(execlp, execvp(path, list.items))
GUARD_EXEC(execle, execve(path, list.items, list.environment))
