// A transport that stops taking what is sent, for as long as a test wants.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/tls/gate.h"

#include <trio/trio.h>

static struct gate *gate_of(struct trio_stream *stream)
{
    return (struct gate *)stream;
}

static TRIO_CHECKPOINT trio_status pass(const struct gate *gate)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && gate->shut)
        rc = trio_sleep(TRIO_MS);
    return rc;
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *stream,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    const struct gate *gate = gate_of(stream);
    trio_status rc = pass(gate);

    if (rc != TRIO_OK)
        return rc;
    return trio_stream_send_all(gate->below, data, size, ret_sent);
}

static TRIO_CHECKPOINT trio_status wait_writable(struct trio_stream *stream)
{
    const struct gate *gate = gate_of(stream);
    trio_status rc = pass(gate);

    return rc == TRIO_OK ? trio_stream_wait_writable(gate->below) : rc;
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    return trio_stream_receive_some(gate_of(stream)->below, buffer, size,
                                    ret_length);
}

static TRIO_CHECKPOINT trio_status close_below(struct trio_stream *stream)
{
    return trio_stream_close(gate_of(stream)->below);
}

static void close_forcefully(struct trio_stream *stream)
{
    trio_stream_close_forcefully(gate_of(stream)->below);
}

static const struct trio_stream_operations operations = {
    .send_all = send_all,
    .wait_writable = wait_writable,
    .receive_some = receive_some,
    .close = close_below,
    .close_forcefully = close_forcefully};

void open_gate(struct gate *ret_gate, struct trio_stream *below)
{
    *ret_gate = (struct gate){.stream = {&operations}, .below = below};
}
