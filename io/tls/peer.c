// What is known of the peer after a handshake.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <trio/tls.h>

struct trio_tls_info trio_tls_info(const struct trio_tls_stream *tls)
{
    struct trio_tls_info info = {0};
    const unsigned char *protocol;
    unsigned length;

    if (tls->ssl == NULL || !tls->shaken)
        return info;
    SSL_get0_alpn_selected(tls->ssl, &protocol, &length);
    info.version = SSL_get_version(tls->ssl);
    info.cipher = SSL_get_cipher_name(tls->ssl);
    info.protocol = length == 0 ? "" : (const char *)protocol;
    info.protocol_length = length;
    info.resumed = SSL_session_reused(tls->ssl);
    return info;
}

static X509 *certificate_of(const struct trio_tls_stream *tls)
{
    bool known = tls->ssl != NULL && tls->shaken;
    return known ? SSL_get0_peer_certificate(tls->ssl) : NULL;
}

const char *trio_tls_peer_name(const struct trio_tls_stream *tls, char *buffer,
                               size_t size)
{
    X509 *certificate = certificate_of(tls);
    BIO *text = certificate == NULL ? NULL : BIO_new(BIO_s_mem());
    int length = 0;

    TRIO_ASSERT(size > 0);
    if (text != NULL &&
        X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0,
                           XN_FLAG_RFC2253) >= 0)
        length = BIO_read(text, buffer, size > 4096 ? 4096 : (int)size - 1);
    buffer[length > 0 ? length : 0] = '\0';
    BIO_free(text);
    ERR_clear_error();
    return buffer;
}

size_t trio_tls_peer_certificate(const struct trio_tls_stream *tls,
                                 void *buffer, size_t size)
{
    X509 *certificate = certificate_of(tls);
    int length = certificate == NULL ? 0 : i2d_X509(certificate, NULL);
    unsigned char *end = buffer;

    if (length > 0 && (size_t)length <= size)
        i2d_X509(certificate, &end);
    return length > 0 ? (size_t)length : 0;
}
