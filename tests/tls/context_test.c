// Contexts, from files; what is wrong with a file is said. And what they are
// set to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "tests/check.h"
#include "tests/tls/kit.h"

static const char *path_of(const char *name)
{
    static char paths[8][300];
    static size_t next;
    char *path = paths[next++ % COUNT(paths)];

    snprintf(path, sizeof(paths[0]), "%s/%s", kit_folder, name);
    return path;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    REQUIRE(file != NULL);
    REQUIRE(fputs(text, file) >= 0);
    REQUIRE(fclose(file) == 0);
}

static bool last_error_says(trio_status status, const char *text)
{
    const struct trio_error *error = trio_error_find(status);

    return CHECK(error != NULL) && CHECK(strstr(error->text, text) != NULL);
}

// Checks what opening comes to, and that the record has this text in it.
static void check_refused(bool server, const struct trio_tls_options *options,
                          trio_status expected, const char *text)
{
    struct trio_tls_context context;
    trio_status rc = server ? trio_tls_server_context_open(options, &context)
                            : trio_tls_client_context_open(options, &context);

    CHECK_STATUS(rc, expected);
    last_error_says(expected, text);
}

TEST_REAL(tls_context, versions_that_there_are_not_are_refused)
{
    const struct trio_tls_options low = {
        .version_min = (enum trio_tls_version)3};
    const struct trio_tls_options high = {
        .version_max = (enum trio_tls_version)9};

    check_refused(false, &low, TRIO_EINVAL, "TLS: no such version");
    check_refused(true, &high, TRIO_EINVAL, "TLS: no such version");
}

TEST_REAL(tls_context, a_key_without_a_certificate_is_refused)
{
    const struct trio_tls_options options = {.key_file = "key.pem"};

    check_refused(false, &options, TRIO_EINVAL, "key.pem");
    check_refused(true, &options, TRIO_EINVAL, "key.pem");
}

TEST_REAL(tls_context, files_have_all_that_is_needed)
{
    const struct tls_world *world = tls_world();
    const char *authority = path_of("authority.pem");
    const char *server_file = path_of("server.pem");

    write_identity(&world->authority, authority);
    write_identity(&world->server, server_file);
    const struct trio_tls_options client = {.authorities_file = authority};
    const struct trio_tls_options server = {.certificate_file = server_file};
    struct tls_contexts contexts;
    struct trio_memory_stream near, far;
    struct tls_pair pair;

    CHECK_OK(trio_tls_client_context_open(&client, &contexts.client));
    CHECK_OK(trio_tls_server_context_open(&server, &contexts.server));
    trio_memory_stream_pair(&near, &far);
    CHECK_OK(open_tls(&pair, &contexts, &near.stream, &far.stream));
    CHECK_OK(shake_hands(&pair));
    CHECK_OK(close_tls(&pair));
    close_contexts(&contexts);
    trio_tls_context_close(&contexts.client); // Again is fine.
}

TEST_REAL(tls_context, what_is_wrong_with_a_file_is_said)
{
    const struct tls_world *world = tls_world();
    const char *nothing = path_of("nothing.pem");
    const char *nonsense = path_of("nonsense.pem");
    const char *server = path_of("server.pem");
    const char *client = path_of("client.pem");

    write_text(nonsense, "this is no certificate\n");
    write_identity(&world->server, server);
    write_identity(&world->client, client);
    check_refused(true, &(struct trio_tls_options){.certificate_file = nothing},
                  TRIO_ENOENT, "nothing.pem");
    check_refused(false,
                  &(struct trio_tls_options){.authorities_file = nothing},
                  TRIO_ENOENT, "nothing.pem");
    check_refused(true,
                  &(struct trio_tls_options){.certificate_file = nonsense},
                  TRIO_EINVAL, "no start line");
    check_refused(true,
                  &(struct trio_tls_options){.certificate_file = server,
                                             .key_file = client},
                  TRIO_EINVAL, "key values mismatch");
    check_refused(true,
                  &(struct trio_tls_options){.certificate_file = server,
                                             .authorities_file = nonsense},
                  TRIO_EINVAL, "nonsense.pem");
}

TEST_REAL(tls_context, nobody_is_asked_for_a_password)
{
    const char *path = path_of("locked.pem");
    const struct identity *server = &tls_world()->server;
    FILE *file = fopen(path, "w");

    REQUIRE(file != NULL);
    REQUIRE(PEM_write_X509(file, server->certificate) == 1);
    REQUIRE(PEM_write_PrivateKey(file, server->key, EVP_aes_128_cbc(),
                                 (const unsigned char *)"secret", 6, NULL,
                                 NULL) == 1);
    REQUIRE(fclose(file) == 0);
    check_refused(true, &(struct trio_tls_options){.certificate_file = path},
                  TRIO_EINVAL, "locked.pem");
}

TEST_REAL(tls_context, options_that_make_no_sense_are_refused)
{
    char name[300];

    check_refused(false,
                  &(struct trio_tls_options){.version_min = TRIO_TLS_1_3,
                                             .version_max = TRIO_TLS_1_2},
                  TRIO_EINVAL, "TLS: versions 1.3 to 1.2: there is none");
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    check_refused(false, &(struct trio_tls_options){.protocols = name},
                  TRIO_EINVAL, "xxx...: a protocol of more than 255 bytes");
}

// What is encrypted is authenticated, and stays secret when a key of the server
// becomes known later. To TLS 1.3 exchanging keys is no matter of the cipher.
static void check_cipher(const SSL_CIPHER *cipher)
{
    int exchange = SSL_CIPHER_get_kx_nid(cipher);

    CHECK(SSL_CIPHER_is_aead(cipher));
    CHECK(exchange == NID_kx_ecdhe || exchange == NID_kx_any);
}

TEST_REAL(tls_context, defaults_are_safe)
{
    struct trio_tls_context context;

    CHECK_OK(trio_tls_client_context_open(NULL, &context));
    uint64_t options = SSL_CTX_get_options(context.ssl_ctx);
    CHECK((options & SSL_OP_NO_RENEGOTIATION) != 0);
    CHECK((options & SSL_OP_NO_COMPRESSION) != 0);
    CHECK((options & SSL_OP_IGNORE_UNEXPECTED_EOF) == 0);
    CHECK_EQ(SSL_CTX_get_min_proto_version(context.ssl_ctx), TLS1_2_VERSION);
    CHECK_EQ(SSL_CTX_get_verify_mode(context.ssl_ctx), SSL_VERIFY_PEER);
    STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context.ssl_ctx);
    CHECK(sk_SSL_CIPHER_num(ciphers) > 3);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++)
        check_cipher(sk_SSL_CIPHER_value(ciphers, i));
    trio_tls_context_close(&context);
}

TEST_PLAIN(tls_context, is_made_outside_of_a_run_as_well)
{
    struct trio_tls_context context;

    CHECK_OK(trio_tls_server_context_open(NULL, &context));
    trio_tls_context_close(&context);
    trio_tls_context_close(&context);
}
