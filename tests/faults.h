// Calls of the system that fail where a test asked for it. A program of such
// tests has functions of its own in place of the system's, each of which asks
// here first; which calls there are says an enum of its own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>

#define FAULT_CALLS_MAX 64

// After `skip` more calls of a kind, the next `count` fail with `error`.
void inject_after(int call, int skip, int error, int count);
void inject(int call, int error, int count);

// Returns how many of those have not failed yet.
int faults_left(int call);

// Says whether all that was injected has happened; forgets the rest.
bool used_up(int call);

// Returns how many calls of a kind were made. From any thread.
int count_calls(int call);

// ---- For the functions in place of the system's ----

// Counts a call. Says whether it is to fail, with errno.
bool fails(int call);

// Returns what was injected last.
int error_of(int call);

#endif // TESTS_FAULTS_H
