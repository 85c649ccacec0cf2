// What is to fail, by the number of the call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/faults.h"

#include <errno.h>

#include "tests/check.h"

static struct fault {
    int skip;
    int count;
    int error;
    int made; // Atomic.
} faults[FAULT_CALLS_MAX];

static struct fault *fault_of(int call)
{
    REQUIRE(call >= 0 && call < FAULT_CALLS_MAX);
    return &faults[call];
}

void inject_after(int call, int skip, int error, int count)
{
    struct fault *fault = fault_of(call);

    fault->skip = skip;
    fault->error = error;
    fault->count = count;
}

void inject(int call, int error, int count)
{
    inject_after(call, 0, error, count);
}

int faults_left(int call)
{
    return fault_of(call)->count;
}

bool used_up(int call)
{
    bool all = faults_left(call) == 0;

    fault_of(call)->count = 0;
    return all;
}

int count_calls(int call)
{
    return __atomic_load_n(&fault_of(call)->made, __ATOMIC_SEQ_CST);
}

int error_of(int call)
{
    return fault_of(call)->error;
}

bool fails(int call)
{
    struct fault *fault = fault_of(call);

    __atomic_add_fetch(&fault->made, 1, __ATOMIC_SEQ_CST);
    if (fault->count == 0)
        return false;
    if (fault->skip > 0) {
        fault->skip--;
        return false;
    }
    fault->count--;
    errno = fault->error;
    return true;
}
