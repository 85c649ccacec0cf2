// SPDX-License-Identifier: MIT OR Apache-2.0
// A key as most servers have one today: ECDSA over P-256.

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "bench/meter.h"
#include "bench/tls/tls.h"

static EVP_PKEY *key;
static X509 *certificate;

void tls_make_identity(void)
{
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    if (key == NULL || certificate == NULL)
        meter_give_up("identity");
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"bench", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 24L * 3600);
    X509_set_pubkey(certificate, key);
    if (X509_sign(certificate, key, EVP_sha256()) == 0)
        meter_give_up("identity");
}

void tls_use_identity(SSL_CTX *server)
{
    if (SSL_CTX_use_certificate(server, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(server, key) != 1)
        meter_give_up("identity");
}
