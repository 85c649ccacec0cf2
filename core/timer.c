// The timers are a pairing heap, ordered by (key, sequence of the key).
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A timer's key may lag behind its deadline, but is never later:
//
//     (key, key_sequence) <= (deadline, sequence)
//
// So putting a deadline off, which an idle timeout does for every message, is
// two stores; the heap learns of it when the timer comes to its top, and sinks
// it to where it belongs. Whoever looks at the top has that done first, so that
// nothing ever expires early or out of order.
//
// Most timers never come into the heap, but stay in the list of fresh ones; see
// timer.h. Who looks at the top has that list emptied into the heap first.
//
// What is the first deadline after some time is asked for again and again, of
// the same time: the answer is kept. Each deadline that comes into the heap, or
// leaves it, is compared with it.
//
// The heap lives in the timers themselves: arming allocates nothing, and its
// size is that of the scopes and sleepers that exist. `before` is the parent of
// a first child and the previous sibling of any other; this is what makes
// disarming cheap wherever the timer is.

#include "core/run.h"
#include "core/timer.h"

static bool comes_first(const struct trio_timer *a, const struct trio_timer *b)
{
    return a->key != b->key ? a->key < b->key
                            : a->key_sequence < b->key_sequence;
}

// Makes one heap of two roots.
static struct trio_timer *meld(struct trio_timer *a, struct trio_timer *b)
{
    if (!comes_first(a, b)) {
        struct trio_timer *swap = a;
        a = b;
        b = swap;
    }
    b->before = a;
    b->next = a->child;
    if (a->child != NULL)
        a->child->before = b;
    a->child = b;
    a->next = NULL;
    a->before = NULL;
    return a;
}

// Makes one heap of a list of siblings: in pairs from the left, then the pairs
// from the right. Both passes are loops, however long the list is.
static struct trio_timer *meld_siblings(struct trio_timer *first)
{
    struct trio_timer *pairs = NULL;
    while (first != NULL) {
        struct trio_timer *a = first;
        struct trio_timer *b = a->next;
        first = b == NULL ? NULL : b->next;
        if (b != NULL)
            a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }

    struct trio_timer *root = NULL;
    while (pairs != NULL) {
        struct trio_timer *pair = pairs;
        pairs = pair->next;
        pair->next = NULL;
        pair->before = NULL;
        root = root == NULL ? pair : meld(root, pair);
    }
    return root;
}

// ---- The answer ----

static void deadline_comes(struct trio_run *run, trio_time deadline)
{
    if (deadline > run->asked && deadline < run->answer)
        run->answer = deadline;
}

static void deadline_goes(struct trio_run *run, trio_time deadline)
{
    if (deadline == run->answer)
        run->asked = run->answer = TRIO_FOREVER; // Which is always true.
}

// ---- Arming ----

static void insert(struct trio_run *run, struct trio_timer *timer)
{
    deadline_comes(run, timer->deadline);
    timer->key = timer->deadline;
    timer->key_sequence = timer->sequence;
    timer->child = NULL;
    timer->next = NULL;
    timer->before = NULL;
    run->timers = run->timers == NULL ? timer : meld(run->timers, timer);
}

static void insert_fresh(struct trio_run *run)
{
    while (run->fresh != NULL) {
        struct trio_timer *timer = run->fresh;
        run->fresh = timer->next;
        insert(run, timer);
    }
}

// ---- Disarming and expiring ----

void trio_timer_remove_(struct trio_run *run, struct trio_timer *timer)
{
    deadline_goes(run, timer->deadline);
    if (timer == run->timers) {
        run->timers = meld_siblings(timer->child);
        return;
    }
    TRIO_ASSERT(timer->before != NULL);
    if (timer->before->child == timer)
        timer->before->child = timer->next;
    else
        timer->before->next = timer->next;
    if (timer->next != NULL)
        timer->next->before = timer->before;
    if (timer->child != NULL)
        run->timers = meld(run->timers, meld_siblings(timer->child));
}

void trio_timer_move_(struct trio_run *run, struct trio_timer *timer,
                      trio_time deadline)
{
    trio_time before = timer->deadline;

    trio_timer_stamp_(run, timer, deadline);
    if (trio_timer_is_fresh_(timer))
        return;
    deadline_goes(run, before);
    if (deadline >= timer->key) { // The heap learns of it when it has to.
        deadline_comes(run, deadline);
        return;
    }
    trio_timer_remove_(run, timer);
    insert(run, timer);
}

struct trio_timer *trio_timer_first_(struct trio_run *run)
{
    struct trio_timer *timer;

    insert_fresh(run);
    while ((timer = run->timers) != NULL &&
           timer->key_sequence != timer->sequence) {
        run->timers = meld_siblings(timer->child);
        insert(run, timer);
    }
    run->due = timer == NULL ? TRIO_FOREVER : timer->deadline;
    return timer;
}

// Returns what comes after a timer and those below it, in an order that has
// each before those below it; NULL: nothing.
static struct trio_timer *skip(struct trio_timer *timer)
{
    while (timer != NULL && timer->next == NULL) {
        while (timer->before != NULL && timer->before->child != timer)
            timer = timer->before;
        timer = timer->before;
    }
    return timer == NULL ? NULL : timer->next;
}

// Looks for it below the first one.
static trio_time find_next(struct trio_timer *timer, trio_time time)
{
    trio_time next = TRIO_FOREVER;

    while (timer != NULL) {
        if (timer->deadline > time && timer->deadline < next)
            next = timer->deadline;
        // Below it nothing is earlier than its key.
        timer = timer->child != NULL && timer->key < next ? timer->child
                                                          : skip(timer);
    }
    return next;
}

trio_time trio_timer_next_(struct trio_run *run, trio_time time)
{
    struct trio_timer *timer = trio_timer_first_(run);

    if (timer != NULL && timer->deadline > time)
        return timer->deadline;
    if (time != run->asked) {
        run->answer = find_next(timer, time);
        run->asked = time;
    }
    return run->answer;
}

void trio_timers_expire_(struct trio_run *run)
{
    struct trio_timer *timer;
    // S6: all that are due expire before any task runs.
    while ((timer = trio_timer_first_(run)) != NULL &&
           timer->deadline <= run->now) {
        trio_timer_remove_(run, timer);
        timer->expire(timer);
    }
}
