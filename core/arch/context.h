// Contexts: a stack that can be left and entered again, and nothing more.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context that is not running is one pointer, its stack pointer: everything
// that has to survive the switch is saved on its own stack, below its caller's
// frame. One routine for each CPU and calling convention does the switch; what
// the sanitizers have to be told about it is in annotate.h.

#ifndef TRIO_CORE_ARCH_CONTEXT_H
#define TRIO_CORE_ARCH_CONTEXT_H

#include <stdint.h>

struct trio_registers; // In <trio/backend.h>: pc, sp, fp.
struct trio_stack;     // There, too: base, size, guard.

// Leaves the running context, storing its stack pointer in `*save`, and enters
// the context whose stack pointer is `load`, for which its own call returns
// `value`. Returns when something switches to the pointer that was stored in
// `*save`, and returns what that gave.
//
// Keeps the registers that the calling convention promises to keep, except the
// floating-point control words: loading one that differs in a mere sticky flag
// costs more than the whole switch. Does not keep errno.
//
// It leaves by a jump and not by `ret`, because the CPU would predict that the
// `ret` goes back to the caller, and be wrong every time. For the same reason
// it does not work where a shadow stack is enforced. A function that ends with
// this call, so that the compiler makes it a jump, too, is gone round entirely:
// nothing returns that was not called on the same stack just before.
int trio_context_switch_(void **save, void *load, int value);

// Leaves the running context for ever, for the one whose stack pointer is
// `load`. Nothing is stored: once annotate.h was told that a context is dying,
// its local variables may be gone already.
void trio_context_leave_(void *load, int value);

// Calls `fn(arg)` and returns what it returned. Until then `*save` is a context
// that can be left for, from wherever: then this call returns the value that it
// was given, and whatever fn was doing is never finished.
int trio_context_call_(void **save, int (*fn)(void *arg), void *arg);

// Makes a context below `top`, the 16-aligned upper end of a stack: switching
// to the pointer that is returned calls `entry(arg)`, which must never return.
// Backtraces end there. `stack` is all of the stack that `top` lies in, for the
// systems that want to know in which one they are.
void *trio_context_make_(void *top, void (*entry)(void *arg), void *arg,
                         const struct trio_stack *stack);

// Reads where a context that is not running goes on, for backtraces.
struct trio_registers trio_context_registers_(const void *saved_sp);

// The floating-point control words (rounding, exceptions and their flags) of
// the running context, for the tasks that asked to have them kept.
uint64_t trio_fp_control_save_(void);
void trio_fp_control_load_(uint64_t control);

#endif // TRIO_CORE_ARCH_CONTEXT_H
