// What trio/tcp_open.h promises: in simulation, with a resolver and connections
// of the test's, and on the loopback.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/tcp_open.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <trio/resolve.h>

#include "tests/check.h"
#include "tests/sockets.h"

// ---- A network of the test's ----

// A host, and how long it takes to be connected to.
struct place {
    const char *address;
    trio_duration delay;
    trio_status result;
    trio_time tried; // When an attempt began, 0: never.
};

static struct {
    struct place *places;
    size_t count;
    trio_time begin;
    size_t open;
    char order[20]; // In which they were tried, a digit each.
} network;

static TRIO_CHECKPOINT trio_status find_addresses(
    void *context, const char *host, enum trio_address_family family,
    struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    (void)context;
    CHECK_STRING(host, "example.org");
    CHECK_EQ(family, 0);
    for (size_t i = 0; i < network.count && i < max; i++)
        CHECK_OK(
            trio_address_parse(network.places[i].address, &ret_addresses[i]));
    *ret_count = network.count;
    return trio_checkpoint();
}

static const struct trio_resolver resolver = {.resolve = find_addresses};

static void close_connection(struct trio_stream *stream)
{
    trio_sim_settle(stream->operations);
    network.open--;
}

static const struct trio_stream_operations operations[] = {
    {.close_forcefully = close_connection},
    {.close_forcefully = close_connection},
    {.close_forcefully = close_connection},
    {.close_forcefully = close_connection}};

static size_t place_of(const struct trio_address *address)
{
    size_t i = 0;

    for (; i < network.count; i++) {
        struct trio_address other;
        CHECK_OK(trio_address_parse(network.places[i].address, &other));
        other.port = address->port;
        if (trio_address_equal(&other, address))
            break;
    }
    return i;
}

static TRIO_CHECKPOINT trio_status
connect_to(void *context, const struct trio_address *address,
           struct trio_tcp_stream *ret_stream)
{
    size_t i = place_of(address);
    struct place *place = &network.places[i];

    CHECK(context == &network);
    CHECK_EQ(address->port, 80);
    CHECK_EQ(place->tried, 0);
    place->tried = trio_now();
    snprintf(network.order + strlen(network.order), 2, "%zu", i);
    trio_status rc = trio_sleep(place->delay);
    if (rc != TRIO_OK)
        return rc;
    if (place->result != TRIO_OK)
        return trio_fail_os(place->result, 7, "no");
    *ret_stream = (struct trio_tcp_stream){.stream = {&operations[i]}};
    trio_sim_owe(&operations[i], "connection");
    network.open++;
    return TRIO_OK;
}

// Opens a connection in a world with these places; tells which it is, COUNT of
// them if none.
static TRIO_CHECKPOINT trio_status open_one_of(struct place *places,
                                               size_t count, size_t *ret_place)
{
    const struct trio_tcp_open_options options = {.connect = connect_to,
                                                  .context = &network};
    struct trio_tcp_stream tcp;

    memset(&network, 0, sizeof(network));
    network.places = places;
    network.count = count;
    network.begin = trio_now();
    trio_resolver_set(&resolver);
    *ret_place = count;
    trio_status rc = trio_tcp_open("example.org", 80, &options, &tcp);
    TRIO_SIM_ALWAYS(network.open == (rc == TRIO_OK), "no loser is left open");
    if (rc != TRIO_OK)
        return rc;
    *ret_place = (size_t)(tcp.stream.operations - operations);
    trio_stream_close_forcefully(&tcp.stream);
    return TRIO_OK;
}

static trio_duration tried_after(const struct place *place)
{
    return place->tried == 0 ? -1 : place->tried - network.begin;
}

// S91
TEST(tcp_open, one_that_answers_soon_stays_the_only_one)
{
    struct place places[] = {{"10.0.0.1:0", 249 * TRIO_MS, TRIO_OK, 0},
                             {"10.0.0.2:0", 0, TRIO_OK, 0}};
    size_t place;

    CHECK_OK(open_one_of(places, COUNT(places), &place));
    CHECK_EQ(place, 0);
    CHECK_STRING(network.order, "0");
    CHECK_EQ(trio_now() - network.begin, 249 * TRIO_MS);
}

// S91
TEST(tcp_open, one_that_does_not_is_joined_by_the_next)
{
    struct place places[] = {{"10.0.0.1:0", TRIO_HOUR, TRIO_OK, 0},
                             {"10.0.0.2:0", TRIO_HOUR, TRIO_OK, 0},
                             {"10.0.0.3:0", 100 * TRIO_MS, TRIO_OK, 0},
                             {"10.0.0.4:0", 0, TRIO_OK, 0}};
    size_t place;

    CHECK_OK(open_one_of(places, COUNT(places), &place));
    CHECK_EQ(place, 2);
    CHECK_EQ(tried_after(&places[1]), 250 * TRIO_MS);
    CHECK_EQ(tried_after(&places[2]), 500 * TRIO_MS);
    CHECK_EQ(trio_now() - network.begin, 600 * TRIO_MS);
    CHECK_STRING(network.order, "012");
}

// S91
TEST(tcp_open, the_first_may_win_though_others_have_joined)
{
    struct place places[] = {{"10.0.0.1:0", 300 * TRIO_MS, TRIO_OK, 0},
                             {"10.0.0.2:0", TRIO_SECOND, TRIO_OK, 0}};
    size_t place;

    CHECK_OK(open_one_of(places, COUNT(places), &place));
    CHECK_EQ(place, 0);
    CHECK_EQ(trio_now() - network.begin, 300 * TRIO_MS);
}

// S91
TEST(tcp_open, a_failure_has_the_next_begin_at_once)
{
    struct place places[] = {
        {"10.0.0.1:0", 300 * TRIO_MS, TRIO_ECONNREFUSED, 0},
        {"10.0.0.2:0", TRIO_HOUR, TRIO_OK, 0},
        {"10.0.0.3:0", 0, TRIO_ECONNREFUSED, 0},
        {"10.0.0.4:0", 0, TRIO_OK, 0}};
    size_t place;

    CHECK_OK(open_one_of(places, COUNT(places), &place));
    CHECK_EQ(place, 3);
    CHECK_EQ(tried_after(&places[1]), 250 * TRIO_MS);
    CHECK_EQ(tried_after(&places[2]), 300 * TRIO_MS);
    CHECK_EQ(tried_after(&places[3]), 300 * TRIO_MS);
}

// S91
TEST(tcp_open, second_comes_the_other_family)
{
    struct place places[] = {{"[2001:db8::1]:0", 0, TRIO_ECONNREFUSED, 0},
                             {"[2001:db8::2]:0", 0, TRIO_ECONNREFUSED, 0},
                             {"10.0.0.1:0", 0, TRIO_ECONNREFUSED, 0},
                             {"10.0.0.2:0", 0, TRIO_OK, 0}};
    size_t place;

    CHECK_OK(open_one_of(places, COUNT(places), &place));
    CHECK_EQ(place, 3);
    CHECK_STRING(network.order, "0213");
}

// S91
TEST(tcp_open, when_all_fail_every_cause_is_told)
{
    struct place places[] = {{"10.0.0.1:0", 0, TRIO_ECONNREFUSED, 0},
                             {"10.0.0.2:0", TRIO_MS, TRIO_EUNREACHABLE, 0}};
    size_t place;

    CHECK_STATUS(open_one_of(places, COUNT(places), &place), TRIO_EGROUP);
    const struct trio_error *error = trio_error_find(TRIO_EGROUP);
    CHECK(trio_error_contains(error, TRIO_ECONNREFUSED));
    CHECK(trio_error_contains(error, TRIO_EUNREACHABLE));
    const struct trio_error *cause = trio_error_cause(error);
    if (!CHECK(cause != NULL))
        return;
    CHECK_STATUS(cause->status, TRIO_ECONNREFUSED);
    CHECK_EQ(cause->os_error, 7);
    CHECK_STRING(cause->text, "connect example.org at 10.0.0.1:80");
}

// S91
TEST(tcp_open, when_all_fail_alike_it_fails_so)
{
    struct place places[] = {{"10.0.0.1:0", 0, TRIO_ECONNREFUSED, 0},
                             {"10.0.0.2:0", TRIO_MS, TRIO_ECONNREFUSED, 0}};
    size_t place;

    CHECK_STATUS(open_one_of(places, COUNT(places), &place), TRIO_ECONNREFUSED);
}

static trio_status fail_bare(void *context, const struct trio_address *address,
                             struct trio_tcp_stream *ret_stream)
{
    (void)context, (void)address, (void)ret_stream;
    return trio_fail_bare(TRIO_ECONNREFUSED);
}

// S91: what `connect` leaves no record of has one all the same.
TEST(tcp_open, a_failure_without_a_record_names_the_host)
{
    struct place places[] = {{"10.0.0.1:0", 0, TRIO_OK, 0}};
    const struct trio_tcp_open_options options = {.connect = fail_bare};
    struct trio_tcp_stream tcp;

    network.places = places;
    network.count = 1;
    trio_resolver_set(&resolver);
    CHECK_STATUS(trio_tcp_open("example.org", 80, &options, &tcp),
                 TRIO_ECONNREFUSED);
    const struct trio_error *error = trio_error_find(TRIO_ECONNREFUSED);
    if (!CHECK(error != NULL))
        return;
    CHECK_EQ(error->os_error, 0);
    CHECK_STRING(error->text, "connect example.org at 10.0.0.1:80");
}

// S91: also when it is cancelled in the instant in which somebody wins.
TEST_THOROUGH(tcp_open, of_two_that_connect_at_once_one_is_closed)
{
    struct place places[] = {{"10.0.0.1:0", 250 * TRIO_MS, TRIO_OK, 0},
                             {"10.0.0.2:0", 0, TRIO_OK, 0},
                             {"10.0.0.3:0", 0, TRIO_OK, 0}};
    size_t place;

    CHECK_OK(open_one_of(places, COUNT(places), &place));
    CHECK(place < COUNT(places));
    CHECK_EQ(network.open, 0);
}

// S91
TEST(tcp_open, a_host_may_be_an_address)
{
    struct place places[] = {{"[::1]:0", TRIO_MS, TRIO_ECONNREFUSED, 0}};
    const struct trio_tcp_open_options options = {.connect = connect_to,
                                                  .context = &network};
    struct trio_tcp_stream tcp;

    memset(&network, 0, sizeof(network));
    network.places = places;
    network.count = 1;
    CHECK_STATUS(trio_tcp_open("::1", 80, &options, &tcp), TRIO_ECONNREFUSED);
    CHECK_STRING(trio_error_find(TRIO_ECONNREFUSED)->text, "no");
}

// S91
TEST(tcp_open, a_name_that_cannot_be_resolved_is_told)
{
    struct trio_tcp_stream tcp;

    CHECK_STATUS(trio_tcp_open("a..b", 80, NULL, &tcp), TRIO_EINVAL);
    CHECK_STATUS(trio_tcp_open("example.org", 80, NULL, &tcp), TRIO_ENOENT);
}

static TRIO_CHECKPOINT trio_status open_it(void *arg)
{
    size_t place;

    return open_one_of(arg, 1, &place);
}

// S91
TEST_ONCE(tcp_open, is_a_checkpoint)
{
    struct place places[] = {{"10.0.0.1:0", 0, TRIO_OK, 0}};

    CHECK_OK(trio_assert_checkpoints(open_it, places));
}

// ---- The loopback ----

// Resolves every name to the addresses of a table.
struct table {
    struct trio_resolver resolver;
    struct trio_address addresses[3];
    size_t count;
};

static TRIO_CHECKPOINT trio_status look_into_table(
    void *context, const char *host, enum trio_address_family family,
    struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    const struct table *table = context;

    (void)host, (void)family;
    CHECK(table->count <= max);
    memcpy(ret_addresses, table->addresses, sizeof(table->addresses));
    *ret_count = table->count;
    return trio_checkpoint();
}

static void open_table(struct table *table)
{
    *table = (struct table){.resolver = {table, look_into_table, NULL}};
    trio_resolver_set(&table->resolver);
}

static void add(struct table *table, const char *address)
{
    REQUIRE(trio_address_parse(address, &table->addresses[table->count++]) ==
            TRIO_OK);
}

// S91
TEST_REAL(tcp_open, refused_by_one_address_it_connects_to_the_next)
{
    static struct table table;
    struct trio_tcp_listener listener = open_listener(); // Of 127.0.0.1.
    size_t descriptors = count_descriptors();
    struct trio_tcp_stream tcp;

    open_table(&table);
    add(&table, "127.0.0.2:0");
    add(&table, "127.0.0.1:0");
    CHECK_OK(trio_tcp_open("example.org", listener.address.port, NULL, &tcp));
    CHECK(trio_address_equal(&tcp.peer, &listener.address));
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_stream_close_forcefully(&tcp.stream);
    trio_tcp_listener_close(&listener);
}

// A listener with room for no more connections: who connects is not answered.
static struct trio_address open_black_hole(int ret_descriptors[3])
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    struct trio_address address;
    socklen_t length = sizeof(name);

    for (int i = 0; i < 3; i++)
        ret_descriptors[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    name.sin_addr.s_addr = htonl(0x7f000002);
    REQUIRE(bind(ret_descriptors[0], (struct sockaddr *)&name, length) == 0 &&
            listen(ret_descriptors[0], 0) == 0 &&
            getsockname(ret_descriptors[0], (struct sockaddr *)&name,
                        &length) == 0);
    for (int i = 1; i < 3; i++)
        REQUIRE(connect(ret_descriptors[i], (struct sockaddr *)&name, length) ==
                    0 ||
                errno == EINPROGRESS);
    REQUIRE(trio_address_parse("127.0.0.2:0", &address) == TRIO_OK);
    address.port = ntohs(name.sin_port);
    return address;
}

// S91
TEST_REAL(tcp_open, an_address_that_does_not_answer_holds_nobody_up)
{
    static struct table table;
    const struct trio_tcp_open_options options = {.attempt_delay = TRIO_MS};
    int holes[3];
    struct trio_address hole = open_black_hole(holes);
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(hole.port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct trio_tcp_stream tcp;

    REQUIRE(bind(listener, (struct sockaddr *)&name, sizeof(name)) == 0 &&
            listen(listener, 10) == 0);
    open_table(&table);
    add(&table, "127.0.0.2:0");
    add(&table, "127.0.0.1:0");
    size_t descriptors = count_descriptors();
    CHECK_OK(trio_tcp_open("example.org", hole.port, &options, &tcp));
    CHECK_EQ(tcp.peer.bytes[3], 1);
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_stream_close_forcefully(&tcp.stream);
    close(listener);
    for (int i = 0; i < 3; i++)
        close(holes[i]);
}
