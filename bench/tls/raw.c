// SPDX-License-Identifier: MIT OR Apache-2.0
// The server that OpenSSL's manual has in mind: one connection after the other,
// and every call blocks.

#include <unistd.h>

#include "bench/meter.h"
#include "bench/tls/tls.h"

static char piece[TLS_PIECE];

static void send_block(SSL *ssl)
{
    for (int left = TLS_BLOCK; left > 0; left -= TLS_PIECE)
        if (SSL_write(ssl, piece, TLS_PIECE) != TLS_PIECE)
            meter_give_up("SSL_write");
}

static void receive_block(SSL *ssl)
{
    int length;

    for (int left = TLS_BLOCK; left > 0; left -= length) {
        length = SSL_read(ssl, piece, left < TLS_PIECE ? left : TLS_PIECE);
        if (length <= 0)
            meter_give_up("SSL_read");
    }
}

static void do_order(SSL *ssl, char order)
{
    if (order == TLS_ORDER_SEND)
        send_block(ssl);
    if (order == TLS_ORDER_RECEIVE)
        receive_block(ssl);
    if (order != TLS_ORDER_SEND && SSL_write(ssl, piece, 1) != 1)
        meter_give_up("SSL_write");
}

static void serve_one(SSL_CTX *context, int fd)
{
    SSL *ssl = SSL_new(context);
    char order;

    if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_accept(ssl) != 1)
        meter_give_up("SSL_accept");
    while (SSL_read(ssl, &order, 1) == 1)
        do_order(ssl, order);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
}

void raw_serve_tls(int report, int connections)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context == NULL)
        meter_give_up("SSL_CTX_new");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    tls_use_identity(context);
    int listener = server_listen(report, 0);
    for (; connections > 0; connections--)
        serve_one(context, server_accept(listener, 0));
    SSL_CTX_free(context);
    close(listener);
}
