// The small things, as macOS has them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/system.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <trio/base.h>

const char trio_system_idna_library_[] = "libidn2.0.dylib";

bool trio_system_is_main_thread_(void)
{
    return pthread_main_np() == 1;
}

void trio_system_name_thread_(const char *name)
{
    pthread_setname_np(name);
}

void trio_system_make_condition_(pthread_cond_t *ret_condition)
{
    TRIO_ASSERT(pthread_cond_init(ret_condition, NULL) == 0);
}

int trio_system_wait_(pthread_cond_t *condition, pthread_mutex_t *mutex,
                      int seconds)
{
    struct timespec limit = {.tv_sec = seconds};
    return pthread_cond_timedwait_relative_np(condition, mutex, &limit);
}

// There is no wait with a limit. SIGPIPE comes to the thread that wrote, and no
// other can take it in between.
void trio_system_take_signal_(const sigset_t *signals)
{
    sigset_t pending;
    int taken;

    for (int signal = 1; signal < NSIG; signal++)
        if (sigismember(signals, signal) > 0 && sigpending(&pending) == 0 &&
            sigismember(&pending, signal) > 0)
            sigwait(signals, &taken);
}

void trio_system_discard_(void *base, size_t size)
{
    (void)madvise(base, size, MADV_FREE);
}

void trio_system_fill_random_(void *data, size_t size)
{
    TRIO_ASSERT(getentropy(data, size) == 0);
}
