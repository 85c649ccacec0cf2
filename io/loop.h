// What the world of every system keeps for one run, and what it has from its
// system.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_LOOP_H
#define TRIO_IO_LOOP_H

#include <trio/backend.h>

// A member, and the first, of the context of the tables. Zero to begin with.
struct loop {
    bool sleeping; // Atomic. The loop is, or is about to be, in the poller,
    bool woken;    // Atomic. And must not stay there.
    int last_error;
    size_t waiters;      // Armed.
    size_t jobs;         // In flight,
    size_t jobs_awaited; // and those that a task waits for.
};

// ---- loop.c ----
extern const struct trio_io trio_loop_io_;

// ---- jobs.c ----
extern const struct trio_jobs trio_loop_jobs_;

// ---- The poller: a folder for each ----

// As trio_io has it: "epoll".
extern const char trio_poller_name_[];

// Waits up to `limit` (0: looks only; TRIO_FOREVER) for something to happen,
// and delivers it. Returns early when rung or interrupted.
void trio_poller_wait_(struct loop *loop, trio_duration limit);

// Ends the wait of a loop that sleeps. From any thread and from signal
// handlers; keeps errno.
void trio_poller_ring_(struct loop *loop);

// Of trio_io. What is armed is counted in `waiters`.
TRIO_MUST_USE trio_status trio_interest_arm_(void *context,
                                             struct trio_io_waiter *waiter);
void trio_interest_disarm_(void *context, struct trio_io_waiter *waiter);
void trio_interest_closing_(void *context, trio_handle handle);

// ---- Signals, of trio_jobs ----
TRIO_MUST_USE trio_status trio_signals_watch_(void *context,
                                              struct trio_signal_watch *watch);
void trio_signals_unwatch_(void *context, struct trio_signal_watch *watch);
void trio_signal_raise_(void *context, int signal);
TRIO_MUST_USE trio_status trio_interrupt_catch_(void *context,
                                                struct trio_poster *poster,
                                                struct trio_entry *entry);
void trio_interrupt_release_(void *context);

#endif // TRIO_IO_LOOP_H
