// What a stream holds besides its own storage: an SSL, and both its buffers in
// one block of the run's memory.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <trio/backend.h>
#include <trio/error.h>
#include <trio/run.h>
#include <trio/tls.h>

#include "io/tls/buffers.h"
#include "io/tls/handshake.h"
#include "io/tls/stream.h"
#include "io/tls/tickets.h"

static void release(struct trio_tls_stream *tls)
{
    const struct trio_memory *memory = trio_run_memory();

    if (tls->buffers != NULL)
        memory->release(memory->context, tls->buffers,
                        TLS_IN_SIZE + TLS_OUT_SIZE);
    SSL_free(tls->ssl);
    ERR_clear_error();
    tls->buffers = NULL;
    tls->ssl = NULL;
}

void trio_tls_enter_(struct trio_tls_stream *tls)
{
    tls->users++;
}

void trio_tls_leave_(struct trio_tls_stream *tls)
{
    tls->users--;
    if (tls->closed && tls->users == 0)
        release(tls);
}

// ---- Whom to expect ----

// Says whether all characters are of ASCII and no label is empty. To OpenSSL a
// dot at the beginning is any name below.
static bool is_name(const char *host, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (host[i] <= ' ' || host[i] > '~')
            return false;
        if (host[i] == '.' && (i == 0 || host[i - 1] == '.'))
            return false;
    }
    return length > 0 && host[length - 1] != '.';
}

// Copies a name without the dot at its end; false if it is none.
static bool copy_host(const char *host, char *ret_copy)
{
    size_t length = strlen(host);

    if (length > 0 && host[length - 1] == '.')
        length--;
    if (length >= TRIO_TLS_HOST_MAX || !is_name(host, length))
        return false;
    memcpy(ret_copy, host, length);
    ret_copy[length] = '\0';
    return true;
}

// False if there is no memory.
static bool expect_host(SSL *ssl, const char *host)
{
    // It is a numeric address if it can be read as one: nobody is asked for it.
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host))
        return true;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
}

// ---- Opening ----

static trio_status allocate(struct trio_tls_stream *tls)
{
    const struct trio_memory *memory = trio_run_memory();

    tls->buffers =
        memory->allocate(memory->context, TLS_IN_SIZE + TLS_OUT_SIZE);
    if (tls->buffers == NULL)
        return trio_fail(TRIO_ENOMEM, "buffers of a TLS stream");
    tls->ssl = SSL_new(tls->context->ssl_ctx);
    if (tls->ssl == NULL || !trio_tls_connect_buffers_(tls) ||
        !SSL_set_app_data(tls->ssl, tls)) {
        release(tls);
        return trio_fail(TRIO_ENOMEM, "a TLS stream");
    }
    // A send is a record at a time, and may begin again with a copy.
    SSL_set_mode(tls->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return TRIO_OK;
}

static struct trio_tls_stream stream_over(struct trio_stream *transport,
                                          struct trio_tls_context *context)
{
    return (struct trio_tls_stream){.stream.operations = &trio_tls_operations_,
                                    .transport = transport,
                                    .context = context};
}

static trio_status open_client(struct trio_tls_stream *tls, const char *host)
{
    bool known =
        host == NULL ? tls->context->anonymous : copy_host(host, tls->host);

    if (!known)
        return trio_fail(TRIO_EINVAL, "TLS: not a host's name: %s",
                         host == NULL ? "none" : host);
    trio_status rc = allocate(tls);
    if (rc != TRIO_OK)
        return rc;
    if (host != NULL && !expect_host(tls->ssl, tls->host)) {
        release(tls);
        return trio_fail(TRIO_ENOMEM, "a TLS stream");
    }
    ERR_clear_error();
    SSL_set_connect_state(tls->ssl);
    trio_tls_tickets_resume_(tls);
    return TRIO_OK;
}

trio_status trio_tls_client_open(struct trio_tls_context *context,
                                 struct trio_stream *transport,
                                 const char *host,
                                 struct trio_tls_stream *ret_tls)
{
    if (context->server)
        trio_misuse("a client needs a context for clients", context);
    *ret_tls = stream_over(transport, context);
    trio_status rc = open_client(ret_tls, host);
    ret_tls->closed = rc != TRIO_OK;
    return rc;
}

trio_status trio_tls_server_open(struct trio_tls_context *context,
                                 struct trio_stream *transport,
                                 struct trio_tls_stream *ret_tls)
{
    if (!context->server)
        trio_misuse("a server needs a context for servers", context);
    *ret_tls = stream_over(transport, context);
    trio_status rc = allocate(ret_tls);
    if (rc == TRIO_OK)
        SSL_set_accept_state(ret_tls->ssl);
    ret_tls->closed = rc != TRIO_OK;
    return rc;
}
