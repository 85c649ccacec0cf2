// A send writes records for as long as there is room for another, then sends
// them; a receive reads what OpenSSL has, and only then receives more. Neither
// touches the other's direction of the transport, with one exception that is
// left to OpenSSL: a message of the handshake that has come in part has to be
// whole before anything else can be written.
//
// Before a record is written there is room for all of it. So a send that is
// cancelled, which can only be while the transport is waited for, has never
// done half of one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/stream.h"

#include <openssl/ssl.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/tls/buffers.h"
#include "io/tls/close.h"
#include "io/tls/failure.h"
#include "io/tls/handshake.h"
#include "io/tls/retry.h"
#include "io/tls/transport.h"

// The stream is its first member.
static struct trio_tls_stream *tls_of(struct trio_stream *stream)
{
    return (struct trio_tls_stream *)stream;
}

// S12, S16: a call lets others run also when it fails.
static TRIO_PARKS trio_status finish(trio_status rc)
{
    trio_cancel_shielded_checkpoint();
    return rc == TRIO_OK ? TRIO_OK : trio_fail_bare(rc);
}

// ---- Sending ----

// Takes the sending half.
static TRIO_CHECKPOINT trio_status begin_sending(struct trio_tls_stream *tls)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(tls, TRIO_ACCESS_WRITE);
    if (tls->closed)
        return finish(TRIO_ECLOSED);
    if (tls->sending)
        return finish(TRIO_EBUSY);
    if (tls->broken)
        return finish(TRIO_EBROKEN);
    tls->sending = true;
    trio_tls_enter_(tls);
    return TRIO_OK;
}

static trio_status end_sending(struct trio_tls_stream *tls, trio_status rc)
{
    tls->sending = false;
    trio_tls_leave_(tls);
    return rc;
}

// Waits until there is so much room.
static TRIO_CHECKPOINT trio_status make_room(struct trio_tls_stream *tls,
                                             size_t size)
{
    if (trio_tls_room_(tls) >= size)
        return TRIO_OK;
    trio_status rc = trio_tls_flush_(tls);
    return rc == TRIO_OK ? trio_tls_state_(tls) : rc;
}

static TRIO_CHECKPOINT trio_status write_all(struct trio_tls_stream *tls,
                                             const char *data, size_t size,
                                             size_t *ret_sent)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && *ret_sent < size) {
        size_t length = 0;
        rc = make_room(tls, TLS_RECORD_ROOM);
        if (rc != TRIO_OK)
            return rc;
        trio_tls_clear_errors_();
        int result =
            SSL_write_ex(tls->ssl, data + *ret_sent, size - *ret_sent, &length);
        if (result == 1)
            *ret_sent += length;
        else
            rc = trio_tls_retry_write_(tls, result);
        if (rc == TRIO_OK)
            rc = trio_tls_state_(tls);
    }
    return rc == TRIO_OK ? trio_tls_flush_(tls) : rc;
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *stream,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    struct trio_tls_stream *tls = tls_of(stream);
    trio_status rc = begin_sending(tls);

    if (rc != TRIO_OK)
        return rc;
    if (tls->sent_eof || size == 0)
        return end_sending(tls, finish(tls->sent_eof ? TRIO_ECLOSED : TRIO_OK));
    tls->unsent = true;
    rc = trio_tls_shake_(tls);
    if (rc == TRIO_OK)
        rc = write_all(tls, data, size, ret_sent);
    tls->unsent = false;
    return end_sending(tls, rc);
}

static TRIO_CHECKPOINT trio_status wait_writable(struct trio_stream *stream)
{
    struct trio_tls_stream *tls = tls_of(stream);
    trio_status rc = begin_sending(tls);

    if (rc != TRIO_OK)
        return rc;
    if (tls->sent_eof)
        return end_sending(tls, finish(TRIO_ECLOSED));
    rc = trio_tls_shake_(tls);
    if (rc == TRIO_OK)
        rc = trio_tls_flush_(tls);
    if (rc == TRIO_OK)
        rc = trio_stream_wait_writable(tls->transport);
    if (rc == TRIO_OK)
        rc = trio_tls_state_(tls);
    return end_sending(tls, rc);
}

static TRIO_CHECKPOINT trio_status send_eof(struct trio_stream *stream)
{
    struct trio_tls_stream *tls = tls_of(stream);
    trio_status rc = begin_sending(tls);

    if (rc != TRIO_OK)
        return rc;
    bool again = tls->sent_eof;
    rc = trio_tls_shake_(tls);
    if (rc == TRIO_OK)
        rc = trio_tls_end_(tls);
    if (again && rc == TRIO_OK)
        rc = finish(rc);
    return end_sending(tls, rc);
}

// ---- Receiving ----

// Has OpenSSL read, and notes whether it has answered the peer.
static int read_once(struct trio_tls_stream *tls, void *buffer, size_t size,
                     size_t *ret_length)
{
    size_t written = tls->out_end - tls->out_start;

    trio_tls_clear_errors_();
    int result = SSL_read_ex(tls->ssl, buffer, size, ret_length);
    if (tls->out_end - tls->out_start > written)
        tls->owes_answer = true;
    return result;
}

// The peer may wait for an answer. It need not, so that is not waited for, but
// for a while.
static TRIO_CHECKPOINT trio_status send_answer(struct trio_tls_stream *tls)
{
    if (!tls->owes_answer)
        return TRIO_OK;
    tls->owes_answer = false;
    return trio_tls_last_words_(tls, trio_tls_flush_);
}

static TRIO_CHECKPOINT trio_status read_some(struct trio_tls_stream *tls,
                                             void *buffer, size_t size,
                                             size_t *ret_length)
{
    trio_status rc = TRIO_OK;
    bool waited = false;

    for (;;) {
        int result = read_once(tls, buffer, size, ret_length);
        if (SSL_get_error(tls->ssl, result) == SSL_ERROR_ZERO_RETURN)
            return finish(TRIO_EEND);
        if (result == 1)
            return waited ? TRIO_OK : finish(TRIO_OK);
        rc = send_answer(tls);
        if (rc == TRIO_OK)
            rc = trio_tls_retry_read_(tls, result);
        if (rc != TRIO_OK)
            return rc;
        waited = true;
    }
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    struct trio_tls_stream *tls = tls_of(stream);
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(tls, TRIO_ACCESS_READ);
    if (tls->closed)
        return finish(TRIO_ECLOSED);
    if (tls->receiving)
        return finish(TRIO_EBUSY);
    if (tls->broken)
        return finish(TRIO_EBROKEN);
    tls->receiving = true;
    trio_tls_enter_(tls);
    rc = trio_tls_shake_(tls);
    if (rc == TRIO_OK)
        rc = read_some(tls, buffer, size, ret_length);
    tls->receiving = false;
    trio_tls_leave_(tls);
    return rc;
}

const struct trio_stream_operations trio_tls_operations_ = {
    .send_all = send_all,
    .wait_writable = wait_writable,
    .receive_some = receive_some,
    .send_eof = send_eof,
    .close = trio_tls_close_,
    .close_forcefully = trio_tls_close_forcefully_,
};
