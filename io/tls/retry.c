// OpenSSL never waits: a call that lacks something says so, is helped, and made
// again. Also one that writes may have to receive, in the handshake and after
// half a message of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/retry.h"

#include <openssl/ssl.h>
#include <trio/error.h>

#include "io/tls/failure.h"
#include "io/tls/handshake.h"
#include "io/tls/transport.h"

trio_status trio_tls_retry_write_(struct trio_tls_stream *tls, int result)
{
    int error = SSL_get_error(tls->ssl, result);
    trio_status rc = TRIO_EEND; // A goodbye, which leaves the message halved.

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        rc = trio_tls_flush_(tls);
    else if (error != SSL_ERROR_ZERO_RETURN)
        return trio_tls_failed_(tls);
    if (rc == TRIO_OK && error == SSL_ERROR_WANT_READ)
        rc = trio_tls_fill_(tls);
    if (rc != TRIO_EEND)
        return rc;
    rc = trio_tls_cut_(tls);
    return rc == TRIO_EEND ? trio_fail_bare(TRIO_EBROKEN) : rc;
}

trio_status trio_tls_retry_read_(struct trio_tls_stream *tls, int result)
{
    int error = SSL_get_error(tls->ssl, result);
    trio_status rc;

    if (error == SSL_ERROR_WANT_READ)
        rc = trio_tls_fill_(tls);
    else if (error == SSL_ERROR_WANT_WRITE)
        rc = trio_tls_flush_(tls);
    else
        return trio_tls_failed_(tls);
    if (rc == TRIO_EEND)
        return trio_tls_cut_(tls);
    return rc == TRIO_OK ? trio_tls_state_(tls) : rc;
}
