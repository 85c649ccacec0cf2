// What the files of the core share: the run, the task, and who may touch what.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One run belongs to one thread, and everything in here to one run. The only
// members that other threads touch are those of `struct trio_poster`.

#ifndef TRIO_CORE_INTERNAL_H
#define TRIO_CORE_INTERNAL_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/cancel_scope.h>
#include <trio/entry.h>
#include <trio/error.h>
#include <trio/note.h>
#include <trio/nursery.h>
#include <trio/parking_lot.h>
#include <trio/run.h>
#include <trio/status.h>
#include <trio/task.h>
#include <trio/time.h>

#include "core/arch/annotate.h"
#include "core/arch/context.h"

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

// Who called a public function: where from, and below which frame everything
// is dead. Only a function with a frame of its own may ask.
struct caller {
    const void *place;
    const void *frame;
};
#define OWN_FRAME __attribute__((noinline))
#define CALLER() ((struct caller){TRIO_CALLER(), __builtin_frame_address(0)})

#define CONTAINER_OF(pointer, type, member)                                    \
    ((type *)((char *)(pointer)-offsetof(type, member)))

#define CACHE_LINE 64
#define STACK_SIZE_DEFAULT ((size_t)256 * 1024)
#define ERRORS_KEPT 4
#define QUICK_STEPS 64

// What a scope is part of: decides what its close does.
enum scope_kind {
    SCOPE_PLAIN,
    SCOPE_MOVE_ON,
    SCOPE_FAIL,
    SCOPE_SHIELD,
    SCOPE_NURSERY, // The first member of a nursery.
    SCOPE_START,   // Of a call of trio_nursery_start; holds its task.
    SCOPE_TASK,    // The outermost of a task.
    SCOPE_ROOT     // Of the run.
};

// One wait of one task: lives in the frame of trio_park.
struct park {
    struct trio_task *task;
    const struct trio_wait *wait;
    const void *object;
    bool (*abort)(struct trio_task *task, void *arg);
    void *arg;
    const void *place;
    trio_time since;   // As of the last reading of the clock.
    struct park *next; // In the run's list of cancellations to deliver.
    uint64_t chain;    // Mark of the deadlock search.
    bool shielded;     // No cancellation ends it.
    bool own;          // Nor does trio_wake: something else will.
    bool aborting;     // Its abort was called, or is about to be.
};

struct queue {
    struct trio_task *first;
    struct trio_task *last;
};

// A stack with what is known of it. No memory: promised, not taken yet.
struct own_stack {
    struct trio_stack memory;
    size_t class_size; // As it was asked for.
    struct trio_annotation annotation;
};

// What a switch, a wait and a wake need comes first, in one line of the cache.
struct trio_task {
    void *context; // Stack pointer while it does not run; NULL before it did.
    struct trio_task *next;      // In a queue.
    struct park *park;           // NULL: runnable or running.
    struct trio_waiter *waiters; // All leave their lots on wake.
    trio_status result;          // What its park returns.
    uint32_t ignored;            // Cancellations given in a row.
    bool cancelled;              // Its innermost scope is effective.
    bool keep_fp;
    bool at_checkpoint; // Its next step returns from trio_checkpoint.
    bool given_cancel;
    bool called_started;
    bool begun_by_start;
    bool has_copy;                   // `arg` lies at the top of its own stack.
    struct trio_cancel_scope *scope; // Innermost.
    const void *scope_place;         // Where that was opened.
    struct trio_nursery *nursery;    // Where its end is told; NULL: to `start`.
    struct trio_start_ *start;       // Until trio_started.
    trio_task_fn fn;
    void *arg;
    struct own_stack stack;
    struct trio_task_exit *exits;
    struct trio_error *errors;  // Newest first, at most ERRORS_KEPT.
    struct trio_error *reserve; // So that failing never allocates.
    const char *name;
    uint64_t number;
    struct trio_cancel_scope root; // SCOPE_TASK.
} __attribute__((aligned(CACHE_LINE)));

// One call of trio_nursery_start, in its frame.
struct trio_start_ {
    struct trio_cancel_scope scope; // SCOPE_START, under the caller's.
    struct trio_nursery *target;
    struct trio_start_ *next;    // Of the target.
    struct trio_start_ **link;   // What points to it among those.
    struct trio_start_ *refresh; // In the run's list.
    struct trio_task *caller;
    void *value;
    trio_status status;
    struct trio_error *error; // Of the task, if it failed.
    bool started;
    bool queued; // In the run's list to refresh.
};

// A task that waits until all others do.
struct settle {
    struct trio_task *task;
    trio_duration cushion;
    struct settle *next; // Smallest cushion first.
};

// Objects of one size: taken and given back last in, first out; the memory is
// given back when the run ends.
struct pool {
    void *free;
    char *fresh; // Objects of the newest slab that were never taken.
    char *fresh_end;
    struct pool_slab *slabs;
    size_t size;
    size_t slab_count; // Objects in the next slab.
};

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

struct trio_run {
    struct trio_task *current; // NULL in the loop.
    struct trio_task *lender;  // On whose stack a callback stands, or NULL.
    struct trio_task *batch;   // The snapshot of this pass.
    struct queue ready;        // Runs in the next pass.
    uint64_t steps;
    uint64_t poll_before; // Number of the step by which to poll again.
    uint64_t passes;
    trio_time now;     // Last reading of the clock.
    bool now_is_fresh; // Read in this look of the loop's.
    bool quick;        // Passes may follow each other without the loop.
    bool delivering;
    bool deadlocked;
    bool interrupted;
    bool idle;
    uint32_t observed; // Kinds of notes, a bit each.
    struct trio_timer *timers; // Root of the heap.
    struct trio_timer *fresh;  // Armed, and not in the heap yet.
    trio_time due;             // No timer is due before.
    uint64_t sequence;         // Breaks every tie.
    uint64_t tasks_started;
    size_t tasks_living;
    size_t tasks_max; // Room in `snapshot`.
    struct trio_task **snapshot;
    struct trio_task **shown; // To a scheduler that is choosing, or NULL.
    size_t shown_max;         // Of a former snapshot.
    struct trio_task *paused; // At a soft point in this step, or NULL.
    size_t line_first; // Of those in the snapshot whose step is yet to come.
    size_t unchosen;   // How many there are.
    struct park *deliver_first;
    struct park *deliver_last;
    struct trio_start_ *refresh;
    struct settle *settling;
    trio_time idle_since;
    struct trio_entry *entries; // Taken from the poster, oldest first.
    struct trio_poster *poster;
    struct pool tasks;
    struct trio_task *dead; // Descriptors to use again, records and all.
    struct pool errors;
    uint64_t failures; // Sequence of error records.
    struct own_stack spare;
    size_t promises;     // Unused ones, of the default size.
    uint64_t fp_control; // The loop's.
    void *context;       // The loop's.
    void *way_out;       // Of whoever abandons the run.
    bool abandoned;
    bool catching; // Interrupts.
    struct trio_annotation annotation;
    struct trio_cancel_scope root;
    struct trio_nursery main;
    struct trio_nursery system;
    struct trio_entry interrupt;
    char cycle[TRIO_ERROR_TEXT_MAX]; // Of a deadlock, or empty.
    struct trio_config config;
};

extern _Thread_local struct trio_run *trio_current_run_;
extern struct trio_entry trio_queue_over_; // In place of the newest entry.

// ---- Queues of tasks ----

static inline void trio_queue_push_(struct queue *queue, struct trio_task *task)
{
    task->next = NULL;
    if (queue->first == NULL)
        queue->first = task;
    else
        queue->last->next = task;
    queue->last = task;
}

// Takes the whole queue, as the list of its tasks.
static inline struct trio_task *trio_queue_take_(struct queue *queue)
{
    struct trio_task *first = queue->first;
    queue->first = NULL;
    return first;
}

static inline struct trio_task *trio_list_pop_(struct trio_task **list)
{
    struct trio_task *task = *list;
    if (task != NULL)
        *list = task->next;
    return task;
}

// ---- misuse.c ----
__attribute__((noreturn, cold)) void
trio_misuse_at_(const char *rule, const void *object, const void *place);
void trio_report_line_(const struct trio_report *report, const char *format,
                       ...) TRIO_PRINTF(2, 3);
size_t trio_format_(const struct trio_report *report, char *buffer, size_t size,
                    const char *format, ...) TRIO_PRINTF(4, 5);

// The run of this thread.
static inline struct trio_run *trio_run_current_(void)
{
    struct trio_run *run = trio_current_run_;
    if (UNLIKELY(run == NULL))
        trio_misuse_at_("needs a run, and this thread is not in one", NULL,
                        NULL);
    return run;
}

// The task that runs. Callbacks have none.
static inline struct trio_task *trio_task_current_(struct trio_run *run)
{
    struct trio_task *task = run->current;
    if (UNLIKELY(task == NULL))
        trio_misuse_at_("needs a task, and none runs here", NULL, NULL);
    return task;
}

// ---- note.c ----
uint32_t trio_notes_wanted_(const struct trio_observer *observer);
__attribute__((cold)) void trio_note_tell_(struct trio_run *run,
                                           enum trio_note_kind kind,
                                           struct trio_task *task,
                                           const void *object, const char *text,
                                           int64_t first);

static inline void trio_note_(struct trio_run *run, enum trio_note_kind kind,
                              struct trio_task *task, const void *object,
                              int64_t first)
{
    if (UNLIKELY(run->observed >> kind & 1))
        trio_note_tell_(run, kind, task, object, NULL, first);
}

// Has a task run in the next pass.
static inline void trio_make_ready_(struct trio_run *run,
                                    struct trio_task *task)
{
    trio_queue_push_(&run->ready, task);
    trio_note_(run, TRIO_NOTE_TASK_READY, task, NULL, 0);
}

// ---- pool.c ----
void *trio_pool_take_(struct trio_run *run, struct pool *pool);
void *trio_pool_take_free_(struct pool *pool); // NULL: would allocate.
void trio_pool_give_(struct pool *pool, void *object);
void trio_pool_end_(struct trio_run *run, struct pool *pool);

// ---- clock.c ----
trio_time trio_clock_read_(struct trio_run *run); // Anew.
trio_time trio_now_(struct trio_run *run); // Once in a look of the loop's.
trio_time trio_from_now_(struct trio_run *run, trio_duration limit);
bool trio_has_come_(struct trio_run *run, trio_time time);

// ---- timer.c ----
void trio_timer_arm_(struct trio_run *run, struct trio_timer *timer,
                     trio_time deadline);
void trio_timer_move_(struct trio_run *run, struct trio_timer *timer,
                      trio_time deadline);
void trio_timer_disarm_(struct trio_run *run, struct trio_timer *timer);
struct trio_timer *trio_timer_first_(struct trio_run *run);
bool trio_timers_exist_(const struct trio_run *run);
void trio_timers_expire_(struct trio_run *run);

// ---- cancel.c: the level, and how it spreads ----
void trio_scope_refresh_(struct trio_run *run, struct trio_cancel_scope *scope);
void trio_scope_cancel_(struct trio_run *run, struct trio_cancel_scope *scope,
                        enum trio_cancel_source source, const char *text);
TRIO_MUST_USE trio_status trio_cancel_given_(struct trio_run *run,
                                             struct trio_task *task);

// The next scope of the tree under `top`, parents first; NULL at the end.
// Without `descend` the children of `scope` are passed over.
struct trio_cancel_scope *trio_scope_next_(const struct trio_cancel_scope *top,
                                           struct trio_cancel_scope *scope,
                                           bool descend);

// ---- cancel_scope.c: opening and closing ----
void trio_deadline_passed_(struct trio_timer *timer);
void trio_scope_open_(struct trio_run *run, struct trio_cancel_scope *scope,
                      enum scope_kind kind, struct caller caller);
__attribute__((noreturn, cold)) void
trio_scope_misnested_(struct trio_task *task,
                      const struct trio_cancel_scope *scope);
__attribute__((noreturn, cold)) void
trio_scope_taken_(const struct trio_task *task);
TRIO_MUST_USE trio_status trio_scope_close_(struct trio_run *run,
                                            struct trio_task *task,
                                            struct trio_cancel_scope *scope,
                                            trio_status rc);
bool trio_scope_absorb_(struct trio_run *run, struct trio_cancel_scope *scope);
void trio_handle_clear_(struct trio_cancel_scope *scope);

// ---- park.c ----
void trio_task_ready_(struct trio_run *run, struct trio_task *task,
                      trio_status result);
TRIO_MUST_USE trio_status trio_yield_cancelled_(struct trio_run *run,
                                                struct trio_task *task);
void trio_yield_(struct trio_run *run, struct trio_task *task);
bool trio_abort_(struct trio_run *run, struct park *park);
__attribute__((cold)) void trio_park_observed_(struct trio_run *run,
                                               struct park *park);

// ---- parking_lot.c ----
void trio_waiters_leave_(struct trio_task *task);

// ---- step.c; the quick part is in step.h ----
TRIO_MUST_USE trio_status trio_suspend_slowly_(struct trio_run *run,
                                               struct trio_task *task,
                                               struct trio_task *next);
struct trio_task *trio_step_after_end_(struct trio_run *run,
                                       struct own_stack stack);

// ---- stack.c; the quick part is in stack.h ----
void trio_stack_take_new_(struct trio_run *run, struct own_stack *stack);
void trio_stack_give_spare_(struct trio_run *run);
void trio_stacks_end_(struct trio_run *run);

// ---- birth.c, death.c: of tasks ----
TRIO_MUST_USE trio_status
trio_task_spawn_(struct trio_run *run, struct trio_cancel_scope *parent,
                 const struct trio_task_options *options, trio_task_fn fn,
                 void *arg, struct trio_task **ret_task);
void trio_task_copy_(struct trio_run *run, struct trio_task *task,
                     const void *data, size_t size);
void trio_task_keep_dead_(struct trio_run *run, struct trio_task *task);
void trio_task_make_context_(struct trio_run *run, struct trio_task *task);
void trio_task_main_(void *arg);

// ---- nursery.c ----
void trio_nursery_init_(struct trio_nursery *nursery);
void trio_nursery_add_(struct trio_nursery *nursery, struct trio_task *task);
void trio_nursery_failed_(struct trio_run *run, struct trio_nursery *nursery,
                          trio_status rc, struct trio_error *error);
void trio_nursery_child_ended_(struct trio_run *run, struct trio_task *task,
                               trio_status rc, struct trio_error *error);
void trio_nursery_check_empty_(struct trio_run *run,
                               struct trio_nursery *nursery);
struct trio_error *trio_nursery_take_error_(struct trio_run *run,
                                            struct trio_nursery *nursery,
                                            struct trio_task *task);

// ---- start.c ----
void trio_start_ended_(struct trio_run *run, struct trio_task *task,
                       trio_status rc, struct trio_error *error);

// ---- error.c ----
struct trio_error *trio_error_take_(struct trio_run *run,
                                    struct trio_task *task);
void trio_error_note_(struct trio_run *run, struct trio_task *task,
                      trio_status rc, int os_error, const void *place,
                      const char *text);
void trio_error_append_(struct trio_task *task, trio_status rc,
                        const char *text);
void trio_error_push_(struct trio_run *run, struct trio_task *task,
                      struct trio_error *error);
struct trio_error *trio_error_detach_(struct trio_run *run,
                                      struct trio_task *task, trio_status rc);
void trio_errors_end_(struct trio_run *run, struct trio_task *task);
void trio_error_give_(struct trio_run *run, struct trio_error *error);
void trio_error_adopt_(struct trio_error *group, struct trio_error *children);

// ---- error_tree.c ----
void trio_error_print_(const struct trio_report *report,
                       const struct trio_error *error);
struct trio_error *trio_error_export_(struct trio_run *run,
                                      const struct trio_error *error);

// ---- entry.c ----
TRIO_MUST_USE trio_status trio_poster_begin_(struct trio_run *run);
size_t trio_entries_count_(const struct trio_run *run);
bool trio_entry_may_come_(const struct trio_run *run);
void trio_entries_run_(struct trio_run *run, size_t max);
void trio_entries_close_(struct trio_run *run);
void trio_entries_drop_(struct trio_run *run); // Without calling them.
void trio_poster_end_(struct trio_run *run);

// ---- loop.c, line.c, idle.c, deadlock.c ----
void trio_loop_(struct trio_run *run);
void trio_line_run_(struct trio_run *run); // A pass of a scheduler.
TRIO_MUST_USE trio_status trio_line_make_room_(struct trio_run *run);
void trio_line_end_(struct trio_run *run);
trio_duration trio_idle_limit_(struct trio_run *run);
void trio_idle_(struct trio_run *run);
void trio_deadlock_(struct trio_run *run);

// ---- run_end.c ----
TRIO_MUST_USE trio_status trio_run_result_(struct trio_run *run);

// ---- run.c, abandon.c ----
void trio_interrupt_let_go_(struct trio_run *run); // If it was caught.
void trio_abandoned_(struct trio_run *run);        // If it was.

#endif // TRIO_CORE_INTERNAL_H
