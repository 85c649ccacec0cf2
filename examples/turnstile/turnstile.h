// Turnstiles that count visitors, each for itself, and tell a server.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_TURNSTILE_TURNSTILE_H
#define EXAMPLES_TURNSTILE_TURNSTILE_H

#include <trio/trio.h>

enum { TURNSTILES_MAX = 3 };

// What the server knows: the visitors that each has let in. Zero at first.
struct tally {
    uint32_t visitors[TURNSTILES_MAX];
};

// Zero at first, but for its number and the server.
struct turnstile {
    uint32_t number;
    uint32_t visitors; // That it has let in.
    struct trio_address server;
};

// Serves turnstiles until it is cancelled, and closes the listener.
TRIO_CHECKPOINT trio_status tally_serve(struct tally *tally,
                                        struct trio_tcp_listener *listener);

// Lets somebody in and tells the server. TRIO_OK: that one knows.
TRIO_CHECKPOINT trio_status turnstile_turn(struct turnstile *turnstile);

// What is said over a connection, once: by the turnstile, and by the server.
TRIO_CHECKPOINT trio_status say_visitor(struct trio_stream *stream,
                                        const struct turnstile *turnstile);
TRIO_CHECKPOINT trio_status hear_visitor(struct trio_stream *stream,
                                         struct tally *tally);

#endif // EXAMPLES_TURNSTILE_TURNSTILE_H
