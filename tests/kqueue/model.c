// The two calls. A wait is one on an epoll of two epolls, one for each
// direction, because one that is told by edges would tell of both.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/kqueue/model.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QUEUES 4096
#define BATCH 64

static struct model_queue *queues[QUEUES]; // By descriptor. Atomic.
static unsigned switches;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
    const char *name;
    enum model_switch which;
} names[] = {
    {"quiet_add", MODEL_QUIET_ADD}, {"quiet_enable", MODEL_QUIET_ENABLE},
    {"no_data", MODEL_NO_DATA},     {"spurious", MODEL_SPURIOUS},
    {"short", MODEL_SHORT},         {"interrupted", MODEL_INTERRUPTED}};

static void read_environment(void)
{
    const char *text = getenv("KQUEUE_MODEL");

    for (size_t i = 0; text != NULL && i < sizeof(names) / sizeof(names[0]);
         i++)
        if (strstr(text, names[i].name) != NULL)
            switches |= names[i].which;
}

void model_switch_on(unsigned wanted)
{
    pthread_once(&once, read_environment);
    switches = wanted;
}

bool model_has(enum model_switch which)
{
    return (switches & which) != 0;
}

static struct model_queue *queue_of(int descriptor)
{
    if (descriptor < 0 || descriptor >= QUEUES)
        return NULL;
    return __atomic_load_n(&queues[descriptor], __ATOMIC_SEQ_CST);
}

// ---- Making and ending ----

static bool nest(int outer, int inner)
{
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event) == 0;
}

static void close_raw(int descriptor)
{
    if (descriptor >= 0)
        syscall(SYS_close, descriptor);
}

static void free_queue(struct model_queue *queue)
{
    int error = errno;

    knote_free_all(queue);
    close_raw(queue->readers);
    close_raw(queue->writers);
    free(queue);
    errno = error;
}

int model_open(void)
{
    struct model_queue *queue = calloc(1, sizeof(*queue));

    pthread_once(&once, read_environment);
    if (queue == NULL)
        return -1;
    queue->descriptor = epoll_create1(0);
    queue->readers = epoll_create1(EPOLL_CLOEXEC);
    queue->writers = epoll_create1(EPOLL_CLOEXEC);
    if (queue->descriptor < 0 || queue->descriptor >= QUEUES ||
        queue->readers < 0 || queue->writers < 0 ||
        !nest(queue->descriptor, queue->readers) ||
        !nest(queue->descriptor, queue->writers)) {
        close_raw(queue->descriptor);
        free_queue(queue);
        return -1;
    }
    __atomic_store_n(&queues[queue->descriptor], queue, __ATOMIC_SEQ_CST);
    return queue->descriptor;
}

// A test may have calls of its own, which fail or make those of the model.
__attribute__((weak)) int kqueue(void)
{
    return model_open();
}

// In place of libc's, unless a test has one of its own. The queue goes with its
// descriptor.
__attribute__((weak)) int close(int descriptor)
{
    struct model_queue *queue = queue_of(descriptor);

    if (queue != NULL) {
        __atomic_store_n(&queues[descriptor], NULL, __ATOMIC_SEQ_CST);
        free_queue(queue);
    }
    return (int)syscall(SYS_close, descriptor);
}

// ---- Changes ----

// Returns how many were reported, or -1 for an error that has no room.
static int make_changes(struct model_queue *queue, const struct kevent *changes,
                        int change_count, struct kevent *events, int room)
{
    int reported = 0;

    for (int i = 0; i < change_count; i++) {
        int error = knote_change(queue, &changes[i]);
        if (error == 0 && (changes[i].flags & EV_RECEIPT) == 0)
            continue;
        if (reported == room) {
            errno = error;
            return error != 0 ? -1 : reported;
        }
        events[reported] = changes[i];
        events[reported].flags |= EV_ERROR;
        events[reported++].data = error;
    }
    return reported;
}

// ---- Waits ----

static int collect(struct model_queue *queue, int epoll, struct kevent *events,
                   int room)
{
    struct epoll_event found[BATCH];
    int told = 0;

    if (room <= 0)
        return 0;
    int count = epoll_wait(epoll, found, room < BATCH ? room : BATCH, 0);
    for (int i = 0; i < count; i++)
        told += knote_tell(queue, found[i].data.ptr, found[i].events,
                           &events[told]);
    return told;
}

// Returns how many milliseconds to wait, rounded up.
static int timeout_of(const struct timespec *timeout)
{
    if (timeout == NULL)
        return -1;
    int64_t whole =
        (int64_t)timeout->tv_sec * 1000 + (timeout->tv_nsec + 999999) / 1000000;
    return whole > INT_MAX ? INT_MAX : (int)whole;
}

// Tells of one that there is nothing to tell of: any that clears itself.
static int make_up(struct model_queue *queue, struct kevent *event)
{
    for (size_t i = 0; i < KNOTE_BUCKETS; i++) {
        const struct knote *knote =
            queue->buckets[(i + queue->calls) % KNOTE_BUCKETS];
        for (; knote != NULL; knote = knote->next) {
            if (knote->dead || !knote->enabled ||
                (knote->event.flags & EV_CLEAR) == 0)
                continue;
            *event = knote->event;
            event->flags = EV_CLEAR;
            event->fflags = 0;
            event->data = 0;
            return 1;
        }
    }
    return 0;
}

static int wait_for_events(struct model_queue *queue, struct kevent *events,
                           int room, const struct timespec *timeout)
{
    struct epoll_event ready[2];
    bool is_spurious = model_has(MODEL_SPURIOUS) && queue->calls % 3 == 0;

    if (model_has(MODEL_SHORT))
        room = 1;
    if (epoll_wait(queue->descriptor, ready, 2,
                   is_spurious ? 0 : timeout_of(timeout)) < 0)
        return -1;
    // In turn, so that a short list starves nobody.
    bool writers_first = queue->calls % 2 == 0;
    int first = writers_first ? queue->writers : queue->readers;
    int second = writers_first ? queue->readers : queue->writers;
    int count = collect(queue, first, events, room);
    count += collect(queue, second, events + count, room - count);
    if (count == 0 && is_spurious && queue->calls % 2 == 0)
        count = make_up(queue, events);
    return count;
}

// Triggers come from anywhere: nothing but the lookup and a write is done.
static bool is_trigger(const struct kevent *changes, int change_count)
{
    return change_count == 1 && changes[0].filter == EVFILT_USER &&
           changes[0].flags == 0;
}

int model_call(int descriptor, const struct kevent *changes, int change_count,
               struct kevent *events, int event_count,
               const struct timespec *timeout)
{
    struct model_queue *queue = queue_of(descriptor);

    if (queue == NULL) {
        errno = EBADF;
        return -1;
    }
    if (is_trigger(changes, change_count))
        return make_changes(queue, changes, 1, events, event_count);
    unsigned call = queue->calls++;
    bool is_interrupted = model_has(MODEL_INTERRUPTED);
    if (is_interrupted && call % 5 == 1) {
        errno = EINTR;
        return -1;
    }
    int reported =
        make_changes(queue, changes, change_count, events, event_count);
    if (is_interrupted && call % 5 == 3) {
        errno = EINTR;
        return -1;
    }
    if (reported != 0 || event_count == 0)
        return reported;
    return wait_for_events(queue, events, event_count, timeout);
}

__attribute__((weak)) int kevent(int descriptor, const struct kevent *changes,
                                 int change_count, struct kevent *events,
                                 int event_count,
                                 const struct timespec *timeout)
{
    return model_call(descriptor, changes, change_count, events, event_count,
                      timeout);
}
