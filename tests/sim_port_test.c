// The ports of a simulated host: how many there are, and how long they stay.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/check.h"
#include "tests/hosts.h"

// ---- There are no more ----

static TRIO_CHECKPOINT trio_status run_on(struct trio_sim_host *host,
                                          trio_task_fn fn, void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_start_soon(host, &nursery, fn, arg);
    return trio_nursery_close(&nursery, rc);
}

static void open_stream(struct trio_socket *socket)
{
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, socket));
}

static TRIO_PARKS void exhaust(struct trio_sim_host *server)
{
    static const struct trio_address any = {.family = TRIO_ADDRESS_IPV4};
    struct trio_address address =
        trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 80);
    struct trio_socket sockets[3], one;

    for (int i = 0; i < 3; i++) {
        open_stream(&sockets[i]);
        CHECK_OK(trio_socket_bind(&sockets[i], &any));
    }
    open_stream(&one);
    CHECK_STATUS(trio_socket_connect(&one, &address), TRIO_EADDRNOTAVAIL);
    CHECK_STATUS(trio_socket_bind(&one, &any), TRIO_EADDRINUSE);
    trio_socket_close(&sockets[1]); // There is one again.
    CHECK_STATUS(trio_socket_connect(&one, &address), TRIO_ECONNREFUSED);
    trio_socket_close(&one);
    trio_socket_close(&sockets[0]);
    trio_socket_close(&sockets[2]);
}

static TRIO_CHECKPOINT trio_status exhaust_ports(void *arg)
{
    exhaust(arg);
    return TRIO_OK;
}

TEST_ONCE(sim_port, a_host_gives_out_no_more_ports_than_it_has)
{
    static const struct trio_sim_host_options few = {.ports_max = 3};
    struct trio_sim_host *client, *server;

    CHECK_OK(trio_sim_host_open("client", &few, &client));
    CHECK_OK(trio_sim_host_open("server", NULL, &server));
    CHECK_OK(run_on(client, exhaust_ports, server));
}

static trio_status take_ports_by_name(void *arg)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV4, .port = 1};
    struct trio_socket sockets[3];

    (void)arg;
    for (int i = 0; i < 3; i++, address.port++) {
        open_stream(&sockets[i]);
        CHECK_OK(trio_socket_bind(&sockets[i], &address));
    }
    for (int i = 0; i < 3; i++)
        trio_socket_close(&sockets[i]);
    return TRIO_OK;
}

TEST_ONCE(sim_port, ports_that_are_asked_for_are_not_given_out)
{
    static const struct trio_sim_host_options few = {.ports_max = 1};
    struct trio_sim_host *client;

    CHECK_OK(trio_sim_host_open("client", &few, &client));
    CHECK_OK(run_on(client, take_ports_by_name, NULL));
}

// ---- They linger where the end came first ----

// A connection from a port of home's to another one, over a link.
struct connection {
    struct trio_address server, client;
    struct trio_socket far, near;
};

static TRIO_PARKS void open_connection(struct connection *connection)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket listener;

    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_MS));
    connection->server = trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 1);
    connection->client = trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 2);
    open_stream(&listener);
    CHECK_OK(trio_socket_bind(&listener, &connection->server));
    CHECK_OK(trio_socket_listen(&listener, 1));
    open_stream(&connection->near);
    CHECK_OK(trio_socket_bind(&connection->near, &connection->client));
    CHECK_OK(trio_socket_connect(&connection->near, &connection->server));
    CHECK_OK(trio_socket_accept(&listener, &connection->far, NULL));
    trio_socket_close(&listener);
}

static bool is_free(const struct trio_address *address)
{
    struct trio_socket socket;

    open_stream(&socket);
    trio_status rc = trio_socket_bind(&socket, address);
    CHECK(rc == TRIO_OK || rc == TRIO_EADDRINUSE);
    trio_socket_close(&socket);
    return rc == TRIO_OK;
}

// It begins when the last of it has arrived.
static TRIO_PARKS void free_after_a_minute(const struct connection *connection)
{
    CHECK_OK(trio_sleep(59 * TRIO_SECOND));
    CHECK(!is_free(&connection->client) || !is_free(&connection->server));
    CHECK_OK(trio_sleep(TRIO_SECOND + TRIO_MS));
    CHECK(is_free(&connection->client));
    CHECK(is_free(&connection->server));
}

TEST_ONCE(sim_port, closed_at_once_on_both_sides_a_connection_lingers_on_both)
{
    struct connection connection;

    open_connection(&connection);
    trio_socket_close(&connection.near);
    trio_socket_close(&connection.far); // Its end is not here yet.
    CHECK(!is_free(&connection.client));
    CHECK(!is_free(&connection.server));
    free_after_a_minute(&connection);
}

TEST_ONCE(sim_port, ended_at_once_on_both_sides_both_read_the_end)
{
    struct connection connection;
    size_t length;
    char byte;

    open_connection(&connection);
    CHECK_OK(trio_socket_shutdown_send(&connection.near));
    CHECK_OK(trio_socket_shutdown_send(&connection.far));
    CHECK_STATUS(trio_socket_receive(&connection.near, &byte, 1, &length),
                 TRIO_EEND);
    CHECK_STATUS(trio_socket_receive(&connection.far, &byte, 1, &length),
                 TRIO_EEND);
    trio_socket_close(&connection.near);
    trio_socket_close(&connection.far);
    CHECK(!is_free(&connection.client));
    CHECK(!is_free(&connection.server));
    free_after_a_minute(&connection);
}

TEST_ONCE(sim_port, a_connection_lingers_only_where_its_end_came_first)
{
    struct connection connection;
    size_t length;
    char byte;

    open_connection(&connection);
    trio_socket_close(&connection.far);
    CHECK_STATUS(trio_socket_receive(&connection.near, &byte, 1, &length),
                 TRIO_EEND);
    trio_socket_close(&connection.near);
    CHECK(is_free(&connection.client));
    CHECK(!is_free(&connection.server));
    free_after_a_minute(&connection);
}

TEST_ONCE(sim_port, a_connection_that_is_reset_does_not_linger)
{
    struct connection connection;
    size_t count;

    open_connection(&connection);
    CHECK_OK(trio_socket_send(&connection.far, "x", 1, &count));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    trio_socket_close(&connection.near); // With something unread.
    CHECK_OK(trio_sleep(TRIO_SECOND));
    trio_socket_close(&connection.far);
    CHECK(is_free(&connection.client));
    CHECK(is_free(&connection.server));
}
