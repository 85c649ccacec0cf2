// The test kit: bodies as tasks in a fresh world under virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TESTING_H
#define TRIO_TESTING_H

#include <trio/base.h>
#include <trio/clock.h>
#include <trio/lockstep_stream.h>
#include <trio/memory_stream.h>
#include <trio/nursery.h>
#include <trio/run.h>
#include <trio/sequencer.h>
#include <trio/sim_fault.h>
#include <trio/status.h>
#include <trio/stream_contract.h>
#include <trio/time.h>

struct trio_sim_host;
struct trio_sim_job;

// Private. The world of a simulated run: jobs, in the order of starting, and a
// network once somebody has opened a socket.
struct trio_sim_world_ {
    struct trio_job *jobs;
    struct network *network;
    const struct trio_memory *memory; // Of the network's; NULL: the run's.
    struct trio_mock_clock *clock;
    // Called when something is on its way that will arrive; NULL: the world
    // looks by itself.
    void (*announce)(struct trio_sim_job *job, trio_time due);
    size_t alarms; // Of the network's that are announced.
    // Called when that is not to be; returns false if it was already.
    bool (*withdraw)(struct trio_sim_job *job);
    // Asked whether a call is to fail, and whether something befalls what was
    // just sent over a link, whether it is "lost", or without one a call. NULL:
    // never.
    bool (*fails)(const char *what, bool once);
    bool (*strikes)(const struct trio_sim_job *link, const char *what,
                    bool asked);
    struct trio_sim_fault_options faults; // That are asked for.
    bool all_faults; // It is asked of those that are not, too.
    bool calm;       // There are none any more,
    trio_time calm_end; // and the run has to be over by then.
    // Asked whether something comes out as `outcome`; NULL: never.
    bool (*comes_out)(const char *what, const char *outcome);
    // Told that the tasks of a host are no more; NULL: nobody asks.
    void (*crashed)(const struct trio_sim_host *host);
    // Told that something is done to what a handle is for; NULL: nobody asks.
    void (*used)(trio_handle handle);
    bool has_hosts; // In this run, besides the first.
};

// What a simulated run is made of. The caller owns the storage; it must outlive
// the run.
struct trio_simulation {
    struct trio_mock_clock clock; // Autojumps; starts where the seed says.
    uint64_t seed;                // 0: first in, first out; else a shuffle.
    uint64_t choices;             // Private. State of the scheduler.
    uint64_t data;                // Private. State of trio_random_u64.
    struct trio_sim_world_ world; // Private.
};

TRIO_BEGIN_DECLS

// Prepares `simulation` and returns a configuration in which nothing is real:
// virtual time that jumps when all tasks wait, sockets on a network of its own,
// an order of tasks and random numbers that depend on `seed` alone. Seed 0 runs
// tasks first in, first out, as production does. Memory and reports are those
// of `base`, a platform's configuration.
//
//     struct trio_config base = trio_config_platform();
//     struct trio_simulation simulation;
//     struct trio_config config =
//         trio_config_simulated(&simulation, &base, 1);
//
//     rc = trio_run_with(&config, program, NULL);
//
// Checkpoint: never.
struct trio_config trio_config_simulated(struct trio_simulation *simulation,
                                         const struct trio_config *base,
                                         uint64_t seed);

// Runs `fn(arg)` as a task in a fresh simulated world, first in, first out.
//
//     rc = trio_test(program, NULL);
//
// Checkpoint: never; not in a task.
// Returns: as trio_run.
TRIO_MUST_USE trio_status trio_test(trio_task_fn fn, void *arg);

// Runs `fn(arg)` as trio_test does, with tasks shuffled by `seed`.
//
//     for (uint64_t seed = 0; seed < 100 && rc == TRIO_OK; seed++)
//         rc = trio_test_seeded(seed, program, NULL);
//
// Checkpoint: never; not in a task.
// Returns: as trio_run.
TRIO_MUST_USE trio_status trio_test_seeded(uint64_t seed, trio_task_fn fn,
                                           void *arg);

// Runs `fn(arg)` as trio_test does, with time that moves only when somebody
// calls trio_mock_clock_jump for `clock`, which starts at its own `now`. When
// all tasks wait for a time that nobody brings, the run is deadlocked.
//
//     struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;
//
//     rc = trio_test_manual(&clock, program, &clock);
//
// Checkpoint: never; not in a task.
// Returns: as trio_run.
TRIO_MUST_USE trio_status trio_test_manual(struct trio_mock_clock *clock,
                                           trio_task_fn fn, void *arg);

// Waits until every other task has been parked for `cushion` nanoseconds of the
// run's clock: the exact way to say "now they have all come to their wait".
// Tasks that wait here themselves count as parked; the smallest cushion is
// served first.
//
//     rc = trio_wait_all_tasks_blocked(0); // They all wait now,
//     trio_event_set(&stop);               // and this wakes them.
//
// Checkpoint: always.
// Returns: TRIO_OK         all are parked.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_wait_all_tasks_blocked(trio_duration cushion);

// Asserts that `fn(arg)` is a checkpoint, by calling it twice. In a scope that
// is cancelled it has to return TRIO_ECANCELED, which by the rules means that
// nothing has happened; then it is called as it is. Both times it has to let
// other tasks run, also if it fails. Otherwise it is misuse.
//
//     static TRIO_CHECKPOINT trio_status fetch_once(void *arg)
//     {
//         return fetch(url, arg);
//     }
//
//     rc = trio_assert_checkpoints(fetch_once, &page);
//
// Checkpoint: always.
// Returns: what `fn` returned the second time, or TRIO_ECANCELED.
TRIO_CHECKPOINT trio_status trio_assert_checkpoints(trio_task_fn fn, void *arg);

// Asserts that `fn(arg)` is no checkpoint and never parks, by calling it once,
// in a scope that is cancelled, where each checkpoint lets other tasks run.
// That it lets any run is misuse.
//
//     static trio_status look(void *arg)
//     {
//         return trio_event_is_set(arg) ? TRIO_OK : TRIO_EBUSY;
//     }
//
//     rc = trio_assert_no_checkpoints(look, &stop);
//
// Checkpoint: never, or it is misuse.
// Returns: what `fn` returned.
TRIO_MUST_USE trio_status trio_assert_no_checkpoints(trio_task_fn fn,
                                                     void *arg);

TRIO_END_DECLS

#endif // TRIO_TESTING_H
