// A wait for any event is a registration that goes off once, and a member of
// the list of those who wait from the one until the other. By the address that
// an event brings back it is told from those of descriptors and of older waits:
// what is not in the list any more is nobody's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/kqueue.h>

#include <errno.h>

#include <trio/error.h>
#include <trio/task.h>

#include "io/bsd/kqueue.h"
#include "io/posix/os_status.h"

static const struct trio_wait event_wait = {.verb = "wait for an event"};

struct kqueue_watch {
    struct kqueue_watch *next;
    struct kqueue *queue;
    struct trio_task *task;
    struct kevent event; // As it was asked for, then as it was told.
};

static struct kqueue_watch **find(struct kqueue *queue, uintptr_t ident,
                                  int filter)
{
    struct kqueue_watch **link = &queue->watches;

    while (*link != NULL &&
           ((*link)->event.ident != ident || (*link)->event.filter != filter))
        link = &(*link)->next;
    return link;
}

static int change(struct kqueue_watch *watch, unsigned flags)
{
    struct kevent event = watch->event;
    int error;

    event.flags = (uint16_t)(flags | EV_RECEIPT);
    event.udata = watch;
    trio_kqueue_change_(watch->queue, &event, 1, &error);
    return error;
}

static void link_watch(struct kqueue_watch *watch)
{
    watch->next = watch->queue->watches;
    watch->queue->watches = watch;
    watch->queue->posix.loop.waiters++;
}

static void unlink_watch(struct kqueue_watch *watch)
{
    *find(watch->queue, watch->event.ident, watch->event.filter) = watch->next;
    watch->queue->posix.loop.waiters--;
}

static bool stop_waiting(struct trio_task *task, void *arg)
{
    (void)task;
    (void)change(arg, EV_DELETE); // It may have gone by itself.
    unlink_watch(arg);
    return true;
}

bool trio_kqueue_tell_(struct kqueue *queue, const struct kevent *event)
{
    struct kqueue_watch *watch = *find(queue, event->ident, event->filter);

    if (watch == NULL)
        return event->filter != EVFILT_READ && event->filter != EVFILT_WRITE;
    if (event->udata != watch)
        return true;
    unlink_watch(watch);
    watch->event = *event;
    trio_wake(watch->task, TRIO_OK);
    return true;
}

static bool is_reserved(uintptr_t ident, int filter)
{
    return filter == EVFILT_USER && ident == 0; // What wakes the loop.
}

// Begins a wait, unless it cannot.
static trio_status begin(struct kqueue_watch *watch)
{
    uintptr_t ident = watch->event.ident;
    int filter = watch->event.filter;

    if (filter == EVFILT_READ || filter == EVFILT_WRITE)
        return trio_fail(TRIO_EINVAL, "wait for an event: a descriptor's");
    if (is_reserved(ident, filter) ||
        *find(watch->queue, ident, filter) != NULL)
        return trio_fail_bare(TRIO_EBUSY);
    int error = change(watch, EV_ADD | EV_ONESHOT);
    if (error == 0) {
        link_watch(watch);
        return TRIO_OK;
    }
    watch->queue->posix.loop.last_error = error;
    return trio_fail_os(error == ESRCH ? TRIO_ENOENT
                                       : trio_status_of_errno_(error),
                        error, "wait for an event of filter %d", filter);
}

trio_status trio_kqueue_wait(uintptr_t ident, int filter, uint32_t fflags,
                             int64_t data, struct trio_kqueue_event *ret_event)
{
    const struct trio_world *world = trio_run_world();
    struct kqueue_watch watch = {.task = trio_task_current()};
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    if (world->io != &trio_loop_io_) {
        trio_cancel_shielded_checkpoint();
        return trio_fail(TRIO_ENOTSUP, "wait for an event: another world");
    }
    watch.queue = world->context;
    EV_SET(&watch.event, ident, (int16_t)filter, 0, fflags, (intptr_t)data,
           NULL);
    rc = begin(&watch);
    if (rc != TRIO_OK) {
        trio_cancel_shielded_checkpoint();
        return rc;
    }
    rc = trio_park(&event_wait, NULL, stop_waiting, &watch);
    if (rc == TRIO_OK)
        *ret_event = (struct trio_kqueue_event){.ident = watch.event.ident,
                                                .filter = watch.event.filter,
                                                .fflags = watch.event.fflags,
                                                .data = watch.event.data};
    return rc;
}
