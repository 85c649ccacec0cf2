// SPDX-License-Identifier: MIT OR Apache-2.0
// There is no scheduler context: whoever waits switches straight to the next
// task of the queue. A task is its stack, the descriptor lying at the top, as
// one writes it by hand at first; stacks go back to a pool, last in, first out.
// Targets that are multiples of this row were set against this layout.

#include "bench/raw/tasks.h"

#include <sys/mman.h>

#include "bench/meter.h"

enum { STACK = 64 * 1024, SLAB_STACKS = 1024, COLOURS = 16 };

void raw_switch(void **ret_saved, void *target);
void raw_enter(void **ret_saved, void *stack_top, void (*entry)(void));

static struct raw_task main_task;
static struct raw_task *current = &main_task;
static struct raw_task *first, **last = &first; // The run queue.
static struct raw_task *idle;                   // The pool.
static size_t live;
static struct raw_task *joiner;

static char *map_slab(void)
{
    size_t size = (size_t)STACK * SLAB_STACKS;
    void *slab = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (slab == MAP_FAILED)
        meter_give_up("mmap");
    madvise(slab, size, MADV_NOHUGEPAGE);
    return slab;
}

void raw_reserve(size_t tasks, size_t colour)
{
    for (char *slab = NULL; tasks > 0; tasks--) {
        size_t slot = tasks % SLAB_STACKS;
        if (slot == 0 || slab == NULL)
            slab = map_slab();
        char *top = slab + (slot + 1) * STACK - slot % COLOURS * colour;
        struct raw_task *task = (struct raw_task *)(top - sizeof *task);
        task->next = idle;
        idle = task;
    }
}

static void append(struct raw_task *task)
{
    task->next = NULL;
    *last = task;
    last = &task->next;
}

static struct raw_task *take_next(void)
{
    struct raw_task *task = first;

    first = task->next;
    if (first == NULL)
        last = &first;
    return task;
}

static void switch_to_next(void);

static void run_fresh(void)
{
    struct raw_task *task = current;

    task->fn(task->arg);
    // Still on this stack, but nobody else can take it before the switch.
    task->next = idle;
    idle = task;
    if (--live == 0 && joiner != NULL)
        append(joiner);
    switch_to_next();
}

static void switch_to_next(void)
{
    struct raw_task *from = current, *to = take_next();

    if (to == from)
        return;
    current = to;
    if (to->saved != NULL)
        raw_switch(&from->saved, to->saved);
    else
        raw_enter(&from->saved, to, run_fresh);
}

struct raw_task *raw_start(void (*fn)(void *arg), void *arg)
{
    struct raw_task *task = idle;

    idle = task->next;
    task->saved = NULL;
    task->fn = fn;
    task->arg = arg;
    live++;
    append(task);
    return task;
}

struct raw_task *raw_current(void)
{
    return current;
}

void raw_yield(void)
{
    append(current);
    switch_to_next();
}

void raw_park(void)
{
    switch_to_next();
}

void raw_wake(struct raw_task *task)
{
    append(task);
}

void raw_join(void)
{
    if (live == 0)
        return;
    joiner = current;
    switch_to_next();
    joiner = NULL;
}
