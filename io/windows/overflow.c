// While a run is in progress somewhere in the process, exceptions come to us
// first. The system raises one of its own where a stack has overflowed, and
// leaves the most of the guard to whoever handles it, as the switch has told it
// to (core/arch). Which stack it was it does not say; but it knows the lower
// end of the stack that the thread stands on.
//
// The handler belongs to the process, and runs come and go in several threads,
// so they are counted: the first run installs, the last one takes it away.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <windows.h>

#include "io/stacks.h"

struct trio_overflow_ {
    void *handler;
};

static SRWLOCK lock = SRWLOCK_INIT;
static size_t users;
static struct trio_overflow_ process;

// In the block of the thread, for which there is no function.
static const void *lower_end(void)
{
    return (const void *)(uintptr_t)__readgsqword(0x1478);
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception)
{
    const EXCEPTION_RECORD *record = exception->ExceptionRecord;

    if (record->ExceptionCode == EXCEPTION_STACK_OVERFLOW)
        trio_run_overflowed(lower_end());
    if (record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION)
        trio_run_overflowed((const void *)record->ExceptionInformation[1]);
    return EXCEPTION_CONTINUE_SEARCH;
}

trio_status trio_overflow_begin_(struct trio_overflow_ **ret_overflow)
{
    AcquireSRWLockExclusive(&lock);
    if (users == 0)
        process.handler = AddVectoredExceptionHandler(TRUE, on_exception);
    bool handled = process.handler != NULL;
    users += handled;
    ReleaseSRWLockExclusive(&lock);
    *ret_overflow = &process;
    return handled ? TRIO_OK : TRIO_ENOMEM;
}

void trio_overflow_end_(struct trio_overflow_ *overflow)
{
    AcquireSRWLockExclusive(&lock);
    if (--users == 0) {
        RemoveVectoredExceptionHandler(overflow->handler);
        overflow->handler = NULL;
    }
    ReleaseSRWLockExclusive(&lock);
}
