// A TLS stream and a peer that is not to be trusted: one whose bytes are the
// fuzzer's, or one that is right, and somebody on the way who changes what
// passes. Nothing is received that was not sent, and all comes to an end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/memory_stream.h>
#include <trio/tls.h>
#include <trio/trio.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "fuzz/pieces.h"
#include "fuzz/target.h"
#include "fuzz/task.h"

#define HOST "server.example"

enum { EDITS = 8 };

struct contexts {
    struct trio_tls_context client, server;
};

// ---- Who is who ----

static X509 *certify(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:" HOST);

    FUZZ_CHECK(X509_set_version(certificate, X509_VERSION_3) == 1);
    FUZZ_CHECK(X509_add_ext(certificate, names, -1) == 1);
    X509_EXTENSION_free(names);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -24 * 60 * 60L);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * 24 * 60 * 60L);
    FUZZ_CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                          (const unsigned char *)HOST, -1, -1,
                                          0) == 1);
    FUZZ_CHECK(X509_set_issuer_name(certificate, name) == 1);
    FUZZ_CHECK(X509_set_pubkey(certificate, key) == 1);
    FUZZ_CHECK(X509_sign(certificate, key, NULL) > 0);
    return certificate;
}

// The client trusts the certificate that the server has. Without tickets all
// handshakes are equally long.
static void open_contexts(struct contexts *contexts,
                          enum trio_tls_version version, EVP_PKEY *key,
                          X509 *certificate)
{
    const struct trio_tls_options options = {
        .version_min = version, .version_max = version, .no_resumption = true};

    FUZZ_CHECK(trio_tls_client_context_open(&options, &contexts->client) ==
               TRIO_OK);
    FUZZ_CHECK(trio_tls_server_context_open(&options, &contexts->server) ==
               TRIO_OK);
    SSL_CTX *server = contexts->server.ssl_ctx;
    FUZZ_CHECK(SSL_CTX_use_certificate(server, certificate) == 1);
    FUZZ_CHECK(SSL_CTX_use_PrivateKey(server, key) == 1);
    SSL_CTX_set_num_tickets(server, 0);
    SSL_CTX_set_options(server, SSL_OP_NO_TICKET);
    FUZZ_CHECK(
        X509_STORE_add_cert(SSL_CTX_get_cert_store(contexts->client.ssl_ctx),
                            certificate) == 1);
}

// Returns contexts that are made once.
static struct contexts *contexts_of(bool new_version)
{
    static struct contexts contexts[2];

    if (contexts[0].client.ssl_ctx == NULL) {
        EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        X509 *certificate = certify(key);
        open_contexts(&contexts[0], TRIO_TLS_1_2, key, certificate);
        open_contexts(&contexts[1], TRIO_TLS_1_3, key, certificate);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    return &contexts[new_version];
}

static trio_status open_end(struct contexts *contexts, bool client,
                            struct trio_stream *transport,
                            struct trio_tls_stream *ret_tls)
{
    return client ? trio_tls_client_open(&contexts->client, transport, HOST,
                                         ret_tls)
                  : trio_tls_server_open(&contexts->server, transport, ret_tls);
}

// ---- A peer that says anything ----

struct stranger {
    struct contexts *contexts;
    bool client; // We are.
    struct fuzz_bytes bytes;
};

// Nobody can guess what ends a handshake.
static TRIO_CHECKPOINT trio_status meet_stranger(void *arg)
{
    struct stranger *stranger = arg;
    struct trio_tls_stream tls;
    struct fuzz_pieces pieces;
    char byte;
    size_t length;

    size_t size_count = fuzz_take_below(&stranger->bytes, 4);
    const uint8_t *sizes = stranger->bytes.at;
    if (size_count > stranger->bytes.left)
        size_count = 0;
    fuzz_pieces_init(&pieces, stranger->bytes, sizes, size_count);
    pieces.breaks = size_count % 2 == 1;
    FUZZ_CHECK(open_end(stranger->contexts, stranger->client, &pieces.stream,
                        &tls) == TRIO_OK);
    trio_status rc = trio_tls_handshake(&tls);
    FUZZ_CHECK(trio_is_failure(rc));
    FUZZ_CHECK(rc == TRIO_EPROTOCOL || rc == TRIO_EUNTRUSTED ||
               rc == TRIO_EBROKEN);
    rc = trio_stream_receive_some(&tls.stream, &byte, 1, &length);
    FUZZ_CHECK(rc == TRIO_EBROKEN || rc == TRIO_EPROTOCOL);
    FUZZ_CHECK(trio_stream_send_all(&tls.stream, "x", 1, NULL) == TRIO_EBROKEN);
    trio_stream_close_forcefully(&tls.stream);
    return TRIO_OK;
}

// ---- Somebody on the way ----

enum what { FLIP, DROP, INSERT, REPEAT, CUT, PAUSE, WHATS };

// What is done to the byte that comes after so many others.
struct edit {
    enum what what;
    size_t at;
    uint8_t value;
};

struct way {
    struct contexts *contexts;
    struct trio_memory_stream ends[2], middles[2]; // 0: the client's.
    struct trio_tls_stream tls[2];
    struct edit edits[2][EDITS]; // Of what comes from either.
    size_t edit_count[2];
    size_t length; // Of what either says.
    bool changed;  // Something was.
    trio_status rc[2];
};

struct direction {
    struct way *way;
    size_t from; // 0: from the client.
    size_t passed, edited;
};

static struct trio_stream *target_of(const struct direction *direction)
{
    return &direction->way->middles[!direction->from].stream;
}

// Returns what is to be done next, or NULL.
static const struct edit *next_edit(const struct direction *direction)
{
    const struct way *way = direction->way;

    return direction->edited < way->edit_count[direction->from]
               ? &way->edits[direction->from][direction->edited]
               : NULL;
}

// Passes a byte on, changed; returns TRIO_EEND where all is cut off. What came
// with it, from `data` on, may be repeated.
static TRIO_CHECKPOINT trio_status edit_byte(struct direction *direction,
                                             const struct edit *edit,
                                             const char *data, const char *byte)
{
    struct trio_stream *target = target_of(direction);
    char changed = (char)(*byte ^ (edit->value | 1));
    trio_status rc;

    direction->way->changed |= edit->what != PAUSE;
    switch (edit->what) {
    case FLIP:
        return trio_stream_send_all(target, &changed, 1, NULL);
    case DROP:
        return TRIO_OK;
    case INSERT:
        rc = trio_stream_send_all(target, &edit->value, 1, NULL);
        break;
    case REPEAT:
        rc = trio_stream_send_all(target, data, (size_t)(byte - data), NULL);
        break;
    case CUT:
        return trio_fail_bare(TRIO_EEND);
    default:
        rc = trio_sleep(edit->value * TRIO_MS);
    }
    return rc == TRIO_OK ? trio_stream_send_all(target, byte, 1, NULL) : rc;
}

static TRIO_CHECKPOINT trio_status pass_piece(struct direction *direction,
                                              const char *data, size_t length)
{
    trio_status rc = TRIO_OK;

    for (size_t at = 0; rc == TRIO_OK && at < length;) {
        const struct edit *edit = next_edit(direction);
        size_t count = edit == NULL ? length : edit->at - direction->passed;
        if (count > length - at)
            count = length - at;
        if (count > 0) {
            rc = trio_stream_send_all(target_of(direction), data + at, count,
                                      NULL);
        } else {
            direction->edited++;
            rc = edit_byte(direction, edit, data, data + at);
            count = 1;
        }
        direction->passed += count;
        at += count;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status pass_on(void *arg)
{
    struct direction *direction = arg;
    struct way *way = direction->way;
    char buffer[512];
    size_t length;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        rc = trio_stream_receive_some(&way->middles[direction->from].stream,
                                      buffer, sizeof(buffer), &length);
        if (rc == TRIO_OK)
            rc = pass_piece(direction, buffer, length);
    }
    if (rc == TRIO_EEND)
        rc = trio_stream_send_eof(&way->middles[!direction->from].stream);
    return trio_is_failure(rc) ? TRIO_OK : rc; // Somebody has given up.
}

// ---- A conversation ----

struct side {
    struct way *way;
    size_t number;
};

static char letter(size_t side, size_t at)
{
    return (char)('a' + (at * 7 + side * 13) % 26);
}

static TRIO_CHECKPOINT trio_status say(const struct side *side)
{
    char text[256];

    for (size_t i = 0; i < side->way->length; i++)
        text[i] = letter(side->number, i);
    struct trio_stream *stream = &side->way->tls[side->number].stream;
    trio_status rc =
        trio_stream_send_all(stream, text, side->way->length, NULL);
    return rc == TRIO_OK ? trio_stream_send_eof(stream) : rc;
}

// Hears all there is, which is what the other side says, or begins like it.
static TRIO_CHECKPOINT trio_status hear(const struct side *side)
{
    struct trio_stream *stream = &side->way->tls[side->number].stream;
    char buffer[100];
    size_t total = 0, length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK)
        for (size_t i = 0; i < length; i++)
            FUZZ_CHECK(buffer[i] == letter(!side->number, total++));
    FUZZ_CHECK(total <= side->way->length);
    if (rc == TRIO_EEND)
        FUZZ_CHECK(total == side->way->length);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status talk(void *arg)
{
    const struct side *side = arg;
    bool first = side->number == 0;

    trio_status rc = first ? say(side) : hear(side);
    if (rc == TRIO_OK)
        rc = first ? hear(side) : say(side);
    side->way->rc[side->number] = rc;
    rc = trio_stream_close(&side->way->tls[side->number].stream);
    return trio_is_failure(rc) ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status talk_all(struct way *way)
{
    struct side sides[] = {{way, 0}, {way, 1}};
    struct direction directions[] = {{.way = way, .from = 0},
                                     {.way = way, .from = 1}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, talk, &sides[i]);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, pass_on, &directions[i]);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status meet(void *arg)
{
    struct way *way = arg;
    struct trio_cancel_scope limit;

    for (size_t i = 0; i < 2; i++) {
        trio_memory_stream_pair(&way->ends[i], &way->middles[i]);
        FUZZ_CHECK(open_end(way->contexts, i == 0, &way->ends[i].stream,
                            &way->tls[i]) == TRIO_OK);
    }
    // Where bytes are awaited that do not come, nobody else would notice.
    trio_move_on_after(&limit, TRIO_MINUTE);
    trio_status rc = trio_cancel_scope_close(&limit, talk_all(way));
    if (!way->changed)
        FUZZ_CHECK(way->rc[0] == TRIO_OK && way->rc[1] == TRIO_OK);
    for (size_t i = 0; i < 2; i++) {
        trio_stream_close_forcefully(&way->tls[i].stream);
        trio_stream_close_forcefully(&way->middles[i].stream);
    }
    return rc;
}

static void take_edits(struct way *way, struct fuzz_bytes *bytes)
{
    size_t at[2] = {0, 0};

    while (bytes->left > 0) {
        unsigned what = fuzz_take(bytes);
        size_t from = what / WHATS % 2;
        at[from] += fuzz_take_number(bytes, 2) % 2048;
        struct edit edit = {(enum what)(what % WHATS), at[from]++,
                            fuzz_take(bytes)};
        if (way->edit_count[from] < EDITS)
            way->edits[from][way->edit_count[from]++] = edit;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct way way;
    struct fuzz_bytes bytes = {data, size};
    unsigned head = fuzz_take(&bytes);
    struct contexts *contexts = contexts_of(head % 2 == 1);

    if (head / 2 % 2 == 0) {
        struct stranger stranger = {contexts, head / 4 % 2 == 1, bytes};
        fuzz_run(meet_stranger, &stranger);
        return 0;
    }
    memset(&way, 0, sizeof(way));
    way.contexts = contexts;
    way.length = fuzz_take(&bytes);
    take_edits(&way, &bytes);
    fuzz_run(meet, &way);
    return 0;
}
