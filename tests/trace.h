// A schedule as text: what an observer saw, with nothing in it that could
// differ from one machine to another.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include <trio/note.h>
#include <trio/run.h>

// Lines like "pass 3: task 2 parks to sleep". Objects are numbered in the order
// in which they appear. Zero is an empty trace.
struct trace {
    char text[64 * 1024];
    size_t length;
    const void *objects[64];
    size_t objects_count;
    trio_time start; // Times are counted from here.
};

// Has a run write into `trace`, which outlives it.
struct trio_observer trace_observer(struct trace *trace);

#endif // TESTS_TRACE_H
