// A conversation over TLS, ended at every point: whatever was cancelled or has
// failed, OpenSSL holds nothing when both ends have been closed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/lockstep_stream.h>
#include <trio/memory_stream.h>

#include "tests/check.h"
#include "tests/tls/blocks.h"
#include "tests/tls/kit.h"

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct trio_stream *stream = arg;
    char buffer[10];
    size_t length = 0;

    trio_status rc = trio_stream_send_all(stream, "ping", 4, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_send_eof(stream);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(stream, buffer, sizeof(buffer), &length);
    if (rc == TRIO_OK)
        TRIO_SIM_ALWAYS(length == 4 && memcmp(buffer, "pong", 4) == 0,
                        "what comes is what was sent");
    return trio_combine(rc, trio_stream_close(stream));
}

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    struct trio_stream *stream = arg;
    char buffer[10];
    size_t length = 0;

    trio_status rc =
        trio_stream_receive_some(stream, buffer, sizeof(buffer), &length);
    if (rc == TRIO_OK) {
        TRIO_SIM_ALWAYS(length == 4 && memcmp(buffer, "ping", 4) == 0,
                        "what comes is what was sent");
        rc = trio_stream_receive_some(stream, buffer, sizeof(buffer), &length);
        TRIO_SIM_ALWAYS(rc != TRIO_OK, "nothing comes that was not sent");
        rc = rc == TRIO_EEND ? trio_stream_send_all(stream, "pong", 4, NULL)
                             : rc;
    }
    return trio_combine(rc, trio_stream_close(stream));
}

static TRIO_CHECKPOINT trio_status talk(enum trio_tls_version version,
                                        struct trio_stream *near,
                                        struct trio_stream *far, bool counted)
{
    struct tls_contexts *contexts = contexts_of(version);
    struct tls_pair pair;
    struct trio_nursery nursery;
    size_t blocks = count_blocks();

    trio_status rc = open_tls(&pair, contexts, near, far);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, ask, &pair.client.stream);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, answer, &pair.server.stream);
    rc = trio_nursery_close(&nursery, rc);
    drop_tls(&pair);
    TRIO_SIM_ALWAYS(!counted || count_blocks() == blocks,
                    "OpenSSL holds nothing");
    return rc;
}

// What OpenSSL makes once, at its first use, is made before it is counted.
static TRIO_CHECKPOINT trio_status
talk_through_memory(enum trio_tls_version version)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        struct trio_memory_stream near, far;

        trio_memory_stream_pair(&near, &far);
        rc = talk(version, &near.stream, &far.stream, i == 1);
        trio_stream_close_forcefully(&near.stream);
        trio_stream_close_forcefully(&far.stream);
    }
    return rc;
}

TEST(tls_sweep, a_talk_by_1_2_leaves_nothing)
{
    CHECK_OK(talk_through_memory(TRIO_TLS_1_2));
}

TEST(tls_sweep, a_talk_by_1_3_leaves_nothing)
{
    CHECK_OK(talk_through_memory(TRIO_TLS_1_3));
}

static TRIO_CHECKPOINT trio_status talk_in_lockstep(void)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        struct trio_lockstep_stream near, far;

        trio_lockstep_stream_pair(&near, &far);
        rc = talk(TRIO_TLS_1_3, &near.stream, &far.stream, i == 1);
    }
    return rc;
}

// Nothing is sent that is not being received: no side relies on a buffer.
TEST(tls_sweep, a_talk_in_lockstep_leaves_nothing)
{
    CHECK_OK(talk_in_lockstep());
}
