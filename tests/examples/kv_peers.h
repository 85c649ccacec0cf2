// A kv_server and its clients, over streams in memory and under virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_KV_PEERS_H
#define TESTS_EXAMPLES_KV_PEERS_H

#include "examples/kv_server/server.h"
#include "tests/check.h"
#include "tests/examples/try.h"

// Limits that are easily reached.
extern const struct kv_limits kv_peers_limits;

// One connection: the test's end, and a task that serves the other.
struct peer {
    struct kv_server *server;
    struct trio_memory_stream near, far;
    trio_status rc; // What serving it returned.
    bool served;
};

struct world {
    struct kv_server server;
    struct trio_nursery nursery;
    struct peer peers[4];
};

// Connects one more, or one again.
TRIO_MUST_USE trio_status connect_peer(struct peer *peer,
                                       struct kv_server *server,
                                       struct trio_nursery *nursery);
void close_peer(struct peer *peer);

TRIO_CHECKPOINT trio_status say(struct peer *peer, const char *text);

// Receives what is to be `expected`, which fails at the first part that is not.
TRIO_CHECKPOINT trio_status expect(struct peer *peer, const char *expected);

TRIO_CHECKPOINT trio_status exchange(struct peer *peer, const char *request,
                                     const char *reply);

// Receives until the end; counts how much that was.
TRIO_CHECKPOINT trio_status receive_to_end(struct peer *peer,
                                           size_t *ret_received);

// Receives the end, and nothing before it.
TRIO_CHECKPOINT trio_status expect_end(struct peer *peer);

// Runs a body with a server and so many clients; whatever happened, nobody is
// left and nothing is kept.
TRIO_PARKS void run_world(size_t count, trio_status (*body)(struct world *));

#define SERVER_TEST(name, count)                                               \
    static TRIO_CHECKPOINT trio_status name##_body(struct world *world);       \
    TEST(kv_server, name)                                                      \
    {                                                                          \
        run_world(count, name##_body);                                         \
    }                                                                          \
    static TRIO_CHECKPOINT trio_status name##_body(struct world *world)

#endif // TESTS_EXAMPLES_KV_PEERS_H
