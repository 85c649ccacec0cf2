// Ctrl-C asks a run to end; a second Ctrl-C is for when it does not listen. So
// the handler does its work once: from then on, and whenever no run is there to
// be asked, it puts the default back and raises the signal again, which ends
// the process as if there had been no handler.
//
// S50: this is for the run of the main thread only, and only where nobody else
// handles the signal; so one static slot is enough.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>

#include "io/loop.h"
#include "io/posix/signals.h"
#include "io/posix/system.h"

static struct {
    struct trio_poster *poster; // Atomic. NULL: no run, or it was asked before.
    struct trio_entry *entry;
    struct signal_guard guard;
    struct sigaction found;
} process;

static void give_default_back(int signal)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};

    sigaction(signal, &standard, NULL);
    raise(signal); // Comes when this handler has returned.
}

static void on_interrupt(int signal)
{
    int error = errno;

    trio_signal_enter_(&process.guard);
    struct trio_poster *poster =
        __atomic_exchange_n(&process.poster, NULL, __ATOMIC_SEQ_CST);
    if (poster == NULL || trio_poster_post(poster, process.entry) != TRIO_OK)
        give_default_back(signal);
    trio_signal_leave_(&process.guard);
    errno = error;
}

trio_status trio_interrupt_catch_(void *context, struct trio_poster *poster,
                                  struct trio_entry *entry)
{
    struct sigaction ours = {.sa_handler = on_interrupt,
                             .sa_flags = SA_RESTART | SA_ONSTACK};
    struct sigaction found;

    (void)context;
    if (!trio_system_is_main_thread_() || sigaction(SIGINT, NULL, &found) < 0 ||
        (found.sa_flags & SA_SIGINFO) || found.sa_handler != SIG_DFL)
        return TRIO_ENOTSUP;
    process.entry = entry;
    __atomic_store_n(&process.poster, poster, __ATOMIC_SEQ_CST);
    sigfillset(&ours.sa_mask);
    if (sigaction(SIGINT, &ours, &process.found) < 0) {
        __atomic_store_n(&process.poster, NULL, __ATOMIC_SEQ_CST);
        return TRIO_ENOTSUP;
    }
    return TRIO_OK;
}

// Somebody may have put a handler of theirs in our place; then it stays.
void trio_interrupt_release_(void *context)
{
    struct sigaction found;
    sigset_t previous;

    (void)context;
    trio_signal_block_(&previous);
    if (sigaction(SIGINT, NULL, &found) == 0 &&
        found.sa_handler == on_interrupt)
        sigaction(SIGINT, &process.found, NULL);
    __atomic_store_n(&process.poster, NULL, __ATOMIC_SEQ_CST);
    trio_signal_unblock_(&previous);
    trio_signal_drain_(&process.guard);
}
