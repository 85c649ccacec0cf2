// The small things, as Linux has them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/system.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <trio/base.h>

const char trio_system_idna_library_[] = "libidn2.so.0";

bool trio_system_is_main_thread_(void)
{
    return gettid() == getpid();
}

void trio_system_name_thread_(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

void trio_system_make_condition_(pthread_cond_t *ret_condition)
{
    pthread_condattr_t kind;

    TRIO_ASSERT(pthread_condattr_init(&kind) == 0);
    TRIO_ASSERT(pthread_condattr_setclock(&kind, CLOCK_MONOTONIC) == 0);
    TRIO_ASSERT(pthread_cond_init(ret_condition, &kind) == 0);
    TRIO_ASSERT(pthread_condattr_destroy(&kind) == 0);
}

int trio_system_wait_(pthread_cond_t *condition, pthread_mutex_t *mutex,
                      int seconds)
{
    struct timespec end;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    return pthread_cond_timedwait(condition, mutex, &end);
}

void trio_system_take_signal_(const sigset_t *signals)
{
    static const struct timespec at_once = {0, 0};

    while (sigtimedwait(signals, NULL, &at_once) < 0 && errno == EINTR)
        continue;
}

void trio_system_discard_(void *base, size_t size)
{
    (void)madvise(base, size, MADV_DONTNEED);
}

void trio_system_fill_random_(void *data, size_t size)
{
    ssize_t length;

    // Up to 256 bytes it is neither cut short nor interrupted, but by a signal
    // before the system has gathered enough.
    do
        length = getrandom(data, size, 0);
    while (length < 0 && errno == EINTR);
    TRIO_ASSERT(length == (ssize_t)size);
}
