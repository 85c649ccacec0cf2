// kqueue for Linux, as a model of it for tests: see tests/kqueue/model.h.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TESTS_KQUEUE_SYS_EVENT_H
#define TRIO_TESTS_KQUEUE_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};

#define EV_SET(event, ident_, filter_, flags_, fflags_, data_, udata_)        \
    (*(event) = (struct kevent){(ident_), (int16_t)(filter_),                 \
                                (uint16_t)(flags_), (fflags_), (data_),       \
                                (udata_)})

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7)
#define EVFILT_USER (-10)

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ENABLE 0x0004
#define EV_DISABLE 0x0008
#define EV_ONESHOT 0x0010
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_DISPATCH 0x0080
#define EV_ERROR 0x4000
#define EV_EOF 0x8000

#define NOTE_TRIGGER 0x01000000
#define NOTE_EXIT 0x80000000u
#define NOTE_SECONDS 0x00000001
#define NOTE_USECONDS 0x00000002
#define NOTE_NSECONDS 0x00000004

#if defined(__cplusplus)
extern "C" {
#endif

int kqueue(void);
int kevent(int queue, const struct kevent *changes, int change_count,
           struct kevent *events, int event_count,
           const struct timespec *timeout);

#if defined(__cplusplus)
}
#endif

#endif // TRIO_TESTS_KQUEUE_SYS_EVENT_H
