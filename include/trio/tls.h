// TLS over any stream: contexts, streams, what is known of the peer.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// OpenSSL does the work. Programs that use this depend on //io/tls besides
// //:trio, or link io/tls/*.c with -lssl -lcrypto; no others link OpenSSL.

#ifndef TRIO_TLS_H
#define TRIO_TLS_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/stream.h>

struct ssl_ctx_st;    // OpenSSL's SSL_CTX,
struct ssl_st;        // SSL,
struct bio_method_st; // and BIO_METHOD.
struct trio_tls_tickets;

enum trio_tls_version {
    TRIO_TLS_DEFAULT, // 1.2 at least, and the newest that both sides know.
    TRIO_TLS_1_2,
    TRIO_TLS_1_3
};

// What all connections of a kind have in common. Zero, or NULL for the whole,
// is the default. Files are PEM.
struct trio_tls_options {
    const char *certificate_file; // Our certificate, then those of its issuers.
    const char *key_file; // Its key, none without it. NULL: certificate_file.

    // Who may issue the peer's certificate. NULL: a client trusts whom the
    // system trusts, a server asks for no certificate. If a server has them,
    // clients must have a certificate.
    const char *authorities_file;

    const char *protocols; // ALPN, the best first: "h2 http/1.1". NULL: none.
    enum trio_tls_version version_min;
    enum trio_tls_version version_max;

    // A connection that ends without a goodbye has ended, as if there had been
    // one: for HTTP/1, whose peers do that. Whoever can cut the connection can
    // then cut the data, unless the data says how long it is.
    bool https_compatible;

    bool no_verification; // A client talks to anybody: nothing is secure then.
    bool no_resumption;   // Every connection begins with a full handshake.
};

// A `trio_tls_context` has keys, authorities, and tickets for handshakes that
// go on from an earlier one. What its options do not offer can be set in
// `ssl_ctx` by the functions of OpenSSL, before the first stream is made.
//
//     struct trio_tls_context context;
//     struct trio_tls_options options = {.protocols = "http/1.1"};
//
//     rc = trio_tls_client_context_open(&options, &context);
//
// No renegotiation, no compression; below TLS 1.3 only ciphers with forward
// secrecy that authenticate what they encrypt. A client takes up an earlier
// connection by itself, with the newest ticket that it got from the same host;
// it keeps those of a few dozen hosts.
// The caller owns the storage, and keeps it until the streams that were made
// with it have been closed. Not thread-safe: each loop has its own.
struct trio_tls_context {
    struct ssl_ctx_st *ssl_ctx;
    struct trio_tls_tickets *tickets; // Private. A client's, or NULL.
    struct bio_method_st *method;     // Private. How streams use a transport.
    char *protocols;                  // Private. ALPN, as on the wire.
    bool server;                      // Private.
    bool https_compatible;            // Private.
    bool anonymous;                   // Private. The peer is not verified.
};

// Names are at most this long, with the final zero.
#define TRIO_TLS_HOST_MAX 256

// A `trio_tls_stream` is one end of a TLS connection over another stream, the
// transport, which may be a TLS stream itself:
//
//     struct trio_tls_stream tls;
//
//     rc = trio_tls_client_open(&context, transport, "example.org", &tls);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(&tls.stream, "hello", 5, NULL);
//     return trio_combine(rc, trio_stream_close(&tls.stream));
//
// It is used through its first member, by <trio/stream.h>. What is special:
//
// - The first call that sends or receives does the handshake, and its failure
//   is the call's. A handshake that was cancelled goes on with the next call.
// - TRIO_EUNTRUSTED, with the reason in its record: the peer's certificate is
//   not accepted. TRIO_EPROTOCOL: something on the way, or the peer, breaks
//   TLS, or the peer refuses us. Nothing that was tampered with is received.
//   Either is for good, and so is TRIO_ENOMEM of TLS itself: later calls are
//   TRIO_EBROKEN. Where OpenSSL does not know that memory was the reason, it
//   is one of those two instead.
// - A connection that ends without the peer's goodbye is TRIO_EBROKEN, not
//   TRIO_EEND: something may have been cut off. See https_compatible.
// - send_all takes what `ret_sent` counts also when it is cancelled: that is on
//   its way, and goes out before what is sent next.
// - send_eof says goodbye, which ends one direction. TLS 1.3 allows for that;
//   with TLS 1.2 some peers end the other direction, too. A cancelled one
//   may have ended it: call it again.
// - close says goodbye and does not wait for the peer's. A transport that does
//   not take it within a second is closed without; so is one to which a
//   send_all is not done, and the peer sees that something is missing.
// - One task may send while another receives; neither waits for the other's
//   data. A receive may have to answer the peer, with a few bytes, and does so
//   before it waits: those that the transport does not take within a second go
//   out with what is sent next. After our goodbye nothing is answered.
//
// Each side holds back no more than two records of 16 KiB in each direction.
// OpenSSL takes the time of day and random numbers from the system, also in
// simulation. The caller owns the storage, which must not move, and closes the
// stream; that closes the transport, too, which nobody else may use meanwhile.
// What it holds besides is given back when it has been closed and no task uses
// it any more. Not thread-safe: use it from its loop's thread only.
struct trio_tls_stream {
    struct trio_stream stream;
    struct ssl_st *ssl; // For OpenSSL's functions that only look.
    struct trio_stream *transport;
    struct trio_tls_context *context;
    char host[TRIO_TLS_HOST_MAX]; // Whom a client expects; "" for a server.
    struct trio_parking_lot lot;  // Private. Who waits for another's progress.
    unsigned char *buffers;       // Private. Both of these:
    size_t in_start, in_end;      // Private. Came and was not read.
    size_t out_start, out_end;    // Private. Was written and has not gone.
    size_t users;                 // Private. Tasks that are in a call.
    bool handshaking;             // Private. A task does the handshake.
    bool shaken;                  // Private. The handshake is done.
    bool sending, receiving;      // Private. A task is in this half.
    bool unsent;                  // Private. A send_all is not done.
    bool filling, flushing;       // Private. A task uses the transport.
    bool owes_answer;             // Private. One to the peer, in `buffers`.
    bool sent_eof;                // Private.
    bool broken;                  // Private.
    bool closed;                  // Private.
};

// What a handshake came to. Strings are static, or live as long as the stream.
struct trio_tls_info {
    const char *version;  // "TLSv1.3"
    const char *cipher;   // "TLS_AES_256_GCM_SHA384"
    const char *protocol; // By ALPN; "" for none.
    size_t protocol_length;
    bool resumed; // From an earlier connection.
};

TRIO_BEGIN_DECLS

// Makes a context for clients. `options` may be NULL. Reads files, and blocks
// while it does: call it before there is much to do. In a task a failure is
// recorded.
//
// Checkpoint: never; also outside of a run.
// Returns: TRIO_OK      the caller closes `ret_context`.
//          TRIO_ENOMEM  out of memory; where a file is read OpenSSL does not
//                       always know that, and it is TRIO_EINVAL.
//          TRIO_ENOENT,
//          TRIO_EACCES  a file is not there, or may not be read.
//          TRIO_EINVAL  a file, or what the options say, makes no sense; the
//                       record tells more.
TRIO_MUST_USE trio_status
trio_tls_client_context_open(const struct trio_tls_options *options,
                             struct trio_tls_context *ret_context);

// Makes a context for servers, like trio_tls_client_context_open. They need a
// certificate: by the options or by `ssl_ctx`.
//
// Checkpoint: never; also outside of a run.
// Returns: as trio_tls_client_context_open.
TRIO_MUST_USE trio_status
trio_tls_server_context_open(const struct trio_tls_options *options,
                             struct trio_tls_context *ret_context);

// Gives back what a context holds. Again is fine, and so is one that is all
// zeros.
//
// Checkpoint: never; also outside of a run.
void trio_tls_context_close(struct trio_tls_context *context);

// Makes a client's end over a transport that is connected. `host` is the name,
// or the numeric address, that the peer's certificate has to be for; a name is
// also what the server is asked for (SNI). NULL, if the context verifies
// nobody: anyone. On failure the transport is as it was.
//
// Checkpoint: never.
// Returns: TRIO_OK      the caller closes `ret_tls`.
//          TRIO_ENOMEM  out of memory.
//          TRIO_EINVAL  `host` is no ASCII name, or too long; or there is none.
TRIO_MUST_USE trio_status trio_tls_client_open(
    struct trio_tls_context *context, struct trio_stream *transport,
    const char *host, struct trio_tls_stream *ret_tls);

// Makes a server's end over a transport that is connected. On failure the
// transport is as it was.
//
//     struct trio_tls_stream tls;
//
//     rc = trio_tls_server_open(&context, transport, &tls);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = echo(&tls.stream, NULL);
//     return trio_combine(rc, trio_stream_close(&tls.stream));
//
// Checkpoint: never.
// Returns: TRIO_OK      the caller closes `ret_tls`.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status trio_tls_server_open(
    struct trio_tls_context *context, struct trio_stream *transport,
    struct trio_tls_stream *ret_tls);

// Does the handshake now, if it was not done yet: to know of the peer before
// anything is sent. Any number of tasks may call it at once.
//
// Checkpoint: always.
// Returns: TRIO_OK          the peer is who it should be.
//          TRIO_ECANCELED   an enclosing scope is cancelled; a later call goes
//                           on with the handshake.
//          TRIO_EUNTRUSTED  the peer's certificate is not accepted.
//          TRIO_EPROTOCOL   the peer breaks the protocol, or refuses us.
//          TRIO_EBROKEN     the connection ended, or TLS failed before.
//          TRIO_ECLOSED     the stream was closed on this side.
//          TRIO_ENOMEM      out of memory.
//          other            what the transport returned.
TRIO_CHECKPOINT trio_status trio_tls_handshake(struct trio_tls_stream *tls);

// Ends TLS by a goodbye from each side and leaves the transport open, for what
// comes next on it. What the peer sent after its goodbye may have come with it:
// that is put into `buffer`, `*ret_length` bytes of it. The TLS stream is
// closed then, without its transport.
//
//     char early[100];
//     size_t length;
//
//     rc = trio_tls_unwrap(tls, early, sizeof(early), &length);
//     if (rc == TRIO_OK) // It goes on in the clear.
//         rc = trio_stream_send_all(transport, "hello", 5, NULL);
//
// Checkpoint: always.
// Returns: TRIO_OK        the transport is the caller's.
//          TRIO_EINVAL    the peer has sent data: receive it, then try again.
//          TRIO_EMSGSIZE  `size` is too small; try again.
//          TRIO_EBUSY     another task sends or receives.
//          other          as trio_stream_send_eof, trio_stream_receive_some.
TRIO_CHECKPOINT trio_status trio_tls_unwrap(struct trio_tls_stream *tls,
                                            void *buffer, size_t size,
                                            size_t *ret_length);

// Tells what the handshake came to; all zeros before it is done.
//
//     struct trio_tls_info info = trio_tls_info(tls);
//     unsigned char certificate[4096];
//     char name[256];
//
//     trio_tls_peer_name(tls, name, sizeof(name));
//     printf("%s by %s with %s\n", info.version, info.cipher, name);
//     size_t length =
//         trio_tls_peer_certificate(tls, certificate, sizeof(certificate));
//     if (length > 0 && length <= sizeof(certificate))
//         count++; // It is all there.
//
// Checkpoint: never.
struct trio_tls_info trio_tls_info(const struct trio_tls_stream *tls);

// Writes the subject of the peer's certificate as one line of text, cut if it
// is too long: "CN=example.org". Returns `buffer`; "" if there is none.
//
// Checkpoint: never.
const char *trio_tls_peer_name(const struct trio_tls_stream *tls, char *buffer,
                               size_t size);

// Writes the peer's certificate, as DER, if it fits into `size` bytes. Returns
// how long it is; 0 if there is none.
//
// Checkpoint: never.
size_t trio_tls_peer_certificate(const struct trio_tls_stream *tls,
                                 void *buffer, size_t size);

TRIO_END_DECLS

#endif // TRIO_TLS_H
