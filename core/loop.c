// The loop, one pass after the other until everybody has ended.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A pass looks at the world, then at the clock, then at the entry queue, and
// then runs every task that is runnable by now for exactly one step. The order
// is what the rules rest on: input that is there when a deadline passes is
// delivered (S5), all deadlines of a pass expire before any task runs (S6), and
// what a step makes runnable waits for the next pass, so that nobody can keep
// the loop from looking.

#include "core/cancel.h"
#include "core/clock.h"
#include "core/entry.h"
#include "core/line.h"
#include "core/loop.h"
#include "core/note.h"
#include "core/queues.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/task_queue.h"
#include "core/timer.h"

#define ENTRIES_PER_PASS 256

static void look_at_the_world(struct trio_run *run, trio_duration limit)
{
    const struct trio_world *world = &run->config.world;
    const struct trio_memory *memory = &run->config.memory;

    if (limit > 0)
        memory->stack_trim(memory->context);
    trio_note_(run, TRIO_NOTE_POLL_BEGIN, NULL, NULL, limit);
    world->io->poll(world->context, limit);
    trio_note_(run, TRIO_NOTE_POLL_END, NULL, NULL, 0);
    run->poll_before = run->steps + (run->quick ? QUICK_STEPS : 0);
    run->now_is_fresh = false;
}

static bool runnable(const struct trio_run *run)
{
    return run->ready.first != NULL || run->unchosen > 0;
}

static void run_batch(struct trio_run *run)
{
    struct trio_task *task;

    run->batch = trio_queue_take_(&run->ready);
    run->passes++;
    if (run->config.scheduler.pick != NULL) {
        trio_line_run_(run);
        return;
    }
    while ((task = trio_list_pop_(&run->batch)) != NULL)
        trio_step_(run, task);
}

static void pass(struct trio_run *run)
{
    if (run->pauses != NULL)
        trio_realms_hold_(run);
    bool busy = runnable(run) || trio_entries_waiting_(run);

    run->now_is_fresh = false;
    look_at_the_world(run, busy ? 0 : trio_idle_limit_(run));
    if (trio_timers_exist_(run)) {
        trio_now_(run);
        trio_timers_expire_(run);
    } else {
        run->due = TRIO_FOREVER;
    }
    if (trio_entries_waiting_(run))
        trio_entries_run_(run, ENTRIES_PER_PASS);
    if (run->pauses != NULL)
        trio_realms_hold_(run);
    if (!busy && !runnable(run) && !trio_entries_waiting_(run))
        trio_idle_(run);
    if (runnable(run)) {
        run->idle = false;
        run_batch(run);
    }
}

// S9: when main has ended, system tasks are cancelled and awaited.
static bool all_ended(struct trio_run *run)
{
    if (run->main.living > 0)
        return false;
    trio_scope_cancel_(run, &run->system.scope, TRIO_CANCEL_SHUTDOWN,
                       "the main task has ended");
    return run->system.living == 0;
}

void trio_loop_(struct trio_run *run)
{
    while (!all_ended(run))
        pass(run);
    trio_entries_close_(run);
    // The last entries may have started system tasks.
    while (!all_ended(run))
        pass(run);
}
