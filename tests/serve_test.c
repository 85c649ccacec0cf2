// What trio/serve.h promises. The connections are real ones on the loopback;
// time is virtual where a pause or a grace is meant, and what the kernel will
// not do on demand comes from a table laid over its own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/serve.h>

#include "tests/check.h"
#include "tests/sockets.h"

// ---- A server in a world that fails on demand ----

struct fixture {
    struct trio_server server;
    struct trio_serve_options options;
    struct trio_tcp_listener listener;
    trio_handler_fn fn;
    void *arg;
    trio_status rc; // What trio_serve returned.
    bool returned;
    size_t reports;        // Lines reported.
    size_t stacks_denied;  // How many of the next starts have no stack.
    size_t accepts_failed; // How many of the next accepts fail,
    trio_status accept_rc; // and how.
    struct trio_mock_clock clock;
    const struct trio_net *net; // The kernel's.
    struct trio_memory memory;  // The platform's.
};

static struct fixture fixture;

static trio_status accept_or_fail(void *context, trio_handle handle,
                                  trio_handle *ret_handle,
                                  struct trio_address *ret_peer)
{
    if (fixture.accepts_failed > 0) {
        fixture.accepts_failed--;
        return fixture.accept_rc;
    }
    return fixture.net->accept(context, handle, ret_handle, ret_peer);
}

static trio_status reserve_or_fail(void *context, size_t size)
{
    if (fixture.stacks_denied > 0) {
        fixture.stacks_denied--;
        return TRIO_ENOMEM;
    }
    return fixture.memory.stack_reserve(context, size);
}

static void count_line(void *context, const char *text)
{
    (void)context, (void)text;
    fixture.reports++;
}

// Runs `fn` on the real kernel, under a clock that jumps when all wait.
static trio_status run_fixture(trio_task_fn fn)
{
    struct trio_config config = trio_config_platform();
    struct trio_net net = *config.world.net;

    fixture = (struct fixture){.server = TRIO_SERVER_INIT,
                               .clock = TRIO_MOCK_CLOCK_INIT,
                               .net = config.world.net,
                               .memory = config.memory};
    fixture.clock.autojump = true;
    net.accept = accept_or_fail;
    config.world.net = &net;
    config.memory.stack_reserve = reserve_or_fail;
    config.report.line = count_line;
    config.clock = trio_clock_mock(&fixture.clock);
    return trio_run_with(&config, fn, NULL);
}

#define SERVE_TEST(name)                                                       \
    static TRIO_PARKS void name##_body(void);                                  \
    static TRIO_PARKS trio_status name##_program(void *arg)                    \
    {                                                                          \
        (void)arg;                                                             \
        fixture.listener = open_listener();                                    \
        name##_body();                                                         \
        return TRIO_OK;                                                        \
    }                                                                          \
    TEST_PLAIN(serve, name)                                                    \
    {                                                                          \
        CHECK_OK(run_fixture(name##_program));                                 \
    }                                                                          \
    static TRIO_PARKS void name##_body(void)

static TRIO_CHECKPOINT trio_status serve_task(void *arg)
{
    (void)arg;
    fixture.rc = trio_serve(&fixture.server, &fixture.listener, 1,
                            &fixture.options, fixture.fn, fixture.arg);
    fixture.returned = true;
    return fixture.rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg)
{
    char buffer[100];
    size_t length;
    trio_status rc;

    (void)arg;
    while ((rc = trio_stream_receive_some(stream, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, buffer, length, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// Connects, has a byte echoed, and closes.
static TRIO_PARKS trio_status have_echoed(void)
{
    struct trio_tcp_stream tcp;
    char byte = '-';
    size_t length;
    trio_status rc = trio_tcp_connect(&fixture.listener.address, &tcp);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_send_all(&tcp.stream, "x", 1, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&tcp.stream, &byte, 1, &length);
    CHECK(rc != TRIO_OK || byte == 'x');
    return trio_combine(rc, trio_stream_close(&tcp.stream));
}

// ---- Serving ----

SERVE_TEST(each_connection_has_a_task_of_its_own)
{
    struct trio_nursery nursery;
    struct trio_tcp_stream idle;

    fixture.fn = echo;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(trio_tcp_connect(&fixture.listener.address, &idle));
    for (int i = 0; i < 10; i++)
        CHECK_OK(have_echoed()); // The idle one is in nobody's way.
    settle();
    CHECK_EQ(fixture.server.connections, 1);
    CHECK_EQ(fixture.server.accepted, 11);
    CHECK_OK(trio_stream_close(&idle.stream));
    settle();
    CHECK_EQ(fixture.server.connections, 0);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
}

SERVE_TEST(all_listeners_are_served)
{
    struct trio_tcp_listener listeners[3];
    struct trio_tcp_stream tcp;
    struct trio_nursery nursery;
    char byte;
    size_t length;

    fixture.fn = echo;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(listeners); i++) {
        listeners[i] = open_listener();
        CHECK_OK(trio_tcp_connect(&listeners[i].address, &tcp));
        CHECK_OK(trio_stream_send_all(&tcp.stream, "x", 1, NULL));
        fixture.server = (struct trio_server)TRIO_SERVER_INIT;
        fixture.listener = listeners[i];
        CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
        CHECK_OK(trio_stream_receive_some(&tcp.stream, &byte, 1, &length));
        trio_serve_stop(&fixture.server, 0);
        settle();
        trio_stream_close_forcefully(&tcp.stream);
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

SERVE_TEST(without_a_listener_it_is_invalid)
{
    CHECK_STATUS(trio_serve(&fixture.server, NULL, 0, NULL, echo, NULL),
                 TRIO_EINVAL);
    trio_tcp_listener_close(&fixture.listener);
}

static TRIO_CHECKPOINT trio_status measure_stack(struct trio_stream *stream,
                                                 void *arg)
{
    volatile char large[600 * 1024];

    (void)arg;
    large[0] = 'x'; // The far end of it.
    return trio_stream_send_all(stream, (const char *)large, 1, NULL);
}

SERVE_TEST(handlers_have_the_stack_that_was_asked_for)
{
    struct trio_nursery nursery;

    fixture.fn = measure_stack;
    fixture.options.stack_size = (size_t)1 << 20;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(have_echoed());
    trio_serve_stop(&fixture.server, TRIO_SECOND);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- S48: errors of connections and handlers ----

static TRIO_CHECKPOINT trio_status fail_at_once(struct trio_stream *stream,
                                                void *arg)
{
    (void)stream;
    return trio_fail(*(trio_status *)arg, "the handler's own reason");
}

struct told {
    trio_status rc;
    size_t count;
    uint16_t port;
};

static void tell(const struct trio_address *peer, trio_status rc, void *arg)
{
    struct told *told = arg;

    told->rc = rc;
    told->count++;
    told->port = peer->port;
}

// Connects, and returns what the connection ends with.
static TRIO_PARKS trio_status meet_end(void)
{
    struct trio_tcp_stream tcp;
    char byte;
    size_t length;

    trio_status rc = trio_tcp_connect(&fixture.listener.address, &tcp);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_receive_some(&tcp.stream, &byte, 1, &length);
    trio_stream_close_forcefully(&tcp.stream);
    return rc;
}

// S48
SERVE_TEST(a_failed_handler_is_told_of_and_stops_nothing)
{
    trio_status failure = -1001;
    struct told told = {0};
    struct trio_nursery nursery;

    fixture.fn = fail_at_once;
    fixture.arg = &failure;
    fixture.options.on_error = tell;
    fixture.options.on_error_arg = &told;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    for (int i = 0; i < 3; i++)
        CHECK_STATUS(meet_end(), TRIO_EEND); // Closed after its handler.
    CHECK_EQ(told.count, 3);
    CHECK_STATUS(told.rc, failure);
    CHECK(told.port != 0);
    CHECK_EQ(fixture.reports, 0);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
}

static TRIO_CHECKPOINT trio_status close_and_fail(struct trio_stream *stream)
{
    trio_stream_close_forcefully(stream);
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_fail(-1001, "the end was not said") : rc;
}

static TRIO_CHECKPOINT trio_status close_badly(struct trio_stream *stream,
                                               void *arg)
{
    static struct trio_stream_operations operations;

    operations = *stream->operations;
    operations.close = close_and_fail;
    stream->operations = &operations;
    return *(trio_status *)arg;
}

// S48
SERVE_TEST(a_connection_that_ends_badly_is_told_of_and_stops_nothing)
{
    trio_status failures[] = {TRIO_OK, -1001};
    struct trio_nursery nursery;

    fixture.fn = close_badly;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    for (size_t i = 0; i < COUNT(failures); i++) {
        struct told told = {0};

        fixture.options.on_error = tell;
        fixture.options.on_error_arg = &told;
        fixture.arg = &failures[i];
        CHECK_STATUS(meet_end(), TRIO_EBROKEN);
        settle();
        CHECK_EQ(told.count, 1);
        CHECK_STATUS(told.rc, -1001);
        CHECK_EQ(fixture.server.connections, 0);
    }
    CHECK(!fixture.returned);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
}

// S48
SERVE_TEST(by_default_the_first_failure_is_reported)
{
    trio_status failure = -1001;
    struct trio_nursery nursery;

    fixture.fn = fail_at_once;
    fixture.arg = &failure;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_STATUS(meet_end(), TRIO_EEND);
    size_t reports = fixture.reports;
    CHECK(reports > 0);
    CHECK_STATUS(meet_end(), TRIO_EEND);
    CHECK_EQ(fixture.reports, reports);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S48
SERVE_TEST(aborted_connections_are_passed_over)
{
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    fixture.fn = echo;
    fixture.accepts_failed = 5;
    fixture.accept_rc = TRIO_ECONNABORTED;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(have_echoed());
    CHECK_EQ(fixture.accepts_failed, 0);
    CHECK_EQ(trio_now(), begun);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_PARKS void pause_for(trio_status shortage)
{
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    fixture.fn = echo;
    fixture.accepts_failed = 3;
    fixture.accept_rc = shortage;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(have_echoed());
    trio_duration pause = fixture.options.accept_pause;
    CHECK_EQ(trio_now() - begun, 3 * (pause != 0 ? pause : 100 * TRIO_MS));
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
}

// S48
SERVE_TEST(while_handles_are_used_up_it_pauses)
{
    pause_for(TRIO_EMFILE);
}

// S48
SERVE_TEST(it_pauses_for_as_long_as_was_asked_for)
{
    fixture.options.accept_pause = 7 * TRIO_SECOND;
    pause_for(TRIO_EMFILE);
}

// S48
SERVE_TEST(while_memory_is_used_up_it_pauses)
{
    pause_for(TRIO_ENOMEM);
}

// S48
SERVE_TEST(while_buffers_are_used_up_it_pauses)
{
    pause_for(TRIO_ENOBUFS);
}

// S37, S48
SERVE_TEST(without_memory_for_a_handler_the_connection_is_closed)
{
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    fixture.fn = echo;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    settle(); // The loop has its stack.
    fixture.stacks_denied = 1;
    CHECK_STATUS(meet_end(), TRIO_EBROKEN);
    CHECK_EQ(fixture.server.connections, 0);
    CHECK_OK(have_echoed());
    CHECK_EQ(trio_now() - begun, 100 * TRIO_MS);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S48
SERVE_TEST(other_errors_of_a_listener_end_it)
{
    struct trio_nursery nursery;
    struct trio_tcp_stream tcp;
    char byte;
    size_t length;

    fixture.fn = echo;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(trio_tcp_connect(&fixture.listener.address, &tcp));
    settle();
    fixture.accepts_failed = 1;
    fixture.accept_rc = TRIO_EIO;
    CHECK_STATUS(have_echoed(), TRIO_EBROKEN);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(fixture.rc, TRIO_EIO);
    CHECK(!fixture.listener.socket.open);
    CHECK_STATUS(trio_stream_receive_some(&tcp.stream, &byte, 1, &length),
                 TRIO_EEND); // The handlers were cancelled.
    trio_stream_close_forcefully(&tcp.stream);
}

// ---- S34: stopping ----

static TRIO_CHECKPOINT trio_status sleep_then_say(struct trio_stream *stream,
                                                  void *arg)
{
    trio_status rc = trio_sleep(*(const trio_duration *)arg);

    if (rc == TRIO_OK)
        rc = trio_stream_send_all(stream, "x", 1, NULL);
    return rc;
}

struct stopped {
    trio_duration work;
    trio_duration grace;
    trio_status rc;     // What the client got in the end.
    trio_duration took; // From stop until serve returned.
};

static TRIO_PARKS void stop_at_work(struct stopped *stopped)
{
    struct trio_nursery nursery;
    struct trio_tcp_stream tcp, late;
    char byte;
    size_t length;

    fixture.fn = sleep_then_say;
    fixture.arg = &stopped->work;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(trio_tcp_connect(&fixture.listener.address, &tcp));
    while (fixture.server.connections == 0)
        CHECK_OK(trio_checkpoint());
    trio_time begun = trio_now();
    trio_serve_stop(&fixture.server, stopped->grace);
    while (fixture.listener.socket.open)
        CHECK_OK(trio_checkpoint());
    CHECK_STATUS(trio_tcp_connect(&fixture.listener.address, &late),
                 TRIO_ECONNREFUSED);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
    stopped->took = trio_now() - begun;
    stopped->rc = trio_stream_receive_some(&tcp.stream, &byte, 1, &length);
    trio_stream_close_forcefully(&tcp.stream);
}

// S34, S48
SERVE_TEST(stopped_it_lets_handlers_end_within_the_grace)
{
    struct stopped stopped = {.work = 3 * TRIO_SECOND,
                              .grace = 5 * TRIO_SECOND};

    stop_at_work(&stopped);
    CHECK_OK(stopped.rc);
    CHECK_EQ(stopped.took, 3 * TRIO_SECOND);
}

// S34, S48
SERVE_TEST(after_the_grace_handlers_are_cancelled)
{
    struct stopped stopped = {.work = TRIO_HOUR, .grace = 5 * TRIO_SECOND};

    stop_at_work(&stopped);
    CHECK_STATUS(stopped.rc, TRIO_EEND);
    CHECK_EQ(stopped.took, 5 * TRIO_SECOND);
}

SERVE_TEST(a_grace_of_forever_waits_for_every_handler)
{
    struct stopped stopped = {.work = 1000 * TRIO_HOUR, .grace = TRIO_FOREVER};

    stop_at_work(&stopped);
    CHECK_OK(stopped.rc);
    CHECK_EQ(stopped.took, 1000 * TRIO_HOUR);
}

SERVE_TEST(stopping_again_can_only_shorten_the_grace)
{
    static const trio_duration graces[] = {TRIO_HOUR, 2 * TRIO_SECOND,
                                           TRIO_MINUTE};
    trio_duration work = TRIO_FOREVER;
    struct trio_tcp_stream tcp;
    struct trio_nursery nursery;

    fixture.fn = sleep_then_say;
    fixture.arg = &work;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, NULL));
    CHECK_OK(trio_tcp_connect(&fixture.listener.address, &tcp));
    while (fixture.server.connections == 0)
        CHECK_OK(trio_checkpoint());
    trio_time begun = trio_now();
    for (size_t i = 0; i < COUNT(graces); i++)
        trio_serve_stop(&fixture.server, graces[i]);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now() - begun, 2 * TRIO_SECOND);
    trio_stream_close_forcefully(&tcp.stream);
}

SERVE_TEST(stopped_before_it_began_it_returns_at_once)
{
    trio_serve_stop(&fixture.server, TRIO_HOUR);
    CHECK_OK(
        trio_serve(&fixture.server, &fixture.listener, 1, NULL, echo, NULL));
    CHECK(!fixture.listener.socket.open);
    CHECK_EQ(fixture.server.accepted, 0);
}

SERVE_TEST(cancelled_everything_is_closed)
{
    struct trio_cancel_scope scope;
    struct trio_tcp_stream tcp;
    char byte;
    size_t length;
    size_t descriptors = count_descriptors();

    fixture.fn = echo;
    CHECK_OK(trio_tcp_connect(&fixture.listener.address, &tcp));
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = serve_task(NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(fixture.server.accepted, 1);
    CHECK_EQ(fixture.server.connections, 0);
    CHECK_STATUS(trio_stream_receive_some(&tcp.stream, &byte, 1, &length),
                 TRIO_EEND);
    trio_stream_close_forcefully(&tcp.stream);
    CHECK_EQ(count_descriptors(), descriptors - 1);
}
