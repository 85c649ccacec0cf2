// A listener of the tests' own, that works in simulation, and what is said
// over it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_DOOR_H
#define TESTS_DOOR_H

#include <trio/listener.h>
#include <trio/memory_stream.h>
#include <trio/parking_lot.h>

// Accepts the near ends of connections that guests open.
struct door {
    struct trio_listener listener;
    struct trio_memory_stream *arrived[4]; // Far ends, whose peers are to be.
    size_t count;
    struct trio_parking_lot lot;
    bool closed;
};

// Makes one. It listens at an address that is local and has no name.
struct door open_door(void);

// Opens a connection, whose near end is accepted later.
void enter_door(struct door *door, struct trio_memory_stream *guest);

// Is a handler: echoes one byte.
TRIO_CHECKPOINT trio_status echo_once(struct trio_stream *stream, void *arg);

// Talks to that, and closes.
TRIO_CHECKPOINT trio_status have_echoed(struct trio_stream *stream);

#endif // TESTS_DOOR_H
