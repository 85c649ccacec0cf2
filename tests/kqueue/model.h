// A model of kqueue over epoll, so that the poller for kqueue runs in tests on
// Linux as it is. The environment variable KQUEUE_MODEL lists, separated by
// commas, in which ways the kernel is to be difficult. None of them is wrong:
// some kernel does it, or may.
//
//     quiet_add     adding what is there already tells nothing of data that was
//                   told of before
//     quiet_enable  nor does enabling what was switched off by EV_DISPATCH
//     no_data       `data` is 0
//     spurious      waits end early, and events come for nothing
//     short         a wait returns one event, however many there are
//     interrupted   calls fail with EINTR, before or after their changes
//
// A queue is used by one thread, but for triggers of EVFILT_USER, which come
// from any and from signal handlers. EVFILT_SIGNAL sees the signals that its
// thread blocks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TESTS_KQUEUE_MODEL_H
#define TRIO_TESTS_KQUEUE_MODEL_H

#include <stdbool.h>
#include <sys/event.h>
#include <sys/types.h>

enum model_switch {
    MODEL_QUIET_ADD = 1,
    MODEL_QUIET_ENABLE = 2,
    MODEL_NO_DATA = 4,
    MODEL_SPURIOUS = 8,
    MODEL_SHORT = 16,
    MODEL_INTERRUPTED = 32
};

// Sets which of them are on, from now on.
void model_switch_on(unsigned switches);

// Says whether one is.
bool model_has(enum model_switch which);

// As kqueue and kevent, for tests that have functions of these names.
int model_open(void);
int model_call(int descriptor, const struct kevent *changes, int change_count,
               struct kevent *events, int event_count,
               const struct timespec *timeout);

// ---- knote.c ----

struct knote {
    struct knote *next;
    struct kevent event; // As it was registered last.
    int source;          // What epoll waits for.
    dev_t device;        // What the descriptor was when it was added,
    ino_t inode;         // for one of the caller's.
    bool enabled;
    bool dead;
    bool lost;      // Epoll has it still, for a file that has lost its number.
    bool muted;     // Tells nothing before there is
    int muted_size; // another size than this.
};

#define KNOTE_BUCKETS 1024

struct model_queue {
    int descriptor; // An epoll, in which there are two more.
    int readers;    // The epoll of all that is read from: all but EVFILT_WRITE.
    int writers;
    struct knote *buckets[KNOTE_BUCKETS];
    unsigned calls;
};

// Makes a change; returns 0 or the error.
int knote_change(struct model_queue *queue, const struct kevent *change);

// Fills in what to tell of a knote that epoll has told of. False: nothing.
bool knote_tell(struct model_queue *queue, struct knote *knote,
                unsigned epoll_events, struct kevent *ret_event);

void knote_free_all(struct model_queue *queue);

#endif // TRIO_TESTS_KQUEUE_MODEL_H
