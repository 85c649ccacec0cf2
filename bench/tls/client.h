// A client of OpenSSL's own, which blocks: the same for every server.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_TLS_CLIENT_H
#define BENCH_TLS_CLIENT_H

#include "bench/tls/tls.h"

struct client {
    SSL_CTX *context;
    uint16_t port;
    bool resumes;        // Goes on from its connection before.
    SSL_SESSION *ticket; // Of that; NULL: none.
    SSL *ssl;            // Of the connection that is open.
    int fd;
};

// Makes one for a server; its context is to be freed.
struct client client_of(const struct server *server);

void client_connect(struct client *client);
void client_disconnect(struct client *client);
void client_order(struct client *client, char order);
void client_send_block(struct client *client);
void client_receive(struct client *client, int size);

// Connects, has a byte sent, and disconnects.
void client_visit(struct client *client);

#endif // BENCH_TLS_CLIENT_H
