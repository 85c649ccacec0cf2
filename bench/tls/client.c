// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/tls/client.h"

#include <unistd.h>

#include "bench/meter.h"

struct client client_of(const struct server *server)
{
    struct client client = {.port = server_port(server->report)};

    client.context = SSL_CTX_new(TLS_client_method());
    if (client.context == NULL)
        meter_give_up("SSL_CTX_new");
    SSL_CTX_set_read_ahead(client.context, 1);
    return client;
}

void client_connect(struct client *client)
{
    client->fd = server_connect(client->port);
    client->ssl = SSL_new(client->context);
    if (client->ssl == NULL || SSL_set_fd(client->ssl, client->fd) != 1)
        meter_give_up("SSL_new");
    if (client->ticket != NULL)
        SSL_set_session(client->ssl, client->ticket);
    if (SSL_connect(client->ssl) != 1)
        meter_give_up("SSL_connect");
}

void client_disconnect(struct client *client)
{
    SSL_shutdown(client->ssl);
    SSL_free(client->ssl);
    close(client->fd);
}

void client_order(struct client *client, char order)
{
    if (SSL_write(client->ssl, &order, 1) != 1)
        meter_give_up("SSL_write");
}

void client_send_block(struct client *client)
{
    static const char piece[TLS_PIECE];

    for (int left = TLS_BLOCK; left > 0; left -= TLS_PIECE)
        if (SSL_write(client->ssl, piece, TLS_PIECE) != TLS_PIECE)
            meter_give_up("SSL_write");
}

void client_receive(struct client *client, int size)
{
    char piece[TLS_PIECE];

    while (size > 0) {
        int length = SSL_read(client->ssl, piece, TLS_PIECE);
        if (length <= 0)
            meter_give_up("SSL_read");
        size -= length;
    }
}

void client_visit(struct client *client)
{
    client_connect(client);
    client_order(client, TLS_ORDER_BYTE);
    client_receive(client, 1);
    if (client->resumes) {
        SSL_SESSION_free(client->ticket);
        client->ticket = SSL_get1_session(client->ssl);
    }
    client_disconnect(client);
}
