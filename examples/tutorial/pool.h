// A pool of connections.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_TUTORIAL_POOL_H
#define EXAMPLES_TUTORIAL_POOL_H

#include <trio/semaphore.h>
#include <trio/trio.h>

struct connection {
    struct connection *next;
};

struct pool {
    struct trio_semaphore permits; // One for each connection that is idle.
    struct connection *idle;
};

void pool_open(struct pool *pool, struct connection *connections, size_t count);

// Returns how many connections lie in the pool.
size_t pool_count(const struct pool *pool);

// Takes a connection that is alive, waiting until there is one.
TRIO_CHECKPOINT trio_status pool_take(struct pool *pool,
                                      struct connection **ret_connection);

void pool_give_back(struct pool *pool, struct connection *connection);

// Asks something of who is at the other end, and waits for the answer.
TRIO_CHECKPOINT trio_status ask(struct connection *connection,
                                trio_duration latency);

#endif // EXAMPLES_TUTORIAL_POOL_H
