// What is sent in a flow depends on its position alone, so that the receiver
// knows it without having been told: a byte that is lost, doubled or moved is
// seen where it happens. It repeats itself, after a prime number of bytes that
// no size or buffer is likely to be a multiple of, so that it need not be made
// anew for each chunk.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/testing.h>

#include "sim/internal.h"
#include "sim/stream_contract.h"

#define CHUNK_MAX ((size_t)16 * 1024)
#define PERIOD ((size_t)4093)

struct pattern {
    unsigned char bytes[PERIOD + CHUNK_MAX];
};

static void make_pattern(struct pattern *pattern, size_t chunk)
{
    TRIO_ASSERT(chunk <= CHUNK_MAX);
    for (size_t i = 0; i < PERIOD + chunk; i++) {
        size_t position = i % PERIOD;
        pattern->bytes[i] = (unsigned char)(position * 7 + position / 256 + 1);
    }
}

// Returns what comes at a position: as much of it as a chunk has.
static const unsigned char *pattern_at(const struct pattern *pattern,
                                       size_t position)
{
    return pattern->bytes + position % PERIOD;
}

void trio_contract_settle_(struct contract *contract)
{
    trio_expect_(contract, trio_wait_all_tasks_blocked(0), TRIO_OK, "settled");
}

// Always succeeds: what came of the call is looked at by the clause.
static TRIO_CHECKPOINT trio_status run_act(void *arg)
{
    struct act *act = arg;

    act->rc = act->call(act);
    act->done = true;
    return TRIO_OK;
}

void trio_act_begin_(struct contract *contract, struct trio_nursery *nursery,
                     struct act *act)
{
    trio_expect_(contract, trio_nursery_start_soon(nursery, run_act, act),
                 TRIO_OK, "started");
    trio_contract_settle_(contract);
}

trio_status trio_act_send_(struct act *act)
{
    return trio_stream_send_all(act->stream, "x", 1, &act->length);
}

trio_status trio_act_receive_(struct act *act)
{
    char buffer[16];

    return trio_stream_receive_some(act->stream, buffer, sizeof(buffer),
                                    &act->length);
}

trio_status trio_act_wait_writable_(struct act *act)
{
    return trio_stream_wait_writable(act->stream);
}

trio_status trio_act_drain_(struct act *act)
{
    char buffer[CHUNK_MAX];
    trio_status rc;

    do
        rc = trio_stream_receive_some(act->stream, buffer, sizeof(buffer),
                                      &act->length);
    while (rc == TRIO_OK);
    return rc;
}

// Returns how many bytes a flow moves next.
static size_t next_size(struct act *act)
{
    size_t left = act->size - act->length;
    size_t size = (size_t)trio_sim_below_(&act->state, act->chunk) + 1;

    return size < left ? size : left;
}

trio_status trio_act_send_flow_(struct act *act)
{
    struct pattern pattern;
    trio_status rc = TRIO_OK;
    size_t sent;

    make_pattern(&pattern, act->chunk);
    while (rc == TRIO_OK && act->length < act->size) {
        size_t size = next_size(act);
        rc = trio_stream_send_all(
            act->stream, pattern_at(&pattern, act->length), size, &sent);
        if (rc == TRIO_OK && sent != size)
            return TRIO_ECONTRACT;
        act->length += sent;
    }
    return rc;
}

trio_status trio_act_receive_flow_(struct act *act)
{
    struct pattern pattern;
    unsigned char buffer[CHUNK_MAX];

    make_pattern(&pattern, act->chunk);
    while (act->length < act->size) {
        size_t length = 0;
        size_t size = next_size(act);
        trio_status rc =
            trio_stream_receive_some(act->stream, buffer, size, &length);
        if (rc != TRIO_OK)
            return rc;
        if (length == 0 || length > size ||
            memcmp(buffer, pattern_at(&pattern, act->length), length) != 0)
            return TRIO_ECONTRACT;
        act->length += length;
    }
    return TRIO_OK;
}

void trio_contract_transfer_(struct contract *contract,
                             struct trio_stream *source,
                             struct trio_stream *target, size_t size,
                             size_t chunk)
{
    struct act sending = {
        trio_act_send_flow_, source, size, chunk, 1, 0, TRIO_OK, false};
    struct act receiving = {
        trio_act_receive_flow_, target, size, chunk, 2, 0, TRIO_OK, false};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_act_begin_(contract, &nursery, &sending);
    trio_act_begin_(contract, &nursery, &receiving);
    contract->rc = trio_nursery_close(&nursery, contract->rc);
    trio_expect_(contract, sending.rc, TRIO_OK, "send_all");
    trio_expect_(contract, receiving.rc, TRIO_OK, "receive_some");
}

void trio_contract_close_(struct contract *contract, struct trio_stream *stream,
                          bool forcefully)
{
    if (forcefully)
        trio_stream_close_forcefully(stream);
    else
        trio_expect_(contract, trio_stream_close(stream), TRIO_OK, "close");
}
