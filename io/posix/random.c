// No number is given out twice, so that it is fit for a token. Each thread
// keeps some of the system's numbers in store, because a system call for each
// is dear, and wipes each as it is taken. A fork would copy the store, and both
// processes would give out the same: the child begins with none.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/random.h"

#include <pthread.h>

#include <trio/base.h>

#include "io/posix/system.h"

static _Thread_local struct {
    uint64_t numbers[32];
    size_t count;
} store;

static void forget_store(void)
{
    store.count = 0;
}

static void watch_forks(void)
{
    TRIO_ASSERT(pthread_atfork(NULL, NULL, forget_store) == 0);
}

static void fill_store(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, watch_forks);
    trio_system_fill_random_(store.numbers, sizeof(store.numbers));
    store.count = sizeof(store.numbers) / sizeof(store.numbers[0]);
}

static uint64_t next(void *context)
{
    (void)context;
    if (store.count == 0)
        fill_store();
    uint64_t *slot = &store.numbers[--store.count];
    uint64_t number = *slot;
    *slot = 0;
    return number;
}

struct trio_random trio_platform_random_(void)
{
    return (struct trio_random){.next = next};
}
