// Cancel scopes: the unit of cancellation, and of every timeout.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CANCEL_SCOPE_H
#define TRIO_CANCEL_SCOPE_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/time.h>

struct trio_task;
struct trio_cancel_handle;

// Why something was cancelled. The first cancellation of a scope stays.
enum trio_cancel_source {
    TRIO_CANCEL_NONE,
    TRIO_CANCEL_DEADLINE,  // its deadline passed
    TRIO_CANCEL_EXPLICIT,  // somebody called trio_cancel_scope_cancel
    TRIO_CANCEL_SIBLING,   // a task or the body of the same nursery failed
    TRIO_CANCEL_INTERRUPT, // Ctrl-C
    TRIO_CANCEL_SHUTDOWN,  // the main task ended, or a system task failed
    TRIO_CANCEL_DEADLOCK   // nothing can ever wake the run
};

// The reason of a cancellation.
struct trio_cancel_reason {
    enum trio_cancel_source source; // TRIO_CANCEL_NONE: not cancelled.
    const char *text;               // What the canceller said, or NULL.
    uint64_t task; // Number of the task that it came from, 0 if from none.
};

// A node of the timer heap. Private.
struct trio_timer {
    struct trio_timer *next;   // Private. Next sibling.
    struct trio_timer *child;  // Private. First child; younger ones follow.
    struct trio_timer *before; // Private. Previous sibling, or the parent.
    int64_t key;               // Private. Time by which the heap is ordered.
    uint64_t key_sequence;     // Private. Breaks ties between equal keys.
    int64_t deadline;          // Private. When it is due; not before `key`.
    uint64_t sequence;         // Private. Breaks ties between equal deadlines.
    void (*expire)(struct trio_timer *timer); // Private. What is then done.
};

// A `trio_cancel_scope` is a stretch of one task's code that can be cancelled
// as a whole. Cancellation is a level, not an edge: once the scope is cancelled
// *every* checkpoint inside it, in the tasks of its nurseries too, returns
// TRIO_ECANCELED, until control leaves the scope. Close takes the status of the
// body and returns what is left of it:
//
//     struct trio_cancel_scope scope;
//
//     trio_fail_after(&scope, 2 * TRIO_SECOND);
//     trio_status rc = fetch(url, &page);
//     rc = trio_cancel_scope_close(&scope, rc); // TRIO_ETIMEDOUT after 2 s
//
// After `trio_fail_*` and `trio_shield_*`, TRIO_OK means that the body returned
// TRIO_OK, so its outputs are set. After `trio_move_on_*` running out of time
// is TRIO_OK too: ask `trio_cancel_scope_caught` before using an output.
//
// The caller owns the storage and need not initialise it; opening neither fails
// nor allocates. Scopes close in the reverse order of opening, in the task that
// opened them, and before the function that opened them returns. A closed scope
// may be read until it is opened again. Not thread-safe: use it from its loop's
// thread only.
struct TRIO_SCOPE_TYPE("cancel scope") trio_cancel_scope {
    struct trio_cancel_scope *parent;   // Private. The enclosing scope.
    struct trio_cancel_scope *children; // Private. First of a ring.
    uint8_t kind;                       // Private. What close does.
    bool effective;                     // Private. Cancelled, or from outside.
    bool shield;                        // Private. Nothing outside is visible.
    bool armed;                         // Private. The timer is set.
    bool open;                          // Private.
    uint8_t source;                     // Private. enum trio_cancel_source.
    bool caught;                        // Private. Close absorbed a cancel.
    bool had_cancel;                    // Private. A cancel passed in the body.
    struct trio_cancel_scope *next;     // Private. Next in the parent's ring.
    struct trio_task *task;             // Private. Whose code this is.
    struct trio_cancel_scope *previous; // Private. The first's is the last.
    struct trio_cancel_handle *handle;  // Private. Shared, or NULL.
    struct trio_timer timer;            // Private. The deadline.
    const char *text;                   // Private. Reason text.
    uint64_t canceller;                 // Private. Number of a task.
    const void *place;                  // Private. Where it was opened.
};

TRIO_BEGIN_DECLS

// Opens a scope without a deadline.
//
//     struct trio_cancel_scope scope;
//
//     trio_cancel_scope_open(&scope);
//     trio_status rc = fetch(url, &page); // until somebody cancels it
//     rc = trio_cancel_scope_close(&scope, rc);
//
// Checkpoint: never.
void trio_cancel_scope_open(struct trio_cancel_scope *scope)
    TRIO_OPENS(scope);

// Opens a scope that gives its body `limit` nanoseconds and closes with TRIO_OK
// when that was not enough. The limit counts from the call, however long the
// task has been computing, and is never too short; one of a second or more may
// be longer by some milliseconds. Nothing left of a limit: the scope is
// cancelled on entry.
//
// Checkpoint: never.
void trio_move_on_after(struct trio_cancel_scope *scope, trio_duration limit)
    TRIO_OPENS(scope);

// Opens a scope like trio_move_on_after, with a point in time.
//
//     trio_time deadline = trio_time_add(trio_now(), TRIO_SECOND);
//
//     trio_move_on_at(&scope, deadline); // one for both
//     rc = trio_cancel_scope_close(&scope, fetch(url, &page));
//     trio_move_on_at(&scope, deadline);
//     rc = trio_cancel_scope_close(&scope, fetch(url, &page));
//
// Checkpoint: never.
void trio_move_on_at(struct trio_cancel_scope *scope, trio_time deadline)
    TRIO_OPENS(scope);

// Opens a scope that gives its body `limit` nanoseconds from now and closes
// with TRIO_ETIMEDOUT when that was not enough.
//
// Checkpoint: never.
void trio_fail_after(struct trio_cancel_scope *scope, trio_duration limit)
    TRIO_OPENS(scope);

// Opens a scope like trio_fail_after, with a point in time.
//
//     trio_fail_at(&scope, trio_time_add(trio_now(), TRIO_SECOND));
//     rc = trio_cancel_scope_close(&scope, fetch(url, &page));
//
// Checkpoint: never.
void trio_fail_at(struct trio_cancel_scope *scope, trio_time deadline)
    TRIO_OPENS(scope);

// Opens a scope whose body does not see cancellations from outside, for
// clean-up that has to wait. The limit is mandatory; for none, say
// TRIO_FOREVER. Closes with TRIO_ETIMEDOUT when the limit was not enough.
//
// Checkpoint: never.
void trio_shield_after(struct trio_cancel_scope *scope, trio_duration limit)
    TRIO_OPENS(scope);

// Opens a scope like trio_shield_after, with a point in time.
//
//     trio_shield_at(&scope, trio_time_add(trio_now(), TRIO_SECOND));
//     rc = trio_cancel_scope_close(&scope, fetch(url, &page));
//
// Checkpoint: never.
void trio_shield_at(struct trio_cancel_scope *scope, trio_time deadline)
    TRIO_OPENS(scope);

// Closes the innermost scope and returns what is left of `rc`, the status of
// its body. The scope's own cancellation is absorbed, if no enclosing one is
// visible; a real error always passes; somebody else's cancellation goes on.
//
// Checkpoint: never.
// Returns: rc               nothing was absorbed.
//          TRIO_OK          the body was cancelled by this scope alone, which
//                           is of the plain or the move-on kind.
//          TRIO_ETIMEDOUT   the same in a fail or shield scope; its deadline
//                           did it.
//          TRIO_EABANDONED  the same; trio_cancel_scope_cancel did it.
//          TRIO_ECANCELED   a cancellation goes on outwards, also if `rc` is
//                           TRIO_OK but children or inner scopes were
//                           cancelled.
TRIO_MUST_USE trio_status trio_cancel_scope_close(
    struct trio_cancel_scope *scope, trio_status rc) TRIO_CLOSES(scope);

// Cancels a scope: every checkpoint inside returns TRIO_ECANCELED from now on.
// Tasks that are parked inside are made runnable; none runs during the call.
// Cancelling again changes nothing. `reason` is NULL or a string that outlives
// the scope.
//
// Checkpoint: never. Also from entry callbacks and abort functions.
void trio_cancel_scope_cancel(struct trio_cancel_scope *scope,
                              const char *reason);

// Moves the deadline to `deadline`; TRIO_FOREVER removes it. One that has
// passed cancels the scope at the loop's next look at its timers. Without
// effect on a scope that is cancelled already.
//
// Checkpoint: never.
void trio_cancel_scope_set_deadline_at(struct trio_cancel_scope *scope,
                                       trio_time deadline);

// Moves the deadline to `limit` nanoseconds from now: the way to write an idle
// timeout, since it costs neither an allocation nor work in the timer heap.
//
// Checkpoint: never.
void trio_cancel_scope_extend_after(struct trio_cancel_scope *scope,
                                    trio_duration limit);

// Turns the shield on or off. Taking it away under a cancelled parent delivers
// that cancellation at once.
//
//     trio_cancel_scope_open(&scope);
//     rc = fetch(url, &page);
//     trio_cancel_scope_set_shield(&scope, true);
//     rc = trio_combine(rc, trio_sleep(TRIO_SECOND)); // whatever happens
//     rc = trio_cancel_scope_close(&scope, rc);
//
// Checkpoint: never.
void trio_cancel_scope_set_shield(struct trio_cancel_scope *scope, bool shield);

// Says whether the scope itself was cancelled, for whatever reason; a deadline
// that has passed by now counts, also if the task has let nobody else run: a
// computation may look here to end in time. Stays as it was at close.
//
//     trio_move_on_after(&scope, TRIO_SECOND);
//     for (number = 0; !trio_cancel_scope_called(&scope); number++)
//         use(number); // without a checkpoint
//     rc = trio_cancel_scope_close(&scope, TRIO_OK);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_cancel_scope_called(struct trio_cancel_scope *scope);

// Says whether close absorbed a cancellation: the body did not complete. False
// while the scope is open.
//
// Checkpoint: never.
TRIO_MUST_USE bool
trio_cancel_scope_caught(const struct trio_cancel_scope *scope);

// Reads the deadline, TRIO_FOREVER if there is none; also after close.
//
//     if (trio_cancel_scope_deadline(&scope) == TRIO_FOREVER)
//         trio_cancel_scope_extend_after(&scope, TRIO_SECOND);
//
// Checkpoint: never.
trio_time trio_cancel_scope_deadline(const struct trio_cancel_scope *scope);

// Reads why the scope itself was cancelled.
//
//     struct trio_cancel_reason reason = trio_cancel_scope_reason(&scope);
//
//     if (reason.source == TRIO_CANCEL_EXPLICIT && reason.text != NULL)
//         printf("task %d said %s\n", (int)reason.task, reason.text);
//
// Checkpoint: never.
struct trio_cancel_reason
trio_cancel_scope_reason(const struct trio_cancel_scope *scope);

// Reads why the current task is cancelled here: the reason of the innermost
// cancelled scope that is visible. Source TRIO_CANCEL_NONE if it is not.
//
//     rc = fetch(url, &page);
//     if (rc == TRIO_ECANCELED &&
//         trio_current_cancel_reason().source == TRIO_CANCEL_INTERRUPT)
//         printf("Ctrl-C\n");
//
// Checkpoint: never.
struct trio_cancel_reason trio_current_cancel_reason(void);

// Reads the earliest deadline that is visible here, up to the first shield.
// Returns TRIO_PAST if the task is cancelled here, TRIO_FOREVER if there is no
// deadline.
//
//     if (trio_current_effective_deadline() <
//         trio_time_add(trio_now(), TRIO_SECOND))
//         return TRIO_ETIMEDOUT; // It would take longer than that.
//
// Checkpoint: never.
trio_time trio_current_effective_deadline(void);

// Runs `fn(arg)` in a scope like trio_fail_after.
//
//     rc = trio_with_timeout(2 * TRIO_SECOND, fetch_page, &page);
//
// Checkpoint: whatever `fn` does.
// Returns: TRIO_OK         `fn` returned TRIO_OK.
//          TRIO_ETIMEDOUT  the limit was not enough.
//          other           what `fn` returned, or TRIO_ECANCELED.
TRIO_CHECKPOINT trio_status trio_with_timeout(trio_duration limit,
                                              trio_status (*fn)(void *arg),
                                              void *arg);

// Runs `fn(arg)` in a scope like trio_shield_after.
//
//     rc = trio_shielded(2 * TRIO_SECOND, fetch_page, &page);
//
// Checkpoint: parks only, as far as `fn` parks; nothing outside is visible.
// Returns: TRIO_OK         `fn` returned TRIO_OK.
//          TRIO_ETIMEDOUT  the limit was not enough.
//          other           what `fn` returned.
TRIO_PARKS TRIO_MUST_USE trio_status trio_shielded(trio_duration limit,
                                                   trio_status (*fn)(void *arg),
                                                   void *arg);

// A `trio_cancel_handle` is a way to cancel or change a scope that may be
// closed already: a reference-counted cell that close clears. Share, use and
// release it in the loop's thread; from other threads, post an entry that
// does.
//
//     struct trio_cancel_handle *handle;
//
//     rc = trio_cancel_scope_share(&scope, &handle);
//     if (rc != TRIO_OK)
//         return rc;
//     others = trio_cancel_handle_retain(handle); // and in another task
//     rc = trio_cancel_handle_cancel(others, "the user has left");
//     if (rc == TRIO_ECLOSED)
//         printf("it was done before\n");
//     trio_cancel_handle_release(others);
//
// Checkpoint: never.
// Returns: TRIO_OK      `ret_handle` is one reference, the caller's to release.
//          TRIO_ENOMEM  out of memory; nothing changed.
TRIO_MUST_USE trio_status
trio_cancel_scope_share(struct trio_cancel_scope *scope,
                        struct trio_cancel_handle **ret_handle);

// Cancels the scope behind a handle, if it is still open.
//
// Checkpoint: never.
// Returns: TRIO_OK       the scope is cancelled.
//          TRIO_ECLOSED  it was closed before; nothing happened.
TRIO_MUST_USE trio_status
trio_cancel_handle_cancel(struct trio_cancel_handle *handle,
                          const char *reason);

// Moves the deadline of the scope behind a handle, if it is still open, as
// trio_cancel_scope_set_deadline_at does.
//
//     rc = trio_cancel_handle_set_deadline_at(
//         others, trio_time_add(trio_now(), TRIO_SECOND));
//
// Checkpoint: never.
// Returns: TRIO_OK       the deadline is `deadline`.
//          TRIO_ECLOSED  the scope was closed before; nothing happened.
TRIO_MUST_USE trio_status
trio_cancel_handle_set_deadline_at(struct trio_cancel_handle *handle,
                                   trio_time deadline);

// Turns the shield of the scope behind a handle on or off, if it is still open,
// as trio_cancel_scope_set_shield does.
//
//     rc = trio_cancel_handle_set_shield(others, false);
//
// Checkpoint: never.
// Returns: TRIO_OK       it is as asked.
//          TRIO_ECLOSED  the scope was closed before; nothing happened.
TRIO_MUST_USE trio_status trio_cancel_handle_set_shield(
    struct trio_cancel_handle *handle, bool shield);

// Takes one more reference to a handle and returns it.
//
// Checkpoint: never.
struct trio_cancel_handle *
trio_cancel_handle_retain(struct trio_cancel_handle *handle);

// Gives one reference back. NULL is fine. Handles must be released before the
// run ends. One that is not costs its memory, which is lost, and nothing else:
// the scope closes as ever. A campaign reports it as memory that was not given
// back.
//
// Checkpoint: never.
void trio_cancel_handle_release(struct trio_cancel_handle *handle);

TRIO_END_DECLS

#endif // TRIO_CANCEL_SCOPE_H
