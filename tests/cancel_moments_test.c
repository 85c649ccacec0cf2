// At how many moments the cancel sweep cancels each call of the network: before
// it, where it waits, and when it is done and its caller does not know yet. The
// table is in docs/simulation.md.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/campaign.h>
#include <trio/lockstep_stream.h>
#include <trio/resolve.h>
#include <trio/sim_net.h>
#include <trio/tcp_open.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/streams/ends.h"
#include "tests/tls/kit.h"

#define MUCH ((size_t)1 << 20)

// Runs of a sweep in which a call was cancelled, by the moment.
struct moments {
    unsigned before, within, after;
};

struct stage;

struct row {
    const char *name;
    struct moments least;
    trio_status (*with)(struct stage *stage); // Makes what is needed.
    trio_task_fn call;
    trio_task_fn peer; // What goes on besides; NULL: nothing.
    bool shaken;       // The TLS handshake is done before.
};

// What is swept, and what has come of it so far.
struct sweep {
    const struct row *row;
    struct moments moments;
};

// Of one run, and the argument of what is called.
struct stage {
    const struct row *row;
    struct ends_kit kit;
    struct trio_stream_ends ends;
    struct trio_tcp_listener listener;
    struct trio_lockstep_stream lockstep[2];
    struct tls_pair tls;
    struct moments *moments; // Of all runs.
    struct moments here;     // Of this one.
};

// ---- A call, and who is at the other end ----

// Only this one's scope is cancelled, or all there is.
static TRIO_CHECKPOINT trio_status make_call(struct stage *stage)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_sim_target(&scope);
    trio_cancel_shielded_checkpoint(); // Here it may come before the call.
    bool before = trio_cancel_scope_called(&scope);
    trio_status rc = stage->row->call(stage);
    bool called = trio_cancel_scope_called(&scope);
    stage->here.before = before;
    stage->here.within = called && !before && rc == TRIO_ECANCELED;
    stage->here.after = called && !before && rc != TRIO_ECANCELED;
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status call_and_answer(struct stage *stage)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    if (stage->row->peer != NULL)
        rc = trio_nursery_start_soon(&nursery, stage->row->peer, stage);
    if (rc == TRIO_OK)
        rc = make_call(stage);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    // What comes besides a moment that was cancelled already is not another.
    if (trio_checkpoint_if_cancelled() == TRIO_OK) {
        stage->moments->before += stage->here.before;
        stage->moments->within += stage->here.within;
        stage->moments->after += stage->here.after;
    }
    return rc;
}

// ---- Streams ----

static TRIO_CHECKPOINT trio_status between(struct stage *stage,
                                           trio_stream_maker make)
{
    trio_status rc = make(&stage->kit, &stage->ends);

    if (rc != TRIO_OK)
        return rc;
    rc = call_and_answer(stage);
    trio_stream_close_forcefully(stage->ends.sender);
    trio_stream_close_forcefully(stage->ends.receiver);
    return rc;
}

static TRIO_CHECKPOINT trio_status with_streams(struct stage *stage)
{
    return between(stage, make_tcp);
}

static TRIO_CHECKPOINT trio_status with_clogged(struct stage *stage)
{
    return between(stage, make_tcp_clogged);
}

static TRIO_CHECKPOINT trio_status send_byte(void *arg)
{
    struct stage *stage = arg;

    return trio_stream_send_all(stage->ends.sender, "x", 1, NULL);
}

static TRIO_CHECKPOINT trio_status drain(void *arg)
{
    static char buffer[MUCH];
    struct stage *stage = arg;
    size_t length;
    trio_status rc = trio_sleep(TRIO_SECOND);

    while (rc == TRIO_OK)
        rc = trio_stream_receive_some(stage->ends.receiver, buffer,
                                      sizeof(buffer), &length);
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive(void *arg)
{
    struct stage *stage = arg;
    size_t length;
    char byte;

    return trio_stream_receive_some(stage->ends.receiver, &byte, 1, &length);
}

static TRIO_CHECKPOINT trio_status send_late(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = trio_sleep(TRIO_SECOND);

    if (rc == TRIO_OK)
        rc = trio_stream_send_all(stage->ends.sender, "x", 1, NULL);
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_eof(void *arg)
{
    struct stage *stage = arg;

    return trio_stream_send_eof(stage->ends.sender);
}

static TRIO_CHECKPOINT trio_status close_stream(void *arg)
{
    struct stage *stage = arg;

    return trio_stream_close(stage->ends.sender);
}

// ---- Connections ----

static TRIO_CHECKPOINT trio_status with_listener(struct stage *stage)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address address =
        trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 80);
    const struct trio_address nobody = {.family = TRIO_ADDRESS_IPV4,
                                        .bytes = {10, 0, 0, 99}};

    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);

    if (rc == TRIO_OK)
        rc = trio_sim_resolver_add("www", &nobody);
    if (rc == TRIO_OK)
        rc = trio_sim_resolver_add("www", &address);
    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &stage->listener);
    if (rc != TRIO_OK)
        return rc;
    rc = call_and_answer(stage);
    trio_tcp_listener_close(&stage->listener);
    return rc;
}

static trio_status hang_up(struct trio_tcp_stream *tcp, trio_status rc)
{
    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&tcp->stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status connect_to(void *arg)
{
    struct stage *stage = arg;
    struct trio_tcp_stream tcp;

    return hang_up(&tcp, trio_tcp_connect(&stage->listener.address, &tcp));
}

static TRIO_CHECKPOINT trio_status arrive(void *arg)
{
    trio_status rc = trio_sleep(TRIO_SECOND);

    if (rc == TRIO_OK)
        rc = connect_to(arg);
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status accept_one(void *arg)
{
    struct stage *stage = arg;
    struct trio_tcp_stream tcp;

    return hang_up(&tcp, trio_tcp_accept(&stage->listener, &tcp));
}

static TRIO_CHECKPOINT trio_status open_by_name(void *arg)
{
    struct trio_tcp_stream tcp;

    (void)arg;
    return hang_up(&tcp, trio_tcp_open("www", 80, NULL, &tcp));
}

static TRIO_CHECKPOINT trio_status resolve(void *arg)
{
    struct trio_address addresses[4];
    size_t count;

    (void)arg;
    return trio_resolve("home", 80, NULL, addresses, COUNT(addresses), &count);
}

// ---- TLS ----

// Below it nothing is sent before somebody receives.
static TRIO_CHECKPOINT trio_status with_tls(struct stage *stage)
{
    trio_lockstep_stream_pair(&stage->lockstep[0], &stage->lockstep[1]);
    trio_status rc =
        open_tls(&stage->tls, contexts_of(TRIO_TLS_1_3),
                 &stage->lockstep[0].stream, &stage->lockstep[1].stream);

    if (rc != TRIO_OK)
        return rc;
    stage->ends.sender = &stage->tls.client.stream;
    stage->ends.receiver = &stage->tls.server.stream;
    if (stage->row->shaken)
        rc = shake_hands(&stage->tls);
    if (rc == TRIO_OK)
        rc = call_and_answer(stage);
    drop_tls(&stage->tls);
    return rc;
}

static TRIO_CHECKPOINT trio_status shake_client(void *arg)
{
    struct stage *stage = arg;

    return trio_tls_handshake(&stage->tls.client);
}

static TRIO_CHECKPOINT trio_status shake_server(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = trio_tls_handshake(&stage->tls.server);

    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

// ---- The table ----

// clang-format off
static const struct row rows[] = {
    //               before, within, after
    {"connect",       {1,  1, 1}, with_listener, connect_to, NULL, false},
    {"accept",        {1,  1, 1}, with_listener, accept_one, arrive, false},
    {"send_all",      {1,  1, 1}, with_clogged, send_byte, drain, false},
    {"receive_some",  {1,  1, 1}, with_streams, receive, send_late, false},
    {"send_eof",      {1,  0, 1}, with_streams, send_eof, NULL, false},
    {"close",         {1,  1, 0}, with_streams, close_stream, NULL, false},
    {"resolve",       {1,  1, 1}, call_and_answer, resolve, NULL, false},
    {"tcp_open",      {1, 13, 3}, with_listener, open_by_name, NULL, false},
    {"tls_handshake", {1,  7, 1}, with_tls, shake_client, shake_server, false},
    {"send_eof, TLS", {1,  1, 1}, with_tls, send_eof, drain, true},
    {"close, TLS",    {1,  3, 0}, with_tls, close_stream, drain, true},
};
// clang-format on

static TRIO_CHECKPOINT trio_status play(void *arg)
{
    struct sweep *sweep = arg;
    struct stage stage = {.row = sweep->row, .moments = &sweep->moments};

    return sweep->row->with(&stage);
}

static void check_row(const struct row *row)
{
    struct sweep sweep = {.row = row, .moments = {0, 0, 0}};
    const struct trio_scenario scenario = {
        .name = row->name, .fn = play, .arg = &sweep};
    const struct trio_campaign_options options = {.sweeps_only = true,
                                                  .no_time_sweep = true,
                                                  .no_failure_sweep = true,
                                                  .no_twins = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);
    const struct moments *moments = &sweep.moments;

    printf("| %-14s | %6u | %5u | %5u |\n", row->name, moments->before,
           moments->within, moments->after);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(result.cancel_points_tried, result.cancel_points);
    CHECK(moments->before >= row->least.before);
    CHECK(moments->within >= row->least.within);
    CHECK(moments->after >= row->least.after);
}

// S77
TEST_PLAIN(cancel_moments, each_call_is_cancelled_before_within_and_after)
{
    contexts_of(TRIO_TLS_1_3); // Made outside of a run.
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
}
