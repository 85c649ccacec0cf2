// What is in a file may be another thing the next time. So a run may use those
// only that its scenario has declared.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/kernel/state.h"
#include "sim/runner/guard.h"
#include "sim/runner/guard_descriptors.h"

#define HERE __builtin_return_address(0)

// Whether a path is that of the first `length` bytes at `root`, or below it.
static bool is_below(const char *root, size_t length, const char *path)
{
    while (length > 0 && root[length - 1] == '/')
        length--;
    return strncmp(root, path, length) == 0 &&
           (path[length] == '\0' || path[length] == '/') &&
           strstr(path + length, "/..") == NULL;
}

// The same of those in a list, with colons between.
static bool is_listed(const char *list, const char *path)
{
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ":");
        if (length > 0 && is_below(list, length, path))
            return true;
        list += length + (list[length] == ':');
    }
    return false;
}

static void look_at(const char *path, const char *name, const void *place)
{
    const struct kernel *kernel = trio_sim_current_();
    char what[128];

    if (kernel == NULL || is_listed(kernel->plan->scenario->files, path))
        return;
    snprintf(what, sizeof(what), "the real file %.100s", path);
    trio_sim_guard_(what, name, place);
}

// ---- Opened ----

// clang-format off
#define WRAP(type, name, parameters)                                           \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters
// clang-format on

// A mode follows only if the file may be made.
static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE
               ? va_arg(arguments, mode_t)
               : 0;
}

#define WRAP_OPEN(name)                                                        \
    WRAP(int, name, (const char *path, int flags, ...))                        \
    {                                                                          \
        va_list arguments;                                                     \
                                                                               \
        look_at(path, #name, HERE);                                            \
        va_start(arguments, flags);                                            \
        mode_t mode = mode_of(flags, arguments);                               \
        va_end(arguments);                                                     \
        return trio_sim_guard_made_(__real_##name(path, flags, mode), #name,   \
                                    HERE);                                     \
    }

WRAP_OPEN(open)
// Not every libc has the ones for large files.
#undef open64
#pragma weak __real_open64
WRAP_OPEN(open64)

WRAP(int, openat, (int folder, const char *path, int flags, ...))
{
    va_list arguments;

    if (folder == AT_FDCWD || path[0] == '/')
        look_at(path, "openat", HERE);
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    return trio_sim_guard_made_(__real_openat(folder, path, flags, mode),
                                "openat", HERE);
}

WRAP(int, creat, (const char *path, mode_t mode))
{
    look_at(path, "creat", HERE);
    return trio_sim_guard_made_(__real_creat(path, mode), "creat", HERE);
}

WRAP(int, mkstemp, (char *path))
{
    look_at(path, "mkstemp", HERE);
    return trio_sim_guard_made_(__real_mkstemp(path), "mkstemp", HERE);
}

static FILE *made_stream(FILE *stream, const char *name, const void *place)
{
    if (stream != NULL)
        trio_sim_guard_made_(fileno(stream), name, place);
    return stream;
}

WRAP(FILE *, fopen, (const char *path, const char *mode))
{
    look_at(path, "fopen", HERE);
    return made_stream(__real_fopen(path, mode), "fopen", HERE);
}

#undef fopen64
#pragma weak __real_fopen64
WRAP(FILE *, fopen64, (const char *path, const char *mode))
{
    look_at(path, "fopen64", HERE);
    return made_stream(__real_fopen64(path, mode), "fopen64", HERE);
}

// The descriptor stays.
WRAP(FILE *, freopen, (const char *path, const char *mode, FILE *stream))
{
    if (path != NULL)
        look_at(path, "freopen", HERE);
    return __real_freopen(path, mode, stream);
}

WRAP(DIR *, opendir, (const char *path))
{
    look_at(path, "opendir", HERE);
    DIR *folder = __real_opendir(path);
    if (folder != NULL)
        trio_sim_guard_made_(dirfd(folder), "opendir", HERE);
    return folder;
}

WRAP(int, fclose, (FILE * stream))
{
    trio_sim_guard_closed_(fileno(stream));
    return __real_fclose(stream);
}

WRAP(int, closedir, (DIR * folder))
{
    trio_sim_guard_closed_(dirfd(folder));
    return __real_closedir(folder);
}

// ---- Looked at, changed ----

#define GUARD_PATH(name, parameters, arguments)                                \
    WRAP(int, name, parameters)                                                \
    {                                                                          \
        look_at(path, #name, HERE);                                            \
        return __real_##name arguments;                                        \
    }

GUARD_PATH(stat, (const char *path, struct stat *ret), (path, ret))
GUARD_PATH(lstat, (const char *path, struct stat *ret), (path, ret))
GUARD_PATH(access, (const char *path, int how), (path, how))
GUARD_PATH(unlink, (const char *path), (path))
GUARD_PATH(remove, (const char *path), (path))
GUARD_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
GUARD_PATH(rmdir, (const char *path), (path))
GUARD_PATH(truncate, (const char *path, off_t size), (path, size))

WRAP(ssize_t, readlink, (const char *path, char *ret_target, size_t size))
{
    look_at(path, "readlink", HERE);
    return __real_readlink(path, ret_target, size);
}

WRAP(char *, realpath, (const char *path, char *ret_path))
{
    look_at(path, "realpath", HERE);
    return __real_realpath(path, ret_path);
}

WRAP(int, rename, (const char *from, const char *to))
{
    look_at(from, "rename", HERE);
    look_at(to, "rename", HERE);
    return __real_rename(from, to);
}
