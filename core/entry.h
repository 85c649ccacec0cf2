// The entry queue: what other threads and signals have to tell a run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_ENTRY_H
#define TRIO_CORE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trio/backend.h>
#include <trio/entry.h>
#include <trio/status.h>

#include "core/base.h"
#include "core/run.h"

// The only thing of a run that other threads touch.
struct trio_poster {
    uintptr_t references;      // Atomic.
    uintptr_t open;            // Atomic. Those that keep a run from deadlock.
    uintptr_t posting;         // Atomic. Calls of post that are under way.
    struct trio_entry *newest; // Atomic. A stack; trio_queue_over_ at last.
    const struct trio_io *io;
    void *io_context;
    void (*release)(void *context, void *block, size_t size);
    void *release_context;
};

extern struct trio_entry trio_queue_over_; // In place of the newest entry.

static inline bool trio_entries_waiting_(const struct trio_run *run)
{
    struct trio_entry *newest =
        __atomic_load_n(&run->poster->newest, __ATOMIC_RELAXED);

    if (LIKELY(newest == NULL))
        return run->entries != NULL;
    return newest != &trio_queue_over_ || run->entries != NULL;
}

TRIO_MUST_USE trio_status trio_poster_begin_(struct trio_run *run);
size_t trio_entries_count_(const struct trio_run *run);
bool trio_entry_may_come_(const struct trio_run *run);
void trio_entries_run_(struct trio_run *run, size_t max);
void trio_entries_close_(struct trio_run *run);
void trio_entries_drop_(struct trio_run *run); // Without calling them.
void trio_poster_end_(struct trio_run *run);

#endif // TRIO_CORE_ENTRY_H
