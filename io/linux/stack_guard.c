// A guard for which install vouched faults on each access; there is no quiet
// "no guard here".
//
// Linux 6.13 and later mark pages as a guard without splitting the mapping that
// they are in, so a million stacks need a few mappings. Before that each
// guard is a mapping of its own, and the default limit of the kernel is reached
// near 32,750 stacks: reserving one more then fails.
//
// The answer of madvise alone is not believed, because emulators take advice
// that they do not know for a hint, and say that all is well. So the first
// guard is tried out, by a system call that would read it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/stack_guard.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io/stack_tools.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define PIDFD_SELF_THREAD (-10000)
#define TOGETHER 32

// An untouched page reads as zero: no time to sleep. The library's nanosleep is
// not for this, since a simulated run takes its calls for a leak.
static bool is_readable(const void *page)
{
    return syscall(SYS_nanosleep, page, NULL) == 0 || errno != EFAULT;
}

// Marks many guards by one system call, where there is one (Linux 6.15).
static size_t mark_together(size_t guard_size, char *first, size_t stride,
                            size_t count)
{
#if defined(SYS_process_madvise)
    struct iovec guards[TOGETHER];

    if (stack_under_valgrind())
        return 0; // It does not know the call, and would say so each time.
    if (count > TOGETHER)
        count = TOGETHER;
    for (size_t i = 0; i < count; i++)
        guards[i] = (struct iovec){first + i * stride, guard_size};

    long done = syscall(SYS_process_madvise, PIDFD_SELF_THREAD, guards, count,
                        MADV_GUARD_INSTALL, 0);

    return done > 0 ? (size_t)done / guard_size : 0;
#else
    return 0;
#endif
}

static size_t mark(size_t guard_size, char *first, size_t stride, size_t count)
{
    size_t n = mark_together(guard_size, first, stride, count);

    while (n < count &&
           madvise(first + n * stride, guard_size, MADV_GUARD_INSTALL) == 0)
        n++;
    return n;
}

static size_t protect(size_t guard_size, char *first, size_t stride,
                      size_t count)
{
    size_t n = 0;

    while (n < count &&
           mprotect(first + n * stride, guard_size, PROT_NONE) == 0)
        n++;
    return n;
}

size_t trio_stack_guard_install_(struct trio_stack_guard_ *guard, char *first,
                                 size_t stride, size_t count)
{
    if (!guard->protect) {
        size_t n = mark(guard->size, first, stride, count);

        if (n > 0 && !guard->tried)
            guard->protect = is_readable(first);
        else if (n == 0 && errno != ENOMEM)
            guard->protect = true; // Too old a kernel, or memory is locked.
        guard->tried = true;
        if (!guard->protect)
            return n;
    }
    return protect(guard->size, first, stride, count);
}
