// SPDX-License-Identifier: MIT OR Apache-2.0
// A waiter lies on the stack of the task that waits, and leaves its queue when
// it is served. Who waits in several queues leaves all of them at once, or it
// could be served twice before it runs.

#include "bench/raw/channel.h"

#include "bench/raw/tasks.h"

struct raw_waiter {
    struct raw_task *task;
    long *item;
    struct raw_queue *queue;
    struct raw_waiter *next, *previous;
    struct raw_waiter *sibling; // Of the same task, in another queue.
};

static void enter(struct raw_queue *queue, struct raw_waiter *waiter,
                  long *item, struct raw_waiter *sibling)
{
    *waiter = (struct raw_waiter){.task = raw_current(),
                                  .item = item,
                                  .queue = queue,
                                  .previous = queue->last,
                                  .sibling = sibling};
    if (queue->last != NULL)
        queue->last->next = waiter;
    else
        queue->first = waiter;
    queue->last = waiter;
}

static void leave(struct raw_waiter *waiter)
{
    struct raw_queue *queue = waiter->queue;

    if (waiter->previous != NULL)
        waiter->previous->next = waiter->next;
    else
        queue->first = waiter->next;
    if (waiter->next != NULL)
        waiter->next->previous = waiter->previous;
    else
        queue->last = waiter->previous;
}

static void wait_in(struct raw_queue *queue, long *item)
{
    struct raw_waiter waiter;

    enter(queue, &waiter, item, NULL);
    raw_park();
}

// Takes the longest waiter out and makes it run; returns where its item is.
static long *serve(struct raw_queue *queue)
{
    struct raw_waiter *first = queue->first, *waiter = first;

    // The siblings are a ring, or there are none.
    do {
        leave(waiter);
        waiter = waiter->sibling;
    } while (waiter != NULL && waiter != first);
    raw_wake(first->task);
    return first->item;
}

void raw_send(struct raw_channel *channel, long item)
{
    if (channel->receiving.first != NULL)
        *serve(&channel->receiving) = item;
    else
        wait_in(&channel->sending, &item);
}

long raw_receive(struct raw_channel *channel)
{
    long item;

    if (channel->sending.first != NULL)
        return *serve(&channel->sending);
    wait_in(&channel->receiving, &item);
    return item;
}

long raw_select(struct raw_channel *channels, size_t count, size_t turn)
{
    struct raw_waiter waiters[RAW_CHOICES_MAX];
    long item;

    for (size_t i = 0; i < count; i++) {
        struct raw_channel *channel = &channels[(turn + i) % count];
        if (channel->sending.first != NULL)
            return *serve(&channel->sending);
    }
    for (size_t i = 0; i < count; i++)
        enter(&channels[i].receiving, &waiters[i], &item,
              &waiters[(i + 1) % count]);
    raw_park();
    return item;
}

void raw_wait(struct raw_queue *queue)
{
    wait_in(queue, NULL);
}

void raw_notify(struct raw_queue *queue)
{
    if (queue->first != NULL)
        serve(queue);
}

void raw_acquire(struct raw_semaphore *semaphore)
{
    if (semaphore->permits > 0)
        semaphore->permits--;
    else
        wait_in(&semaphore->waiting, NULL);
}

void raw_release(struct raw_semaphore *semaphore)
{
    if (semaphore->waiting.first != NULL)
        serve(&semaphore->waiting);
    else
        semaphore->permits++;
}
