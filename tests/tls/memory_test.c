// What OpenSSL holds: nothing when a stream has been closed, whatever happened
// to it, and nothing more after many connections than after a few.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>

#include "tests/check.h"
#include "tests/tls/blocks.h"
#include "tests/tls/kit.h"

static TRIO_CHECKPOINT trio_status talk(struct tls_contexts *contexts)
{
    struct trio_memory_stream near, far;
    struct tls_pair pair;
    char buffer[10];
    size_t length;

    trio_memory_stream_pair(&near, &far);
    trio_status rc = open_tls(&pair, contexts, &near.stream, &far.stream);
    if (rc == TRIO_OK)
        rc = shake_hands(&pair);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(&pair.server.stream, "hello", 5, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&pair.client.stream, buffer,
                                      sizeof(buffer), &length);
    if (rc == TRIO_OK)
        rc = close_tls(&pair);
    drop_tls(&pair);
    return rc;
}

static TRIO_PARKS void check_flat(enum trio_tls_version version, bool resumed)
{
    const struct trio_tls_options options = {.version_min = version,
                                             .version_max = version,
                                             .no_resumption = !resumed};
    struct tls_contexts contexts;
    size_t blocks = 0;
    int count = kit_is_slow ? 250 : 2500;

    open_contexts(&contexts, &options, &options, resumed);
    for (int i = 0; i < count; i++) {
        CHECK_OK(talk(&contexts));
        if (i == 9)
            blocks = count_blocks();
    }
    CHECK_EQ(count_blocks(), blocks);
    close_contexts(&contexts);
}

TEST_ONCE(tls_memory, ten_thousand_handshakes_leave_nothing)
{
    check_flat(TRIO_TLS_1_2, false);
    check_flat(TRIO_TLS_1_2, true);
    check_flat(TRIO_TLS_1_3, false);
    check_flat(TRIO_TLS_1_3, true);
}

// ---- The fast paths ----

static TRIO_CHECKPOINT trio_status receive_mib(void *arg)
{
    struct trio_stream *stream = arg;
    static char buffer[20000];
    size_t total = 0;
    size_t length;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && total < (size_t)1 << 20) {
        rc = trio_stream_receive_some(stream, buffer, sizeof(buffer), &length);
        total += length;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status send_mib(struct tls_pair *pair)
{
    static char data[(size_t)1 << 16];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, receive_mib, &pair->server.stream);
    for (int i = 0; rc == TRIO_OK && i < 16; i++)
        rc = trio_stream_send_all(&pair->client.stream, data, sizeof(data),
                                  NULL);
    return trio_nursery_close(&nursery, rc);
}

// OpenSSL itself takes a few small blocks for each record that it writes: four
// with TLS 1.3.
TEST_ONCE(tls_memory, sending_and_receiving_allocate_nothing_of_their_own)
{
    for (int version = TRIO_TLS_1_2; version <= TRIO_TLS_1_3; version++) {
        struct trio_memory_stream near, far;
        struct tls_pair pair;

        trio_memory_stream_pair(&near, &far);
        CHECK_OK(open_tls(&pair, contexts_of((enum trio_tls_version)version),
                          &near.stream, &far.stream));
        CHECK_OK(shake_hands(&pair));
        CHECK_OK(send_mib(&pair));
        uint64_t allocations = count_allocations();
        CHECK_OK(send_mib(&pair));
        uint64_t taken = count_allocations() - allocations;
        if (taken > 4 * 64)
            CHECK_EQ(taken, 4 * 64);
        drop_tls(&pair);
    }
}
