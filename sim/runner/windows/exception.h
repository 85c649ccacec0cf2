// What a thread was at when it was interrupted.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_WINDOWS_EXCEPTION_H
#define TRIO_SIM_RUNNER_WINDOWS_EXCEPTION_H

#include <windows.h>

// An `exception` says where that was, and whose stack it is.
struct exception {
    const CONTEXT *context; // NULL: in a call that led here.
    const NT_TIB *thread;
};

// The one that this process dies of.
extern struct exception trio_runner_exception_;

#endif // TRIO_SIM_RUNNER_WINDOWS_EXCEPTION_H
