// Selects among sends, receives, events and times, against a list of who waits
// for what: two channels without handles to spare, and two events.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/select.h>
#include <trio/testing.h>
#include <trio/trio.h>

#include "fuzz/target.h"
#include "fuzz/task.h"

enum { CHANNELS = 2, EVENTS = 2, CASES = 4, PEERS = 24, ITEMS_MAX = 120 };

enum kind { SEND, RECEIVE, EVENT, AT, KINDS };

// A status that is none: it waits.
#define WAITS ((trio_status)-1500)

// One thing that a task waits for.
struct option {
    enum kind kind;
    size_t object; // A channel's or event's number.
    int item;      // To be sent.
    trio_time time;
    int received, expected; // Items; 0: none.
};

// A task in a select, as the model has it and as it went.
struct peer {
    struct option options[CASES];
    size_t count;
    size_t first; // The option that is tried first.
    trio_status expected;
    size_t expected_index;
    struct trio_cancel_scope scope;
    bool over;
    trio_status rc;
    size_t index;
};

static struct world {
    struct fuzz_bytes bytes;
    struct trio_nursery nursery;
    struct trio_select select;
    struct trio_channel channels[CHANNELS]; // Without room, and with some.
    struct trio_sender senders[CHANNELS];
    struct trio_receiver receivers[CHANNELS];
    struct trio_event events[EVENTS];
    int room; // For the item of the second channel.
    int next_item;

    // ---- The model ----
    size_t turn;
    int stored; // The same; 0: it is free.
    bool can_send[CHANNELS], can_receive[CHANNELS];
    bool set[EVENTS];
    struct peer peers[PEERS]; // In the order in which they came.
    size_t peer_count;
} world;

// ---- The model ----

static struct option *option_at(struct peer *peer, size_t turn)
{
    return &peer->options[(peer->first + turn) % peer->count];
}

static void end(struct peer *peer, const struct option *option, trio_status rc)
{
    peer->expected = rc;
    peer->expected_index = (size_t)(option - peer->options);
}

// Returns who has waited longest with such an option, or NULL.
static struct peer *first_waiting(enum kind kind, size_t object,
                                  struct option **ret_option)
{
    for (size_t i = 0; i < world.peer_count; i++) {
        struct peer *peer = &world.peers[i];
        for (size_t turn = 0; turn < peer->count; turn++) {
            struct option *option = option_at(peer, turn);
            if (peer->expected != WAITS || option->kind != kind ||
                option->object != object)
                continue;
            *ret_option = option;
            return peer;
        }
    }
    return NULL;
}

static void end_waiting(enum kind kind, size_t object, trio_status rc)
{
    struct option *option;
    struct peer *peer;

    while ((peer = first_waiting(kind, object, &option)) != NULL)
        end(peer, option, rc);
}

static trio_status model_send(size_t channel, int item)
{
    struct option *theirs;
    struct peer *peer = first_waiting(RECEIVE, channel, &theirs);

    if (!world.can_send[channel])
        return TRIO_ECLOSED;
    if (!world.can_receive[channel])
        return TRIO_EBROKEN;
    if (peer != NULL) {
        theirs->expected = item;
        end(peer, theirs, TRIO_OK);
        return TRIO_OK;
    }
    if (channel == 0 || world.stored != 0)
        return WAITS;
    world.stored = item;
    return TRIO_OK;
}

static trio_status model_receive(size_t channel, int *ret_item)
{
    struct option *theirs = NULL;
    struct peer *peer = first_waiting(SEND, channel, &theirs);
    int next = peer == NULL ? 0 : theirs->item;

    if (!world.can_receive[channel])
        return TRIO_ECLOSED;
    if (peer != NULL)
        end(peer, theirs, TRIO_OK);
    if (channel == 1 && world.stored != 0) {
        *ret_item = world.stored;
        world.stored = next;
        return TRIO_OK;
    }
    *ret_item = next;
    if (next != 0)
        return TRIO_OK;
    return world.can_send[channel] ? WAITS : TRIO_EEND;
}

static trio_status model_try(struct option *option)
{
    switch (option->kind) {
    case SEND:
        return model_send(option->object, option->item);
    case RECEIVE:
        return model_receive(option->object, &option->expected);
    case EVENT:
        return world.set[option->object] ? TRIO_OK : WAITS;
    default:
        return trio_now() >= option->time ? TRIO_OK : WAITS;
    }
}

static void model_select(struct peer *peer)
{
    peer->expected = WAITS;
    if (peer->count > 0)
        peer->first = world.turn++ % peer->count;
    for (size_t turn = 0; turn < peer->count; turn++) {
        struct option *option = option_at(peer, turn);
        trio_status rc = model_try(option);
        if (rc == WAITS)
            continue;
        end(peer, option, rc);
        return;
    }
}

// Time has come to where it is now: of several that are due, the earliest.
static void model_time(struct peer *peer)
{
    const struct option *due = NULL;

    for (size_t turn = 0; turn < peer->count; turn++) {
        const struct option *option = option_at(peer, turn);
        if (option->kind == AT && (due == NULL || option->time < due->time))
            due = option;
    }
    if (peer->expected == WAITS && due != NULL && due->time <= trio_now())
        end(peer, due, TRIO_OK);
}

// ---- Both ----

static struct trio_case case_of(struct option *option)
{
    switch (option->kind) {
    case SEND:
        return trio_case_send(&world.senders[option->object], &option->item);
    case RECEIVE:
        return trio_case_receive(&world.receivers[option->object],
                                 &option->received);
    case EVENT:
        return trio_case_event(&world.events[option->object]);
    default:
        return trio_case_at(option->time);
    }
}

static TRIO_CHECKPOINT trio_status run_peer(void *arg)
{
    struct peer *peer = arg;
    struct trio_case cases[CASES];

    for (size_t i = 0; i < peer->count; i++)
        cases[i] = case_of(&peer->options[i]);
    trio_cancel_scope_open(&peer->scope);
    peer->rc = trio_select(&world.select, cases, peer->count, &peer->index);
    peer->over = true;
    trio_status rc = peer->rc == TRIO_ECANCELED ? peer->rc : TRIO_OK;
    return trio_cancel_scope_close(&peer->scope, rc);
}

static struct option take_option(void)
{
    unsigned byte = fuzz_take(&world.bytes);
    struct option option = {.kind = (enum kind)(byte % KINDS),
                            .object = byte / KINDS % CHANNELS};

    if (option.kind == SEND)
        option.item = ++world.next_item;
    if (option.kind == AT)
        option.time = trio_time_add(trio_now(), byte / 16 % 4 * TRIO_MS);
    return option;
}

static TRIO_CHECKPOINT trio_status start_peer(size_t count)
{
    struct peer *peer = &world.peers[world.peer_count];

    if (world.peer_count == PEERS)
        return TRIO_OK;
    *peer = (struct peer){.count = count};
    for (size_t i = 0; i < count; i++)
        peer->options[i] = take_option();
    model_select(peer);
    world.peer_count++;
    return trio_nursery_start_soon(&world.nursery, run_peer, peer);
}

static trio_status without_waiting(trio_status rc)
{
    return rc == WAITS ? TRIO_EWOULDBLOCK : rc;
}

static void send_now(size_t channel)
{
    int item = ++world.next_item;
    trio_status expected = without_waiting(model_send(channel, item));

    FUZZ_CHECK(trio_channel_send_nowait(&world.senders[channel], &item) ==
               expected);
}

static void receive_now(size_t channel)
{
    int expected_item = 0, item = 0;
    trio_status expected =
        without_waiting(model_receive(channel, &expected_item));

    FUZZ_CHECK(trio_channel_receive_nowait(&world.receivers[channel], &item) ==
               expected);
    FUZZ_CHECK(item == expected_item);
}

static void set_event(size_t event)
{
    world.set[event] = true;
    end_waiting(EVENT, event, TRIO_OK);
    trio_event_set(&world.events[event]);
}

static void close_sender(size_t channel)
{
    world.can_send[channel] = false;
    end_waiting(SEND, channel, TRIO_ECLOSED);
    end_waiting(RECEIVE, channel, TRIO_EEND);
    trio_sender_close(&world.senders[channel]);
}

static void close_receiver(size_t channel)
{
    world.can_receive[channel] = false;
    end_waiting(RECEIVE, channel, TRIO_ECLOSED);
    end_waiting(SEND, channel, TRIO_EBROKEN);
    if (channel == 1)
        world.stored = 0;
    trio_receiver_close(&world.receivers[channel]);
}

static void cancel_peer(size_t number)
{
    struct peer *peer = &world.peers[number % PEERS];

    if (number >= world.peer_count || peer->over)
        return;
    if (peer->expected == WAITS)
        peer->expected = TRIO_ECANCELED;
    trio_cancel_scope_cancel(&peer->scope, NULL);
}

// ---- What must hold whenever all wait ----

static TRIO_CHECKPOINT trio_status check_all(void)
{
    trio_status rc = trio_wait_all_tasks_blocked(0);

    for (size_t i = 0; i < world.peer_count; i++) {
        const struct peer *peer = &world.peers[i];
        FUZZ_CHECK(peer->over == (peer->expected != WAITS));
        FUZZ_CHECK(!peer->over || peer->rc == peer->expected);
        FUZZ_CHECK(!peer->over || peer->rc == TRIO_ECANCELED ||
                   peer->index == peer->expected_index);
        for (size_t option = 0; option < peer->count; option++)
            FUZZ_CHECK(peer->options[option].received ==
                       peer->options[option].expected);
    }
    FUZZ_CHECK(trio_channel_statistics(&world.channels[1]).buffered ==
               (world.stored != 0));
    return rc;
}

static TRIO_CHECKPOINT trio_status pass_time(trio_duration time)
{
    trio_status rc = trio_sleep(time);

    for (size_t i = 0; i < world.peer_count; i++)
        model_time(&world.peers[i]);
    return rc;
}

static void act_at_once(unsigned what, unsigned which)
{
    switch (what) {
    case 0:
        send_now(which % CHANNELS);
        break;
    case 1:
        receive_now(which % CHANNELS);
        break;
    case 2:
        set_event(which % EVENTS);
        break;
    case 3:
        if (which / CHANNELS % 2 == 0)
            close_sender(which % CHANNELS);
        else
            close_receiver(which % CHANNELS);
        break;
    default:
        cancel_peer(which);
    }
}

// Acts that are joined happen at the same instant: nobody runs between them.
static TRIO_CHECKPOINT trio_status take_step(void)
{
    enum { STARTS = 8, TIME = STARTS, AT_ONCE, ALL = AT_ONCE + 5 };
    enum { JOINED = 128 };
    unsigned byte = fuzz_take(&world.bytes);
    unsigned what = byte % JOINED % ALL;
    trio_status rc = TRIO_OK;

    if (what < STARTS)
        rc = start_peer(what % (CASES + 1));
    else if (what == TIME)
        rc = pass_time(TRIO_MS);
    else
        act_at_once(what - AT_ONCE, fuzz_take(&world.bytes));
    if (rc != TRIO_OK || (byte >= JOINED && what >= AT_ONCE))
        return rc;
    return check_all();
}

static void open_all(void)
{
    for (size_t i = 0; i < CHANNELS; i++) {
        trio_channel_open(&world.channels[i], sizeof(int),
                          i == 0 ? NULL : &world.room, i, &world.senders[i],
                          &world.receivers[i]);
        world.can_send[i] = world.can_receive[i] = true;
    }
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    open_all();
    trio_nursery_open(&world.nursery);
    while (rc == TRIO_OK && world.bytes.left > 0 && world.next_item < ITEMS_MAX)
        rc = take_step();
    for (size_t i = 0; i < world.peer_count; i++)
        cancel_peer(i);
    for (size_t i = 0; i < CHANNELS; i++) {
        close_sender(i);
        close_receiver(i);
    }
    if (rc == TRIO_OK)
        rc = check_all();
    return trio_nursery_close(&world.nursery, rc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&world, 0, sizeof(world));
    world.bytes = (struct fuzz_bytes){data, size};
    fuzz_run(run, NULL);
    return 0;
}
