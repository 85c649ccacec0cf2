// One task does the handshake, whoever comes first; others wait. If that one is
// cancelled, the next goes on where it stood: OpenSSL keeps the state, and the
// buffers keep what the transport has not taken.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/handshake.h"

#include <openssl/ssl.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/tls/failure.h"
#include "io/tls/retry.h"
#include "io/tls/transport.h"

trio_status trio_tls_state_(const struct trio_tls_stream *tls)
{
    if (tls->closed)
        return trio_fail_bare(TRIO_ECLOSED);
    return tls->broken ? trio_fail_bare(TRIO_EBROKEN) : TRIO_OK;
}

// Says whether the peer waits for what the handshake has left to be sent. After
// the handshake of TLS 1.3 a server has only tickets, which can go with its
// first data: a client that sends first need not receive them now.
static bool is_awaited(const struct trio_tls_stream *tls)
{
    return !tls->context->server || SSL_version(tls->ssl) < TLS1_3_VERSION;
}

static TRIO_CHECKPOINT trio_status go_on(struct trio_tls_stream *tls)
{
    trio_status rc = TRIO_OK;
    int result = 0;

    do {
        trio_tls_clear_errors_();
        result = SSL_do_handshake(tls->ssl);
        if (result != 1)
            rc = trio_tls_retry_write_(tls, result);
        if (rc == TRIO_OK)
            rc = trio_tls_state_(tls);
    } while (rc == TRIO_OK && result != 1);
    if (rc == TRIO_OK && is_awaited(tls))
        rc = trio_tls_flush_(tls);
    tls->shaken = rc == TRIO_OK;
    return rc;
}

trio_status trio_tls_shake_(struct trio_tls_stream *tls)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !tls->shaken) {
        if (tls->handshaking) {
            rc = trio_tls_await_(tls);
        } else {
            tls->handshaking = true;
            rc = go_on(tls);
            tls->handshaking = false;
            trio_tls_progress_(tls);
        }
        if (rc == TRIO_OK)
            rc = trio_tls_state_(tls);
    }
    return rc;
}

trio_status trio_tls_handshake(struct trio_tls_stream *tls)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(tls, TRIO_ACCESS_WRITE);
    if (tls->shaken || trio_tls_state_(tls) != TRIO_OK) {
        trio_cancel_shielded_checkpoint();
        return trio_tls_state_(tls);
    }
    trio_tls_enter_(tls);
    rc = trio_tls_shake_(tls);
    trio_tls_leave_(tls);
    return rc;
}
