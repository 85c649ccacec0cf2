// Semaphores: so many tasks at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SEMAPHORE_H
#define TRIO_SEMAPHORE_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>

// A `trio_semaphore` holds permits. Tasks take one, waiting while there is
// none, and give it back. It is fair: a permit that is given back goes to the
// task that has waited longest, and a task that arrives later cannot overtake
// it.
//
//     static struct trio_semaphore slots = TRIO_SEMAPHORE_INIT(4);
//
//     trio_status rc = trio_semaphore_acquire(&slots);
//     if (rc != TRIO_OK)
//         return rc; // no permit was taken, so there is none to give back
//     rc = fetch(url, &page);
//     trio_semaphore_release(&slots);
//     return rc;
//
// Permits belong to nobody: any task may release, not just one that acquired.
// Where that is never meant, a `trio_capacity_limiter` is stricter.
//
// Zero is a semaphore without permits. The caller owns the storage; it needs no
// teardown, but must outlive every task that waits for it. Not thread-safe: use
// it from its loop's thread only.
struct trio_semaphore {
    size_t permits;              // Private. Those that no task holds.
    size_t maximum;              // Private. 0: none.
    struct trio_parking_lot lot; // Private. Tasks that wait for a permit.
};

// Initialises a semaphore with `count` permits.
#define TRIO_SEMAPHORE_INIT(count)                                             \
    {                                                                          \
        (count), 0, TRIO_PARKING_LOT_INIT                                      \
    }

// Initialises a semaphore with `count` permits, of which there must never be
// more than `most`, at least 1.
#define TRIO_SEMAPHORE_INIT_MAX(count, most)                                   \
    {                                                                          \
        (count), (most), TRIO_PARKING_LOT_INIT                                 \
    }

struct trio_semaphore_statistics {
    size_t permits; // Those that no task holds; 0 while a task waits.
    size_t maximum; // 0: none.
    size_t waiting; // Tasks that wait for a permit.
};

TRIO_BEGIN_DECLS

// Takes one permit, waiting until there is one.
//
// Checkpoint: always, also if a permit is free.
// Returns: TRIO_OK         the caller holds one more permit.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was taken.
TRIO_CHECKPOINT trio_status
trio_semaphore_acquire(struct trio_semaphore *semaphore);

// Takes one permit if that needs no waiting; says whether it did.
//
//     if (!trio_semaphore_try_acquire(&slots))
//         return TRIO_EBUSY; // All are taken.
//     rc = fetch(url, &page);
//     trio_semaphore_release(&slots);
//
// Checkpoint: never. Also from entry callbacks.
TRIO_MUST_USE bool trio_semaphore_try_acquire(struct trio_semaphore *semaphore);

// Hands one permit to the task that has waited longest, or keeps it if nobody
// waits. Releasing above the maximum is misuse.
//
// Checkpoint: never. Also from entry callbacks.
void trio_semaphore_release(struct trio_semaphore *semaphore);

// Reads the semaphore's statistics.
//
//     printf("%zu free\n", trio_semaphore_statistics(&slots).permits);
//
// Checkpoint: never.
struct trio_semaphore_statistics
trio_semaphore_statistics(const struct trio_semaphore *semaphore);

TRIO_END_DECLS

#endif // TRIO_SEMAPHORE_H
