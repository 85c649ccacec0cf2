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
// Most timers never come into the heap, but stay in the ring of fresh ones; see
// timer.h. Who looks at the top has that ring emptied into the heap first.
//
// Whoever asks which deadline comes after some time asks again and again, of
// that time or of the one that it was told: the first few are kept. Each
// deadline that comes into the heap, or leaves it, is compared with them.
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

// ---- What is ahead ----

static void deadline_comes(struct ahead *ahead, trio_time deadline)
{
    trio_time *times = ahead->times;
    size_t i = ahead->count;

    if (i == 0 || deadline <= ahead->after || deadline >= times[i - 1])
        return;
    while (i > 0 && times[i - 1] > deadline)
        i--;
    if (i > 0 && times[i - 1] == deadline)
        return;
    if (ahead->count < AHEAD_MAX)
        ahead->count++;
    for (size_t last = ahead->count - 1; last > i; last--)
        times[last] = times[last - 1];
    times[i] = deadline;
}

// Whether it was the only one of that time nobody knows. If it was the first of
// those that are kept, they begin after it.
static void deadline_goes(struct ahead *ahead, trio_time deadline)
{
    trio_time *times = ahead->times;

    if (ahead->count == 0 || deadline < times[0])
        return;
    if (deadline == times[0]) {
        ahead->after = deadline;
        ahead->count--;
        __builtin_memmove(times, times + 1, ahead->count * sizeof(trio_time));
        return;
    }
    for (size_t i = 1; i < ahead->count; i++)
        if (times[i] == deadline)
            ahead->count = i;
}

// ---- Arming ----

static void insert(struct trio_run *run, struct trio_timer *timer)
{
    deadline_comes(&run->ahead, timer->deadline);
    timer->key = timer->deadline;
    timer->key_sequence = timer->sequence;
    timer->child = NULL;
    timer->next = NULL;
    timer->before = NULL;
    run->timers = run->timers == NULL ? timer : meld(run->timers, timer);
}

static void insert_fresh(struct trio_run *run)
{
    struct trio_timer *timer;

    while ((timer = run->fresh.next) != &run->fresh) {
        trio_timer_take_fresh_(timer);
        insert(run, timer);
    }
}

// ---- Disarming and expiring ----

void trio_timer_remove_(struct trio_run *run, struct trio_timer *timer)
{
    deadline_goes(&run->ahead, timer->deadline);
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
    deadline_goes(&run->ahead, before);
    if (deadline >= timer->key) { // The heap learns of it when it has to.
        deadline_comes(&run->ahead, deadline);
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

static void look_ahead(struct trio_run *run, trio_time time)
{
    struct ahead *ahead = &run->ahead;
    struct trio_timer *timer = run->timers;

    *ahead =
        (struct ahead){.after = time, .times = {TRIO_FOREVER}, .count = 1};
    while (timer != NULL) {
        deadline_comes(ahead, timer->deadline);
        // Below it nothing is earlier than its key.
        timer = timer->child != NULL &&
                        timer->key < ahead->times[ahead->count - 1]
                    ? timer->child
                    : skip(timer);
    }
}

trio_time trio_timer_next_(struct trio_run *run, trio_time time)
{
    const struct trio_timer *timer = trio_timer_first_(run);
    const struct ahead *ahead = &run->ahead;
    size_t i = 0;

    if (timer != NULL && timer->deadline > time)
        return timer->deadline;
    while (i < ahead->count && ahead->times[i] <= time)
        i++;
    if (i < ahead->count && ahead->after <= time)
        return ahead->times[i];
    look_ahead(run, time);
    return ahead->times[0];
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
