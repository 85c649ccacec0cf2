// SPDX-License-Identifier: MIT OR Apache-2.0
// Of everything that is ordered the client sees the end, so that what is
// counted between two readings is exact. What is ordered first is not counted.
//
// A server is kept busy by several clients that connect at once. They share a
// processor, and a handshake is more work for a client than for a server: on
// the wall it is their time that is seen.

#include <pthread.h>

#include "bench/meter.h"
#include "bench/tls/client.h"

enum { BLOCKS = 16, FIRST_BLOCKS = 2, CLIENTS = 8, VISITS = 64 };

static void order_blocks(struct client *client, bool sending, int count)
{
    for (; count > 0; count--) {
        client_order(client, sending ? TLS_ORDER_SEND : TLS_ORDER_RECEIVE);
        if (!sending)
            client_send_block(client);
        client_receive(client, sending ? TLS_BLOCK : 1);
    }
}

void tls_measure_bulk(server_fn serve, bool sending, double *ret_figures)
{
    struct rusage usage;

    tls_make_identity();
    struct server server = server_start(serve, 1);
    struct client client = client_of(&server);
    client_connect(&client);
    order_blocks(&client, sending, FIRST_BLOCKS);
    struct meter_times start = meter_times_of(server.process);
    order_blocks(&client, sending, BLOCKS);
    meter_times_since(start, (double)BLOCKS * (TLS_BLOCK >> 20), ret_figures);
    client_disconnect(&client);
    server_end(&server, &usage);
    SSL_CTX_free(client.context);
}

static void *visit_often(void *arg)
{
    struct client client = *(const struct client *)arg;

    if (client.ticket != NULL)
        SSL_SESSION_up_ref(client.ticket);
    for (int i = 0; i < VISITS; i++)
        client_visit(&client);
    SSL_SESSION_free(client.ticket);
    return NULL;
}

static void visit_at_once(struct client *client)
{
    pthread_t threads[CLIENTS];

    for (int i = 0; i < CLIENTS; i++)
        if (pthread_create(&threads[i], NULL, visit_often, client) != 0)
            meter_give_up("pthread_create");
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
}

void tls_measure_handshakes(server_fn serve, bool resumed, double *ret_figures)
{
    struct rusage usage;

    tls_make_identity();
    struct server server = server_start(serve, 1 + CLIENTS * VISITS + 1);
    struct client client = client_of(&server);
    client.resumes = resumed;
    client_visit(&client);
    struct meter_times start = meter_times_of(server.process);
    visit_at_once(&client);
    meter_times_since(start, CLIENTS * VISITS, ret_figures);
    client_visit(&client); // The server has lived until now.
    server_end(&server, &usage);
    SSL_SESSION_free(client.ticket);
    SSL_CTX_free(client.context);
}
