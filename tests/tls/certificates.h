// Keys and certificates for tests, made on the spot.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TLS_CERTIFICATES_H
#define TESTS_TLS_CERTIFICATES_H

#include <stdbool.h>

#include <openssl/x509.h>
#include <trio/tls.h>

// A key, and who says whose it is. All are Ed25519: they are made at once, and
// no signature is longer than another.
struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

// What a certificate is to say.
struct subject {
    const char *name;     // Of the subject, and the one that it is for.
    const char *names;    // If it is for others: "DNS:a.example,IP:127.0.0.1".
    bool bare;            // It is for no names but the subject's.
    const char *purpose;  // "serverAuth", "clientAuth"
    int from_day, to_day; // From today; zeros: yesterday until tomorrow.
};

// Makes an authority; it has issued its own certificate.
struct identity make_authority(const char *name);

// Makes a key and has `authority` issue a certificate for it. NULL: the subject
// issues it itself.
struct identity make_identity(const struct identity *authority,
                              const struct subject *subject);

void free_identity(struct identity *identity);

// Has a context use an identity, or trust an authority.
void use_identity(struct trio_tls_context *context,
                  const struct identity *identity);
void trust(struct trio_tls_context *context, const struct identity *authority);

// Writes the certificate, then the key, as PEM.
void write_identity(const struct identity *identity, const char *path);

#endif // TESTS_TLS_CERTIFICATES_H
