// Each direction of the transport has at most one task in it. Whoever wants the
// same as that task waits until it is done, and then looks again at what there
// is to do: it may be nothing, or everything, if the first was cancelled.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/transport.h"

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/tls/buffers.h"

// How long a transport may take for what nobody waits for.
#define LAST_WORDS_LIMIT TRIO_SECOND

static const struct trio_wait progress_wait = {"await TLS", TRIO_ACCESS_ACQUIRE,
                                               NULL};

trio_status trio_tls_await_(struct trio_tls_stream *tls)
{
    return trio_parking_lot_park(&tls->lot, &progress_wait, tls);
}

void trio_tls_progress_(struct trio_tls_stream *tls)
{
    trio_parking_lot_unpark_all(&tls->lot);
}

trio_status trio_tls_fill_(struct trio_tls_stream *tls)
{
    size_t length = 0;

    if (tls->filling)
        return trio_tls_await_(tls);
    if (tls->in_start < tls->in_end) // Another task has, meanwhile.
        return trio_checkpoint();
    tls->filling = true;
    trio_status rc = trio_stream_receive_some(tls->transport, trio_tls_in_(tls),
                                              TLS_IN_SIZE, &length);
    tls->filling = false;
    if (rc == TRIO_OK) {
        tls->in_start = 0;
        tls->in_end = length;
    }
    trio_tls_progress_(tls);
    return rc;
}

static TRIO_CHECKPOINT trio_status send(struct trio_tls_stream *tls)
{
    size_t sent = 0;

    tls->flushing = true;
    trio_status rc = trio_stream_send_all(tls->transport,
                                          trio_tls_out_(tls) + tls->out_start,
                                          tls->out_end - tls->out_start, &sent);
    tls->flushing = false;
    tls->out_start += sent;
    if (tls->out_start == tls->out_end)
        tls->out_start = tls->out_end = 0;
    trio_tls_progress_(tls);
    return rc;
}

trio_status trio_tls_flush_(struct trio_tls_stream *tls)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && tls->out_start < tls->out_end)
        rc = tls->flushing ? trio_tls_await_(tls) : send(tls);
    return rc;
}

trio_status trio_tls_last_words_(struct trio_tls_stream *tls,
                                 trio_status (*fn)(struct trio_tls_stream *tls))
{
    struct trio_cancel_scope limit;

    trio_move_on_after(&limit, LAST_WORDS_LIMIT);
    trio_status rc = fn(tls);
    rc = trio_cancel_scope_close(&limit, rc);
    if (!trio_is_failure(rc))
        return rc;
    trio_ignore(trio_fail_bare(rc)); // Nobody is told of it.
    return TRIO_OK;
}
