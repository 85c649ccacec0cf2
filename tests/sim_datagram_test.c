// Datagrams in simulation: the queues of local sockets, and who is in a group.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/socket_kit.h"

static TRIO_PARKS void expect_letter(struct trio_socket *socket, char letter)
{
    char got = '-';
    size_t length;

    CHECK_OK(trio_socket_receive(socket, &got, 1, &length));
    CHECK_EQ(got, letter);
}

// ---- Local ones ----

// As many wait at a time as on Linux, if it was not told otherwise.
enum { QUEUE_MAX = 11 };

static struct trio_socket open_local(void)
{
    struct trio_socket socket;

    CHECK_OK(
        trio_socket_open(TRIO_ADDRESS_LOCAL, TRIO_SOCKET_DATAGRAM, &socket));
    return socket;
}

TEST_ONCE(sim_datagram, a_local_queue_has_room_for_so_many)
{
    struct trio_socket server = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_socket client = open_local();
    struct trio_address address = address_of(&server);

    for (int i = 0; i < QUEUE_MAX; i++)
        CHECK_OK(trio_socket_send_to(&client, "x", 1, &address));
    CHECK_STATUS(trio_socket_send_to(&client, "x", 1, &address), TRIO_ENOBUFS);
    expect_letter(&server, 'x');
    CHECK_OK(trio_socket_send_to(&client, "x", 1, &address));
    trio_socket_close(&client);
    trio_socket_close(&server);
}

// Of two that are connected with each other bytes count, those of each datagram
// and what it costs besides. Who waits goes on when a quarter of them is left.
TEST_ONCE(sim_datagram, a_full_pair_goes_on_when_a_quarter_is_left)
{
    struct trio_socket near, far;
    struct socket_transfer transfer = {.socket = &near, .data = "y", .size = 1};
    struct trio_nursery nursery;
    size_t received = 0;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_DATAGRAM, &near, &far));
    CHECK_OK(trio_socket_set_option(&near, TRIO_SOCKET_SEND_BUFFER, 10000));
    size_t sent = socket_fill(&near, 1);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_send_once, &transfer));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    for (; !transfer.done && received < sent; received++) {
        expect_letter(&far, '\0');
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(sent - received, sent / 4);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

// Each of those that are connected to it goes on, not only the first.
TEST_ONCE(sim_datagram, who_waits_for_a_local_queue_goes_on_when_there_is_room)
{
    struct trio_socket server = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&server);
    struct trio_socket clients[2] = {open_local(), open_local()};
    struct socket_transfer transfers[2];
    struct trio_nursery nursery;

    for (int i = 0; i < 2; i++) {
        CHECK_OK(trio_socket_connect(&clients[i], &address));
        transfers[i] = (struct socket_transfer){
            .socket = &clients[i], .data = "y", .size = 1};
    }
    for (int i = 0; i < QUEUE_MAX; i++)
        CHECK_OK(trio_socket_send(&clients[0], "x", 1, NULL));
    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(
            trio_nursery_start_soon(&nursery, socket_send_once, &transfers[i]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK(!transfers[0].done && !transfers[1].done);
    expect_letter(&server, 'x');
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(transfers[0].done + transfers[1].done, 1);
    expect_letter(&server, 'x');
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfers[0].rc);
    CHECK_OK(transfers[1].rc);
    for (int i = 0; i < 2; i++)
        trio_socket_close(&clients[i]);
    trio_socket_close(&server);
}

TEST_ONCE(sim_datagram, a_local_peer_that_is_gone_is_told_to_all)
{
    struct trio_socket server = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&server);
    struct trio_socket clients[2] = {open_local(), open_local()};

    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_socket_connect(&clients[i], &address));
    trio_socket_close(&server);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(trio_socket_send(&clients[i], "x", 1, NULL),
                     TRIO_ECONNREFUSED);
        CHECK_STATUS(trio_socket_send(&clients[i], "x", 1, NULL), TRIO_EBROKEN);
        trio_socket_close(&clients[i]);
    }
}

TEST_ONCE(sim_datagram, a_local_peer_of_somebody_else_hears_nobody)
{
    struct trio_socket server = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_socket client = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_socket stranger = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&server), peer, from;
    size_t length;
    char byte;

    peer = address_of(&client);
    CHECK_OK(trio_socket_connect(&server, &peer));
    CHECK_STATUS(trio_socket_send_to(&stranger, "x", 1, &address), TRIO_EACCES);
    CHECK_STATUS(trio_socket_connect(&stranger, &address), TRIO_EACCES);
    CHECK_OK(trio_socket_send_to(&client, "x", 1, &address));
    CHECK_OK(trio_socket_receive_from(&server, &byte, 1, &length, &from));
    CHECK(trio_address_equal(&from, &peer));
    trio_socket_close(&stranger);
    trio_socket_close(&client);
    trio_socket_close(&server);
}

TEST_ONCE(sim_datagram, who_waits_for_a_local_datagram_has_it_when_it_is_sent)
{
    struct trio_socket server = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_socket client = open_local();
    struct trio_address address = address_of(&server), from = address;
    char got = '-';
    struct socket_transfer transfer = {
        .socket = &server, .data = &got, .size = 1};
    struct trio_nursery nursery;
    size_t length;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &transfer));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_socket_send_to(&client, "w", 1, &address));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    CHECK_EQ(got, 'w');
    // Who sends it has no name: the address is all zeros.
    CHECK_OK(trio_socket_send_to(&client, "n", 1, &address));
    CHECK_OK(trio_socket_receive_from(&server, &got, 1, &length, &from));
    CHECK_EQ(from.family, 0);
    CHECK_EQ(from.port, 0);
    trio_socket_close(&client);
    trio_socket_close(&server);
}

TEST_ONCE(sim_datagram, local_ones_say_why_they_cannot_send)
{
    static char large[1 << 20];
    struct trio_socket server = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_socket stream = open_bound("unix:", TRIO_SOCKET_STREAM);
    struct trio_socket client = open_local();
    struct trio_address address = address_of(&server);
    struct trio_address other = address_of(&stream);

    CHECK_STATUS(trio_socket_send_to(&client, "x", 1, &other), TRIO_ENOTSUP);
    CHECK_STATUS(trio_socket_send_to(&client, large, sizeof(large), &address),
                 TRIO_EMSGSIZE);
    CHECK_OK(trio_socket_connect(&client, &address));
    CHECK_OK(trio_socket_shutdown_send(&client));
    CHECK_STATUS(trio_socket_send(&client, "x", 1, NULL), TRIO_EBROKEN);
    trio_socket_close(&client);
    trio_socket_close(&stream);
    trio_socket_close(&server);
}

// ---- Groups, and everybody ----

struct member {
    struct trio_event joined;
    trio_status rc; // Of waiting for a letter.
};

static struct trio_socket join(const char *address, const char *group)
{
    struct trio_socket socket = open_bound(address, TRIO_SOCKET_DATAGRAM);
    struct trio_address parsed;

    REQUIRE(trio_address_parse(group, &parsed) == TRIO_OK);
    CHECK_OK(trio_socket_join_group(&socket, &parsed, 0));
    return socket;
}

static TRIO_CHECKPOINT trio_status be_a_distant_member(void *arg)
{
    struct member *member = arg;
    struct trio_socket socket = join("0.0.0.0:80", "239.1.2.3:80");
    struct trio_cancel_scope scope;
    size_t length;
    char byte;

    trio_event_set(&member->joined);
    trio_fail_after(&scope, TRIO_MINUTE);
    trio_status rc = trio_socket_receive(&socket, &byte, 1, &length);
    member->rc = trio_cancel_scope_close(&scope, rc);
    trio_socket_close(&socket);
    return TRIO_OK;
}

// Only members, of this host, at this port.
TEST_ONCE(sim_datagram, what_is_sent_to_a_group_stays_on_the_host)
{
    struct member distant = {.joined = TRIO_EVENT_INIT};
    struct trio_socket sender = open_bound("0.0.0.0:7", TRIO_SOCKET_DATAGRAM);
    struct trio_socket near = join("0.0.0.0:80", "239.1.2.3:80");
    struct trio_socket elsewhere = join("0.0.0.0:81", "239.1.2.3:81");
    struct trio_socket others = join("0.0.0.0:82", "239.1.2.4:82");
    struct trio_address group, another;
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    REQUIRE(trio_address_parse("239.1.2.3:80", &group) == TRIO_OK);
    REQUIRE(trio_address_parse("239.1.2.3:82", &another) == TRIO_OK);
    CHECK_OK(trio_sim_host_open("distant", NULL, &host));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, be_a_distant_member,
                                      &distant));
    CHECK_OK(trio_event_wait(&distant.joined));
    CHECK_OK(trio_socket_send_to(&sender, "g", 1, &group));
    CHECK_OK(trio_socket_send_to(&sender, "a", 1, &another)); // To nobody.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(distant.rc, TRIO_ETIMEDOUT);
    expect_letter(&near, 'g');
    group.port = 81;
    CHECK_OK(trio_socket_send_to(&sender, "h", 1, &group));
    expect_letter(&elsewhere, 'h');
    CHECK_OK(trio_address_parse("239.1.2.4:82", &another));
    CHECK_OK(trio_socket_send_to(&sender, "i", 1, &another));
    expect_letter(&others, 'i');
    trio_socket_close(&others);
    trio_socket_close(&elsewhere);
    trio_socket_close(&near);
    trio_socket_close(&sender);
}

// What nobody has received has not arrived: the next one comes first.
TEST_ONCE(sim_datagram, a_group_hears_its_own_host_only_if_it_is_to)
{
    struct trio_socket sender = open_bound("0.0.0.0:7", TRIO_SOCKET_DATAGRAM);
    struct trio_socket near = join("0.0.0.0:80", "239.1.2.3:80");
    struct trio_address group;

    REQUIRE(trio_address_parse("239.1.2.3:80", &group) == TRIO_OK);
    CHECK_OK(trio_socket_set_option(&sender, TRIO_SOCKET_MULTICAST_LOOP, 0));
    CHECK_OK(trio_socket_send_to(&sender, "n", 1, &group));
    CHECK_OK(trio_socket_set_option(&sender, TRIO_SOCKET_MULTICAST_LOOP, 1));
    CHECK_OK(trio_socket_send_to(&sender, "y", 1, &group));
    expect_letter(&near, 'y');
    trio_socket_close(&near);
    trio_socket_close(&sender);
}

TEST_ONCE(sim_datagram, who_has_left_a_group_is_no_member)
{
    struct trio_socket sender = open_bound("0.0.0.0:7", TRIO_SOCKET_DATAGRAM);
    struct trio_socket near = join("0.0.0.0:80", "239.1.2.3:80");
    struct trio_address group, near_address;

    REQUIRE(trio_address_parse("239.1.2.3:80", &group) == TRIO_OK);
    REQUIRE(trio_address_parse("127.0.0.1:80", &near_address) == TRIO_OK);
    CHECK_OK(trio_socket_leave_group(&near, &group, 0));
    CHECK_STATUS(trio_socket_leave_group(&near, &group, 0), TRIO_EADDRNOTAVAIL);
    CHECK_OK(trio_socket_send_to(&sender, "g", 1, &group));
    CHECK_OK(trio_socket_send_to(&sender, "n", 1, &near_address));
    expect_letter(&near, 'n');
    trio_socket_close(&near);
    trio_socket_close(&sender);
}

// Everybody is who has the port, on this host.
TEST_ONCE(sim_datagram, who_is_allowed_to_sends_to_everybody)
{
    struct trio_socket sender = open_bound("0.0.0.0:7", TRIO_SOCKET_DATAGRAM);
    struct trio_socket first = open_bound("127.0.0.1:80", TRIO_SOCKET_DATAGRAM);
    struct trio_socket second = open_bound("10.0.0.1:80", TRIO_SOCKET_DATAGRAM);
    struct trio_socket other = open_bound("0.0.0.0:81", TRIO_SOCKET_DATAGRAM);
    struct trio_address everybody, any;

    REQUIRE(trio_address_parse("255.255.255.255:80", &everybody) == TRIO_OK);
    CHECK_STATUS(trio_socket_send_to(&sender, "n", 1, &everybody), TRIO_EACCES);
    CHECK_OK(trio_socket_set_option(&sender, TRIO_SOCKET_BROADCAST, 1));
    CHECK_OK(trio_socket_send_to(&sender, "y", 1, &everybody));
    expect_letter(&first, 'y');
    expect_letter(&second, 'y');
    // What is sent nowhere goes to the host itself.
    REQUIRE(trio_address_parse("0.0.0.0:81", &any) == TRIO_OK);
    CHECK_OK(trio_socket_send_to(&sender, "h", 1, &any));
    expect_letter(&other, 'h');
    trio_socket_close(&other);
    trio_socket_close(&second);
    trio_socket_close(&first);
    trio_socket_close(&sender);
}

// ---- Memory ----

struct shortage {
    struct failing_memory memory;
    size_t size; // Of each datagram.
};

static TRIO_CHECKPOINT trio_status send_until_out_of_memory(void *arg)
{
    enum { PAIRS = 100, EACH = 100 };
    static struct trio_socket near[PAIRS], far[PAIRS];
    static char data[1000];
    struct shortage *shortage = arg;
    trio_status rc = TRIO_OK;
    size_t sent = 0;

    for (size_t i = 0; i < PAIRS; i++)
        CHECK_OK(trio_socket_pair(TRIO_SOCKET_DATAGRAM, &near[i], &far[i]));
    shortage->memory.persistent = true;
    shortage->memory.fail_at = shortage->memory.requests + 1;
    for (; rc == TRIO_OK && sent < PAIRS * EACH; sent++)
        rc = trio_socket_send(&near[sent / EACH], data, shortage->size, NULL);
    shortage->memory.fail_at = 0;
    CHECK_STATUS(rc, TRIO_ENOBUFS);
    size_t last = (sent - 1) / EACH, before = (sent - 1) % EACH;
    CHECK_OK(trio_socket_send(&near[last], "y", 1, NULL));
    for (size_t i = 0; i < before; i++) {
        size_t length = 0;
        CHECK_OK(trio_socket_receive(&far[last], data, sizeof(data), &length));
        CHECK_EQ(length, shortage->size);
    }
    expect_letter(&far[last], 'y');
    for (size_t i = 0; i < PAIRS; i++) {
        trio_socket_close(&near[i]);
        trio_socket_close(&far[i]);
    }
    return TRIO_OK;
}

// A datagram takes two blocks. Its size decides which is the one too many.
TEST_PLAIN(sim_datagram, without_memory_nothing_is_sent_and_that_is_told)
{
    static const size_t sizes[] = {1, 20, 50, 100, 200, 450, 900};

    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct shortage shortage = {.size = sizes[i]};
        struct capture capture;
        capture_open(&capture);
        failing_memory_open(&shortage.memory, &capture.config);
        CHECK_OK(capture_run(&capture, send_until_out_of_memory, &shortage));
        CHECK(shortage.memory.failures > 0);
        CHECK_EQ(shortage.memory.blocks, 0);
        capture_close(&capture);
    }
}
