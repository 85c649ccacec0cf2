// Small things that systems do not agree on. Each has a folder with these
// functions.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_SYSTEM_H
#define TRIO_IO_POSIX_SYSTEM_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

// ---- Threads ----

// Says whether this is the thread that `main` was called in.
bool trio_system_is_main_thread_(void);

// Names this thread, for debuggers. `name` has up to 15 bytes.
void trio_system_name_thread_(const char *name);

// A condition whose waits end by the monotonic clock. The wait, of up to some
// seconds, returns 0 or the error, as pthread_cond_timedwait.
void trio_system_make_condition_(pthread_cond_t *ret_condition);
int trio_system_wait_(pthread_cond_t *condition, pthread_mutex_t *mutex,
                      int seconds);

// ---- Signals ----

// Takes one of a set of signals that are blocked, if it is pending for this
// thread.
void trio_system_take_signal_(const sigset_t *signals);

// ---- Memory ----

// Gives pages back to the system; they may be written as before.
void trio_system_discard_(void *base, size_t size);

// Fills up to 256 bytes with random ones.
void trio_system_fill_random_(void *data, size_t size);

// ---- Libraries ----

// The file name of libidn2.
extern const char trio_system_idna_library_[];

#endif // TRIO_IO_POSIX_SYSTEM_H
