// A descriptor has one event for each direction. Each brings back the count of
// the registration that it is of, by which events of older ones are told.
//
// - Ours are registered once, for both directions, each event clearing itself.
//   To be told anew they are taken off before: kernels do not agree on whether
//   an event that is there already and registered again is told again.
// - The caller's have an event that goes off once. That it is still there tells
//   that the descriptor is still the one that it was registered for, so it is
//   switched on once more rather than added.
// - What was given to the kernel is taken back before a descriptor is closed:
//   else an event of the old one could be met under the number of a new one.
// - How much is there to read, or room to write, is not asked: what an event
//   says of that is true only sometimes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>
#include <sys/stat.h>

#include "io/bsd/kqueue.h"
#include "io/posix/interest.h"
#include "io/posix/os_status.h"

#define DIRECTIONS 2

static const int16_t filters[DIRECTIONS] = {
    [TRIO_READABLE] = EVFILT_READ,
    [TRIO_WRITABLE] = EVFILT_WRITE,
};

static struct kqueue *kqueue_of(struct posix *posix)
{
    return (struct kqueue *)posix;
}

static struct kevent change_of(const struct posix *posix,
                               const struct slot *slot, int direction,
                               unsigned flags)
{
    struct kevent change;

    EV_SET(&change, (uintptr_t)(slot - posix->slots), filters[direction],
           (uint16_t)(flags | EV_RECEIPT), 0, 0,
           (void *)(uintptr_t)slot->generation);
    return change;
}

// Changes one direction; returns 0 or the error.
static int change_one(struct posix *posix, struct slot *slot, int direction,
                      unsigned flags)
{
    struct kevent change = change_of(posix, slot, direction, flags);
    uint8_t bit = (uint8_t)(1u << direction);
    int error;

    trio_kqueue_change_(kqueue_of(posix), &change, 1, &error);
    slot->registered &= (uint8_t)~bit;
    if ((flags & EV_DELETE) == 0 && error == 0)
        slot->registered |= bit;
    return error;
}

// The same for both; a direction that fails is not registered.
static void change_both(struct posix *posix, struct slot *slot, unsigned flags,
                        int ret_errors[DIRECTIONS])
{
    struct kevent changes[DIRECTIONS];

    for (int i = 0; i < DIRECTIONS; i++)
        changes[i] = change_of(posix, slot, i, flags);
    trio_kqueue_change_(kqueue_of(posix), changes, DIRECTIONS, ret_errors);
    slot->registered = 0;
    for (int i = 0; i < DIRECTIONS; i++)
        if ((flags & EV_DELETE) == 0 && ret_errors[i] == 0)
            slot->registered |= (uint8_t)(1u << i);
}

trio_status trio_poller_status_(int error)
{
    switch (error) {
    case EPERM: // A regular file, or the like: always ready.
    case EINVAL:
    case ENODEV: // A device that knows no events.
        return TRIO_ENOTSUP;
    case EPIPE: // The other side has gone: a call tells.
        return TRIO_EEXIST;
    default:
        return trio_status_of_errno_(error);
    }
}

// Files have events, of which a loop can make nothing.
static int look_at(int descriptor)
{
    struct stat found;

    if (fstat(descriptor, &found) < 0)
        return errno;
    return S_ISREG(found.st_mode) || S_ISDIR(found.st_mode) ||
                   S_ISBLK(found.st_mode)
               ? EPERM
               : 0;
}

int trio_poller_can_wait_(struct posix *posix, int descriptor)
{
    struct kevent changes[2];
    int errors[2];
    int error = look_at(descriptor);

    if (error != 0)
        return error;
    EV_SET(&changes[0], (uintptr_t)descriptor, EVFILT_READ,
           EV_ADD | EV_DISABLE | EV_RECEIPT, 0, 0, NULL);
    EV_SET(&changes[1], (uintptr_t)descriptor, EVFILT_READ,
           EV_DELETE | EV_RECEIPT, 0, 0, NULL);
    trio_kqueue_change_(kqueue_of(posix), changes, 2, errors);
    return errors[0] == EPIPE ? 0 : errors[0];
}

// No event tells of urgent data, nor of an end that is still behind data: a
// short read never proves that nothing is left.
int trio_poller_watch_(struct posix *posix, struct slot *slot,
                       enum trio_direction direction)
{
    int errors[DIRECTIONS];

    trio_poller_unregister_(posix, slot);
    slot->generation++;
    slot->cuts_short = true;
    change_both(posix, slot, EV_ADD | EV_CLEAR, errors);
    return errors[direction];
}

// What is there still: 0, or the error that says that it is not.
static int keep(struct posix *posix, struct slot *slot)
{
    for (int i = 0; i < DIRECTIONS; i++) {
        if ((slot->registered & 1u << i) == 0)
            continue;
        bool awaited = slot->waiters[i] != NULL;
        int error = change_one(posix, slot, i, awaited ? EV_ENABLE : EV_DELETE);
        // That there was nothing to take off says nothing of the other one: it
        // may have been taken off by a call that was interrupted.
        if (error == 0 || !awaited)
            continue;
        slot->registered = 0; // Of what was closed nothing is left.
        return error;
    }
    return 0;
}

static int add(struct posix *posix, struct slot *slot)
{
    if (slot->registered == 0) {
        int error = look_at((int)(slot - posix->slots));
        if (error != 0)
            return error;
        slot->generation++;
    }
    for (int i = 0; i < DIRECTIONS; i++) {
        if (slot->waiters[i] == NULL || (slot->registered & 1u << i) != 0)
            continue;
        int error = change_one(posix, slot, i, EV_ADD | EV_ONESHOT);
        if (error != 0)
            return error;
    }
    return 0;
}

int trio_poller_await_(struct posix *posix, struct slot *slot)
{
    int error = keep(posix, slot);
    return error == 0 ? add(posix, slot) : error;
}

void trio_poller_unregister_(struct posix *posix, struct slot *slot)
{
    int errors[DIRECTIONS];

    // ENOENT: one of them was not there, or has gone off.
    if (slot->registered)
        change_both(posix, slot, EV_DELETE, errors);
}

void trio_poller_closes_(struct posix *posix, struct slot *slot)
{
    trio_poller_unregister_(posix, slot);
}

void trio_kqueue_deliver_(struct posix *posix, const struct kevent *event)
{
    enum trio_direction direction =
        event->filter == EVFILT_READ ? TRIO_READABLE : TRIO_WRITABLE;
    struct slot *slot = trio_posix_registered_(
        posix, (trio_handle)event->ident, (uint32_t)(uintptr_t)event->udata);

    if (slot == NULL)
        return;
    if (!slot->ours)
        slot->registered &= (uint8_t) ~(1u << direction); // It has gone off.
    trio_posix_tell_(posix, slot, direction);
}
