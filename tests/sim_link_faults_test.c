// What may go wrong on the simulated network: for each kind a program that only
// this reveals to be wrong, and one that can stand it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/resolve.h>
#include <trio/sim_net.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/socket_kit.h"

struct weather;

// What is done with a server that listens.
typedef trio_status (*visit_fn)(const struct trio_address *,
                                const struct weather *);

// What a program is run with.
struct weather {
    struct trio_sim_fault_options faults;
    bool careful;
    visit_fn visit; // Of with_server.
};

// ---- Of each kind ----

// Without the fault the careless program passes whatever the schedule; with it
// it fails, is replayed and shrunk to that alone, and the careful one passes.
static void only_these_reveal(struct trio_sim_fault_options faults,
                              trio_task_fn fn, visit_fn visit, const char *text)
{
    static const struct trio_campaign_options options = {
        .no_cancel_sweep = true, .runs = 500};
    struct weather sunny = {.visit = visit};
    struct weather careless = {.faults = faults, .visit = visit};
    struct weather careful = {
        .faults = faults, .careful = true, .visit = visit};
    struct trio_scenario scenario = {
        .name = "program", .fn = fn, .arg = &sunny, .still_clock = true};
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result =
        campaign_run(campaign, &scenario, &options);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    scenario.arg = &careful;
    result = campaign_run(campaign, &scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    scenario.arg = &careless;
    result = campaign_run(campaign, &scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, text);
    CHECK_STRING(result.found_by, "failure sweep");
    CHECK_EQ(result.deviations, 1);
    CHECK(result.minimal);
    CHECK_OK(trio_campaign_replay(campaign, &scenario, result.token, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, text);
    trio_campaign_free(campaign);
}

// A case of that: the kind of fault, the program, and what it breaks.
#define ONLY_REVEALS(kind, name, fn, visit, text)                              \
    TEST_PLAIN(sim_link_faults, name)                                          \
    {                                                                          \
        only_these_reveal((struct trio_sim_fault_options){.kind = true}, fn,   \
                          visit, text);                                        \
    }

// Two datagram sockets with a link between them.
struct pair {
    struct trio_socket near, far;
    struct trio_address address; // Of the far one.
};

static trio_status open_socket(struct trio_socket *socket, uint16_t port)
{
    struct trio_address address =
        trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_IPV4, port);
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, socket);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_bind(socket, &address);
    if (rc != TRIO_OK)
        trio_socket_close(socket);
    return rc;
}

static trio_status open_pair(struct pair *pair, const struct weather *weather)
{
    struct trio_sim_host *home = trio_sim_host_home();
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);

    trio_sim_faults(&weather->faults);
    if (rc == TRIO_OK)
        rc = open_socket(&pair->near, 1);
    if (rc != TRIO_OK)
        return rc;
    rc = open_socket(&pair->far, 2);
    if (rc != TRIO_OK)
        trio_socket_close(&pair->near);
    else
        pair->address = trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 2);
    return rc;
}

static trio_status close_pair(struct pair *pair, trio_status rc)
{
    trio_socket_close(&pair->near);
    trio_socket_close(&pair->far);
    return rc;
}

static TRIO_CHECKPOINT trio_status send_letters(struct pair *pair,
                                                const char *letters)
{
    trio_status rc = TRIO_OK;

    for (; *letters != '\0' && rc == TRIO_OK; letters++)
        rc = trio_socket_send_to(&pair->near, letters, 1, &pair->address);
    return rc;
}

// Three orders and a question how many those are. The careful one knows each by
// its letter.
static TRIO_CHECKPOINT trio_status count_orders(void *arg)
{
    const struct weather *weather = arg;
    struct pair pair;
    char letter = '-', last = '-';
    size_t length, count = 0;
    trio_status rc = open_pair(&pair, weather);

    if (rc != TRIO_OK)
        return rc;
    rc = send_letters(&pair, "abc?");
    while (rc == TRIO_OK && letter != '?') {
        rc = trio_socket_receive(&pair.far, &letter, 1, &length);
        if (rc == TRIO_OK && letter != '?' &&
            !(weather->careful && letter == last))
            count++;
        last = letter;
    }
    TRIO_SIM_ALWAYS(rc != TRIO_OK || count == 3, "an order counts once");
    return close_pair(&pair, rc);
}

ONLY_REVEALS(duplication, a_datagram_is_duplicated, count_orders, NULL,
             "an order counts once")

static TRIO_CHECKPOINT trio_status read_letters(void *arg)
{
    const struct weather *weather = arg;
    struct pair pair;
    char letter, letters[4] = "---";
    size_t length;
    trio_status rc = open_pair(&pair, weather);

    if (rc != TRIO_OK)
        return rc;
    rc = send_letters(&pair, "abc");
    for (int i = 0; i < 3 && rc == TRIO_OK; i++) {
        rc = trio_socket_receive(&pair.far, &letter, 1, &length);
        if (rc == TRIO_OK)
            letters[weather->careful ? letter - 'a' : i] = letter;
    }
    TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(letters, "abc") == 0,
                    "letters come in order");
    return close_pair(&pair, rc);
}

ONLY_REVEALS(reordering, a_datagram_is_overtaken, read_letters, NULL,
             "letters come in order")

ONLY_REVEALS(delay, a_datagram_is_delayed, read_letters, NULL,
             "letters come in order")

// It is asked up to three times, or as long as it takes.
static TRIO_CHECKPOINT trio_status ask_thrice(void *arg)
{
    const struct weather *weather = arg;
    struct pair pair;
    char letter;
    size_t length;
    int asked = 0, most = weather->careful ? 1000 : 3;
    trio_status rc = open_pair(&pair, weather);

    if (rc != TRIO_OK)
        return rc;
    do {
        struct trio_cancel_scope scope;
        trio_fail_after(&scope, 100 * TRIO_MS);
        rc = send_letters(&pair, "?");
        if (rc == TRIO_OK)
            rc = trio_socket_receive(&pair.far, &letter, 1, &length);
        rc = trio_cancel_scope_close(&scope, rc);
    } while (rc == TRIO_ETIMEDOUT && ++asked < most);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "one of three attempts succeeds");
    return close_pair(&pair, rc);
}

ONLY_REVEALS(partition, a_partition_lasts_for_a_while, ask_thrice, NULL,
             "one of three attempts succeeds")

// The careful one takes being woken for what it is: a reason to try.
static TRIO_CHECKPOINT trio_status trust_the_wait(void *arg)
{
    const struct weather *weather = arg;
    struct pair pair;
    struct trio_cancel_scope scope;
    char letter;
    size_t length;
    trio_status rc = open_pair(&pair, weather);

    if (rc != TRIO_OK)
        return rc;
    rc = send_letters(&pair, "a");
    if (rc == TRIO_OK)
        rc = trio_socket_wait_readable(&pair.far);
    trio_fail_after(&scope, weather->careful ? TRIO_SECOND : TRIO_US);
    if (rc == TRIO_OK)
        rc = trio_socket_receive(&pair.far, &letter, 1, &length);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "what is readable is read at once");
    return close_pair(&pair, rc);
}

ONLY_REVEALS(spurious, who_waits_is_woken_for_nothing, trust_the_wait, NULL,
             "what is readable is read at once")

static TRIO_CHECKPOINT trio_status look_up(void *arg)
{
    const struct weather *weather = arg;
    struct trio_cancel_scope scope;
    struct trio_address address;
    size_t count;

    trio_sim_faults(&weather->faults);
    trio_fail_after(&scope, (weather->careful ? 10 : 1) * TRIO_SECOND);
    trio_status rc = trio_resolve("home", 80, NULL, &address, 1, &count);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "a second is enough");
    return rc == TRIO_EMSGSIZE ? TRIO_OK : rc;
}

ONLY_REVEALS(resolver, an_answer_of_the_resolver_is_late, look_up, NULL,
             "a second is enough")

// ---- Connections ----

static TRIO_CHECKPOINT trio_status echo_until_end(struct trio_stream *stream)
{
    char data[8];
    size_t length = 0;
    trio_status rc;

    do {
        rc = trio_stream_receive_some(stream, data, sizeof(data), &length);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(stream, data, length, NULL);
    } while (rc == TRIO_OK);
    trio_stream_close_forcefully(stream);
    return rc == TRIO_EEND || rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status serve_one(void *arg)
{
    struct trio_tcp_listener *listener = arg;
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_accept(listener, &stream);

    return rc == TRIO_OK ? echo_until_end(&stream.stream) : rc;
}

// Says a letter and hears it, so many times. Returns when it took too long, or
// something went wrong.
static TRIO_CHECKPOINT trio_status talk(struct trio_tcp_stream *stream,
                                        int rounds, trio_duration patience)
{
    char letter = 'a';
    size_t length;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < rounds && rc == TRIO_OK; i++) {
        struct trio_cancel_scope scope;
        trio_fail_after(&scope, patience);
        rc = trio_stream_send_all(&stream->stream, &letter, 1, NULL);
        if (rc == TRIO_OK)
            rc = trio_stream_receive_some(&stream->stream, &letter, 1, &length);
        rc = trio_cancel_scope_close(&scope, rc);
    }
    return rc;
}

// A server that listens, and who visits it.
static TRIO_CHECKPOINT trio_status with_server(void *arg)
{
    const struct weather *weather = arg;
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address address =
        trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 80);
    struct trio_nursery nursery;
    struct trio_tcp_listener listener;
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);

    trio_sim_faults(&weather->faults);
    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, serve_one, &listener);
    if (rc == TRIO_OK)
        rc = weather->visit(&address, weather);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    trio_tcp_listener_close(&listener);
    return rc;
}

// After four rounds, in which calls fail anyway, all is well for ever.
static TRIO_CHECKPOINT trio_status talk_long(const struct trio_address *address,
                                             const struct weather *weather)
{
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_connect(address, &stream), later;

    if (rc != TRIO_OK)
        return rc;
    rc = talk(&stream, 4, TRIO_MINUTE);
    later = rc == TRIO_OK ? talk(&stream, 3, TRIO_MINUTE) : TRIO_OK;
    TRIO_SIM_ALWAYS(weather->careful || later == TRIO_OK,
                    "a connection that works is there to stay");
    trio_stream_close_forcefully(&stream.stream);
    return later == TRIO_EBROKEN ? TRIO_OK : rc;
}

ONLY_REVEALS(reset, a_connection_is_reset, with_server, talk_long,
             "a connection that works is there to stay")

static TRIO_CHECKPOINT trio_status
talk_quickly(const struct trio_address *address, const struct weather *weather)
{
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_connect(address, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = talk(&stream, 2, weather->careful ? TRIO_MINUTE : 800 * TRIO_MS);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "an answer comes in a second");
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

ONLY_REVEALS(delay, what_is_sent_over_a_connection_is_delayed, with_server,
             talk_quickly, "an answer comes in a second")

static TRIO_CHECKPOINT trio_status connect_quickly(
    const struct trio_address *address, const struct weather *weather)
{
    struct trio_tcp_stream stream;
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, weather->careful ? TRIO_MINUTE : 800 * TRIO_MS);
    trio_status rc = trio_tcp_connect(address, &stream);
    rc = trio_cancel_scope_close(&scope, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "a connection is made in a second");
    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&stream.stream);
    return rc;
}

ONLY_REVEALS(loss, an_opening_segment_is_lost, with_server, connect_quickly,
             "a connection is made in a second")

// ---- What the system does about it ----

static TRIO_CHECKPOINT trio_status serve_far(void *arg)
{
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4, .port = 80};
    struct trio_tcp_listener listener;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = serve_one(&listener);
    trio_tcp_listener_close(&listener);
    return rc;
}

// A connection with a server on another host.
struct distant {
    struct trio_sim_host *host;
    struct trio_tcp_stream tcp;
};

TRIO_PARKS static void with_distant(void (*fn)(struct distant *distant))
{
    struct trio_nursery nursery;
    struct distant distant;

    CHECK_OK(trio_sim_host_open("server", NULL, &distant.host));
    struct trio_address address =
        trio_sim_host_address(distant.host, TRIO_ADDRESS_IPV4, 80);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(distant.host, &nursery, serve_far, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_tcp_connect(&address, &distant.tcp));
    fn(&distant);
    trio_stream_close_forcefully(&distant.tcp.stream);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static void cut_off(const struct distant *distant)
{
    CHECK_OK(trio_sim_link_cut(trio_sim_host_home(), distant->host));
}

static void mend(const struct distant *distant)
{
    CHECK_OK(trio_sim_link_mend(trio_sim_host_home(), distant->host));
}

TRIO_PARKS static void send_into_nothing(struct distant *distant)
{
    struct trio_stream *stream = &distant->tcp.stream;
    char letter;
    size_t length;

    CHECK_OK(talk(&distant->tcp, 1, TRIO_SECOND));
    cut_off(distant);
    trio_time begin = trio_now();
    CHECK_OK(trio_stream_send_all(stream, "a", 1, NULL));
    CHECK_STATUS(trio_stream_receive_some(stream, &letter, 1, &length),
                 TRIO_EPEERTIMEDOUT);
    CHECK_EQ(trio_now() - begin, 9246 * (TRIO_SECOND / 10));
    CHECK_STATUS(trio_stream_receive_some(stream, &letter, 1, &length),
                 TRIO_EPEERTIMEDOUT);
    CHECK_STATUS(trio_stream_send_all(stream, "a", 1, NULL), TRIO_EBROKEN);
    mend(distant);
}

TEST_ONCE(sim_link_faults, what_nobody_acknowledges_is_given_up)
{
    with_distant(send_into_nothing);
}

TRIO_PARKS static void send_with_gaps(struct distant *distant)
{
    struct trio_stream *stream = &distant->tcp.stream;
    char letter;
    size_t length;

    for (int i = 0; i < 2; i++) {
        cut_off(distant);
        CHECK_OK(trio_stream_send_all(stream, "a", 1, NULL));
        CHECK_OK(trio_sleep(10 * TRIO_MINUTE));
        mend(distant);
        CHECK_OK(trio_stream_receive_some(stream, &letter, 1, &length));
    }
    CHECK_OK(trio_sleep(TRIO_HOUR));
    CHECK_OK(talk(&distant->tcp, 1, TRIO_SECOND));
}

TEST_ONCE(sim_link_faults, what_gets_through_in_time_is_not_given_up)
{
    with_distant(send_with_gaps);
}

// All of it at once: what is there is there, once and in order, or the
// connection says that it is broken.
static TRIO_CHECKPOINT trio_status
count_letters(const struct trio_address *address, const struct weather *weather)
{
    struct trio_tcp_stream stream;
    char letters[12];
    size_t sent = 0, got = 0, length;
    trio_status rc = trio_tcp_connect(address, &stream);

    (void)weather;
    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK && got < sizeof(letters)) {
        for (; rc == TRIO_OK && sent < got + 3; sent++) {
            char letter = (char)('a' + sent);
            rc = trio_stream_send_all(&stream.stream, &letter, 1, NULL);
        }
        if (rc == TRIO_OK)
            rc = trio_stream_receive_some(&stream.stream, letters + got,
                                          sizeof(letters) - got, &length);
        if (rc == TRIO_OK)
            got += length;
    }
    for (size_t i = 0; i < got; i++)
        TRIO_SIM_ALWAYS(letters[i] == (char)('a' + i), "letters are in order");
    trio_stream_close_forcefully(&stream.stream);
    return rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status weather_it(void *arg)
{
    trio_status rc = with_server(arg);

    return rc == TRIO_EPEERTIMEDOUT || rc == TRIO_ECONNREFUSED ? TRIO_OK : rc;
}

TEST_PLAIN(sim_link_faults, a_stream_stays_one_under_all_of_them)
{
    static struct weather weather = {.faults = {.loss = true,
                                                .duplication = true,
                                                .reordering = true,
                                                .delay = true,
                                                .reset = true,
                                                .partition = true,
                                                .spurious = true},
                                     .visit = count_letters};
    const struct trio_scenario scenario = {
        .name = "weather_it", .fn = weather_it, .arg = &weather};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_STRING(result.text, "");
}
