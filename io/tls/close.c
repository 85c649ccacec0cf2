// Closing marks the stream first: from then on nobody begins anything. It then
// says goodbye, if that can be done, and closes the transport, which wakes who
// waits for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/close.h"

#include <string.h>

#include <openssl/ssl.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/tls/buffers.h"
#include "io/tls/failure.h"
#include "io/tls/handshake.h"
#include "io/tls/retry.h"
#include "io/tls/transport.h"

// A message of the handshake that has come in part has to be whole before
// anything else can be written.
static TRIO_CHECKPOINT trio_status complete(struct trio_tls_stream *tls)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && SSL_in_init(tls->ssl)) {
        trio_tls_clear_errors_();
        int result = SSL_do_handshake(tls->ssl);
        if (result != 1)
            rc = trio_tls_retry_write_(tls, result);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status get_ready(struct trio_tls_stream *tls)
{
    trio_status rc = complete(tls);

    while (rc == TRIO_OK && trio_tls_room_(tls) < TLS_ALERT_ROOM) {
        rc = trio_tls_flush_(tls);
        if (rc == TRIO_OK)
            rc = complete(tls);
    }
    return rc;
}

trio_status trio_tls_end_(struct trio_tls_stream *tls)
{
    trio_status rc = tls->sent_eof ? TRIO_OK : get_ready(tls);

    if (rc != TRIO_OK)
        return rc;
    if (!tls->sent_eof) { // Nor by another task meanwhile.
        trio_tls_clear_errors_();
        int result = SSL_shutdown(tls->ssl); // Has all that it needs.
        if (result < 0)
            return trio_tls_failed_(tls);
        tls->sent_eof = true;
    }
    return trio_tls_flush_(tls);
}

// Closes the stream for good, but for the transport. The caller is in it.
static void close_here(struct trio_tls_stream *tls)
{
    tls->closed = true;
    trio_tls_progress_(tls);
}

static TRIO_CHECKPOINT trio_status close_both(struct trio_tls_stream *tls)
{
    trio_status rc = TRIO_OK;

    // What a send has left out is missing: no goodbye then.
    if (tls->shaken && !tls->broken && !tls->unsent)
        rc = trio_tls_last_words_(tls, trio_tls_end_);
    if (rc == TRIO_OK)
        return trio_stream_close(tls->transport);
    trio_stream_close_forcefully(tls->transport);
    return rc;
}

trio_status trio_tls_close_(struct trio_stream *stream)
{
    struct trio_tls_stream *tls = (struct trio_tls_stream *)stream;
    trio_status rc = trio_checkpoint_if_cancelled();

    trio_touch(tls, TRIO_ACCESS_WRITE);
    if (rc != TRIO_OK) {
        trio_tls_close_forcefully_(stream);
        return rc;
    }
    if (tls->closed)
        return trio_checkpoint();
    trio_tls_enter_(tls);
    close_here(tls);
    rc = close_both(tls);
    trio_tls_leave_(tls);
    return rc;
}

void trio_tls_close_forcefully_(struct trio_stream *stream)
{
    struct trio_tls_stream *tls = (struct trio_tls_stream *)stream;

    trio_touch(tls, TRIO_ACCESS_WRITE);
    if (tls->ssl == NULL)
        return;
    trio_tls_enter_(tls);
    close_here(tls);
    trio_stream_close_forcefully(tls->transport); // Also under a slow goodbye.
    trio_tls_leave_(tls);
}

// ---- Unwrapping ----

// Waits for the peer's goodbye.
static TRIO_CHECKPOINT trio_status await_end(struct trio_tls_stream *tls)
{
    for (;;) {
        unsigned char byte;
        size_t length;

        trio_tls_clear_errors_();
        int result = SSL_peek_ex(tls->ssl, &byte, 1, &length);
        if (result == 1)
            return trio_fail(TRIO_EINVAL, "unwrap: %.36s has sent data",
                             trio_tls_peer_name_(tls));
        if (SSL_get_error(tls->ssl, result) == SSL_ERROR_ZERO_RETURN)
            return TRIO_OK;
        trio_status rc = trio_tls_retry_read_(tls, result);
        if (rc != TRIO_OK)
            return rc;
    }
}

// OpenSSL has read no more than the goodbye: the rest is still here.
static trio_status take_rest(struct trio_tls_stream *tls, void *buffer,
                             size_t size, size_t *ret_length)
{
    size_t length = tls->in_end - tls->in_start;

    if (length > size)
        return trio_fail(TRIO_EMSGSIZE,
                         "unwrap: %zu bytes are left, room for %zu", length,
                         size);
    if (length > 0)
        memcpy(buffer, trio_tls_in_(tls) + tls->in_start, length);
    *ret_length = length;
    close_here(tls);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status unwrap(struct trio_tls_stream *tls,
                                          void *buffer, size_t size,
                                          size_t *ret_length)
{
    trio_status rc = trio_tls_shake_(tls);

    if (rc == TRIO_OK)
        rc = trio_tls_end_(tls);
    if (rc == TRIO_OK)
        rc = await_end(tls);
    if (rc == TRIO_OK)
        rc = take_rest(tls, buffer, size, ret_length);
    return rc;
}

trio_status trio_tls_unwrap(struct trio_tls_stream *tls, void *buffer,
                            size_t size, size_t *ret_length)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(tls, TRIO_ACCESS_WRITE);
    trio_cancel_shielded_checkpoint(); // S14: there may be nothing to wait for.
    rc = trio_tls_state_(tls);
    if (rc != TRIO_OK)
        return rc;
    if (tls->sending || tls->receiving)
        return trio_fail_bare(TRIO_EBUSY);
    tls->sending = tls->receiving = true;
    trio_tls_enter_(tls);
    rc = unwrap(tls, buffer, size, ret_length);
    tls->sending = tls->receiving = false;
    trio_tls_leave_(tls);
    return rc;
}
