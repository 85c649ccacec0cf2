// Tasks by hand: a switch, an intrusive run queue and a pool of stacks, with
// no scopes, no cancellation, no errors, no guards and no loop.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_RAW_TASKS_H
#define BENCH_RAW_TASKS_H

#include <stddef.h>

struct raw_task {
    struct raw_task *next;
    void *saved; // Its stack pointer while it does not run; NULL: not yet run.
    void (*fn)(void *arg);
    void *arg;
};

_Static_assert(sizeof(struct raw_task) % 16 == 0, "lies on top of a stack");

// Makes room for `tasks` more tasks, 64 KiB of address space each. The tops of
// neighbouring stacks differ by `colour` bytes in where they lie in their page;
// 0 lets all of them compete for the same few lines of the cache.
void raw_reserve(size_t tasks, size_t colour);

// Starts fn(arg), which begins at the caller's next wait.
struct raw_task *raw_start(void (*fn)(void *arg), void *arg);

struct raw_task *raw_current(void);

void raw_yield(void);
void raw_park(void);
void raw_wake(struct raw_task *task);

// Waits until no started task is left.
void raw_join(void);

#endif // BENCH_RAW_TASKS_H
