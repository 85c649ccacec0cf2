// The events of the console as signals: Ctrl-C is SIGINT, Ctrl-Break SIGBREAK.
// They go to whoever watches them, and else to the run of the main thread,
// which they ask to end; a second one is for when it does not listen.
//
// The system calls a handler in a thread of its own. One that says that it did
// not handle the event has the system ask the one before it, and end the
// process in the end. The system may hold a lock meanwhile that it takes to add
// and remove handlers, too: so that is done without the lock that is ours.
//
// S50, S51: dispositions belong to the process, and there is one run to be
// interrupted, so these are static.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>

#include <trio/run.h>

#include "io/windows/iocp.h"

// SIGTERM is for programs that are for other systems, too: nobody sends it.
#define SIGNALS (BIT(SIGINT) | BIT(SIGBREAK) | BIT(SIGTERM))
#define BIT(signal) (UINT64_C(1) << ((signal)-1))

static DWORD main_thread;
static SRWLOCK lock = SRWLOCK_INIT;
static struct trio_signal_watch *first;
static struct trio_poster *run; // NULL: there is none, or it was asked before.
static struct trio_entry *run_entry;

// Before main there is no other thread.
__attribute__((constructor)) static void remember_main_thread(void)
{
    main_thread = GetCurrentThreadId();
}

static bool tell_watches(int signal)
{
    bool watched = false;

    for (struct trio_signal_watch *watch = first; watch != NULL;
         watch = watch->next) {
        if ((watch->signals & BIT(signal)) == 0)
            continue;
        __atomic_or_fetch(&watch->pending, BIT(signal), __ATOMIC_SEQ_CST);
        // After the end of the run nobody is left to receive it.
        trio_ignore(trio_poster_post(watch->poster, watch->entry));
        watched = true;
    }
    return watched;
}

static bool interrupt_run(void)
{
    bool asked = run != NULL && trio_poster_post(run, run_entry) == TRIO_OK;

    run = NULL;
    return asked;
}

// Returns false if nobody here is there for it.
static bool deliver(int signal)
{
    AcquireSRWLockExclusive(&lock);
    bool handled =
        tell_watches(signal) || (signal != SIGTERM && interrupt_run());
    ReleaseSRWLockExclusive(&lock);
    return handled;
}

static BOOL WINAPI on_event(DWORD event)
{
    switch (event) {
    case CTRL_C_EVENT:
        return deliver(SIGINT);
    case CTRL_BREAK_EVENT:
        return deliver(SIGBREAK);
    default:
        return FALSE;
    }
}

// ---- Watches ----

static bool is_linked(const struct trio_signal_watch *watch)
{
    const struct trio_signal_watch *one = first;

    while (one != NULL && one != watch)
        one = one->next;
    return one != NULL;
}

// Each watch adds the handler once more: it comes before those that are there.
trio_status trio_signals_watch_(void *context,
                                     struct trio_signal_watch *watch)
{
    if ((watch->signals & ~SIGNALS) != 0)
        return trio_iocp_refuse_(context, TRIO_EINVAL, 0);
    if (!SetConsoleCtrlHandler(on_event, TRUE))
        return trio_iocp_refuse_(context, TRIO_ENOMEM, (int)GetLastError());
    AcquireSRWLockExclusive(&lock);
    if (is_linked(watch)) {
        ReleaseSRWLockExclusive(&lock);
        trio_misuse("a signal receiver that is open was opened", watch);
    }
    watch->next = first;
    first = watch;
    ReleaseSRWLockExclusive(&lock);
    return TRIO_OK;
}

void trio_signals_unwatch_(void *context, struct trio_signal_watch *watch)
{
    struct trio_signal_watch **link = &first;

    (void)context;
    AcquireSRWLockExclusive(&lock);
    while (*link != watch)
        link = &(*link)->next;
    *link = watch->next;
    ReleaseSRWLockExclusive(&lock);
    SetConsoleCtrlHandler(on_event, FALSE);
}

// The console would send its event to all its processes again.
void trio_signal_raise_(void *context, int signal)
{
    (void)context;
    if (!deliver(signal))
        raise(signal);
}

// ---- The interrupt of a run ----

// There is no way to look but to set it.
static bool has_default(int number)
{
    void (*found)(int) = signal(number, SIG_DFL);

    if (found != SIG_DFL)
        signal(number, found);
    return found == SIG_DFL;
}

trio_status trio_interrupt_catch_(void *context,
                                       struct trio_poster *poster,
                                       struct trio_entry *entry)
{
    (void)context;
    if (GetCurrentThreadId() != main_thread || !has_default(SIGINT) ||
        !SetConsoleCtrlHandler(on_event, TRUE))
        return TRIO_ENOTSUP;
    AcquireSRWLockExclusive(&lock);
    run = poster;
    run_entry = entry;
    ReleaseSRWLockExclusive(&lock);
    return TRIO_OK;
}

void trio_interrupt_release_(void *context)
{
    (void)context;
    AcquireSRWLockExclusive(&lock);
    run = NULL;
    ReleaseSRWLockExclusive(&lock);
    SetConsoleCtrlHandler(on_event, FALSE);
}
