// A channel of letters, and tasks that send or receive one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_PIPE_H
#define TESTS_PIPE_H

#include <trio/channel.h>
#include <trio/nursery.h>

enum { PIPE_ROOM = 4 };

// A channel with its first handles.
struct pipe {
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    char buffer[PIPE_ROOM];
};

// Opens a channel of letters; `capacity` up to PIPE_ROOM, or unbounded.
void pipe_open(struct pipe *pipe, size_t capacity);

// Closes the first handles.
void pipe_close(struct pipe *pipe);

// Reads the statistics.
struct trio_channel_statistics pipe_look(const struct pipe *pipe);

// Sends letters that do not have to wait.
void pipe_fill(struct pipe *pipe, const char *letters);

// Receives what is there now, as text. Valid until the next call.
const char *pipe_drain(struct pipe *pipe);

// One task's send or receive, and what came of it.
struct hand {
    struct trio_sender *sender;     // To send `item` through,
    struct trio_receiver *receiver; // or else to receive it from.
    char item;
    struct log *log; // For the test.
    trio_status rc;
    bool done;
};

// Starts each hand and lets it come to its wait before the next.
TRIO_PARKS void hands_start(struct trio_nursery *nursery, struct hand *hands,
                            size_t count);

#endif // TESTS_PIPE_H
