// Scenarios: programs that are run in simulation, over and over.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SCENARIO_H
#define TRIO_SCENARIO_H

#include <trio/base.h>
#include <trio/nursery.h>
#include <trio/probe.h>
#include <trio/status.h>
#include <trio/time.h>

// Which steps may follow each other. Whatever fails in PASS is possible on
// today's loop.
enum trio_sim_order {
    TRIO_SIM_PASS, // any permutation inside a pass of the loop
    TRIO_SIM_ANY,  // any runnable task at any time
    TRIO_SIM_SOFT  // the same, and also at soft points
};

// A `trio_scenario` is a main task, to be run many times under different
// schedules, with cancellations and failures injected. It passes if it returns
// TRIO_OK, or anything after an injection, and leaves nothing behind. One
// registers itself where it is defined:
//
//     TRIO_SCENARIO(nobody_gets_more_than_there_is)
//     {
//         struct pool pool = POOL_INIT;
//
//         (void)arg;
//         return use_pool(&pool); // whatever it needs, it makes anew
//     }
//
// Members that differ from zero follow the name:
//
//     TRIO_SCENARIO(old_and_slow, .order = TRIO_SIM_SOFT, .steps_max = 1000)
//     {
//         return use_pool(arg);
//     }
//
// In C++ they follow in the order in which they are declared.
//
// A script is a schedule by hand: words with blanks between, one for each
// decision. A task's name has that task take the next step; "reader#2" is the
// second one of the name, "main" the scenario itself. "reader*3" is three times
// the word. "clock" lets time pass up to the next deadline, "clock*2" up to the
// second one at once, "clock:5ms" for so long (ns, us, ms, s); "reading",
// "reading:5ms" do so inside the step before, at the next reading of the clock
// but the step's first; "job" has the first job done, "cancel:reader" cancels
// the innermost scope around that task; these take no step. Whom time or a job
// wakes before the first step of a pass is in that pass; who is cancelled is in
// the next one. After the last word the first in line goes on. A script whose
// word does not fit fails, as one.
struct trio_scenario {
    const char *name; // Tokens are for it: NULL is misuse.
    trio_task_fn fn;  // Its argument is `arg`.
    void *arg;
    enum trio_sim_order order;
    bool still_clock;          // Time passes only when nobody can run, and only
                               // up to the next deadline.
    bool no_cancel_sweep;      // Its own code cannot stand to be cancelled.
    bool no_failure_sweep;     // Nor to run out of memory.
    bool no_malloc_failures;   // Its own malloc, calloc, strdup never fail.
    const char *files;         // That it may use, and what is below them: paths
                               // with colons between; NULL: none.
    const char *witness;       // A script in which it fails, if it shows a bug.
    uint64_t steps_max;        // A longer run ends as capped; 0: 100,000.
    trio_duration time_max;    // In virtual time; 0: 1,000 hours.
    struct trio_scenario *next; // Private.
};

#define TRIO_SCENARIO(...) TRIO_SCENARIO_(__VA_ARGS__, )
#define TRIO_SCENARIO_(name_, ...)                                            \
    static TRIO_CHECKPOINT trio_status name_(void *arg);                      \
    __attribute__((constructor)) static void name_##_register_(void)          \
    {                                                                         \
        TRIO_SCENARIO_QUIETLY_                                                \
        __extension__ static struct trio_scenario scenario = {                \
            .name = #name_, .fn = name_, __VA_ARGS__};                        \
        TRIO_SCENARIO_ALOUD_                                                  \
        trio_scenario_register(&scenario);                                    \
    }                                                                         \
    static TRIO_CHECKPOINT trio_status name_(void *arg)

// C++ before C++20 knows members by name as an extension only, and warns of all
// that are left out.
#define TRIO_SCENARIO_QUIETLY_                                                \
    _Pragma("GCC diagnostic push")                                            \
    _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define TRIO_SCENARIO_ALOUD_ _Pragma("GCC diagnostic pop")

TRIO_BEGIN_DECLS

// Adds a scenario to those that the runner knows, once.
//
// Checkpoint: never. Before main begins, or from one thread.
void trio_scenario_register(struct trio_scenario *scenario);

// Returns the first scenario that was registered, NULL if there is none; the
// others follow by `next`.
//
//     struct trio_scenario *each;
//
//     for (each = trio_scenario_first(); each != NULL; each = each->next)
//         printf("%s\n", each->name);
//
// Checkpoint: never.
struct trio_scenario *trio_scenario_first(void);

TRIO_END_DECLS

#endif // TRIO_SCENARIO_H
