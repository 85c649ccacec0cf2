// Calls that fail where a test asked for it, for programs with the model of
// kqueue: functions in place of those of libc and of the model.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_KQUEUE_FAULTS_H
#define TESTS_KQUEUE_FAULTS_H

#include <sys/event.h>

#include "tests/faults.h"

enum call {
    CALL_KQUEUE,
    CALL_KEVENT,      // Nothing is done.
    CALL_KEVENT_DONE, // Changes are made, and it fails all the same.
    CALL_CHANGE,      // One of the changes: see `refuse`.
    CALL_RING,        // What wakes a loop.
    CALL_CALLOC,
    CALL_FCNTL, // All but F_GETFD.
    CALL_FSYNC,
    CALL_WRITE,
    CALL_MPROTECT,
    CALL_SOCKET,
    CALL_SOCKETPAIR,
    CALL_PIPE,
    CALL_ACCEPT,
    CALL_SEND, // And sendmsg.
    CALL_SEND_FILE,
    CALL_QUIET, // Having a socket raise no signal.
    CALLS
};

#define ANY 0 // Filter: that is none's number.

// The next `count` times that such a filter is changed with one of `flags`,
// there is an error.
void refuse(int filter, unsigned flags, int error, int count);

// The next wait is told of this, and of nothing else.
void tell(const struct kevent *event);

// Right when the next wait begins, calls `fn(arg)`, as another thread might.
void call_in_wait(void (*fn)(void *arg), void *arg);

// Triggers an event of EVFILT_USER in the queue that was made last.
void trigger(uintptr_t ident);

#endif // TESTS_KQUEUE_FAULTS_H
