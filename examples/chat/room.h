// A room in which guests talk: what one says, all others hear.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_CHAT_ROOM_H
#define EXAMPLES_CHAT_ROOM_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/stream.h>
#include <trio/time.h>

#define CHAT_NAME_MAX 20
#define CHAT_LINE_MAX 200 // What a guest may say at once, in bytes.
#define CHAT_QUEUE_MAX 16 // Lines that may wait for a guest.
#define CHAT_NAME_LIMIT (60 * TRIO_SECOND) // For a guest to say its name.

struct chat_guest;

// A `chat_room` is where guests meet. Zero is an empty one.
struct chat_room {
    struct chat_guest *guests; // The newest first.
};

// Lets a guest in, whose first line is its name, until it goes or says too much
// at once; for trio_serve. `room` is the struct chat_room. Who does not say a
// name in time is not let in. A guest that does not read misses lines, and is
// told how many: nobody ever waits for it.
//
// Checkpoint: always.
// Returns: TRIO_OK         it has gone.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_ENOMEM     out of memory.
//          other           what the stream returned.
TRIO_CHECKPOINT trio_status chat_serve_guest(struct trio_stream *stream,
                                             void *room);

#endif // EXAMPLES_CHAT_ROOM_H
