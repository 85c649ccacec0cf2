// What trio/tls_open.h promises, over connections of the test's own: they are
// TCP by name, and memory streams below. tls_listener_test goes over TCP.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tls_open.h>

#include "tests/check.h"
#include "tests/tls/blocks.h"
#include "tests/tls/kit.h"

// ---- A network of the test's ----

static struct {
    struct trio_memory_stream near, far; // Of the only connection.
    trio_status result;                  // Of connecting.
    bool open;
} network;

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *stream,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    (void)stream;
    return trio_stream_send_all(&network.near.stream, data, size, ret_sent);
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    (void)stream;
    return trio_stream_receive_some(&network.near.stream, buffer, size,
                                    ret_length);
}

static void close_forcefully(struct trio_stream *stream)
{
    (void)stream;
    network.open = false;
    trio_stream_close_forcefully(&network.near.stream);
}

static TRIO_CHECKPOINT trio_status close_orderly(struct trio_stream *stream)
{
    (void)stream;
    network.open = false;
    return trio_stream_close(&network.near.stream);
}

static const struct trio_stream_operations operations = {
    .send_all = send_all,
    .receive_some = receive_some,
    .close = close_orderly,
    .close_forcefully = close_forcefully};

static TRIO_CHECKPOINT trio_status
connect_to(void *context, const struct trio_address *address,
           struct trio_tcp_stream *ret_stream)
{
    (void)context;
    CHECK_EQ(address->port, 443);
    trio_status rc = trio_checkpoint();
    if (rc != TRIO_OK)
        return rc;
    if (network.result != TRIO_OK)
        return trio_fail_bare(network.result);
    *ret_stream = (struct trio_tcp_stream){.stream = {&operations}};
    network.open = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status find_address(
    void *context, const char *host, enum trio_address_family family,
    struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    (void)context, (void)host, (void)family, (void)max;
    CHECK_OK(trio_address_parse("192.0.2.1:0", ret_addresses));
    *ret_count = 1;
    return trio_checkpoint();
}

static void open_network(trio_status result)
{
    static const struct trio_resolver resolver = {.resolve = find_address};

    trio_resolver_set(&resolver);
    trio_memory_stream_pair(&network.near, &network.far);
    network.result = result;
    network.open = false;
}

static void close_network(void)
{
    trio_stream_close_forcefully(&network.near.stream);
    trio_stream_close_forcefully(&network.far.stream);
}

// ---- Who is called, and who calls ----

// Greets; what the caller makes of that is the caller's.
static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct trio_tls_stream tls;

    trio_status rc = trio_tls_server_open(&contexts_of(TRIO_TLS_1_3)->server,
                                          &network.far.stream, &tls);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_send_all(&tls.stream, "hello", 5, NULL);
    rc = trio_combine(rc, trio_stream_close(&tls.stream));
    *(trio_status *)arg = rc;
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status open_connection(
    const char *host, struct trio_tls_connection *ret_connection)
{
    const struct trio_tcp_open_options options = {.connect = connect_to};

    trio_status rc = trio_tls_open(&contexts_of(TRIO_TLS_1_3)->client, host,
                                   443, &options, ret_connection);
    TRIO_SIM_ALWAYS(network.open == (rc == TRIO_OK),
                    "it is open when that is said");
    return rc;
}

static TRIO_CHECKPOINT trio_status be_greeted(const char *host)
{
    struct trio_tls_connection connection;
    char buffer[10];
    size_t length = 0;

    trio_status rc = open_connection(host, &connection);
    if (rc != TRIO_OK)
        return rc;
    // The handshake is done.
    CHECK_STRING(trio_tls_info(&connection.tls).version, "TLSv1.3");
    rc = trio_stream_receive_some(&connection.tls.stream, buffer,
                                  sizeof(buffer), &length);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || length == 5, "what comes was sent");
    rc = trio_combine(rc, trio_stream_close(&connection.tls.stream));
    TRIO_SIM_ALWAYS(!network.open, "closing closes both");
    return rc;
}

// Has the host called, with somebody there. Returns what the caller got.
static TRIO_CHECKPOINT trio_status call(const char *host)
{
    struct trio_nursery nursery;
    trio_status served = TRIO_OK;

    open_network(TRIO_OK);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, serve, &served);
    if (rc == TRIO_OK)
        rc = be_greeted(host);
    trio_stream_close_forcefully(&network.near.stream);
    rc = trio_nursery_close(&nursery, rc);
    close_network();
    return rc;
}

// Calls twice: OpenSSL keeps what it makes once.
static TRIO_PARKS void check_call(const char *host, trio_status expected)
{
    size_t blocks = 0;

    for (int i = 0; i < 2; i++) {
        blocks = count_blocks();
        CHECK_STATUS(call(host), expected);
    }
    TRIO_SIM_ALWAYS(count_blocks() == blocks, "OpenSSL holds nothing");
}

// S48a, S91
TEST(tls_open, connects_and_does_the_handshake)
{
    check_call(KIT_HOST, TRIO_OK);
}

// S91
TEST(tls_open, who_is_not_the_host_is_refused)
{
    check_call("other.example", TRIO_EUNTRUSTED);
    CHECK_STRING(trio_error_find(TRIO_EUNTRUSTED)->text,
                 "TLS with other.example: hostname mismatch");
}

TEST_ONCE(tls_open, a_name_that_is_not_ascii_is_expected_as_it_is_encoded)
{
    check_call("b\u00fccher.example", TRIO_EUNTRUSTED);
    CHECK_STRING(trio_error_find(TRIO_EUNTRUSTED)->text,
                 "TLS with xn--bcher-kva.example: hostname mismatch");
}

TEST_ONCE(tls_open, an_address_is_expected_as_it_is)
{
    check_call("127.0.0.1", TRIO_OK);
    check_call("::1", TRIO_EUNTRUSTED);
    CHECK_STRING(trio_error_find(TRIO_EUNTRUSTED)->text,
                 "TLS with ::1: IP address mismatch");
}

// ---- Nobody to talk to ----

// S91
TEST(tls_open, where_nobody_is_connected_it_fails_as_that_does)
{
    struct trio_tls_connection connection;

    open_network(TRIO_ECONNREFUSED);
    CHECK_STATUS(open_connection(KIT_HOST, &connection), TRIO_ECONNREFUSED);
    CHECK_STATUS(open_connection("no..name", &connection), TRIO_EINVAL);
    close_network();
}

// S48a
TEST(tls_open, who_hangs_up_in_the_handshake_breaks_it)
{
    struct trio_tls_connection connection;

    open_network(TRIO_OK);
    CHECK_OK(trio_stream_send_eof(&network.far.stream));
    CHECK_STATUS(open_connection(KIT_HOST, &connection), TRIO_EBROKEN);
    close_network();
}

// A peer that says nothing is left alone when the time is over.
TEST(tls_open, has_the_time_that_a_scope_gives)
{
    struct trio_tls_connection connection;
    struct trio_cancel_scope limit;

    open_network(TRIO_OK);
    trio_fail_after(&limit, TRIO_SECOND);
    trio_status rc = open_connection(KIT_HOST, &connection);
    CHECK_STATUS(trio_cancel_scope_close(&limit, rc), TRIO_ETIMEDOUT);
    close_network();
}

static TRIO_CHECKPOINT trio_status call_host(void *host)
{
    return call(host);
}

TEST_ONCE(tls_open, is_a_checkpoint)
{
    static char host[] = KIT_HOST;

    CHECK_OK(trio_assert_checkpoints(call_host, host));
}
