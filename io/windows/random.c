// No number is given out twice, so that it is fit for a token. Each thread
// keeps some of the system's numbers in store, because a call for each is dear,
// and wipes each as it is taken.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/random.h"

#include <windows.h>

#include <bcrypt.h>

#include <trio/base.h>

static _Thread_local struct {
    uint64_t numbers[32];
    size_t count;
} store;

static void fill_store(void)
{
    TRIO_ASSERT(BCryptGenRandom(NULL, (UCHAR *)store.numbers,
                                sizeof(store.numbers),
                                BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0);
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
