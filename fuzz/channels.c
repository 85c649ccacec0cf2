// Channels of every kind: sends and receives that wait and that do not, closes,
// clones and cancellations, against two lists of who waits and one of what is
// buffered.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>
#include <trio/testing.h>
#include <trio/trio.h>

#include "fuzz/target.h"
#include "fuzz/task.h"

enum {
    HANDLES = 3,
    PEERS = 24,
    BUFFER_MAX = 3,
    ITEMS_MAX = 128 // Of all.
};

// A status that is none: it waits.
#define WAITS ((trio_status)-1500)

// A task that waits at one end, as the model has it and as it went.
struct peer {
    struct world *world;
    size_t handle;
    bool sends;
    int item;
    trio_status expected;
    int expected_item;
    struct trio_cancel_scope scope;
    bool over;
    trio_status rc;
    int received;
};

struct world {
    struct fuzz_bytes bytes;
    struct trio_nursery nursery;
    int buffer[BUFFER_MAX];
    struct trio_channel channel;
    struct trio_sender senders[HANDLES];
    struct trio_receiver receivers[HANDLES];
    int next_item;
    int discarded; // Items, as it was.

    // ---- The model ----
    size_t capacity;
    bool can_send[HANDLES];
    bool can_receive[HANDLES];
    int items[ITEMS_MAX];
    size_t item_count;
    struct peer peers[PEERS]; // In the order in which they came.
    size_t peer_count;
    int expected_discarded;
};

static struct world world;

// ---- The model ----

static bool any(const bool *open)
{
    return open[0] || open[1] || open[2];
}

// Returns who has waited longest at an end.
static struct peer *first_waiting(bool sends)
{
    for (size_t i = 0; i < world.peer_count; i++)
        if (world.peers[i].expected == WAITS && world.peers[i].sends == sends)
            return &world.peers[i];
    return NULL;
}

static void end_waiting(bool sends, trio_status rc)
{
    struct peer *peer;

    while ((peer = first_waiting(sends)) != NULL)
        peer->expected = rc;
}

static trio_status model_send(size_t handle, int item)
{
    struct peer *peer = first_waiting(false);

    if (!world.can_send[handle])
        return TRIO_ECLOSED;
    if (!any(world.can_receive))
        return TRIO_EBROKEN;
    if (peer != NULL) {
        peer->expected = TRIO_OK;
        peer->expected_item = item;
        return TRIO_OK;
    }
    if (world.item_count >= world.capacity)
        return WAITS;
    world.items[world.item_count++] = item;
    return TRIO_OK;
}

static int take_item(void)
{
    int item = world.items[0];

    memmove(world.items, world.items + 1,
            --world.item_count * sizeof(world.items[0]));
    return item;
}

static trio_status model_receive(size_t handle, int *ret_item)
{
    struct peer *peer = first_waiting(true);

    if (!world.can_receive[handle])
        return TRIO_ECLOSED;
    if (world.item_count == 0 && peer == NULL)
        return any(world.can_send) ? WAITS : TRIO_EEND;
    if (peer != NULL) {
        peer->expected = TRIO_OK;
        world.items[world.item_count++] = peer->item;
    }
    *ret_item = take_item();
    return TRIO_OK;
}

static void model_close(bool sends, size_t handle)
{
    bool *open = sends ? world.can_send : world.can_receive;
    bool was_open = open[handle];

    open[handle] = false;
    for (size_t i = 0; i < world.peer_count; i++) {
        struct peer *peer = &world.peers[i];
        if (peer->expected == WAITS && peer->sends == sends &&
            peer->handle == handle)
            peer->expected = TRIO_ECLOSED;
    }
    if (!was_open || any(open))
        return;
    end_waiting(!sends, sends ? TRIO_EEND : TRIO_EBROKEN);
    if (!sends) {
        world.expected_discarded += (int)world.item_count;
        world.item_count = 0;
    }
}

// ---- Both ----

static void discard(void *item)
{
    (void)item;
    world.discarded++;
}

static TRIO_CHECKPOINT trio_status run_peer(void *arg)
{
    struct peer *peer = arg;

    trio_cancel_scope_open(&peer->scope);
    if (peer->sends)
        peer->rc = trio_channel_send(&world.senders[peer->handle], &peer->item);
    else
        peer->rc = trio_channel_receive(&world.receivers[peer->handle],
                                        &peer->received);
    peer->over = true;
    trio_status rc = peer->rc == TRIO_ECANCELED ? peer->rc : TRIO_OK;
    return trio_cancel_scope_close(&peer->scope, rc);
}

static TRIO_CHECKPOINT trio_status start_peer(bool sends, size_t handle)
{
    struct peer *peer = &world.peers[world.peer_count];

    if (world.peer_count == PEERS)
        return TRIO_OK;
    *peer = (struct peer){.handle = handle, .sends = sends};
    peer->item = sends ? ++world.next_item : 0;
    trio_status rc = sends ? model_send(handle, peer->item)
                           : model_receive(handle, &peer->expected_item);
    peer->expected = rc;
    world.peer_count++;
    return trio_nursery_start_soon(&world.nursery, run_peer, peer);
}

static trio_status without_waiting(trio_status rc)
{
    return rc == WAITS ? TRIO_EWOULDBLOCK : rc;
}

static void send_now(size_t handle)
{
    int item = ++world.next_item;
    trio_status expected = without_waiting(model_send(handle, item));

    FUZZ_CHECK(trio_channel_send_nowait(&world.senders[handle], &item) ==
               expected);
}

static void receive_now(size_t handle)
{
    int expected_item = 0, item = 0;
    trio_status expected =
        without_waiting(model_receive(handle, &expected_item));

    FUZZ_CHECK(trio_channel_receive_nowait(&world.receivers[handle], &item) ==
               expected);
    FUZZ_CHECK(item == expected_item);
}

static void clone(bool sends, size_t from, size_t to)
{
    bool *open = sends ? world.can_send : world.can_receive;
    trio_status rc;

    if (open[to])
        return;
    if (sends)
        rc = trio_sender_clone(&world.senders[from], &world.senders[to]);
    else
        rc = trio_receiver_clone(&world.receivers[from], &world.receivers[to]);
    FUZZ_CHECK(rc == (open[from] ? TRIO_OK : TRIO_ECLOSED));
    open[to] = open[from];
}

static void close_handle(bool sends, size_t handle)
{
    model_close(sends, handle);
    if (sends)
        trio_sender_close(&world.senders[handle]);
    else
        trio_receiver_close(&world.receivers[handle]);
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

static size_t count_waiting(bool sends)
{
    size_t count = 0;

    for (size_t i = 0; i < world.peer_count; i++)
        count +=
            world.peers[i].expected == WAITS && world.peers[i].sends == sends;
    return count;
}

static void check_peers(void)
{
    for (size_t i = 0; i < world.peer_count; i++) {
        const struct peer *peer = &world.peers[i];
        FUZZ_CHECK(peer->over == (peer->expected != WAITS));
        FUZZ_CHECK(!peer->over || peer->rc == peer->expected);
        FUZZ_CHECK(!peer->over || peer->received == peer->expected_item);
    }
}

static TRIO_CHECKPOINT trio_status check_all(void)
{
    trio_status rc = trio_wait_all_tasks_blocked(0);
    struct trio_channel_statistics seen =
        trio_channel_statistics(&world.channel);

    check_peers();
    FUZZ_CHECK(world.discarded == world.expected_discarded);
    FUZZ_CHECK(seen.buffered == world.item_count);
    FUZZ_CHECK(seen.sending == count_waiting(true));
    FUZZ_CHECK(seen.receiving == count_waiting(false));
    return rc;
}

static TRIO_CHECKPOINT trio_status take_step(void)
{
    unsigned what = fuzz_take(&world.bytes);
    unsigned which = fuzz_take(&world.bytes);
    size_t handle = which % HANDLES;
    bool sends = what % 2 == 0;

    switch (what / 2 % 8) {
    case 0:
    case 1:
    case 2:
        return start_peer(sends, handle);
    case 3:
    case 4:
        if (sends)
            send_now(handle);
        else
            receive_now(handle);
        return TRIO_OK;
    case 5:
        clone(sends, handle, which / HANDLES % HANDLES);
        return TRIO_OK;
    case 6:
        close_handle(sends, handle);
        return TRIO_OK;
    default:
        cancel_peer(which);
        return TRIO_OK;
    }
}

static void open_channel(void)
{
    static const size_t capacities[] = {0, 1, BUFFER_MAX,
                                        TRIO_CHANNEL_UNBOUNDED};

    world.capacity = capacities[fuzz_take_below(&world.bytes, 4)];
    bool has_buffer = world.capacity > 0 && world.capacity <= BUFFER_MAX;
    trio_channel_open(&world.channel, sizeof(int),
                      has_buffer ? world.buffer : NULL, world.capacity,
                      &world.senders[0], &world.receivers[0]);
    trio_channel_on_discard(&world.channel, discard);
    world.can_send[0] = world.can_receive[0] = true;
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    open_channel();
    trio_nursery_open(&world.nursery);
    while (rc == TRIO_OK && world.bytes.left > 0 &&
           world.next_item < ITEMS_MAX - PEERS) {
        rc = take_step();
        if (rc == TRIO_OK)
            rc = check_all();
    }
    for (size_t i = 0; i < HANDLES; i++) {
        close_handle(true, i);
        close_handle(false, i);
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
