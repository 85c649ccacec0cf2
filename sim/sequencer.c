// A position is passed, and the task that waits for the next one woken, when
// the task of the former already runs: what it does then comes first under any
// order of tasks, because who is woken runs in a later pass (S1).
//
// A wait is in the list from its call to its return, parked or about to run: so
// the list and `next` together tell whether a position was taken.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sequencer.h>

#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

struct trio_sequencer_waiter {
    struct trio_sequencer *sequencer;
    struct trio_task *task;
    size_t position;
    struct trio_sequencer_waiter *next;
};

static const struct trio_wait position_wait = {"wait for a turn",
                                               TRIO_ACCESS_ACQUIRE, NULL};

static struct trio_sequencer_waiter *
find(const struct trio_sequencer *sequencer, size_t position)
{
    struct trio_sequencer_waiter *waiter = sequencer->waiters;

    while (waiter != NULL && waiter->position != position)
        waiter = waiter->next;
    return waiter;
}

static void leave(struct trio_sequencer_waiter *waiter)
{
    struct trio_sequencer_waiter **link = &waiter->sequencer->waiters;

    while (*link != waiter)
        link = &(*link)->next;
    *link = waiter->next;
}

// Some may have been woken already: those have had their turn.
static void break_off(struct trio_sequencer *sequencer)
{
    struct trio_sequencer_waiter *waiter = sequencer->waiters;

    sequencer->broken = true;
    for (; waiter != NULL; waiter = waiter->next)
        if (trio_task_is_parked(waiter->task))
            trio_wake(waiter->task, TRIO_EBROKEN);
}

static bool give_up(struct trio_task *task, void *arg)
{
    struct trio_sequencer_waiter *waiter = arg;

    (void)task;
    leave(waiter);
    break_off(waiter->sequencer);
    return true;
}

static void pass(struct trio_sequencer_waiter *waiter)
{
    struct trio_sequencer *sequencer = waiter->sequencer;

    leave(waiter);
    sequencer->next++;
    waiter = find(sequencer, sequencer->next);
    if (waiter != NULL && trio_task_is_parked(waiter->task))
        trio_wake(waiter->task, TRIO_OK);
}

static trio_status broken(size_t position)
{
    return trio_fail(TRIO_EBROKEN, "wait for position %zu of a sequence",
                     position);
}

trio_status trio_sequencer_wait(struct trio_sequencer *sequencer,
                                size_t position)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK) {
        break_off(sequencer);
        return rc;
    }

    trio_touch(sequencer, TRIO_ACCESS_ACQUIRE);
    if (position < sequencer->next || find(sequencer, position) != NULL)
        trio_misuse("took a position of a sequencer twice", sequencer);
    if (sequencer->broken) {
        trio_cancel_shielded_checkpoint();
        return broken(position);
    }
    struct trio_sequencer_waiter waiter = {sequencer, trio_task_current(),
                                           position, sequencer->waiters};
    sequencer->waiters = &waiter;
    if (position > sequencer->next)
        rc = trio_park(&position_wait, sequencer, give_up, &waiter);
    else
        trio_cancel_shielded_checkpoint();
    if (rc == TRIO_OK)
        pass(&waiter);
    if (rc != TRIO_EBROKEN)
        return rc;
    leave(&waiter);
    return broken(position);
}
