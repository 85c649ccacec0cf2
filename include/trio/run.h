// Running a program: the run, its configuration, what it knows of itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_RUN_H
#define TRIO_RUN_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/note.h>
#include <trio/status.h>
#include <trio/time.h>

struct trio_error;

// Everything that a run takes from outside itself. Fill one with
// trio_config_platform or, for tests, trio_config_simulated, then replace what
// you want replaced. Every member but the last four is required.
struct trio_config {
    uint32_t version; // TRIO_VERSION.
    struct trio_clock clock;
    struct trio_world world;
    struct trio_scheduler scheduler;
    struct trio_memory memory;
    struct trio_random random;
    struct trio_report report;
    struct trio_observer observer; // Zero: nobody.
    bool catch_interrupt; // Ctrl-C cancels the main task, if nobody else
                          // handles it and this is the main thread.
    uint32_t ignored_cancels_max;  // Checkpoints in a row that a task may
                                   // ignore before observers are told,
                                   // and simulation fails; 0: 1000.
    struct trio_error **ret_error; // Receives the error tree of the run, the
                                   // caller's to free; NULL: it is printed.
};

// What a run is doing, by value.
struct trio_run_statistics {
    size_t tasks_living;               // System tasks included.
    size_t tasks_runnable;             // Will run in this pass or the next.
    trio_duration next_deadline_after; // TRIO_FOREVER: no deadline.
    size_t entries_queued;
    const char *world;                 // "epoll"
    size_t world_waiters;              // Tasks that wait for handles.
    uint64_t passes;
    uint64_t steps;
};

TRIO_BEGIN_DECLS

// Runs `fn(arg)` as the main task on the operating system, with every task that
// comes of it, and returns when all have ended. A second run inside a run is
// misuse; other threads may run their own. A task without a function is misuse,
// here and wherever one is started.
//
// Checkpoint: never; not in a task.
// Returns: TRIO_OK           everything succeeded.
//          TRIO_EINTERRUPTED Ctrl-C, and nothing else went wrong.
//          TRIO_EDEADLOCK    nothing could ever have woken the run again.
//          TRIO_EINTERNAL    a system task failed.
//          TRIO_ENOMEM       out of memory before the main task ran.
//          other             what the main task came to.
TRIO_MUST_USE trio_status trio_run(trio_task_fn fn, void *arg);

// Runs `fn(arg)` in the world that `config` describes. A missing member is
// misuse, so that nothing of the real world gets into a simulation by accident.
//
// Checkpoint: never; not in a task.
// Returns: as trio_run, and what the world's begin returned if it failed.
TRIO_MUST_USE trio_status trio_run_with(const struct trio_config *config,
                                        trio_task_fn fn, void *arg);

// Fills a configuration for the operating system. Nothing is opened before the
// run.
//
// Checkpoint: never.
struct trio_config trio_config_platform(void);

// Starts a system task: it belongs to the run, not to any nursery, and is
// cancelled when the main task has ended. Its failure cancels the main task,
// and the run returns TRIO_EINTERNAL.
//
//     const struct trio_task_options options = {.name = "expiry"};
//
//     rc = trio_system_task_start(&options, program, NULL);
//
// Checkpoint: never.
// Returns: TRIO_OK      the task will run.
//          TRIO_ENOMEM  out of memory; nothing was started.
TRIO_MUST_USE trio_status
trio_system_task_start(const struct trio_task_options *options,
                       trio_task_fn fn, void *arg);

// Reads the run's statistics.
//
//     struct trio_run_statistics seen = trio_run_statistics();
//
//     printf("%zu tasks on %s\n", seen.tasks_living, seen.world);
//
// Checkpoint: never. Also from entry callbacks.
struct trio_run_statistics trio_run_statistics(void);

// Returns the first deadline of the run that is later than `time`, be it a
// sleeper's or a scope's; TRIO_FOREVER: there is none.
//
//     if (trio_run_is_idle())
//         use(trio_run_next_deadline(trio_now()) != TRIO_FOREVER);
//
// Checkpoint: never. Also from entry callbacks.
trio_time trio_run_next_deadline(trio_time time);

// Says whether nobody can go on by now: no task is runnable, no entry waits,
// and no deadline has come.
//
// Checkpoint: never. Also from entry callbacks and from a world's poll.
TRIO_MUST_USE bool trio_run_is_idle(void);

// Says whether a task waits in trio_wait_all_tasks_blocked.
//
//     if (trio_run_is_idle() && trio_run_is_settling())
//         use(true); // That is over now.
//
// Checkpoint: never. Also from entry callbacks and from a world's poll.
TRIO_MUST_USE bool trio_run_is_settling(void);

// Says whether the calling thread is inside a run: in a task, an entry callback
// or an abort function.
//
//     rc = trio_in_run() ? program(NULL) : trio_run(program, NULL);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_in_run(void);

// Prints the tree of tasks through the run's report: of each its number, name
// and state, the scopes with their deadlines, and of the parked what they wait
// for, which task holds that, when the wait ends, and the backtrace.
//
//     task 3 "writer": waits to acquire 0x7ffe10, held by task 2 "reader",
//     since 20 ms before now, deadline in 480 ms
//
// The deadline is the first of the scopes round the wait; a sleeper says when
// it wakes up, too.
//
// Checkpoint: never. Also from entry callbacks.
void trio_dump_tasks(void);

// Reports a bug of the caller's, with the current task, and stops. For
// libraries that are built on this one. `rule` says what must hold; `object` is
// what it was broken for, or NULL.
//
//     if (pool->taken == 0)
//         trio_misuse("what is given back was taken before", pool);
//
// Checkpoint: never.
__attribute__((noreturn, cold)) void trio_misuse(const char *rule,
                                                 const void *object);

TRIO_END_DECLS

#endif // TRIO_RUN_H
