// Dispositions belong to the process, so the table of who watches which signal
// does, too; it is one of the two statics of this kind, and the handler is all
// that reads it without the lock.
//
// A handler can run in any thread at any moment, also while another thread
// takes a watch out of the list. So a watch is linked in and out by single
// stores, the handler counts itself in and out, and unwatch waits until no
// handler is inside before it gives the watch back to its owner. Whoever holds
// the lock has all signals blocked: a handler on top of it would wait for
// itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/signals.h"
#include "io/loop.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include <trio/entry.h>
#include <trio/run.h>

#include "io/posix/os_status.h"

#define SIGNALS 64

static struct {
    pthread_mutex_t lock;
    struct trio_signal_watch *first; // Atomic, and so is each `next`.
    struct signal_guard guard;
    size_t counts[SIGNALS];          // Watches of each signal.
    struct sigaction found[SIGNALS]; // What the first of them replaced.
} process = {.lock = PTHREAD_MUTEX_INITIALIZER};

void trio_signal_drain_(struct signal_guard *guard)
{
    while (__atomic_load_n(&guard->inside, __ATOMIC_SEQ_CST) != 0)
        sched_yield();
}

void trio_signal_block_(sigset_t *ret_previous)
{
    sigset_t all;

    sigfillset(&all);
    TRIO_ASSERT(pthread_sigmask(SIG_BLOCK, &all, ret_previous) == 0);
}

void trio_signal_unblock_(const sigset_t *previous)
{
    TRIO_ASSERT(pthread_sigmask(SIG_SETMASK, previous, NULL) == 0);
}

static uint64_t bit_of(int signal)
{
    return UINT64_C(1) << (signal - 1);
}

static void on_signal(int signal)
{
    int error = errno;

    trio_signal_enter_(&process.guard);
    struct trio_signal_watch *watch =
        __atomic_load_n(&process.first, __ATOMIC_SEQ_CST);
    for (; watch != NULL;
         watch = __atomic_load_n(&watch->next, __ATOMIC_SEQ_CST)) {
        if ((watch->signals & bit_of(signal)) == 0)
            continue;
        __atomic_or_fetch(&watch->pending, bit_of(signal), __ATOMIC_SEQ_CST);
        // After the end of the run nobody is left to receive it.
        trio_ignore(trio_poster_post(watch->poster, watch->entry));
    }
    trio_signal_leave_(&process.guard);
    errno = error;
}

static void lock_table(sigset_t *ret_previous)
{
    trio_signal_block_(ret_previous);
    TRIO_ASSERT(pthread_mutex_lock(&process.lock) == 0);
}

static void unlock_table(const sigset_t *previous)
{
    TRIO_ASSERT(pthread_mutex_unlock(&process.lock) == 0);
    trio_signal_unblock_(previous);
}

// Whether it tells of a fault in what runs: a handler that comes back from one
// has it happen again, for ever.
static bool is_fault(int signal)
{
    switch (signal) {
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGSEGV:
    case SIGSYS:
    case SIGTRAP:
        return true;
    default:
        return false;
    }
}

// Replaces the dispositions of those that nobody watches yet; returns 0, or the
// error after `ret_done` of them.
static int install(uint64_t signals, uint64_t *ret_done)
{
    struct sigaction ours = {.sa_handler = on_signal,
                             .sa_flags = SA_RESTART | SA_ONSTACK};

    sigfillset(&ours.sa_mask);
    *ret_done = 0;
    for (int signal = 1; signal <= SIGNALS; signal++) {
        if ((signals & bit_of(signal)) == 0)
            continue;
        if (is_fault(signal))
            return EINVAL;
        if (process.counts[signal - 1] == 0 &&
            sigaction(signal, &ours, &process.found[signal - 1]) < 0)
            return errno;
        process.counts[signal - 1]++;
        *ret_done |= bit_of(signal);
    }
    return 0;
}

static void restore(uint64_t signals)
{
    for (int signal = 1; signal <= SIGNALS; signal++) {
        if ((signals & bit_of(signal)) == 0)
            continue;
        TRIO_ASSERT(process.counts[signal - 1] > 0);
        if (--process.counts[signal - 1] == 0)
            sigaction(signal, &process.found[signal - 1], NULL);
    }
}

static void link_watch(struct trio_signal_watch *watch)
{
    watch->next = process.first;
    __atomic_store_n(&process.first, watch, __ATOMIC_SEQ_CST);
}

static bool is_linked(const struct trio_signal_watch *watch)
{
    const struct trio_signal_watch *one = process.first;

    while (one != NULL && one != watch)
        one = one->next;
    return one != NULL;
}

static void unlink_watch(struct trio_signal_watch *watch)
{
    struct trio_signal_watch **link = &process.first;

    while (*link != watch)
        link = &(*link)->next;
    __atomic_store_n(link, watch->next, __ATOMIC_SEQ_CST);
}

trio_status trio_signals_watch_(void *context, struct trio_signal_watch *watch)
{
    sigset_t previous;
    uint64_t done;

    (void)context;
    lock_table(&previous);
    if (is_linked(watch)) {
        unlock_table(&previous);
        trio_misuse("a signal receiver that is open was opened", watch);
    }
    link_watch(watch);
    int error = install(watch->signals, &done);
    if (error != 0) {
        restore(done);
        unlink_watch(watch);
    }
    unlock_table(&previous);
    if (error == 0)
        return TRIO_OK;
    trio_signal_drain_(&process.guard);
    return trio_status_of_errno_(error);
}

void trio_signals_unwatch_(void *context, struct trio_signal_watch *watch)
{
    sigset_t previous;

    (void)context;
    lock_table(&previous);
    restore(watch->signals);
    unlink_watch(watch);
    unlock_table(&previous);
    trio_signal_drain_(&process.guard);
}

void trio_signal_raise_(void *context, int signal)
{
    (void)context;
    raise(signal);
}
