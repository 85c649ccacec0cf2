// What trio/serve.h promises of trio_serve_until_signal. Signals are the
// system's: this runs in the real world, and raises them in its own process.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/serve.h>

#include <signal.h>

#include "tests/check.h"
#include "tests/sockets.h"

struct fixture {
    struct trio_serve_options options;
    struct trio_address addresses[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count; // Of addresses.
    const char *where;
    struct trio_event finish; // Handlers wait for it.
    size_t handling;
    trio_status rc;
    bool returned;
};

static void note_address(const struct trio_address *address, void *arg)
{
    struct fixture *fixture = arg;
    fixture->addresses[fixture->count++] = *address;
}

// Answers when it may finish.
static TRIO_CHECKPOINT trio_status answer(struct trio_stream *stream, void *arg)
{
    struct fixture *fixture = arg;

    fixture->handling++;
    trio_status rc = trio_event_wait(&fixture->finish);
    return rc == TRIO_OK ? trio_stream_send_all(stream, "x", 1, NULL) : rc;
}

static TRIO_CHECKPOINT trio_status serve_task(void *arg)
{
    struct fixture *fixture = arg;

    fixture->rc = trio_serve_until_signal(fixture->where, &fixture->options,
                                          answer, fixture);
    fixture->returned = true;
    return fixture->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_PARKS void begin(struct fixture *fixture,
                             struct trio_nursery *nursery, const char *where)
{
    *fixture = (struct fixture){.options.on_listening = note_address,
                                .options.on_listening_arg = fixture,
                                .where = where,
                                .finish = TRIO_EVENT_INIT};
    CHECK_OK(trio_nursery_start_soon(nursery, serve_task, fixture));
    settle();
    REQUIRE(fixture->count > 0);
}

static bool is_default(int signal)
{
    struct sigaction action;

    REQUIRE(sigaction(signal, NULL, &action) == 0);
    return action.sa_handler == SIG_DFL;
}

static TRIO_PARKS trio_status hear(struct trio_tcp_stream *tcp)
{
    char byte;
    size_t length;
    trio_status rc = trio_stream_receive_some(&tcp->stream, &byte, 1, &length);

    trio_stream_close_forcefully(&tcp->stream);
    return rc;
}

// S34, S48
TEST_REAL(serve_signal, at_a_signal_handlers_may_finish)
{
    static const int signals[] = {SIGTERM, SIGINT};

    for (size_t i = 0; i < COUNT(signals); i++) {
        struct fixture fixture;
        struct trio_tcp_stream tcp, late;
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        begin(&fixture, &nursery, "127.0.0.1:0");
        CHECK_OK(trio_tcp_connect(&fixture.addresses[0], &tcp));
        settle();
        CHECK_EQ(fixture.handling, 1);
        CHECK(!is_default(signals[i]));
        raise(signals[i]);
        settle();
        CHECK(!fixture.returned);
        CHECK(signals[i] == SIGINT || is_default(SIGTERM)); // A second kills.
        CHECK_STATUS(trio_tcp_connect(&fixture.addresses[0], &late),
                     TRIO_ECONNREFUSED);
        trio_event_set(&fixture.finish);
        CHECK_OK(hear(&tcp));
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_OK(fixture.rc);
    }
}

// S34, S48
TEST_REAL(serve_signal, after_the_grace_handlers_are_cancelled)
{
    struct fixture fixture;
    struct trio_tcp_stream tcp;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&fixture, &nursery, "127.0.0.1:0");
    fixture.options.grace = 1;
    CHECK_OK(trio_tcp_connect(&fixture.addresses[0], &tcp));
    settle();
    raise(SIGTERM);
    CHECK_STATUS(hear(&tcp), TRIO_EEND);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
}

TEST_REAL(serve_signal, a_port_of_all_addresses_is_listened_on)
{
    struct fixture fixture;
    struct trio_tcp_stream tcp;
    struct trio_address loopback;
    struct trio_nursery nursery;
    size_t descriptors = count_descriptors();

    trio_nursery_open(&nursery);
    begin(&fixture, &nursery, "*:0");
    REQUIRE(trio_address_parse("127.0.0.1:0", &loopback) == TRIO_OK);
    loopback.port = fixture.addresses[0].port;
    trio_event_set(&fixture.finish);
    CHECK_OK(trio_tcp_connect(&loopback, &tcp));
    CHECK_OK(hear(&tcp));
    raise(SIGINT);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
    CHECK_EQ(count_descriptors(), descriptors);
}

TEST_REAL(serve_signal, cancelled_it_gives_signals_and_listeners_back)
{
    struct fixture fixture;
    struct trio_nursery nursery;
    size_t descriptors = count_descriptors();

    trio_nursery_open(&nursery);
    begin(&fixture, &nursery, "unix:");
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(fixture.rc, TRIO_ECANCELED);
    CHECK(is_default(SIGTERM));
    CHECK_EQ(count_descriptors(), descriptors);
}

static void count_address(const struct trio_address *address, void *arg)
{
    (void)address;
    ++*(size_t *)arg;
}

// S14: the cancel check comes first.
TEST_REAL(serve_signal, cancelled_at_entry_nothing_is_listened_on)
{
    static const char *const texts[] = {"no address", "127.0.0.1:0", "*:0"};
    size_t announced = 0;
    const struct trio_serve_options options = {.on_listening = count_address,
                                               .on_listening_arg = &announced};
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    for (size_t i = 0; i < COUNT(texts); i++) {
        rc = trio_serve_until_signal(texts[i], &options, answer, NULL);
        CHECK_STATUS(rc, TRIO_ECANCELED);
    }
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(announced, 0);
}

TEST_REAL(serve_signal, what_is_no_address_is_refused)
{
    static const char *const texts[] = {
        "",    "here", "*",    "*:",          "*:x",       "*:65536",
        "*80", "8080", "*:-1", "*:123456789", "0.0.0.0:*", "127.0.0.1"};

    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_STATUS(trio_serve_until_signal(texts[i], NULL, answer, NULL),
                     TRIO_EINVAL);
}

TEST(serve_signal, without_signals_it_is_not_supported)
{
    CHECK_STATUS(trio_serve_until_signal("*:80", NULL, answer, NULL),
                 TRIO_ENOTSUP);
}
