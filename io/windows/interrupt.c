// Ctrl-C and Ctrl-Break ask a run to end; a second one is for when it does not
// listen. The system calls a handler in a thread of its own, and one that says
// that it did not handle it has the process end, as if there were none.
//
// S50: this is for one run, that of the main thread, so one static slot is
// enough.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

static DWORD main_thread;
static SRWLOCK lock = SRWLOCK_INIT;
static struct trio_poster *poster; // NULL: no run, or it was asked before.
static struct trio_entry *entry;

// Before main there is no other thread.
__attribute__((constructor)) static void remember_main_thread(void)
{
    main_thread = GetCurrentThreadId();
}

static BOOL WINAPI on_event(DWORD event)
{
    bool handled = false;

    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    AcquireSRWLockExclusive(&lock);
    if (poster != NULL)
        handled = trio_poster_post(poster, entry) == TRIO_OK;
    poster = NULL;
    ReleaseSRWLockExclusive(&lock);
    return handled;
}

trio_status trio_iocp_catch_interrupt_(void *context,
                                       struct trio_poster *run_poster,
                                       struct trio_entry *run_entry)
{
    (void)context;
    if (GetCurrentThreadId() != main_thread ||
        !SetConsoleCtrlHandler(on_event, TRUE))
        return TRIO_ENOTSUP;
    AcquireSRWLockExclusive(&lock);
    poster = run_poster;
    entry = run_entry;
    ReleaseSRWLockExclusive(&lock);
    return TRIO_OK;
}

void trio_iocp_release_interrupt_(void *context)
{
    (void)context;
    SetConsoleCtrlHandler(on_event, FALSE);
    AcquireSRWLockExclusive(&lock);
    poster = NULL;
    ReleaseSRWLockExclusive(&lock);
}
