// OpenSSL queues what went wrong, the cause first. Where that is a certificate,
// X.509 verification knows better which of many reasons it was.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/tls/failure.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/tls/transport.h"

struct failure {
    trio_status status;
    const char *reason; // Static.
};

// A record has room for the reason, however long the name.
#define FAIL(tls, failure)                                                     \
    trio_fail((failure).status, "TLS with %.36s: %s",                          \
              trio_tls_peer_name_(tls), (failure).reason)

const char *trio_tls_peer_name_(const struct trio_tls_stream *tls)
{
    if (tls->host[0] != '\0')
        return tls->host;
    return tls->context->server ? "a client" : "a server";
}

static const char *reason_of(unsigned long error)
{
    const char *reason = ERR_reason_error_string(error);

    return reason == NULL ? "failed" : reason;
}

static struct failure failure_of(const struct trio_tls_stream *tls,
                                 unsigned long error)
{
    struct failure failure = {TRIO_EPROTOCOL, reason_of(error)};
    int reason = ERR_GET_REASON(error);

    if (reason == ERR_R_MALLOC_FAILURE)
        failure.status = TRIO_ENOMEM;
    if (ERR_GET_LIB(error) != ERR_LIB_SSL)
        return failure;
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
        failure.status = TRIO_EUNTRUSTED;
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        failure.status = TRIO_EUNTRUSTED;
        failure.reason =
            X509_verify_cert_error_string(SSL_get_verify_result(tls->ssl));
    }
    return failure;
}

// Takes all errors. Which one comes first depends on what was verified and how:
// one that has a status of its own tells most, otherwise the cause.
static struct failure take_failure(const struct trio_tls_stream *tls)
{
    struct failure failure = failure_of(tls, ERR_peek_error());
    unsigned long error;

    while (failure.status == TRIO_EPROTOCOL && (error = ERR_get_error()) != 0) {
        struct failure next = failure_of(tls, error);
        if (next.status != TRIO_EPROTOCOL)
            failure = next;
    }
    ERR_clear_error();
    return failure;
}

trio_status trio_tls_failed_(struct trio_tls_stream *tls)
{
    struct failure failure = take_failure(tls);

    tls->broken = true;
    trio_tls_progress_(tls);
    trio_ignore(trio_tls_last_words_(tls, trio_tls_flush_)); // The alert.
    trio_cancel_shielded_checkpoint(); // S16: there may be none.
    return FAIL(tls, failure);
}

trio_status trio_tls_cut_(struct trio_tls_stream *tls)
{
    static const struct failure in_handshake = {TRIO_EBROKEN,
                                                "ended in the handshake"};
    static const struct failure later = {TRIO_EBROKEN,
                                         "ended without close_notify"};

    if (tls->shaken && tls->context->https_compatible)
        return trio_fail_bare(TRIO_EEND);
    tls->broken = true;
    trio_tls_progress_(tls);
    return tls->shaken ? FAIL(tls, later) : FAIL(tls, in_handshake);
}

static trio_status status_of_system(int number)
{
    if (number == ENOENT || number == ENOTDIR)
        return TRIO_ENOENT;
    if (number == ENOMEM)
        return TRIO_ENOMEM;
    return number == EACCES || number == EPERM ? TRIO_EACCES : TRIO_EOS;
}

// The end of a path says more than its beginning.
static const char *end_of(const char *what)
{
    size_t length = strlen(what);

    return length > 36 ? what + length - 36 : what;
}

// Takes all errors, and says whether memory was the cause of one.
static bool take_no_memory(void)
{
    bool none = false;
    unsigned long error;

    while ((error = ERR_get_error()) != 0)
        none |= ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
    return none;
}

trio_status trio_tls_context_failed_(const char *what)
{
    unsigned long error = ERR_peek_error();
    int reason = ERR_GET_REASON(error);

    if (take_no_memory())
        return trio_fail(TRIO_ENOMEM, "TLS: %s", end_of(what));
    if (ERR_SYSTEM_ERROR(error))
        return trio_fail_os(status_of_system(reason), reason, "read %s",
                            end_of(what));
    return trio_fail(TRIO_EINVAL, "TLS: %s: %s", end_of(what),
                     reason_of(error));
}
