// What is registered with a queue: by identifier and filter, one each. A knote
// is a registration with an epoll: EV_CLEAR is an edge there, and what else
// happens to it is done when it is told of.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/kqueue/model.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define KEPT_FLAGS (EV_CLEAR | EV_ONESHOT | EV_DISPATCH)

static bool is_of_descriptor(int filter)
{
    return filter == EVFILT_READ || filter == EVFILT_WRITE;
}

static struct knote **bucket_of(struct model_queue *queue, uintptr_t ident)
{
    return &queue->buckets[ident % KNOTE_BUCKETS];
}

static int epoll_of(const struct model_queue *queue, const struct knote *knote)
{
    return knote->event.filter == EVFILT_WRITE ? queue->writers
                                               : queue->readers;
}

static uint32_t interest_of(const struct knote *knote)
{
    uint32_t events =
        knote->event.filter == EVFILT_WRITE ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;

    if (!knote->enabled)
        return EPOLLET;
    return (knote->event.flags & EV_CLEAR) != 0 ? events | EPOLLET : events;
}

static int control(struct model_queue *queue, struct knote *knote,
                   int operation)
{
    struct epoll_event event = {.events = interest_of(knote),
                                .data.ptr = knote};
    return epoll_ctl(epoll_of(queue, knote), operation, knote->source,
                     &event) == 0
               ? 0
               : errno;
}

// ---- Finding ----

// Says whether the descriptor is still what it was when the knote was added. A
// kernel takes a knote away with its descriptor.
static bool is_same(const struct knote *knote)
{
    struct stat found;

    return !is_of_descriptor(knote->event.filter) ||
           (fstat(knote->source, &found) == 0 &&
            found.st_dev == knote->device && found.st_ino == knote->inode);
}

// It is freed with the queue: a trigger may be looking at it.
static void bury(struct model_queue *queue, struct knote *knote)
{
    bool is_ours = !is_of_descriptor(knote->event.filter);

    knote->lost = !is_same(knote) || control(queue, knote, EPOLL_CTL_DEL) != 0;
    if (is_ours)
        close(knote->source);
    knote->dead = true;
}

static struct knote *find(struct model_queue *queue,
                          const struct kevent *change)
{
    struct knote *knote = *bucket_of(queue, change->ident);

    while (knote != NULL &&
           (knote->dead || knote->event.ident != change->ident ||
            knote->event.filter != change->filter))
        knote = knote->next;
    if (knote == NULL || is_same(knote))
        return knote;
    bury(queue, knote);
    return NULL;
}

// Returns one to be used again, or a new one.
static struct knote *make(struct model_queue *queue, uintptr_t ident)
{
    struct knote **bucket = bucket_of(queue, ident);
    struct knote *knote = *bucket;

    while (knote != NULL && (!knote->dead || knote->lost))
        knote = knote->next;
    if (knote != NULL)
        return knote;
    knote = calloc(1, sizeof(*knote));
    if (knote == NULL)
        return NULL;
    knote->dead = true;
    knote->next = *bucket;
    __atomic_store_n(bucket, knote, __ATOMIC_SEQ_CST);
    return knote;
}

// ---- Adding ----

static int open_timer(const struct kevent *change)
{
    int64_t scale = (change->fflags & NOTE_SECONDS) != 0    ? 1000000000
                    : (change->fflags & NOTE_USECONDS) != 0 ? 1000
                    : (change->fflags & NOTE_NSECONDS) != 0 ? 1
                                                            : 1000000;
    int64_t length = change->data * scale;
    struct timespec time = {length / 1000000000, length % 1000000000};
    struct itimerspec times = {.it_value = time};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (length == 0)
        times.it_value.tv_nsec = 1;
    if ((change->flags & EV_ONESHOT) == 0)
        times.it_interval = time;
    if (timer >= 0)
        timerfd_settime(timer, 0, &times, NULL);
    return timer;
}

static int open_source(const struct kevent *change)
{
    sigset_t signals;

    switch (change->filter) {
    case EVFILT_READ:
    case EVFILT_WRITE:
        return fcntl((int)change->ident, F_GETFD) < 0 ? -1 : (int)change->ident;
    case EVFILT_USER:
        return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    case EVFILT_TIMER:
        return open_timer(change);
    case EVFILT_SIGNAL:
        sigemptyset(&signals);
        sigaddset(&signals, (int)change->ident);
        return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    case EVFILT_PROC:
        return (int)syscall(SYS_pidfd_open, (pid_t)change->ident, 0);
    default:
        errno = EINVAL;
        return -1;
    }
}

static int add(struct model_queue *queue, const struct kevent *change)
{
    struct knote *knote = make(queue, change->ident);
    struct stat found;

    if (knote == NULL)
        return ENOMEM;
    int source = open_source(change);
    if (source < 0 || fstat(source, &found) < 0)
        return errno;
    knote->event = *change;
    knote->source = source;
    knote->device = found.st_dev;
    knote->inode = found.st_ino;
    knote->enabled = (change->flags & EV_DISABLE) == 0;
    knote->muted = false;
    int error = control(queue, knote, EPOLL_CTL_ADD);
    if (error == 0)
        knote->dead = false;
    else if (!is_of_descriptor(change->filter))
        close(source);
    // Devices without events: Linux takes them for files.
    return error == EPERM ? ENODEV : error;
}

// ---- Changing ----

static int size_of(const struct knote *knote)
{
    int size = 0;

    if (knote->event.filter == EVFILT_READ)
        ioctl(knote->source, FIONREAD, &size);
    return size;
}

// Has it tell nothing of what is there now.
static void mute(struct knote *knote)
{
    knote->muted_size = size_of(knote);
    knote->muted = knote->muted_size > 0;
}

static void trigger(struct knote *knote)
{
    static const uint64_t one = 1;
    ssize_t written = write(knote->source, &one, sizeof(one));

    (void)written; // It is triggered already.
}

static int modify(struct model_queue *queue, struct knote *knote,
                  const struct kevent *change)
{
    bool was_enabled = knote->enabled;
    bool adds = (change->flags & EV_ADD) != 0;

    knote->event.udata = change->udata;
    if (adds)
        knote->event.flags = change->flags;
    if ((change->flags & EV_DISABLE) != 0)
        knote->enabled = false;
    else if (adds || (change->flags & EV_ENABLE) != 0)
        knote->enabled = true;
    if (adds && was_enabled && model_has(MODEL_QUIET_ADD))
        return 0;
    if (knote->enabled && !was_enabled && model_has(MODEL_QUIET_ENABLE) &&
        (knote->event.flags & EV_DISPATCH) != 0)
        mute(knote);
    if (!adds && was_enabled == knote->enabled)
        return 0;
    return control(queue, knote, EPOLL_CTL_MOD);
}

int knote_change(struct model_queue *queue, const struct kevent *change)
{
    struct knote *knote = find(queue, change);
    int error = 0;

    if (is_of_descriptor(change->filter) &&
        fcntl((int)change->ident, F_GETFD) < 0)
        return EBADF;
    if (knote == NULL)
        return (change->flags & EV_ADD) != 0 ? add(queue, change) : ENOENT;
    if ((change->flags & EV_DELETE) != 0)
        bury(queue, knote);
    else if (change->filter == EVFILT_USER &&
             (change->fflags & NOTE_TRIGGER) != 0)
        trigger(knote);
    else
        error = modify(queue, knote, change);
    return error;
}

// ---- Telling ----

static void tell_end(const struct knote *knote, unsigned epoll_events,
                     struct kevent *ret_event)
{
    unsigned end = knote->event.filter == EVFILT_WRITE
                       ? EPOLLHUP | EPOLLERR
                       : EPOLLRDHUP | EPOLLHUP | EPOLLERR;

    if ((epoll_events & end) != 0)
        ret_event->flags |= EV_EOF;
}

// Takes what the source has counted.
static intptr_t take_count(const struct knote *knote)
{
    union {
        uint64_t count;
        struct signalfd_siginfo signal;
    } data = {.count = 0};

    if (knote->event.filter == EVFILT_PROC)
        return 0;
    ssize_t length = read(knote->source, &data, sizeof(data));
    if (length < 0)
        return 0;
    return knote->event.filter == EVFILT_TIMER ? (intptr_t)data.count : 1;
}

bool knote_tell(struct model_queue *queue, struct knote *knote,
                unsigned epoll_events, struct kevent *ret_event)
{
    bool is_of_ours = !is_of_descriptor(knote->event.filter);

    if (knote->dead || !knote->enabled)
        return false;
    if (!is_same(knote)) {
        bury(queue, knote);
        return false;
    }
    if (knote->muted && size_of(knote) == knote->muted_size)
        return false;
    knote->muted = false;
    *ret_event = knote->event;
    ret_event->flags &= KEPT_FLAGS;
    ret_event->fflags =
        knote->event.filter == EVFILT_PROC ? knote->event.fflags : 0;
    ret_event->data = is_of_ours ? take_count(knote) : size_of(knote);
    if (!is_of_ours)
        tell_end(knote, epoll_events, ret_event);
    if (model_has(MODEL_NO_DATA) && !is_of_ours)
        ret_event->data = 0;
    if ((knote->event.flags & EV_ONESHOT) != 0) {
        bury(queue, knote);
    } else if ((knote->event.flags & EV_DISPATCH) != 0) {
        knote->enabled = false;
        (void)control(queue, knote, EPOLL_CTL_MOD);
    }
    return true;
}

void knote_free_all(struct model_queue *queue)
{
    for (size_t i = 0; i < KNOTE_BUCKETS; i++) {
        while (queue->buckets[i] != NULL) {
            struct knote *knote = queue->buckets[i];
            queue->buckets[i] = knote->next;
            if (!knote->dead)
                bury(queue, knote);
            free(knote);
        }
    }
}
