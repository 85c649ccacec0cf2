// Queues of work: puts, gets and joins that wait, items that are done, ends,
// closes and cancellations, against an array and a list of who waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/queue.h>
#include <trio/testing.h>
#include <trio/trio.h>

#include "fuzz/target.h"
#include "fuzz/task.h"

enum { PEERS = 24, ROOM_MAX = 3, ITEMS_MAX = 128 };

enum verb { PUT, GET, JOIN };

// A status that is none: it waits.
#define WAITS ((trio_status)-1500)

// A task that uses the queue, as the model has it and as it went.
struct peer {
    enum verb verb;
    int item;
    trio_status expected;
    int expected_item;
    struct trio_cancel_scope scope;
    bool over;
    trio_status rc;
    int got;
};

static struct world {
    struct fuzz_bytes bytes;
    struct trio_nursery nursery;
    int buffer[ROOM_MAX];
    struct trio_queue queue;
    int next_item;

    // ---- The model ----
    size_t capacity;
    int items[ITEMS_MAX];
    size_t item_count;
    size_t unfinished; // Those in `items` are.
    bool ended, closed;
    struct peer peers[PEERS]; // In the order in which they came.
    size_t peer_count;
} world;

// ---- The model ----

static struct peer *first_waiting(enum verb verb)
{
    for (size_t i = 0; i < world.peer_count; i++)
        if (world.peers[i].expected == WAITS && world.peers[i].verb == verb)
            return &world.peers[i];
    return NULL;
}

static void end_waiting(enum verb verb, trio_status rc)
{
    struct peer *peer;

    while ((peer = first_waiting(verb)) != NULL)
        peer->expected = rc;
}

static void look_whether_done(void)
{
    if (world.unfinished == 0)
        end_waiting(JOIN, TRIO_OK);
}

static trio_status model_put(int item)
{
    struct peer *getter = first_waiting(GET);

    if (world.ended || world.closed)
        return TRIO_ECLOSED;
    if (getter == NULL && world.item_count >= world.capacity)
        return WAITS;
    world.unfinished++;
    if (getter == NULL) {
        world.items[world.item_count++] = item;
        return TRIO_OK;
    }
    getter->expected = TRIO_OK;
    getter->expected_item = item;
    return TRIO_OK;
}

static trio_status model_get(int *ret_item)
{
    struct peer *putter = first_waiting(PUT);

    if (world.closed)
        return TRIO_ECLOSED;
    if (putter != NULL) {
        putter->expected = TRIO_OK;
        world.unfinished++;
        world.items[world.item_count++] = putter->item;
    }
    if (world.item_count == 0)
        return world.ended ? TRIO_EEND : WAITS;
    *ret_item = world.items[0];
    memmove(world.items, world.items + 1,
            --world.item_count * sizeof(world.items[0]));
    return TRIO_OK;
}

static trio_status model_join(void)
{
    return world.unfinished > 0 ? WAITS : TRIO_OK;
}

// ---- Both ----

static TRIO_CHECKPOINT trio_status perform(struct peer *peer)
{
    switch (peer->verb) {
    case PUT:
        return trio_queue_put(&world.queue, &peer->item);
    case GET:
        return trio_queue_get(&world.queue, &peer->got);
    case JOIN:
        break;
    }
    return trio_queue_join(&world.queue);
}

static TRIO_CHECKPOINT trio_status run_peer(void *arg)
{
    struct peer *peer = arg;

    trio_cancel_scope_open(&peer->scope);
    peer->rc = perform(peer);
    peer->over = true;
    trio_status rc = peer->rc == TRIO_ECANCELED ? peer->rc : TRIO_OK;
    return trio_cancel_scope_close(&peer->scope, rc);
}

static TRIO_CHECKPOINT trio_status start_peer(enum verb verb)
{
    struct peer *peer = &world.peers[world.peer_count];

    if (world.peer_count == PEERS)
        return TRIO_OK;
    *peer = (struct peer){.verb = verb, .item = ++world.next_item};
    trio_status rc = verb == PUT   ? model_put(peer->item)
                     : verb == GET ? model_get(&peer->expected_item)
                                   : model_join();
    peer->expected = rc;
    world.peer_count++;
    return trio_nursery_start_soon(&world.nursery, run_peer, peer);
}

static trio_status without_waiting(trio_status rc)
{
    return rc == WAITS ? TRIO_EWOULDBLOCK : rc;
}

static void put_now(void)
{
    int item = ++world.next_item;
    trio_status expected = without_waiting(model_put(item));

    FUZZ_CHECK(trio_queue_put_nowait(&world.queue, &item) == expected);
}

static void get_now(void)
{
    int expected_item = 0, item = 0;
    trio_status expected = without_waiting(model_get(&expected_item));

    FUZZ_CHECK(trio_queue_get_nowait(&world.queue, &item) == expected);
    FUZZ_CHECK(item == expected_item);
}

static void finish_one(void)
{
    if (world.unfinished == world.item_count)
        return; // It would be misuse.
    world.unfinished--;
    look_whether_done();
    trio_queue_task_done(&world.queue);
}

static void end_queue(void)
{
    world.ended = true;
    end_waiting(PUT, TRIO_ECLOSED);
    end_waiting(GET, TRIO_EEND);
    trio_queue_end(&world.queue);
}

static void close_queue(void)
{
    world.closed = true;
    end_waiting(PUT, TRIO_EBROKEN);
    end_waiting(GET, TRIO_ECLOSED);
    world.unfinished -= world.item_count;
    world.item_count = 0;
    look_whether_done();
    trio_queue_close(&world.queue);
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

static size_t count_waiting(enum verb verb)
{
    size_t count = 0;

    for (size_t i = 0; i < world.peer_count; i++)
        count +=
            world.peers[i].expected == WAITS && world.peers[i].verb == verb;
    return count;
}

static TRIO_CHECKPOINT trio_status check_all(void)
{
    trio_status rc = trio_wait_all_tasks_blocked(0);
    struct trio_queue_statistics seen = trio_queue_statistics(&world.queue);

    for (size_t i = 0; i < world.peer_count; i++) {
        const struct peer *peer = &world.peers[i];
        FUZZ_CHECK(peer->over == (peer->expected != WAITS));
        FUZZ_CHECK(!peer->over || peer->rc == peer->expected);
        FUZZ_CHECK(!peer->over || peer->got == peer->expected_item);
    }
    FUZZ_CHECK(seen.capacity == world.capacity);
    FUZZ_CHECK(seen.buffered == world.item_count);
    FUZZ_CHECK(seen.unfinished == world.unfinished);
    FUZZ_CHECK(seen.putting == count_waiting(PUT));
    FUZZ_CHECK(seen.getting == count_waiting(GET));
    FUZZ_CHECK(seen.joining == count_waiting(JOIN));
    return rc;
}

static void act_at_once(unsigned what, unsigned which)
{
    switch (what) {
    case 0:
        put_now();
        break;
    case 1:
        get_now();
        break;
    case 2:
    case 3:
        finish_one();
        break;
    case 4:
        if (which % 4 == 0)
            close_queue();
        else
            end_queue();
        break;
    default:
        cancel_peer(which);
    }
}

// Acts that are joined happen at the same instant: nobody runs between them.
static TRIO_CHECKPOINT trio_status take_step(void)
{
    enum { VERBS = 3, AT_ONCE = 6, JOINED = 128 };
    unsigned byte = fuzz_take(&world.bytes);
    unsigned what = byte % JOINED % (VERBS + VERBS + AT_ONCE);

    if (what < VERBS + VERBS) {
        trio_status rc = start_peer((enum verb)(what % VERBS));
        return rc == TRIO_OK ? check_all() : rc;
    }
    act_at_once(what - VERBS - VERBS, fuzz_take(&world.bytes));
    return byte >= JOINED ? TRIO_OK : check_all();
}

static void open_queue(void)
{
    static const size_t capacities[] = {0, 1, ROOM_MAX, TRIO_CHANNEL_UNBOUNDED};

    world.capacity = capacities[fuzz_take_below(&world.bytes, 4)];
    bool has_buffer = world.capacity > 0 && world.capacity <= ROOM_MAX;
    trio_queue_open(&world.queue, sizeof(int), has_buffer ? world.buffer : NULL,
                    world.capacity);
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    open_queue();
    trio_nursery_open(&world.nursery);
    while (rc == TRIO_OK && world.bytes.left > 0 &&
           world.next_item < ITEMS_MAX - PEERS)
        rc = take_step();
    close_queue();
    while (world.unfinished > 0)
        finish_one();
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
