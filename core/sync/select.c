// A select makes an offer for each of its cases and parks once.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Whoever takes up one of the offers unparks the task, and that takes all its
// other offers out of their lots in the same step. So at most one is claimed,
// and nobody can take up a second one before the task runs. Handles differ:
// several may become ready before it runs, but to be ready is all they do, so
// that one of them is told and the rest is forgotten.
//
// An offer is made only after every case was tried in vain. Were offers made
// while others are still being tried, a case could be done twice over.

#include <trio/select.h>

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/probe.h>
#include <trio/realm.h>
#include <trio/task.h>

#include "core/operation.h"
#include "core/sync/channel.h"

static const struct trio_wait select_wait = {"select", TRIO_ACCESS_ACQUIRE,
                                             NULL};

// The cases of one call, in the order of their turns.
struct turns {
    struct trio_task_exit loss; // First.
    struct trio_task *task;
    const void *place; // Of the call.
    struct trio_case *cases;
    struct trio_case *end;
    struct trio_case *first;        // Or NULL.
    const struct trio_case *chosen; // The case that was done, or NULL.
    bool handles;                   // Some case is for a handle.
    const struct trio_case *due;    // The case for a time that comes first.
};

// The case that has its turn after another one; NULL after the last.
static inline struct trio_case *next_of(const struct turns *turns,
                                        struct trio_case *item)
{
    item++;
    if (item == turns->end)
        item = turns->cases;
    return item == turns->first ? NULL : item;
}

static bool is_for_handle(const struct trio_case *item)
{
    return item->kind == TRIO_CASE_READABLE || item->kind == TRIO_CASE_WRITABLE;
}

static bool has_offer(const struct trio_case *item)
{
    return item->kind <= TRIO_CASE_EVENT;
}

// Records a failure as the operation of the case alone would.
static trio_status failed(const struct turns *turns,
                          const struct trio_case *item, trio_status rc)
{
    if (!is_for_handle(item))
        return trio_channel_failed_(turns->task, rc, "select on", turns->place);
    if (rc == TRIO_OK)
        return rc;
    const struct trio_world *world = trio_run_world();
    return rc == TRIO_EBUSY || rc == TRIO_ECLOSED
               ? trio_fail_bare(rc)
               : trio_fail_os(rc, world->io->last_error(world->context),
                              "wait for handle %lld",
                              (long long)item->io.handle);
}

// Decides for a case.
static trio_status choose(struct turns *turns, const struct trio_case *item,
                          trio_status rc)
{
    turns->chosen = item;
    return failed(turns, item, rc); // Before others make calls.
}

// ---- Handles ----

// Returns TRIO_EWOULDBLOCK if it is armed now and not known to be ready.
static trio_status arm(struct trio_case *item)
{
    const struct trio_world *world = trio_run_world();

    if (item->armed)
        return TRIO_EWOULDBLOCK;
    item->io.task = trio_task_current();
    trio_status rc = world->io->arm(world->context, &item->io);
    item->armed = rc == TRIO_OK;
    if (rc == TRIO_EEXIST)
        return TRIO_OK;
    return rc == TRIO_OK ? TRIO_EWOULDBLOCK : rc;
}

// Asks the world, without waiting.
static trio_status look(struct trio_case *item)
{
    const struct trio_world *world = trio_run_world();
    trio_status rc = arm(item);

    if (rc != TRIO_EWOULDBLOCK)
        return rc;
    world->io->poll(world->context, 0);
    return item->io.ready ? item->io.result : TRIO_EWOULDBLOCK;
}

// Withdrawing one may tell another that its descriptor is gone. That is no
// news any more, and above all it must not wake a task that is being cancelled.
static void disarm_all(const struct turns *turns)
{
    if (!turns->handles)
        return;
    const struct trio_world *world = trio_run_world();
    for (struct trio_case *item = turns->cases; item < turns->end; item++)
        if (is_for_handle(item))
            item->io.task = NULL;
    for (struct trio_case *item = turns->cases; item < turns->end; item++) {
        if (item->armed && !item->io.ready)
            world->io->disarm(world->context, &item->io);
        item->armed = false;
    }
}

static trio_status arm_all(struct turns *turns)
{
    if (!turns->handles)
        return TRIO_EWOULDBLOCK;
    for (struct trio_case *item = turns->first; item != NULL;
         item = next_of(turns, item)) {
        trio_status rc = is_for_handle(item) ? arm(item) : TRIO_EWOULDBLOCK;
        if (rc != TRIO_EWOULDBLOCK)
            return choose(turns, item, rc);
    }
    return TRIO_EWOULDBLOCK;
}

// Finds a handle that was made ready. Arming one may tell another that its
// descriptor is gone, so that this happens before the wait, too.
static trio_status choose_ready(struct turns *turns)
{
    if (!turns->handles)
        return TRIO_EWOULDBLOCK;
    for (struct trio_case *item = turns->first; item != NULL;
         item = next_of(turns, item))
        if (is_for_handle(item) && item->io.ready)
            return choose(turns, item, item->io.result);
    return TRIO_EWOULDBLOCK;
}

// ---- Without waiting ----

// Also notes what a wait will have to look at again.
static inline trio_status try_case(struct turns *turns, struct trio_case *item)
{
    struct trio_run *run = turns->task->run;
    const struct trio_event *event = item->object;
    bool ready = false;

    switch (item->kind) {
    case TRIO_CASE_SEND:
        return trio_channel_try_send_(run, item->object, item->offer.source);
    case TRIO_CASE_RECEIVE:
        return trio_channel_try_receive_(run, item->object, item->offer.target);
    case TRIO_CASE_EVENT:
        trio_touch_(run, event, TRIO_ACCESS_READ);
        ready = event->set;
        break;
    case TRIO_CASE_READABLE:
    case TRIO_CASE_WRITABLE:
        turns->handles = true;
        return item == turns->first ? look(item) : TRIO_EWOULDBLOCK;
    case TRIO_CASE_AT:
        if (turns->due == NULL || item->time < turns->due->time)
            turns->due = item;
        ready = trio_now() >= item->time;
        break;
    }
    return ready ? TRIO_OK : TRIO_EWOULDBLOCK;
}

static trio_status try_all(struct turns *turns)
{
    for (struct trio_case *item = turns->first; item != NULL;
         item = next_of(turns, item)) {
        trio_status rc = try_case(turns, item);
        if (rc != TRIO_EWOULDBLOCK)
            return choose(turns, item, rc);
    }
    trio_status rc = arm_all(turns);
    return rc == TRIO_EWOULDBLOCK ? choose_ready(turns) : rc;
}

// ---- Waiting ----

static inline void make_offer(struct trio_task *task, struct trio_case *item)
{
    struct trio_event *event = item->object;
    struct trio_waiter *offer = &item->offer;

    if (item->kind == TRIO_CASE_SEND)
        trio_offer_send_(task, item->object, offer->source, offer);
    else if (item->kind == TRIO_CASE_RECEIVE)
        trio_offer_receive_(task, item->object, offer->target, offer);
    else if (item->kind == TRIO_CASE_EVENT)
        trio_waiter_add_(task, &event->lot, offer);
}

static bool stop_waiting(struct trio_task *task, void *arg)
{
    const struct turns *turns = arg;

    (void)task;
    disarm_all(turns);
    return true;
}

// Finds out what ended the wait. What was claimed is done, and comes first.
static trio_status choose_woken(struct turns *turns, trio_status rc)
{
    if (rc == TRIO_ECANCELED)
        return rc;
    for (struct trio_case *item = turns->first; item != NULL;
         item = next_of(turns, item))
        if (has_offer(item) && item->offer.claimed)
            return choose(turns, item, rc);
    trio_status told = choose_ready(turns);
    if (told != TRIO_EWOULDBLOCK)
        return told;
    TRIO_ASSERT(turns->due != NULL); // Nothing else ends a wait.
    return choose(turns, turns->due, TRIO_OK);
}

// Who was woken and is given up before it runs does not come to do this itself.
static void on_loss(struct trio_task_exit *node)
{
    disarm_all((const struct turns *)node); // Its first member.
}

static TRIO_CHECKPOINT trio_status park(struct turns *turns)
{
    struct trio_task *task = turns->task;

    for (struct trio_case *item = turns->first; item != NULL;
         item = next_of(turns, item))
        make_offer(task, item);
    if (turns->handles)
        trio_task_on_abandon(&turns->loss, on_loss);
    task->park = (struct park){.wait = &select_wait,
                               .object = turns->cases,
                               .abort = stop_waiting,
                               .arg = turns};
    trio_status rc = trio_park_(task->run, task);
    if (turns->handles)
        trio_task_cancel_abandon(&turns->loss);
    return rc;
}

static TRIO_CHECKPOINT trio_status wait(struct turns *turns)
{
    struct trio_cancel_scope scope;

    if (turns->due == NULL)
        return park(turns);
    trio_move_on_at(&scope, turns->due->time);
    trio_sim_spare(&scope); // Only its deadline ends it.
    return trio_cancel_scope_close(&scope, park(turns));
}

trio_status trio_select(struct trio_select *select, struct trio_case *cases,
                        size_t count, size_t *ret_index)
{
    struct trio_task *task = trio_task_here_();
    struct turns turns = {
        .task = task, .place = TRIO_CALLER(), .cases = cases, .end = cases};

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    if (count > 0) {
        turns.end = cases + count;
        turns.first = &cases[select->turn++ % count];
    }
    trio_status rc = try_all(&turns);
    bool waits = rc == TRIO_EWOULDBLOCK;
    if (waits)
        rc = choose_woken(&turns, wait(&turns));
    disarm_all(&turns);
    if (turns.chosen != NULL)
        *ret_index = (size_t)(turns.chosen - cases);
    return waits ? rc : trio_yield_with_(task->run, task, rc); // S14, S16
}

// ---- Cases ----

struct trio_case trio_case_send(struct trio_sender *sender, const void *item)
{
    return (struct trio_case){
        .kind = TRIO_CASE_SEND, .object = sender, .offer = {.source = item}};
}

struct trio_case trio_case_receive(struct trio_receiver *receiver,
                                   void *ret_item)
{
    return (struct trio_case){.kind = TRIO_CASE_RECEIVE,
                              .object = receiver,
                              .offer = {.target = ret_item}};
}

struct trio_case trio_case_event(struct trio_event *event)
{
    return (struct trio_case){.kind = TRIO_CASE_EVENT, .object = event};
}

static struct trio_case of_handle(enum trio_case_kind kind, trio_handle handle,
                                  enum trio_direction direction)
{
    return (struct trio_case){.kind = kind,
                              .io = {.handle = handle, .direction = direction}};
}

struct trio_case trio_case_readable(trio_handle handle)
{
    return of_handle(TRIO_CASE_READABLE, handle, TRIO_READABLE);
}

struct trio_case trio_case_writable(trio_handle handle)
{
    return of_handle(TRIO_CASE_WRITABLE, handle, TRIO_WRITABLE);
}

struct trio_case trio_case_at(trio_time time)
{
    return (struct trio_case){.kind = TRIO_CASE_AT, .time = time};
}
