// A listener of the tests' own, that works in simulation, and what is said
// over it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/door.h"

#include "tests/check.h"

static const struct trio_wait door_wait = {.verb = "accept",
                                           .access = TRIO_ACCESS_ACQUIRE};

static TRIO_CHECKPOINT trio_status door_accept(struct trio_listener *listener,
                                               void *storage,
                                               struct trio_stream **ret_stream,
                                               struct trio_address *ret_peer)
{
    struct door *door = (struct door *)listener;
    struct trio_memory_stream *near = storage;

    while (!door->closed && door->count == 0) {
        trio_status rc = trio_parking_lot_park(&door->lot, &door_wait, door);
        if (rc != TRIO_OK)
            return rc;
    }
    if (door->closed)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_memory_stream_pair(near, door->arrived[--door->count]);
    *ret_stream = &near->stream;
    *ret_peer = (struct trio_address){.family = TRIO_ADDRESS_LOCAL};
    trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

static struct trio_address door_address(const struct trio_listener *listener)
{
    (void)listener;
    return (struct trio_address){.family = TRIO_ADDRESS_LOCAL};
}

static void door_close(struct trio_listener *listener)
{
    struct door *door = (struct door *)listener;

    door->closed = true;
    trio_parking_lot_unpark_all(&door->lot);
}

static const struct trio_listener_operations door_operations = {
    .accept = door_accept, .address = door_address, .close = door_close};

struct door open_door(void)
{
    return (struct door){
        .listener = {&door_operations, sizeof(struct trio_memory_stream)},
        .lot = TRIO_PARKING_LOT_INIT};
}

void enter_door(struct door *door, struct trio_memory_stream *guest)
{
    door->arrived[door->count++] = guest;
    trio_parking_lot_unpark_one(&door->lot);
}

// ---- What is said over it ----

trio_status echo_once(struct trio_stream *stream, void *arg)
{
    char byte;
    size_t length;

    (void)arg;
    trio_status rc = trio_stream_receive_some(stream, &byte, 1, &length);
    return rc == TRIO_OK ? trio_stream_send_all(stream, &byte, 1, NULL) : rc;
}

trio_status have_echoed(struct trio_stream *stream)
{
    char byte = '-';
    size_t length;
    trio_status rc = trio_stream_send_all(stream, "x", 1, NULL);

    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(stream, &byte, 1, &length);
    CHECK(rc != TRIO_OK || byte == 'x');
    return trio_combine(rc, trio_stream_close(stream));
}
