// The loop sleeps in kevent. What rings is an event of the user's, which clears
// itself when it is told, so that nobody has to answer it.
//
// Changes are made apart from waits and with a receipt for each, so that no
// error is ever among events, and a change that was interrupted is made again:
// each can be made twice.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/bsd/kqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH 256
#define CHANGES_MAX 4

// Some kernels refuse a limit of some years. The loop waits again.
#define WAIT_MAX (86400 * TRIO_SECOND)

#define RING_IDENT 0

const char trio_poller_name_[] = "kqueue";

void trio_kqueue_change_(struct kqueue *queue, const struct kevent *changes,
                         int count, int *ret_errors)
{
    static const struct timespec at_once = {0, 0};
    struct kevent receipts[CHANGES_MAX];
    int done;

    TRIO_ASSERT(count <= CHANGES_MAX);
    do
        done = kevent(queue->descriptor, changes, count, receipts, count,
                      &at_once);
    while (done < 0 && errno == EINTR);
    for (int i = 0; i < count; i++)
        ret_errors[i] = done < 0 ? errno : 0;
    for (int i = 0; i < done; i++)
        if ((receipts[i].flags & EV_ERROR) != 0)
            ret_errors[i] = (int)receipts[i].data;
}

// ---- Making and ending ----

void trio_poller_close_(struct posix *posix)
{
    struct kqueue *queue = (struct kqueue *)posix;

    if (queue->descriptor >= 0)
        close(queue->descriptor);
    free(queue);
}

// Returns 0 or the error.
static int open_descriptor(struct kqueue *queue)
{
    struct kevent ring;
    int error;

    queue->descriptor = kqueue();
    if (queue->descriptor < 0)
        return errno;
    if (fcntl(queue->descriptor, F_SETFD, FD_CLOEXEC) < 0)
        return errno;
    EV_SET(&ring, RING_IDENT, EVFILT_USER, EV_ADD | EV_CLEAR | EV_RECEIPT, 0, 0,
           NULL);
    trio_kqueue_change_(queue, &ring, 1, &error);
    return error;
}

struct posix *trio_poller_open_(void)
{
    struct kqueue *queue = calloc(1, sizeof(*queue));

    if (queue == NULL)
        return NULL;
    int error = open_descriptor(queue);
    if (error == 0)
        return &queue->posix;
    trio_poller_close_(&queue->posix);
    errno = error;
    return NULL;
}

// ---- Waiting ----

static int wait_for_events(struct kqueue *queue, struct kevent *events,
                           trio_duration limit)
{
    trio_duration most = limit < WAIT_MAX ? limit : WAIT_MAX;
    struct timespec timeout = {.tv_sec = (time_t)(most / TRIO_SECOND),
                               .tv_nsec = (long)(most % TRIO_SECOND)};

    return kevent(queue->descriptor, NULL, 0, events, BATCH,
                  limit == TRIO_FOREVER ? NULL : &timeout);
}

static void deliver(struct kqueue *queue, const struct kevent *event)
{
    if (event->filter == EVFILT_USER && event->ident == RING_IDENT)
        return;
    if (!trio_kqueue_tell_(queue, event))
        trio_kqueue_deliver_(&queue->posix, event);
}

void trio_poller_wait_(struct loop *loop, trio_duration limit)
{
    struct kqueue *queue = (struct kqueue *)loop;
    struct kevent events[BATCH];
    int count = wait_for_events(queue, events, limit);

    // Anything else would be a descriptor of ours that somebody closed.
    TRIO_ASSERT(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; i++)
        deliver(queue, &events[i]);
}

void trio_poller_ring_(struct loop *loop)
{
    struct kqueue *queue = (struct kqueue *)loop;
    int error = errno; // That of whatever a signal handler interrupted.
    struct kevent ring;

    EV_SET(&ring, RING_IDENT, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    while (kevent(queue->descriptor, &ring, 1, NULL, 0, NULL) < 0 &&
           errno == EINTR)
        continue;
    errno = error;
}
