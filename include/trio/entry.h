// The entry queue: the way into a run from other threads and signal handlers.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_ENTRY_H
#define TRIO_ENTRY_H

#include <trio/base.h>
#include <trio/status.h>

// Posts entries to one run. Reference-counted; usable from any thread, also
// after the run has ended. While one is open the run is not deadlocked.
struct trio_poster;

// A `trio_entry` asks a run's thread to call a function. The caller owns the
// storage; it must stay valid until the call, or until posting has failed.
//
//     static void on_ready(struct trio_entry *entry)
//     {
//         struct job *job = (struct job *)entry; // its first member
//         trio_wake(job->task, TRIO_OK);
//     }
//
//     job->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_ready);
//     rc = trio_poster_post(poster, &job->entry); // from another thread
//
// The function runs in the run's thread, between the steps of its tasks, in the
// order of posting. It must not park. The entry is free again before the
// function is called: posting it in there queues it once more.
struct trio_entry {
    void (*fn)(struct trio_entry *entry); // Private.
    struct trio_entry *next;              // Private.
    uintptr_t queued;                     // Private. Accessed atomically.
};

#define TRIO_ENTRY_INIT(fn)                                                   \
    {                                                                         \
        (fn), NULL, 0                                                         \
    }

TRIO_BEGIN_DECLS

// Opens a poster for the current run.
//
//     rc = trio_poster_open(&poster); // before another thread is given it
//
// Checkpoint: never. In a task or an entry callback.
// Returns: TRIO_OK      `ret_poster` is the caller's to close.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status trio_poster_open(struct trio_poster **ret_poster);

// Queues an entry: from any thread, and from signal handlers. Allocates
// nothing. An entry that is queued already stays where it is. If several post
// the same entry just as the run ends, only one of them may be told that it is
// over.
//
// Checkpoint: never.
// Returns: TRIO_OK            it will be called.
//          TRIO_ERUNFINISHED  the run is over; it will not be called.
TRIO_MUST_USE trio_status trio_poster_post(struct trio_poster *poster,
                                           struct trio_entry *entry);

// Says whether the run is over, so that nothing that is posted will be called.
// From any thread.
//
//     while (!trio_poster_is_over(poster)) // in another thread
//         sleep(1);
//     trio_poster_close(poster);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_poster_is_over(const struct trio_poster *poster);

// Closes a poster, from any thread. NULL is fine.
//
// Checkpoint: never.
void trio_poster_close(struct trio_poster *poster);

TRIO_END_DECLS

#endif // TRIO_ENTRY_H
