// Nobody is runnable: how long to wait, and what to do when that was in vain.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// What may end the wait: the world, an entry, a deadline on a clock that moves
// by itself, the end of somebody's trio_wait_all_tasks_blocked. When all that
// is left is a deadline on a clock that the loop may move, it is moved. When
// nothing is left at all, nothing ever will be: that is a deadlock.

#include <trio/testing.h>

#include "core/clock.h"
#include "core/entry.h"
#include "core/loop.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/timer.h"

// A task that waits until all others do.
struct settle {
    struct trio_task *task;
    trio_duration cushion;
    struct settle *next; // Smallest cushion first.
};

static const struct trio_wait settle_wait = {"see all tasks wait",
                                             TRIO_ACCESS_READ, NULL};

static trio_time next_deadline(struct trio_run *run)
{
    struct trio_timer *timer = trio_timer_first_(run);
    return timer == NULL ? TRIO_FOREVER : timer->deadline;
}

// S88: whether a task waits for a thread: such a run is not at rest.
static bool is_busy(const struct trio_run *run)
{
    const struct trio_world *world = &run->config.world;
    return world->jobs->busy(world->context);
}

static bool can_jump(const struct trio_run *run)
{
    const struct trio_clock *clock = &run->config.clock;
    return clock->can_jump != NULL && clock->can_jump(clock->context) &&
           !is_busy(run);
}

static trio_duration until(const struct trio_run *run, trio_time time)
{
    const struct trio_clock *clock = &run->config.clock;
    return time == TRIO_FOREVER ? TRIO_FOREVER
                                : clock->until(clock->context, time);
}

// When the first settle waiter is due. The cushion counts from the moment at
// which the run became idle; on a clock that stands still it counts nothing. A
// cushion without an end is never over.
static trio_time settle_end(struct trio_run *run)
{
    if (run->settling == NULL)
        return TRIO_FOREVER;
    if (is_busy(run)) {
        run->idle = false;
        return TRIO_FOREVER;
    }
    if (!run->idle) {
        run->idle = true;
        run->idle_since = trio_now_(run);
    }
    trio_time end = trio_time_add(run->idle_since, run->settling->cushion);
    if (end != TRIO_FOREVER && !can_jump(run) &&
        until(run, end) == TRIO_FOREVER)
        return run->idle_since;
    return end;
}

// Whether anything but a jump can still wake the run.
static bool source_exists(struct trio_run *run)
{
    const struct trio_world *world = &run->config.world;

    return world->io->can_wake(world->context) ||
           until(run, next_deadline(run)) != TRIO_FOREVER ||
           trio_entry_may_come_(run);
}

trio_duration trio_idle_limit_(struct trio_run *run)
{
    const struct trio_clock *clock = &run->config.clock;
    const struct trio_world *world = &run->config.world;
    trio_time settled = settle_end(run);
    trio_time deadline = next_deadline(run);
    trio_time first = settled < deadline ? settled : deadline;

    if (first == TRIO_FOREVER)
        return source_exists(run) ? TRIO_FOREVER : 0;
    if (deadline <= trio_now_(run))
        return 0; // The clock has just jumped there.
    if (can_jump(run))
        return world->io->can_wake(world->context) ? clock->jump_threshold : 0;
    if (settled <= trio_now_(run))
        return 0;
    trio_duration limit = until(run, first);
    return limit == TRIO_FOREVER && !source_exists(run) ? 0 : limit;
}

// Wakes those with the smallest cushion.
static void settle(struct trio_run *run)
{
    trio_duration cushion = run->settling->cushion;

    while (run->settling != NULL && run->settling->cushion == cushion) {
        struct settle *settle = run->settling;
        run->settling = settle->next;
        trio_task_ready_(run, settle->task, TRIO_OK);
    }
    run->idle = false;
}

static void jump(struct trio_run *run, trio_time time)
{
    const struct trio_clock *clock = &run->config.clock;

    if (!clock->jump(clock->context, time))
        return;
    run->now_is_fresh = false;
    trio_note_(run, TRIO_NOTE_CLOCK_JUMP, NULL, NULL, time);
}

// S43: at a tie, who waited for all to wait comes first.
static void jump_to_first(struct trio_run *run, trio_time settled,
                          trio_time deadline)
{
    jump(run, settled <= deadline ? settled : deadline);
    if (settled <= deadline)
        settle(run);
}

void trio_idle_(struct trio_run *run)
{
    trio_time settled = settle_end(run);
    trio_time deadline = next_deadline(run);

    if (settled != TRIO_FOREVER && settled <= trio_now_(run))
        settle(run);
    else if (can_jump(run) &&
             (settled != TRIO_FOREVER || deadline != TRIO_FOREVER))
        jump_to_first(run, settled, deadline);
    else if (settled == TRIO_FOREVER && !source_exists(run))
        trio_deadlock_(run);
}

static bool stop_settling(struct trio_task *task, void *arg)
{
    struct settle **link = &trio_current_run_->settling;

    (void)task;
    while (*link != arg)
        link = &(*link)->next;
    *link = (*link)->next;
    return true;
}

trio_status trio_wait_all_tasks_blocked(trio_duration cushion)
{
    struct trio_run *run = trio_run_current_();
    struct settle settle = {.task = trio_task_current_(run),
                            .cushion = cushion < 0 ? 0 : cushion};
    struct settle **link = &run->settling;

    while (*link != NULL && (*link)->cushion <= settle.cushion)
        link = &(*link)->next;
    settle.next = *link;
    *link = &settle;
    run->idle = false;
    settle.task->park = (struct park){.wait = &settle_wait,
                                      .abort = stop_settling,
                                      .arg = &settle,
                                      .own = true};
    return trio_park_(run, settle.task);
}
