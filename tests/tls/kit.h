// Both ends of a TLS connection, and what they need.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TLS_KIT_H
#define TESTS_TLS_KIT_H

#include <stdbool.h>

#include <trio/memory_stream.h>
#include <trio/tls.h>

#include "tests/tls/certificates.h"

#define KIT_HOST "server.example"

// What the program was started with. Read before main: a run that is simulated
// has no environment.
extern const char *kit_folder; // For files.
extern bool kit_is_slow;       // Where a test takes less of everything.

// What lives as long as the program: keys and certificates.
struct tls_world {
    struct identity authority;
    struct identity server; // For KIT_HOST and 127.0.0.1.
    struct identity client; // For "client.example".
};

// Returns them; they are made at the first call. Not in a run.
const struct tls_world *tls_world(void);

// A context for each side, in which they trust each other. Options may be NULL.
// The server sends no tickets unless `tickets`: some are longer than others.
struct tls_contexts {
    struct trio_tls_context client;
    struct trio_tls_context server;
};
void open_contexts(struct tls_contexts *contexts,
                   const struct trio_tls_options *client,
                   const struct trio_tls_options *server, bool tickets);
void close_contexts(struct tls_contexts *contexts);

// Returns contexts for one version and no resumption, made at the first call:
// reading all authorities of the system takes a while.
struct tls_contexts *contexts_of(enum trio_tls_version version);

// A connection over streams that are connected.
struct tls_pair {
    struct trio_tls_stream client;
    struct trio_tls_stream server;
};

// Makes both ends; there is no handshake yet.
TRIO_MUST_USE trio_status open_tls(struct tls_pair *pair,
                                   struct tls_contexts *contexts,
                                   struct trio_stream *client_transport,
                                   struct trio_stream *server_transport);

// Does the handshake on both ends at once.
TRIO_CHECKPOINT trio_status shake_hands(struct tls_pair *pair);

// Closes both ends at once, in an orderly way.
TRIO_CHECKPOINT trio_status close_tls(struct tls_pair *pair);

// Closes both ends, whatever state they are in.
void drop_tls(struct tls_pair *pair);

// A task's handshake on one end, and what it came to.
struct shake {
    struct trio_tls_stream *tls;
    trio_status rc;
};

// Keeps the status, and returns it only if it is a cancellation. After a
// failure the end is closed, so that the other learns of it.
TRIO_CHECKPOINT trio_status shake_once(void *arg);

#endif // TESTS_TLS_KIT_H
