// A kv_server on a simulated host, and what its clients say and hear.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_KV_STAGE_H
#define TESTS_EXAMPLES_KV_STAGE_H

#include <string.h>

#include <trio/history.h>

#include "examples/kv_server/server.h"
#include "tests/examples/site.h"

#define TEXT_MAX 64

// A `stage` is what the tasks of a scene share.
struct stage {
    struct site site;
    struct kv_limits limits;
    struct kv_server server;
    struct trio_history history;
    struct trio_event heard; // What the second client waits for.
};

// A client may come to it as late as a schedule likes: there is no idle limit.
#define KV_STAGE_INIT                                                          \
    {                                                                          \
        .site = {.run = kv_stage_run, .grace = GRACE},                         \
        .limits = {.clients = 4,                                               \
                   .memory = 1 << 20,                                          \
                   .key = 64,                                                  \
                   .bulk = 1 << 16,                                            \
                   .request = 1 << 17,                                         \
                   .output = 1 << 16,                                          \
                   .subscriptions = 4,                                         \
                   .idle = INT64_MAX,                                          \
                   .backlog = 1 << 10},                                        \
        .heard = TRIO_EVENT_INIT                                               \
    }

// Runs the server.
TRIO_CHECKPOINT trio_status kv_stage_run(void *stage);

// Reads a reply into `text`, of TEXT_MAX bytes: what a bulk holds, or else the
// line. Of an array, its length; its elements are to be read. TRIO_ENOBUFS: it
// is an error. Only for want of memory is there one here.
TRIO_CHECKPOINT trio_status kv_hear(struct peer *peer, char *text);

TRIO_CHECKPOINT trio_status kv_ask(struct peer *peer, const char *request,
                                   char *reply);

// Reads replies, which have to be these.
TRIO_CHECKPOINT trio_status kv_expect(struct peer *peer,
                                      const char *const *replies, size_t count);

#endif // TESTS_EXAMPLES_KV_STAGE_H
