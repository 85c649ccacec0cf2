// Signals of the process, as jobs of a world.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_SIGNALS_H
#define TRIO_IO_SIGNALS_H

#include <signal.h>

#include <trio/backend.h>

// How many handlers are at work, in any thread: what a handler has found in a
// table must not be freed before it has left.
struct signal_guard {
    int inside; // Atomic.
};

static inline void trio_signal_enter_(struct signal_guard *guard)
{
    __atomic_add_fetch(&guard->inside, 1, __ATOMIC_SEQ_CST);
}

static inline void trio_signal_leave_(struct signal_guard *guard)
{
    __atomic_sub_fetch(&guard->inside, 1, __ATOMIC_SEQ_CST);
}

// Waits until every handler has left that may have seen what was in the table
// before the call. Not for handlers.
void trio_signal_drain_(struct signal_guard *guard);

// Blocks every signal in this thread, so that no handler runs on top of whoever
// changes a table; trio_signal_unblock_ undoes it.
void trio_signal_block_(sigset_t *ret_previous);
void trio_signal_unblock_(const sigset_t *previous);

#endif // TRIO_IO_SIGNALS_H
