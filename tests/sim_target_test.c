// Who gets what comes to a port of a simulated host to which several are bound.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/check.h"
#include "tests/socket_kit.h"

enum { THREE = 3 };

static struct trio_socket share(const char *address, enum trio_socket_type type)
{
    struct trio_address parsed;
    struct trio_socket socket;

    REQUIRE(trio_address_parse(address, &parsed) == TRIO_OK);
    CHECK_OK(trio_socket_open(parsed.family, type, &socket));
    CHECK_OK(trio_socket_set_option(&socket, TRIO_SOCKET_REUSE_PORT, 1));
    CHECK_OK(trio_socket_set_option(&socket, TRIO_SOCKET_REUSE_ADDRESS, 1));
    CHECK_OK(trio_socket_bind(&socket, &parsed));
    return socket;
}

static void close_all(struct trio_socket *sockets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        trio_socket_close(&sockets[i]);
}

// ---- Connections ----

static struct trio_socket listen_at(const char *address)
{
    struct trio_socket socket = share(address, TRIO_SOCKET_STREAM);

    CHECK_OK(trio_socket_listen(&socket, 10));
    return socket;
}

static TRIO_PARKS void connect_to(const char *address, size_t count,
                                  struct trio_socket *ret_sockets)
{
    struct trio_address parsed;

    REQUIRE(trio_address_parse(address, &parsed) == TRIO_OK);
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(trio_socket_open(parsed.family, TRIO_SOCKET_STREAM,
                                  &ret_sockets[i]));
        CHECK_OK(trio_socket_connect(&ret_sockets[i], &parsed));
    }
}

// Accepts all who wait; returns how many that are.
static TRIO_PARKS int accept_all(struct trio_socket *listener)
{
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;
    int count = 0;

    trio_move_on_after(&scope, TRIO_SECOND);
    while (rc == TRIO_OK) {
        struct trio_socket accepted;
        rc = trio_socket_accept(listener, &accepted, NULL);
        if (rc != TRIO_OK)
            break;
        trio_socket_close(&accepted);
        count++;
    }
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    return count;
}

TEST_ONCE(sim_target, listeners_that_share_a_port_come_in_turn)
{
    for (size_t sharing = 2; sharing <= THREE; sharing++) {
        struct trio_socket listeners[THREE], clients[6];
        for (size_t i = 0; i < sharing; i++)
            listeners[i] = listen_at("127.0.0.1:80");
        connect_to("127.0.0.1:80", COUNT(clients), clients);
        for (size_t i = 0; i < sharing; i++)
            CHECK_EQ(accept_all(&listeners[i]), COUNT(clients) / sharing);
        close_all(clients, COUNT(clients));
        close_all(listeners, sharing);
        CHECK_OK(trio_sleep(TRIO_MINUTE)); // Until no port lingers.
    }
}

// From the one that fits best on. The last two also have what is sent to
// addresses of the other family.
static const char *const fitting[] = {"127.0.0.1:80", "0.0.0.0:80", "[::]:80"};

TEST_ONCE(sim_target, the_listener_that_fits_best_is_connected_to)
{
    for (size_t first = 0; first < THREE; first++) {
        struct trio_socket listeners[THREE], clients[2];
        // In any order of binding.
        for (size_t i = 0; i < THREE; i++) {
            size_t k = (first + i) % THREE;
            listeners[k] = listen_at(fitting[k]);
        }
        for (size_t best = 0; best < THREE; best++) {
            connect_to("127.0.0.1:80", COUNT(clients), clients);
            for (size_t i = best; i < THREE; i++)
                CHECK_EQ(accept_all(&listeners[i]), i == best ? 2 : 0);
            close_all(clients, COUNT(clients));
            trio_socket_close(&listeners[best]);
            CHECK_OK(trio_sleep(TRIO_MINUTE));
        }
    }
}

// ---- Datagrams ----

static TRIO_PARKS void send_letter(struct trio_socket *socket, char letter,
                                   const char *address)
{
    struct trio_address parsed;

    REQUIRE(trio_address_parse(address, &parsed) == TRIO_OK);
    CHECK_OK(trio_socket_send_to(socket, &letter, 1, &parsed));
}

static TRIO_PARKS void expect_letter(struct trio_socket *socket, char letter)
{
    char got = '-';
    size_t length;

    CHECK_OK(trio_socket_receive(socket, &got, 1, &length));
    CHECK_EQ(got, letter);
}

TEST_ONCE(sim_target, a_datagram_comes_to_who_fits_best)
{
    for (size_t first = 0; first < THREE; first++) {
        struct trio_socket sockets[THREE];
        struct trio_socket sender =
            open_bound("127.0.0.1:7", TRIO_SOCKET_DATAGRAM);
        for (size_t i = 0; i < THREE; i++) {
            size_t k = (first + i) % THREE;
            sockets[k] = share(fitting[k], TRIO_SOCKET_DATAGRAM);
        }
        for (size_t best = 0; best < THREE; best++) {
            send_letter(&sender, 'x', "127.0.0.1:80");
            expect_letter(&sockets[best], 'x');
            trio_socket_close(&sockets[best]);
        }
        trio_socket_close(&sender);
    }
}

// Connected it fits better than who is bound to the very address, and hears
// nobody else: neither of another port nor of another address.
TEST_ONCE(sim_target, a_datagram_comes_to_who_is_connected_with_its_sender)
{
    for (int connected_first = 0; connected_first < 2; connected_first++) {
        struct trio_socket sender =
            open_bound("127.0.0.1:7", TRIO_SOCKET_DATAGRAM);
        struct trio_socket other =
            open_bound("127.0.0.1:8", TRIO_SOCKET_DATAGRAM);
        struct trio_socket elsewhere =
            open_bound("10.0.0.1:7", TRIO_SOCKET_DATAGRAM);
        struct trio_address peer = address_of(&sender);
        struct trio_socket sockets[2];
        for (int i = 0; i < 2; i++) {
            bool connects = i != connected_first;
            sockets[connects] = share(connects ? "0.0.0.0:80" : "127.0.0.1:80",
                                      TRIO_SOCKET_DATAGRAM);
            if (connects)
                CHECK_OK(trio_socket_connect(&sockets[1], &peer));
        }
        send_letter(&other, 'o', "127.0.0.1:80");
        send_letter(&elsewhere, 'e', "127.0.0.1:80");
        send_letter(&sender, 's', "127.0.0.1:80");
        expect_letter(&sockets[0], 'o');
        expect_letter(&sockets[0], 'e');
        expect_letter(&sockets[1], 's');
        trio_socket_close(&sockets[0]);
        send_letter(&other, 'o', "127.0.0.1:80"); // It is lost.
        send_letter(&sender, 's', "127.0.0.1:80");
        expect_letter(&sockets[1], 's');
        trio_socket_close(&sockets[1]);
        trio_socket_close(&elsewhere);
        trio_socket_close(&other);
        trio_socket_close(&sender);
    }
}
