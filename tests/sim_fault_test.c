// Faults by chance: what random runs draw, and what comes of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/campaign.h>
#include <trio/sim_net.h>
#include <trio/tcp.h>

#include "tests/campaigns.h"
#include "tests/check.h"

// ---- Programs ----

static const struct trio_sim_fault_options calls = {.calls = true};
static const struct trio_sim_fault_options losses = {.loss = true};
static const struct trio_sim_fault_options memory = {.memory = true};

static void ask_for(const void *options)
{
    if (options != NULL)
        trio_sim_faults(options);
}

// Each call for a socket fails or does not; none of them matters.
static TRIO_CHECKPOINT trio_status open_some(void *arg)
{
    bool failed[2] = {false, false};

    ask_for(arg);
    for (int i = 0; i < 12; i++) {
        struct trio_socket sockets[2];
        trio_status rc =
            trio_socket_pair(TRIO_SOCKET_STREAM, &sockets[0], &sockets[1]);
        failed[0] |= rc != TRIO_OK;
        if (rc == TRIO_OK) {
            trio_socket_close(&sockets[0]);
            trio_socket_close(&sockets[1]);
        }
        rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM,
                              &sockets[0]);
        failed[1] |= rc != TRIO_OK;
        if (rc == TRIO_OK)
            trio_socket_close(&sockets[0]);
    }
    if (arg != NULL) {
        TRIO_SIM_SOMETIMES(!failed[0] && !failed[1], "nothing fails");
        TRIO_SIM_SOMETIMES(failed[0] && !failed[1], "pairs fail");
        TRIO_SIM_SOMETIMES(!failed[0] && failed[1], "sockets fail");
        TRIO_SIM_SOMETIMES(failed[0] && failed[1], "both fail");
    }
    return trio_checkpoint();
}

// Gives each of four clients a place, and forgets that of the third one if
// there is no handle for it.
static TRIO_CHECKPOINT trio_status accept_four(void *arg)
{
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4, .port = 80};
    struct trio_tcp_listener listener;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);
    int places = 0;

    ask_for(arg);
    if (rc != TRIO_OK)
        return rc;
    for (int i = 0; i < 4; i++) {
        struct trio_tcp_stream near, far;
        rc = trio_tcp_connect(&listener.address, &near);
        if (rc != TRIO_OK)
            break;
        places++;
        rc = trio_tcp_accept(&listener, &far);
        if (rc == TRIO_OK)
            trio_stream_close_forcefully(&far.stream);
        if (rc == TRIO_OK || i != 2)
            places--;
        trio_stream_close_forcefully(&near.stream);
        if (rc == TRIO_ECANCELED)
            break;
    }
    trio_tcp_listener_close(&listener);
    TRIO_SIM_ALWAYS(places == 0 || rc == TRIO_ECANCELED, "no place is lost");
    return rc;
}

struct taker {
    int *order;
    int number;
};

static TRIO_CHECKPOINT trio_status take_next(void *arg)
{
    const struct taker *taker = arg;

    trio_touch(taker->order, TRIO_ACCESS_WRITE);
    *taker->order = *taker->order * 10 + taker->number;
    return TRIO_OK;
}

// Says in which order two tasks come: 12 or 21.
static TRIO_CHECKPOINT trio_status run_two(int *ret_order)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    *ret_order = 0;
    trio_nursery_open(&nursery);
    for (int i = 1; i <= 2 && rc == TRIO_OK; i++) {
        struct taker taker = {ret_order, i};
        rc = trio_nursery_start_soon_copy(&nursery, take_next, &taker,
                                          sizeof(taker));
    }
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status start_two(void *arg)
{
    int order;

    ask_for(arg);
    return run_two(&order);
}

// Sends itself a datagram; `ret_lost` says whether it never came.
static TRIO_CHECKPOINT trio_status ask_myself(bool *ret_lost)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address address =
        trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 80);
    struct trio_cancel_scope scope;
    struct trio_socket socket;
    size_t length;
    char byte;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    *ret_lost = false;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc == TRIO_OK)
        rc = trio_socket_bind(&socket, &address);
    if (rc == TRIO_OK)
        rc = trio_socket_send_to(&socket, "?", 1, &address);
    if (rc == TRIO_OK) {
        trio_move_on_after(&scope, TRIO_SECOND);
        trio_sim_spare(&scope);
        rc = trio_socket_receive(&socket, &byte, 1, &length);
        rc = trio_cancel_scope_close(&scope, rc);
        *ret_lost = trio_cancel_scope_caught(&scope);
    }
    trio_socket_close(&socket);
    return rc;
}

// Needs two things: the second task first, and a datagram that is lost.
static TRIO_CHECKPOINT trio_status order_and_loss(void *arg)
{
    int order;
    bool lost;

    ask_for(arg);
    trio_status rc = run_two(&order);
    if (rc == TRIO_OK)
        rc = ask_myself(&lost);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || order == 12 || !lost,
                    "whoever is late is answered");
    return rc;
}

// Needs but the second task first.
static TRIO_CHECKPOINT trio_status order_alone(void *arg)
{
    int order;

    ask_for(arg);
    trio_status rc = open_some(NULL);
    if (rc == TRIO_OK)
        rc = run_two(&order);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || order == 12, "the first is first");
    return rc;
}

static TRIO_CHECKPOINT trio_status only_ask(void *arg)
{
    bool lost;

    ask_for(arg);
    trio_status rc = ask_myself(&lost);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || !lost, "it is answered");
    return rc;
}

// ---- Campaigns ----

static const struct trio_campaign_options no_sweeps = {
    .runs = 2000,
    .no_cancel_sweep = true,
    .no_time_sweep = true,
    .no_failure_sweep = true,
};

// S101
TEST_PLAIN(sim_fault, each_run_has_some_kinds_of_faults)
{
    const struct trio_scenario scenario = {
        .name = "open_some", .fn = open_some, .arg = (void *)&calls};
    struct trio_campaign_result result =
        campaign_run_once(&scenario, &no_sweeps);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.sometimes_held, 4);
    CHECK(campaign_faults(&result, "open a socket") > 100);
    CHECK(campaign_faults(&result, "open a pair") > 100);
    CHECK_EQ(campaign_faults(&result, "allocate"), 0);
}

// S101
TEST_PLAIN(sim_fault, nothing_fails_that_nobody_has_asked_for)
{
    const struct trio_scenario sunny = {.name = "sunny", .fn = open_some};
    const struct trio_scenario asks = {
        .name = "asks", .fn = open_some, .arg = (void *)&calls};
    const struct trio_scenario weak = {
        .name = "weak", .fn = open_some, .no_failure_sweep = true};
    struct trio_campaign_options options = no_sweeps;
    struct trio_campaign_result result = campaign_run_once(&sunny, &options);

    CHECK(!campaign_drew(&result));
    options.no_faults = options.no_sometimes = true;
    result = campaign_run_once(&asks, &options);
    CHECK(!campaign_drew(&result));
    options.no_faults = false;
    options.all_faults = true;
    result = campaign_run_once(&sunny, &options);
    CHECK(campaign_faults(&result, "open a socket") > 100);
    CHECK(campaign_faults(&result, "allocate") > 0);
    result = campaign_run_once(&weak, &options);
    CHECK(!campaign_drew(&result));
    options.strategy = "fifo";
    options.runs = 100;
    result = campaign_run_once(&sunny, &options);
    CHECK(!campaign_drew(&result));
}

// S101
TEST_PLAIN(sim_fault, who_returns_what_failed_has_not_failed)
{
    const struct trio_scenario scenario = {
        .name = "start_two", .fn = start_two, .arg = (void *)&memory};
    struct trio_campaign_result result =
        campaign_run_once(&scenario, &no_sweeps);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(campaign_faults(&result, "stack") > 0);
}

// S101
TEST_PLAIN(sim_fault, finds_the_call_that_must_not_fail)
{
    const struct trio_scenario scenario = {
        .name = "accept_four", .fn = accept_four, .arg = (void *)&calls};
    struct trio_campaign_result result =
        campaign_run_once(&scenario, &no_sweeps);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "no place is lost");
    CHECK_EQ(result.deviations, 1);
    CHECK(result.minimal);
    campaign_check_token(&scenario, &result);
}

// S101
TEST_PLAIN(sim_fault, finds_what_takes_a_fault_and_an_order)
{
    const struct trio_scenario scenario = {.name = "order_and_loss",
                                           .fn = order_and_loss,
                                           .arg = (void *)&losses,
                                           .still_clock = true};
    struct trio_campaign_options options = {.sweeps_only = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    options = (struct trio_campaign_options){.no_faults = true};
    result = campaign_run_once(&scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    result = campaign_run_once(&scenario, NULL);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "whoever is late is answered");
    CHECK_EQ(result.deviations, 2);
    CHECK(result.minimal);
    campaign_check_token(&scenario, &result);
}

// S101
TEST_PLAIN(sim_fault, a_fault_that_is_not_needed_is_left_out)
{
    const struct trio_scenario scenario = {
        .name = "order_alone", .fn = order_alone, .arg = (void *)&calls};
    struct trio_campaign_result result;
    struct trio_campaign_options options = no_sweeps;

    options.strategy = "random";
    for (options.seed = 0; options.seed < 5; options.seed++) {
        result = campaign_run_once(&scenario, &options);
        CHECK_STRING(result.text, "the first is first");
        CHECK_EQ(result.deviations, 1);
        campaign_check_token(&scenario, &result);
    }
}

// S101
TEST_PLAIN(sim_fault, a_token_brings_its_faults_along)
{
    const struct trio_scenario scenario = {
        .name = "only_ask", .fn = only_ask, .still_clock = true};
    struct trio_campaign_options options = no_sweeps;
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    options.all_faults = true;
    result = campaign_run_once(&scenario, &options);
    CHECK_STRING(result.text, "it is answered");
    CHECK_EQ(result.deviations, 1);
    campaign_check_token(&scenario, &result);
}

// What is lost comes long after whoever sleeps has to be woken.
static TRIO_CHECKPOINT trio_status sleep_beside_a_segment(void *arg)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4, .port = 80};
    struct trio_tcp_listener listener;
    struct trio_tcp_stream near;
    trio_time begin = trio_now();

    ask_for(arg);
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&any, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_connect(&listener.address, &near);
    if (rc == TRIO_OK) {
        begin = trio_now();
        rc = trio_stream_send_all(&near.stream, "x", 1, NULL);
        if (rc == TRIO_OK)
            rc = trio_sleep(10 * TRIO_MS);
        trio_stream_close_forcefully(&near.stream);
    }
    trio_tcp_listener_close(&listener);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || trio_now() == begin + 10 * TRIO_MS,
                    "it is woken in time");
    return rc;
}

// S82
TEST_PLAIN(sim_fault, with_a_still_clock_nothing_comes_beyond_a_deadline)
{
    const struct trio_scenario scenario = {.name = "sleep_beside_a_segment",
                                           .fn = sleep_beside_a_segment,
                                           .arg = (void *)&losses,
                                           .still_clock = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_STRING(result.text, "");
    CHECK(campaign_faults(&result, "lost") > 0);
}

// ---- Calm ----

static TRIO_CHECKPOINT trio_status sleep_long(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_HOUR);
}

// Asks over a link that is cut, until it is calm, beside who sleeps long.
static TRIO_CHECKPOINT trio_status recover(void *arg)
{
    struct trio_nursery nursery;
    static const struct trio_sim_fault_options some = {
        .calls = true, .memory = true, .loss = true};
    struct trio_sim_host *home = trio_sim_host_home();
    bool lost;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, sleep_long, NULL);
    trio_sim_faults(&some);
    if (rc == TRIO_OK)
        rc = ask_myself(&lost);
    if (rc != TRIO_ECANCELED)
        rc = trio_sim_link_cut(home, home);
    trio_sim_calm(10 * TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = ask_myself(&lost);
    TRIO_SIM_ALWAYS(rc == TRIO_ECANCELED || (rc == TRIO_OK && !lost),
                    "it is answered when all is calm");
    trio_sim_calm(10 * TRIO_SECOND);
    for (int i = 0; i < 2 && rc == TRIO_OK; i++) {
        rc = trio_sleep(9 * TRIO_SECOND);
        trio_sim_calm(10 * TRIO_SECOND);
    }
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "over");
    return trio_nursery_close(&nursery, rc);
}

// S102
TEST_PLAIN(sim_fault, nothing_goes_wrong_when_it_is_calm)
{
    const struct trio_scenario scenario = {.name = "recover", .fn = recover};
    struct trio_campaign_options options = {.runs = 3000};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_STRING(result.text, "");
    CHECK(campaign_faults(&result, "lost") > 0);
    options.all_faults = true;
    result = campaign_run_once(&scenario, &options);
    CHECK_STRING(result.text, "");
}

static TRIO_CHECKPOINT trio_status tick(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    while (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    return rc;
}

// Asks once, and waits for as long as it takes.
static TRIO_CHECKPOINT trio_status ask_but_once(void *arg)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address address =
        trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 80);
    struct trio_nursery nursery;
    struct trio_socket socket;
    size_t length;
    char byte;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    if (rc != TRIO_OK)
        return rc;
    ask_for(arg);
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, tick, NULL);
    if (rc == TRIO_OK)
        rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc == TRIO_OK)
        rc = trio_socket_bind(&socket, &address);
    if (rc == TRIO_OK)
        rc = trio_socket_send_to(&socket, "?", 1, &address);
    trio_sim_calm(TRIO_MINUTE);
    if (rc == TRIO_OK)
        rc = trio_socket_receive(&socket, &byte, 1, &length);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "over");
    rc = trio_nursery_close(&nursery, rc);
    trio_socket_close(&socket);
    return rc;
}

// S102
TEST_PLAIN(sim_fault, who_never_recovers_makes_no_progress)
{
    const struct trio_scenario scenario = {
        .name = "ask_but_once", .fn = ask_but_once, .arg = (void *)&losses};
    struct trio_campaign_result result =
        campaign_run_once(&scenario, &no_sweeps);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "no progress: [main: read from] [") != NULL);
    CHECK_EQ(result.deviations, 1);
    campaign_check_token(&scenario, &result);
    struct trio_campaign_options options = {
        .runs = 2000, .no_faults = true, .no_failure_sweep = true};
    result = campaign_run_once(&scenario, &options);
    CHECK_STRING(result.text, "");
}

// S101
TEST_PLAIN(sim_fault, the_same_seed_draws_the_same_faults)
{
    const struct trio_scenario scenario = {
        .name = "accept_four", .fn = accept_four, .arg = (void *)&calls};
    struct trio_campaign_options options = {
        .twins_only = true, .all_faults = true, .runs = 500};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.twins, 500);
}
