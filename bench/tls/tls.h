// TLS servers, in processes of their own, and a client that puts work on them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_TLS_TLS_H
#define BENCH_TLS_TLS_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include "bench/server.h"

enum {
    TLS_BLOCK = 8 << 20,  // Bytes of one order.
    TLS_PIECE = 64 << 10, // Bytes that are sent or received at once.
};

// What a client orders, with one byte.
enum {
    TLS_ORDER_BYTE = 'b',
    TLS_ORDER_SEND = 's',    // A block.
    TLS_ORDER_RECEIVE = 'r', // A block, and confirms it with a byte.
};

// Each is a server_fn, and does what it is ordered, until the client's end.
void raw_serve_tls(int report, int connections);
void ours_serve_tls(int report, int connections);

// Gives a server's context a certificate and its key, which are made at the
// first call: before the process of the server begins.
void tls_make_identity(void);
void tls_use_identity(SSL_CTX *server);

// Has a server send, or receive, and stores microseconds per MiB: of its
// processor, and on the wall.
void tls_measure_bulk(server_fn serve, bool sending, double *ret_figures);

// The same for each of many connections with their handshakes. They go on from
// earlier ones if `resumed`.
void tls_measure_handshakes(server_fn serve, bool resumed, double *ret_figures);

#endif // BENCH_TLS_TLS_H
