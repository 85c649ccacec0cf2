// While a run is in progress somewhere in the process, memory faults come to
// us first; each thread with a run has a stack for that, because a task that
// overflowed has none left. A fault that is no task's overflow ends as it would
// have without us.
//
// The dispositions belong to the process, and runs come and go in several
// threads, so they are counted: the first run installs, the last one restores.
// If somebody installed a handler after us, it may hand its faults on to ours;
// then ours is not taken away, nor installed again on top of that one, which
// would have the two call each other for ever.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/stacks.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "io/stack_tools.h"

struct trio_overflow_ {
    stack_t previous;
    _Alignas(64) char stack[(size_t)64 << 10]; // A report and a backtrace fit.
};

struct disposition {
    int signal;
    bool installed;
    struct sigaction previous;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t users;
static struct disposition dispositions[] = {{.signal = SIGSEGV},
                                            {.signal = SIGBUS}};

#define DISPOSITIONS (sizeof dispositions / sizeof *dispositions)

static void hand_on(const struct sigaction *previous, int signal,
                    siginfo_t *info, void *machine_context)
{
    if (previous->sa_flags & SA_SIGINFO) {
        previous->sa_sigaction(signal, info, machine_context);
    } else if (previous->sa_handler == SIG_DFL ||
               (previous->sa_handler == SIG_IGN && info->si_code > 0)) {
        // Ends the process once we have returned, with the fault in its core
        // dump. A fault cannot be ignored: the instruction would run again.
        struct sigaction standard = {.sa_handler = SIG_DFL};

        sigaction(signal, &standard, NULL);
        raise(signal);
    } else if (previous->sa_handler != SIG_IGN) {
        previous->sa_handler(signal);
    }
}

static void on_fault(int signal, siginfo_t *info, void *machine_context)
{
    bool is_fault = info->si_code > 0; // And not sent by a process.

    if (is_fault && trio_run_overflowed(info->si_addr))
        return;
    for (size_t i = 0; i < DISPOSITIONS; i++)
        if (dispositions[i].signal == signal)
            hand_on(&dispositions[i].previous, signal, info, machine_context);
}

static void install(struct disposition *disposition)
{
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};

    if (disposition->installed)
        return;
    sigemptyset(&action.sa_mask);
    // Asked for first: a fault in another thread may come as soon as we are in.
    sigaction(disposition->signal, NULL, &disposition->previous);
    sigaction(disposition->signal, &action, NULL);
    disposition->installed = true;
}

static void restore(struct disposition *disposition)
{
    struct sigaction current;

    sigaction(disposition->signal, NULL, &current);
    if (!(current.sa_flags & SA_SIGINFO) || current.sa_sigaction != on_fault)
        return;
    sigaction(disposition->signal, &disposition->previous, NULL);
    disposition->installed = false;
}

trio_status trio_overflow_begin_(struct trio_overflow_ **ret_overflow)
{
    struct trio_overflow_ *overflow =
        mmap(NULL, sizeof *overflow, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (overflow == MAP_FAILED)
        return TRIO_ENOMEM;
    *ret_overflow = overflow;
    if (TRIO_STACK_HAS_ASAN)
        return TRIO_OK; // It handles faults itself.

    stack_t stack = {.ss_sp = overflow->stack,
                     .ss_size = sizeof overflow->stack};

    sigaltstack(&stack, &overflow->previous);
    pthread_mutex_lock(&lock);
    if (users++ == 0)
        for (size_t i = 0; i < DISPOSITIONS; i++)
            install(&dispositions[i]);
    pthread_mutex_unlock(&lock);
    return TRIO_OK;
}

void trio_overflow_end_(struct trio_overflow_ *overflow)
{
    if (!TRIO_STACK_HAS_ASAN) {
        pthread_mutex_lock(&lock);
        if (--users == 0)
            for (size_t i = 0; i < DISPOSITIONS; i++)
                restore(&dispositions[i]);
        pthread_mutex_unlock(&lock);
        sigaltstack(&overflow->previous, NULL);
    }
    munmap(overflow, sizeof *overflow);
}
