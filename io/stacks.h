// The platform's memory: the heap, and the stacks of tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_STACKS_H
#define TRIO_IO_STACKS_H

#include <trio/backend.h>

// Returns the platform's memory: malloc, and guarded stacks cut from large
// mappings. Between its begin and its end, a task that overflows its stack is
// reported by name.
struct trio_memory trio_platform_memory_(void);

// What the thread of a run had before, and the stack that faults are handled
// on.
struct trio_overflow_;

// Has memory faults in this thread handled on a stack of their own, and asks
// trio_run_overflowed about them first. Faults that are not a task's overflow
// go to the handler that was there before. May be in use by several threads.
//
// Returns: TRIO_OK      trio_overflow_end_ has to follow.
//          TRIO_ENOMEM  nothing has changed.
TRIO_MUST_USE trio_status
trio_overflow_begin_(struct trio_overflow_ **ret_overflow);

// Undoes trio_overflow_begin_, in the same thread.
void trio_overflow_end_(struct trio_overflow_ *overflow);

#endif // TRIO_IO_STACKS_H
