// A context is OpenSSL's, with what everybody should have set and seldom does.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <trio/error.h>
#include <trio/tls.h>

#include "io/tls/buffers.h"
#include "io/tls/failure.h"
#include "io/tls/tickets.h"

// Of TLS 1.2. All those of TLS 1.3 are as good.
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

static const struct trio_tls_options defaults = {0};

// A key that is encrypted would be asked for on the terminal.
static int no_password(char *buffer, int size, int writing, void *arg)
{
    (void)buffer, (void)size, (void)writing, (void)arg;
    return 0;
}

static trio_status no_memory(const char *what)
{
    return trio_fail(TRIO_ENOMEM, "TLS: %s", what);
}

// Returns 0 for the default, and -1 if there is no such version.
static int number_of(enum trio_tls_version version)
{
    static const int numbers[] = {0, TLS1_2_VERSION, TLS1_3_VERSION};

    return (unsigned)version <= TRIO_TLS_1_3 ? numbers[version] : -1;
}

static const char *range_of(int min, int max)
{
    bool older = max == TLS1_2_VERSION;

    if (min == TLS1_3_VERSION)
        return older ? "versions 1.3 to 1.2" : "versions 1.3 to 1.3";
    return older ? "versions 1.2 to 1.2" : "versions 1.2 to 1.3";
}

static trio_status set_versions(SSL_CTX *ssl_ctx,
                                const struct trio_tls_options *options)
{
    int min = number_of(options->version_min);
    int max = number_of(options->version_max);

    if (min < 0 || max < 0)
        return trio_fail(TRIO_EINVAL, "TLS: no such version");
    if (min == 0)
        min = TLS1_2_VERSION;
    const char *range = range_of(min, max);
    if (max != 0 && max < min)
        return trio_fail(TRIO_EINVAL, "TLS: %s: there is none", range);
    if (!SSL_CTX_set_min_proto_version(ssl_ctx, min) ||
        !SSL_CTX_set_max_proto_version(ssl_ctx, max))
        return trio_tls_context_failed_(range);
    if (!SSL_CTX_set_cipher_list(ssl_ctx, CIPHERS))
        return trio_tls_context_failed_("ciphers " CIPHERS);
    return TRIO_OK;
}

static trio_status set_certificate(SSL_CTX *ssl_ctx,
                                   const struct trio_tls_options *options)
{
    const char *file = options->certificate_file;
    const char *key = options->key_file == NULL ? file : options->key_file;

    if (file == NULL && key != NULL)
        return trio_fail(TRIO_EINVAL, "TLS: the key %s has no certificate",
                         key);
    if (file == NULL)
        return TRIO_OK;
    if (!SSL_CTX_use_certificate_chain_file(ssl_ctx, file))
        return trio_tls_context_failed_(file);
    if (!SSL_CTX_use_PrivateKey_file(ssl_ctx, key, SSL_FILETYPE_PEM) ||
        !SSL_CTX_check_private_key(ssl_ctx))
        return trio_tls_context_failed_(key);
    return TRIO_OK;
}

// ---- Whom to trust ----

static trio_status trust_for_client(SSL_CTX *ssl_ctx,
                                    const struct trio_tls_options *options)
{
    const char *file = options->authorities_file;

    SSL_CTX_set_verify(
        ssl_ctx, options->no_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
        NULL);
    if (file != NULL && !SSL_CTX_load_verify_locations(ssl_ctx, file, NULL))
        return trio_tls_context_failed_(file);
    if (file == NULL && !SSL_CTX_set_default_verify_paths(ssl_ctx))
        return trio_tls_context_failed_("the system's authorities");
    return TRIO_OK;
}

static trio_status trust_for_server(SSL_CTX *ssl_ctx,
                                    const struct trio_tls_options *options)
{
    const char *file = options->authorities_file;

    if (file == NULL)
        return TRIO_OK;
    SSL_CTX_set_verify(ssl_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
    if (names == NULL || !SSL_CTX_load_verify_locations(ssl_ctx, file, NULL)) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return trio_tls_context_failed_(file);
    }
    SSL_CTX_set_client_CA_list(ssl_ctx, names); // They are its now.
    return TRIO_OK;
}

// ---- Protocols ----

// Writes each word with its length before it, and a length of 0 at the end;
// returns one that is too long, or NULL.
static const char *encode_protocols(const char *words, char *ret_wire)
{
    while (*(words += strspn(words, " ")) != '\0') {
        size_t length = strcspn(words, " ");
        if (length > 255)
            return words;
        *ret_wire++ = (char)(unsigned char)length;
        memcpy(ret_wire, words, length);
        ret_wire += length;
        words += length;
    }
    *ret_wire = 0;
    return NULL;
}

// The server's order counts; a client that knows none of them is refused.
static int select_protocol(SSL *ssl, const unsigned char **ret_protocol,
                           unsigned char *ret_length,
                           const unsigned char *offered, unsigned length,
                           void *arg)
{
    const char *protocols = arg;
    unsigned char *selected;

    (void)ssl;
    if (SSL_select_next_proto(&selected, ret_length,
                              (const unsigned char *)protocols,
                              (unsigned)strlen(protocols), offered,
                              length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *ret_protocol = selected;
    return SSL_TLSEXT_ERR_OK;
}

static trio_status set_protocols(struct trio_tls_context *context,
                                 const char *words)
{
    if (words == NULL)
        return TRIO_OK;
    context->protocols = OPENSSL_malloc(strlen(words) + 2);
    if (context->protocols == NULL)
        return no_memory("protocols");
    const char *too_long = encode_protocols(words, context->protocols);
    if (too_long != NULL)
        return trio_fail(TRIO_EINVAL,
                         "TLS: %.24s...: a protocol of more than 255 bytes",
                         too_long);
    if (context->server)
        SSL_CTX_set_alpn_select_cb(context->ssl_ctx, select_protocol,
                                   context->protocols);
    else if (SSL_CTX_set_alpn_protos(context->ssl_ctx,
                                     (const unsigned char *)context->protocols,
                                     (unsigned)strlen(context->protocols)) != 0)
        return trio_tls_context_failed_(words);
    return TRIO_OK;
}

// ---- All of it ----

static trio_status set_sessions(struct trio_tls_context *context,
                                const struct trio_tls_options *options)
{
    SSL_CTX *ssl_ctx = context->ssl_ctx;

    // A server keeps nothing: the client brings what it needs, encrypted.
    SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(ssl_ctx, (const unsigned char *)"trio", 4);
    if (options->no_resumption) {
        SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(ssl_ctx, 0);
    } else if (!context->server && !trio_tls_tickets_open_(context)) {
        return no_memory("tickets");
    }
    return TRIO_OK;
}

static trio_status set_up(struct trio_tls_context *context,
                          const struct trio_tls_options *options)
{
    SSL_CTX *ssl_ctx = context->ssl_ctx;

    SSL_CTX_set_options(ssl_ctx,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_clear_options(ssl_ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_default_passwd_cb(ssl_ctx, no_password);
    trio_status rc = set_versions(ssl_ctx, options);
    if (rc == TRIO_OK)
        rc = set_certificate(ssl_ctx, options);
    if (rc == TRIO_OK)
        rc = context->server ? trust_for_server(ssl_ctx, options)
                             : trust_for_client(ssl_ctx, options);
    if (rc == TRIO_OK)
        rc = set_protocols(context, options->protocols);
    return rc == TRIO_OK ? set_sessions(context, options) : rc;
}

static trio_status open_context(const struct trio_tls_options *options,
                                const SSL_METHOD *method, bool server,
                                struct trio_tls_context *ret_context)
{
    if (options == NULL)
        options = &defaults;
    struct trio_tls_context context = {.server = server,
                                       .https_compatible =
                                           options->https_compatible,
                                       .anonymous = options->no_verification};

    ERR_clear_error();
    context.ssl_ctx = SSL_CTX_new(method);
    context.method = trio_tls_make_method_();
    bool made = context.ssl_ctx != NULL && context.method != NULL;
    trio_status rc = made ? set_up(&context, options) : no_memory("a context");
    if (rc == TRIO_OK)
        *ret_context = context;
    else
        trio_tls_context_close(&context);
    ERR_clear_error();
    return rc;
}

trio_status trio_tls_client_context_open(const struct trio_tls_options *options,
                                         struct trio_tls_context *ret_context)
{
    return open_context(options, TLS_client_method(), false, ret_context);
}

trio_status trio_tls_server_context_open(const struct trio_tls_options *options,
                                         struct trio_tls_context *ret_context)
{
    return open_context(options, TLS_server_method(), true, ret_context);
}

void trio_tls_context_close(struct trio_tls_context *context)
{
    trio_tls_tickets_close_(context);
    SSL_CTX_free(context->ssl_ctx);
    BIO_meth_free(context->method);
    OPENSSL_free(context->protocols);
    *context = (struct trio_tls_context){0};
}
