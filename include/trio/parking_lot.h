// Parking lots: queues of waiting tasks, from which primitives are built.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_PARKING_LOT_H
#define TRIO_PARKING_LOT_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/task.h>

struct trio_waiter;

// A `trio_parking_lot` is a queue of parked tasks, first in, first out. A task
// that was unparked has succeeded, whatever happens before it runs: the lot
// never loses a wake-up to a cancellation.
//
//     static const struct trio_wait arrival = {.verb = "wait for a bus"};
//     static struct trio_parking_lot stop = TRIO_PARKING_LOT_INIT;
//
//     trio_status rc = trio_parking_lot_park(&stop, &arrival, &stop);
//
// Zero is a valid lot. The caller owns the storage; it needs no teardown, but
// must outlive every task that is parked in it. Not thread-safe: use it from
// its loop's thread only.
struct trio_parking_lot {
    struct trio_waiter *first; // Waits longest, or NULL. Read only.
    struct trio_waiter *last;  // Private.
    size_t count;              // Private.
    bool broken;               // Private.
};

#define TRIO_PARKING_LOT_INIT                                                 \
    {                                                                         \
        NULL, NULL, 0, false                                                  \
    }

// One task's place in one lot. A park may own several: the first wake claims
// one, and all leave their lots before the task runs.
struct trio_waiter {
    struct trio_task *task;       // Who waits. Read only.
    struct trio_parking_lot *lot; // Private. Where; NULL once out.
    struct trio_waiter *next;     // In the lot, or NULL. Read only.
    struct trio_waiter *previous; // Private. In the lot.
    struct trio_waiter *sibling;  // Private. Of the same park.
    const void *handle;           // Private. Of a channel: waits through it.
    union {
        const void *source; // Private. The item to send.
        void *target;       // Private. Where to put the item received.
    };
    bool claimed;                 // True if this is the one that was unparked.
};

struct trio_parking_lot_statistics {
    size_t waiting; // Tasks parked.
    bool broken;
};

TRIO_BEGIN_DECLS

// Parks the current task at the end of the lot until it is unparked. `wait` is
// static; `object` is what the lot is part of, for dumps.
//
// Checkpoint: always.
// Returns: TRIO_OK         the task was unparked.
//          TRIO_ECANCELED  an enclosing scope is cancelled; it left the lot.
//          TRIO_EBROKEN    the lot is broken.
//          other           what trio_parking_lot_unpark_one_with gave.
TRIO_CHECKPOINT trio_status trio_parking_lot_park(
    struct trio_parking_lot *lot, const struct trio_wait *wait,
    const void *object);

// Parks like trio_parking_lot_park, but never for a cancellation.
//
//     while (count == 0) {
//         rc = trio_parking_lot_park_shielded(lot, &slot_wait, lot);
//         if (rc != TRIO_OK)
//             return rc;
//     }
//
// Checkpoint: parks only.
// Returns: TRIO_OK       the task was unparked.
//          TRIO_EBROKEN  the lot is broken.
TRIO_PARKS TRIO_MUST_USE trio_status trio_parking_lot_park_shielded(
    struct trio_parking_lot *lot, const struct trio_wait *wait,
    const void *object);

// Queues the current task at the end of the lot without parking yet. `waiter`
// lives on the caller's stack; the trio_park that must follow in the same step
// ends it, however it ends. Several waiters may be added before one park;
// `claimed` then tells which was unparked. Returns false if the lot is broken:
// nobody would ever unpark the waiter, so it was not added; those that were
// added before stay, and the park must follow all the same.
//
//     struct trio_waiter waiters[2]; // for whichever comes first
//
//     bool added = trio_parking_lot_add(&lots[0], &waiters[0]);
//     if (trio_parking_lot_add(&lots[1], &waiters[1]))
//         added = true;
//     if (!added)
//         return TRIO_EBROKEN;
//     rc = trio_park(&slot_wait, lots, NULL, NULL);
//     if (rc == TRIO_OK && waiters[1].claimed)
//         printf("it was the second\n");
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_parking_lot_add(struct trio_parking_lot *lot,
                                        struct trio_waiter *waiter);

// Unparks the task that has waited longest; says whether there was one. An
// empty lot stores nothing.
//
//     if (!trio_parking_lot_unpark_one(lot))
//         count++; // Nobody waits: kept for whoever comes.
//
// Checkpoint: never. Also from entry callbacks.
bool trio_parking_lot_unpark_one(struct trio_parking_lot *lot);

// Unparks up to `count` tasks in order; returns how many.
//
//     count -= trio_parking_lot_unpark(lot, count);
//
// Checkpoint: never.
size_t trio_parking_lot_unpark(struct trio_parking_lot *lot, size_t count);

// Unparks every task in order; returns how many.
//
// Checkpoint: never.
size_t trio_parking_lot_unpark_all(struct trio_parking_lot *lot);

// Unparks the task that has waited longest and returns it, so that something
// can be handed to it; NULL if there was none. Its park returns `result`.
//
//     struct trio_task *next = trio_parking_lot_unpark_one_with(lot, TRIO_OK);
//
//     slot->task = next; // It has the slot, before it runs.
//
// Checkpoint: never.
struct trio_task *
trio_parking_lot_unpark_one_with(struct trio_parking_lot *lot,
                                 trio_status result);

// Returns the task that has waited longest, or NULL.
//
//     if (trio_parking_lot_first(lot) == trio_task_current())
//         return TRIO_EBUSY;
//
// Checkpoint: never.
struct trio_task *
trio_parking_lot_first(const struct trio_parking_lot *lot);

// Moves up to `count` tasks, in order, to the end of another lot; they stay
// parked. Returns how many.
//
//     trio_parking_lot_repark(&lots[0], &lots[1],
//                             trio_parking_lot_count(&lots[0]));
//
// Checkpoint: never.
size_t trio_parking_lot_repark(struct trio_parking_lot *lot,
                               struct trio_parking_lot *target, size_t count);

// Breaks the lot: tasks that are parked in it, and that park later, get
// TRIO_EBROKEN.
//
//     slot->task = NULL; // Its owner has gone.
//     trio_parking_lot_break(lot);
//
// Checkpoint: never.
void trio_parking_lot_break(struct trio_parking_lot *lot);

// Returns how many tasks are parked in the lot.
//
// Checkpoint: never.
size_t trio_parking_lot_count(const struct trio_parking_lot *lot);

// Reads the lot's statistics.
//
//     if (trio_parking_lot_statistics(lot).broken)
//         return TRIO_EBROKEN;
//
// Checkpoint: never.
struct trio_parking_lot_statistics
trio_parking_lot_statistics(const struct trio_parking_lot *lot);

TRIO_END_DECLS

#endif // TRIO_PARKING_LOT_H
