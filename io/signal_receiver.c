// A signal arrives in a handler, which may only set a bit and post an entry.
// The entry may then still be queued when its receiver is closed, and entries
// cannot be taken back. So it lives in a relay of its own: close cuts the relay
// off from the receiver, and the relay frees itself when nothing is queued any
// more.
//
// Every signal that was watched for is in exactly one place: in the bits, in
// the queue, taken, or raised again by close. None gets lost.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/signal.h>

#include <stdlib.h>
#include <string.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

#define SIGNAL_MAX 64

static const struct trio_wait receive_wait = {.verb = "receive a signal",
                                              .access = TRIO_ACCESS_ACQUIRE};

struct relay {
    struct trio_entry entry;
    struct trio_signal_receiver *receiver; // NULL: closed.
};

// Moves what has arrived from the bits to the queue. Each signal counts once.
static void collect(struct trio_signal_receiver *receiver)
{
    uint64_t arrived =
        __atomic_exchange_n(&receiver->watch.pending, 0, __ATOMIC_SEQ_CST);

    for (int signal = 1; arrived != 0; signal++, arrived >>= 1) {
        if ((arrived & 1) == 0 ||
            memchr(receiver->queue, signal, receiver->count) != NULL)
            continue;
        TRIO_ASSERT(receiver->count < sizeof(receiver->queue));
        receiver->queue[receiver->count++] = (uint8_t)signal;
    }
}

static void on_arrival(struct trio_entry *entry)
{
    struct relay *relay = (struct relay *)entry; // Its first member.

    if (relay->receiver == NULL) {
        free(relay);
        return;
    }
    collect(relay->receiver);
    trio_parking_lot_unpark(&relay->receiver->lot, relay->receiver->count);
}

// Returns 0 if one of them cannot be.
static uint64_t set_of(const int *signals, size_t count)
{
    uint64_t set = 0;

    if (count > SIGNAL_MAX)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (signals[i] < 1 || signals[i] > SIGNAL_MAX)
            return 0;
        set |= UINT64_C(1) << (signals[i] - 1);
    }
    return set;
}

// Says which of them cannot be.
static trio_status refuse(const int *signals, size_t count)
{
    if (count > SIGNAL_MAX)
        return trio_fail(TRIO_EINVAL, "receive %zu signals, at most %d", count,
                         SIGNAL_MAX);
    for (size_t i = 0; i < count; i++)
        if (signals[i] < 1 || signals[i] > SIGNAL_MAX)
            return trio_fail(TRIO_EINVAL, "receive signal %d, not from 1 to %d",
                             signals[i], SIGNAL_MAX);
    return trio_fail(TRIO_EINVAL, "receive no signals");
}

static trio_status start_watching(struct trio_signal_receiver *receiver)
{
    const struct trio_world *world = trio_run_world();
    struct relay *relay = malloc(sizeof(*relay));

    if (relay == NULL)
        return TRIO_ENOMEM;
    *relay = (struct relay){.entry = TRIO_ENTRY_INIT(on_arrival),
                            .receiver = receiver};
    receiver->watch.entry = &relay->entry;
    trio_status rc = trio_poster_open(&receiver->watch.poster);
    if (rc != TRIO_OK) {
        free(relay);
        return rc;
    }
    rc = world->jobs->watch_signals(world->context, &receiver->watch);
    if (rc != TRIO_OK) {
        trio_poster_close(receiver->watch.poster);
        free(relay);
    }
    return rc;
}

trio_status trio_signal_receiver_open(struct trio_signal_receiver *receiver,
                                      const int *signals, size_t count)
{
    *receiver =
        (struct trio_signal_receiver){.watch.signals = set_of(signals, count)};
    if (receiver->watch.signals == 0)
        return refuse(signals, count);
    trio_status rc = start_watching(receiver);
    if (rc != TRIO_OK)
        return trio_fail(rc, "receive signals");
    receiver->open = true;
    return TRIO_OK;
}

trio_status trio_signal_receiver_receive(struct trio_signal_receiver *receiver,
                                         int *ret_signal)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    bool parked = false;

    if (rc != TRIO_OK)
        return rc;
    if (!receiver->open)
        trio_misuse("a signal receiver is open while it is used", receiver);
    trio_touch(receiver, TRIO_ACCESS_ACQUIRE);
    // Whoever came in between may have taken what we were woken for.
    while (receiver->count == 0) {
        rc = trio_parking_lot_park(&receiver->lot, &receive_wait, receiver);
        if (rc == TRIO_OK && !receiver->open)
            rc = trio_fail_bare(TRIO_ECLOSED);
        if (rc != TRIO_OK)
            return rc;
        parked = true;
    }
    *ret_signal = receiver->queue[0];
    receiver->count--;
    memmove(receiver->queue, receiver->queue + 1, receiver->count);
    if (!parked)
        trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

void trio_signal_receiver_close(struct trio_signal_receiver *receiver)
{
    const struct trio_world *world = trio_run_world();

    if (!receiver->open)
        return;
    receiver->open = false;
    world->jobs->unwatch_signals(world->context, &receiver->watch);
    trio_poster_close(receiver->watch.poster);

    // From here on no handler posts the entry: queued or not, it stays so.
    struct relay *relay = (struct relay *)receiver->watch.entry;
    relay->receiver = NULL;
    if (!__atomic_load_n(&relay->entry.queued, __ATOMIC_ACQUIRE))
        free(relay);

    while (trio_parking_lot_unpark_one_with(&receiver->lot, TRIO_ECLOSED))
        continue;
    collect(receiver); // S51: who handled them before us gets them now.
    for (size_t i = 0; i < receiver->count; i++)
        world->jobs->raise_signal(world->context, receiver->queue[i]);
    receiver->count = 0;
}
