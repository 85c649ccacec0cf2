// The pool of threads where the system does not prepare it for forks. It does
// not fail on demand, so this program has a function in place of libc's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <pthread.h>

#include <trio/thread.h>

#include "tests/check.h"
#include "tests/tasks.h"

static int failures; // So many calls fail.
static int calls;

// Nothing forks here.
int pthread_atfork(void (*prepare)(void), void (*parent)(void),
                   void (*child)(void))
{
    (void)prepare;
    (void)parent;
    (void)child;
    calls++;
    return failures > 0 ? (failures--, ENOMEM) : 0;
}

// S88
TEST_REAL(threads_faults, a_pool_that_may_not_survive_forks_is_not_begun)
{
    trio_status fine = TRIO_OK;
    int before = calls;

    failures = 2;
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(trio_thread_run(NULL, return_status, &fine), TRIO_ENOMEM);
        CHECK_EQ(trio_error_find(TRIO_ENOMEM)->os_error, ENOMEM);
    }
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_thread_run(NULL, return_status, &fine));
    CHECK_EQ(calls - before, 3); // Once is enough.
}
