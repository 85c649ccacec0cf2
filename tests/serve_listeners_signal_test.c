// What trio/serve.h promises of trio_serve_listeners_until_signal, beside what
// serve_signal_test says of both: a listener that no address is for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/serve.h>

#include <signal.h>

#include "tests/check.h"
#include "tests/door.h"
#include "tests/sockets.h"

struct fixture {
    struct door door;
    struct trio_memory_stream guest; // Stays until the server is done.
    struct trio_tcp_listener tcp;
    struct trio_server server;
    size_t announced;
    trio_status rc;
};

static void count_address(const struct trio_address *address, void *arg)
{
    struct fixture *fixture = arg;

    (void)address;
    fixture->announced++;
}

static TRIO_CHECKPOINT trio_status serve_task(void *arg)
{
    struct fixture *fixture = arg;
    struct trio_listener *listeners[] = {&fixture->door.listener,
                                         &fixture->tcp.listener};
    const struct trio_serve_options options = {.on_listening = count_address,
                                               .on_listening_arg = fixture};

    fixture->rc = trio_serve_listeners_until_signal(
        &fixture->server, listeners, 2, &options, echo_once, NULL);
    return fixture->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_PARKS void begin(struct fixture *fixture,
                             struct trio_nursery *nursery)
{
    *fixture = (struct fixture){.door = open_door(),
                                .tcp = open_listener(),
                                .server = TRIO_SERVER_INIT};
    CHECK_OK(trio_nursery_start_soon(nursery, serve_task, fixture));
    settle();
    CHECK_EQ(fixture->announced, 2);
}

static TRIO_PARKS void visit_both(struct fixture *fixture)
{
    struct trio_tcp_stream tcp;

    enter_door(&fixture->door, &fixture->guest);
    settle(); // It is accepted.
    CHECK_OK(have_echoed(&fixture->guest.stream));
    CHECK_OK(trio_tcp_connect(&fixture->tcp.address, &tcp));
    CHECK_OK(have_echoed(&tcp.stream));
}

static void check_closed(const struct fixture *fixture)
{
    struct sigaction action;

    CHECK(fixture->door.closed);
    CHECK(!fixture->tcp.socket.open);
    REQUIRE(sigaction(SIGTERM, NULL, &action) == 0);
    CHECK(action.sa_handler == SIG_DFL);
}

// S34, S48a
TEST_REAL(serve_listeners_signal, serves_them_all_until_a_signal)
{
    struct fixture fixture;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&fixture, &nursery);
    visit_both(&fixture);
    raise(SIGTERM);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
    CHECK_EQ(fixture.server.accepted, 2);
    check_closed(&fixture);
}

TEST_REAL(serve_listeners_signal, is_stopped_by_others_as_well)
{
    struct fixture fixture;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&fixture, &nursery);
    trio_serve_stop(&fixture.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(fixture.rc);
    check_closed(&fixture);
}

TEST_REAL(serve_listeners_signal, cancelled_it_gives_everything_back)
{
    struct fixture fixture;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&fixture, &nursery);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(fixture.rc, TRIO_ECANCELED);
    check_closed(&fixture);
}

TEST(serve_listeners_signal, without_signals_listeners_are_closed)
{
    struct door doors[] = {open_door(), open_door()};
    struct trio_listener *listeners[] = {&doors[0].listener,
                                         &doors[1].listener};
    struct trio_server server = TRIO_SERVER_INIT;

    CHECK_STATUS(trio_serve_listeners_until_signal(&server, listeners, 2, NULL,
                                                   echo_once, NULL),
                 TRIO_ENOTSUP);
    CHECK(doors[0].closed && doors[1].closed);
}
