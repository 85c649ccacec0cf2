// Keys and certificates for tests, made on the spot.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/tls/certificates.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tests/check.h"

enum { DAY = 24 * 60 * 60 };

static long serial;

static void add_extension(X509 *certificate, X509 *issuer, int kind,
                          const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, &context, kind, value);
    REQUIRE(extension != NULL);
    REQUIRE(X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key, const struct subject *subject)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    bool always = subject->from_day == 0 && subject->to_day == 0;

    REQUIRE(X509_set_version(certificate, X509_VERSION_3) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1000 + ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate),
                    (always ? -1 : subject->from_day) * (long)DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate),
                    (always ? 1 : subject->to_day) * (long)DAY);
    REQUIRE(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                       (const unsigned char *)subject->name, -1,
                                       -1, 0) == 1);
    REQUIRE(X509_set_pubkey(certificate, key) == 1);
    return certificate;
}

static struct identity issue(const struct identity *authority,
                             const struct subject *subject, bool is_authority)
{
    struct identity identity = {.key =
                                    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
    char names[300];

    REQUIRE(identity.key != NULL);
    identity.certificate = make_certificate(identity.key, subject);
    X509 *certificate = identity.certificate;
    if (authority == NULL)
        authority = &identity;
    REQUIRE(X509_set_issuer_name(
                certificate, X509_get_subject_name(authority->certificate)) ==
            1);
    add_extension(certificate, authority->certificate, NID_basic_constraints,
                  is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    snprintf(names, sizeof(names), "DNS:%s", subject->name);
    if (!is_authority && !subject->bare)
        add_extension(certificate, authority->certificate, NID_subject_alt_name,
                      subject->names == NULL ? names : subject->names);
    if (subject->purpose != NULL)
        add_extension(certificate, authority->certificate, NID_ext_key_usage,
                      subject->purpose);
    REQUIRE(X509_sign(certificate, authority->key, NULL) > 0);
    return identity;
}

struct identity make_authority(const char *name)
{
    const struct subject subject = {.name = name};

    return issue(NULL, &subject, true);
}

struct identity make_identity(const struct identity *authority,
                              const struct subject *subject)
{
    return issue(authority, subject, false);
}

void free_identity(struct identity *identity)
{
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
}

void use_identity(struct trio_tls_context *context,
                  const struct identity *identity)
{
    REQUIRE(SSL_CTX_use_certificate(context->ssl_ctx, identity->certificate) ==
            1);
    REQUIRE(SSL_CTX_use_PrivateKey(context->ssl_ctx, identity->key) == 1);
}

void trust(struct trio_tls_context *context, const struct identity *authority)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context->ssl_ctx);

    REQUIRE(X509_STORE_add_cert(store, authority->certificate) == 1);
}

void write_identity(const struct identity *identity, const char *path)
{
    FILE *file = fopen(path, "w");

    REQUIRE(file != NULL);
    REQUIRE(PEM_write_X509(file, identity->certificate) == 1);
    REQUIRE(PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL,
                                 NULL) == 1);
    REQUIRE(fclose(file) == 0);
}
