// Threads: calls that block, beside the loop, and the way back into the run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_THREAD_H
#define TRIO_THREAD_H

#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/status.h>

struct trio_capacity_limiter;

// How many threads of trio_thread_run work at a time, where nothing else is
// said.
#define TRIO_THREADS_DEFAULT 40

// How a function is run in a thread. Zero, or NULL for the whole, is the
// default.
struct trio_thread_options {
    const char *name; // Of the thread meanwhile, cut off by some systems. In
                      // place until the function has returned.
    bool abandon_on_cancel; // A cancellation leaves the thread to itself.
    bool *ret_abandoned;    // Set to true if one did; or NULL.
    struct trio_capacity_limiter *limiter; // Lends the slot for the thread; it
                      // outlives the thread. Default: trio_thread_limiter.
};

TRIO_BEGIN_DECLS

// Runs `fn(arg)` in a thread of its own and waits until it has returned: for
// what blocks, or computes for long. While `fn` runs, other tasks do.
//
//     static trio_status load_page(void *arg)
//     {
//         return read_file(arg); // with plain read(2)
//     }
//
//     trio_status rc = trio_thread_run(NULL, load_page, &page);
//
// `fn` is no task: what needs one, or a run, is misuse in it; what ends in
// trio_from_thread_... is for it. All signals are blocked in the thread. It
// has the stack that the system gives to threads by default.
//
// A cancellation is looked for before the thread begins. After that it waits
// for `fn`, which may ask by trio_from_thread_check_cancelled; or, with
// `abandon_on_cancel`, this returns at once, and `fn` goes on with nobody to
// take its status. Then `*ret_abandoned` is set, and `arg`, with what it points
// to, belongs to `fn` until that returns, also after the end of the run, which
// does not wait for it. The slot of the limiter is taken until then, so that no
// more threads can hang than slots there are. A limiter from which such a
// thread has borrowed when its run ends is not for another run.
//
// While a thread is awaited the run is not deadlocked, not all of its tasks
// count as blocked, and a clock that jumps stands still.
//
// In simulation no thread is started. `fn` is called at a moment that the run
// chooses, as a trio_sim_job is, on the stack of the task that waits, or, if
// that was cancelled and left, outside any task; one that is left when the
// scenario ends is called then. It is misuse if it lets other tasks run.
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED  an enclosing scope is cancelled: `fn` is not called
//                          or, with `abandon_on_cancel`, left to itself.
//          TRIO_ENOMEM     out of memory or of threads; `fn` is not called.
//          other           what `fn` returned. The record that goes with it is
//                          that of trio_from_thread_run, if that returned it;
//                          otherwise there is none.
TRIO_CHECKPOINT trio_status
trio_thread_run(const struct trio_thread_options *options,
                trio_status (*fn)(void *arg), void *arg);

// Returns the limiter of this run that trio_thread_run uses by default, to read
// or change its total: TRIO_THREADS_DEFAULT at first.
//
//     trio_capacity_limiter_set_total(trio_thread_limiter(), 8);
//
// Checkpoint: never.
struct trio_capacity_limiter *trio_thread_limiter(void);

// Has the task that waits for this thread call `fn(arg)`, which may be a
// checkpoint, and waits for it. So it runs in the scopes of that task, and is
// cancelled with it.
//
//     static TRIO_CHECKPOINT trio_status send_row(void *arg)
//     {
//         return trio_stream_send_all(pipe_out, arg, count, NULL);
//     }
//
//     static int on_row(void *row)
//     {
//         // A library calls this in the thread.
//         return trio_from_thread_run(send_row, row) == TRIO_OK ? 0 : 1;
//     }
//
// Checkpoint: never; it blocks the thread. Only in a thread of trio_thread_run.
// Returns: TRIO_ECANCELED     the task was cancelled and has left; `fn` was not
//                             called.
//          TRIO_ERUNFINISHED  the run is over; `fn` was not called.
//          other              what `fn` returned.
TRIO_MUST_USE trio_status trio_from_thread_run(trio_task_fn fn, void *arg);

// Calls `fn(arg)` in the run's thread, between the steps of its tasks, and
// waits for it. It may do what an entry callback may; also when the task that
// waited for this thread has left.
//
//     static void count_row(void *arg)
//     {
//         ++*(size_t *)arg; // While this runs, no task does.
//     }
//
//     rc = trio_from_thread_call(count_row, &count); // in the thread
//
// Checkpoint: never; it blocks the thread. Only in a thread of trio_thread_run.
// Returns: TRIO_OK            `fn` has returned.
//          TRIO_ERUNFINISHED  the run is over; `fn` was not called.
TRIO_MUST_USE trio_status trio_from_thread_call(void (*fn)(void *arg),
                                                void *arg);

// Says whether the work of this thread is still wanted.
//
//     static trio_status compute(void *arg)
//     {
//         trio_status rc = TRIO_OK;
//
//         for (int i = 0; i < 1000 && rc == TRIO_OK; i++) {
//             compute_row(arg, i);
//             rc = trio_from_thread_check_cancelled();
//         }
//         return rc;
//     }
//
// Checkpoint: never. Only in a thread of trio_thread_run.
// Returns: TRIO_OK            it is.
//          TRIO_ECANCELED     the task that waits for it was cancelled.
//          TRIO_ERUNFINISHED  the run is over.
TRIO_MUST_USE trio_status trio_from_thread_check_cancelled(void);

TRIO_END_DECLS

#endif // TRIO_THREAD_H
