// Events: something that has happened, and stays so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_EVENT_H
#define TRIO_EVENT_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/task.h>

// A `trio_event` is set once and stays set. Tasks wait until it is.
//
//     static struct trio_event ready = TRIO_EVENT_INIT;
//
//     trio_event_set(&ready);                // in one task
//     trio_status rc = trio_event_wait(&ready); // in others
//
// There is no way to clear one: make another. Zero is a valid event. The caller
// owns the storage; it needs no teardown, but must outlive every task that
// waits for it. Not thread-safe: use it from its loop's thread only.
struct trio_event {
    bool set;                    // Private.
    struct trio_parking_lot lot; // Private. Tasks that wait for it.
};

#define TRIO_EVENT_INIT                                                       \
    {                                                                         \
        false, TRIO_PARKING_LOT_INIT                                          \
    }

struct trio_event_statistics {
    size_t waiting; // Tasks that wait.
};

TRIO_BEGIN_DECLS

// Waits until the event is set.
//
// Checkpoint: always, also if it is set already.
// Returns: TRIO_OK         it is set.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_event_wait(struct trio_event *event);

// Sets the event and makes every task that waits runnable. Again changes
// nothing.
//
// Checkpoint: never. Also from entry callbacks.
void trio_event_set(struct trio_event *event);

// Says whether the event is set.
//
//     while (rc == TRIO_OK && !trio_event_is_set(&stop))
//         rc = fetch(url, &page);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_event_is_set(const struct trio_event *event);

// Reads the event's statistics.
//
//     printf("%zu wait\n", trio_event_statistics(&stop).waiting);
//
// Checkpoint: never.
struct trio_event_statistics
trio_event_statistics(const struct trio_event *event);

TRIO_END_DECLS

#endif // TRIO_EVENT_H
