// Programs that are kept running: what trio/sim_net.h promises, and what a
// campaign makes of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/hosts.h"

#define DOWN (10 * TRIO_SECOND)

struct kept {
    struct trio_sim_host *host;
    trio_task_fn program;
    int runs;
    bool hindered; // By more than a crash: it has no socket, or no memory.
};

static TRIO_CHECKPOINT trio_status keep(void *arg)
{
    const struct kept *kept = arg;

    return trio_sim_host_keep_running(kept->host, DOWN, kept->program, arg);
}

static TRIO_CHECKPOINT trio_status count_and_sleep(void *arg)
{
    ((struct kept *)arg)->runs++;
    return trio_sleep(TRIO_HOUR);
}

TEST_ONCE(sim_host_keep, a_program_runs_again_whenever_its_host_has_crashed)
{
    struct kept kept = {.program = count_and_sleep};
    struct trio_nursery nursery;
    trio_time begin = trio_now();

    CHECK_OK(trio_sim_host_open("server", NULL, &kept.host));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, keep, &kept));
    for (int i = 1; i <= 3; i++) {
        CHECK_OK(trio_wait_all_tasks_blocked(0));
        CHECK_EQ(kept.runs, i);
        trio_sim_host_crash(kept.host);
        CHECK_OK(trio_sleep(DOWN));
        CHECK_OK(trio_checkpoint());
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK)); // It has ended by itself.
    CHECK_EQ(kept.runs, 4);
    CHECK_EQ(trio_now() - begin, 3 * DOWN + TRIO_HOUR);
}

static trio_status fail_at_once(void *arg)
{
    (void)arg;
    return TRIO_EIO;
}

TEST_ONCE(sim_host_keep, what_the_program_came_to_is_what_it_comes_to)
{
    struct kept kept = {.program = fail_at_once};

    CHECK_OK(trio_sim_host_open("server", NULL, &kept.host));
    CHECK_STATUS(keep(&kept), TRIO_EIO);
    trio_sim_host_crash(kept.host);
    CHECK_STATUS(keep(&kept), TRIO_EUNREACHABLE);
}

// ---- In a campaign ----

static TRIO_CHECKPOINT trio_status echo_one(struct trio_tcp_listener *listener)
{
    struct trio_tcp_stream stream;
    char byte;
    size_t length;
    trio_status rc = trio_tcp_accept(listener, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_receive_some(&stream.stream, &byte, 1, &length);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(&stream.stream, &byte, 1, NULL);
    trio_stream_close_forcefully(&stream.stream);
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct trio_tcp_listener listener;
    trio_status rc = trio_tcp_listen(&port_80, NULL, &listener);

    ((struct kept *)arg)->runs++;
    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK)
        rc = echo_one(&listener);
    trio_tcp_listener_close(&listener);
    return rc;
}

static TRIO_CHECKPOINT trio_status ask(const struct trio_address *server)
{
    struct trio_tcp_stream stream;
    char byte;
    size_t length;
    trio_status rc = trio_tcp_connect(server, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_send_all(&stream.stream, "x", 1, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&stream.stream, &byte, 1, &length);
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

static bool is_of_a_crash(trio_status rc)
{
    return rc == TRIO_EBROKEN || rc == TRIO_ECONNREFUSED ||
           rc == TRIO_ETIMEDOUT || rc == TRIO_EEND;
}

// Asks until there is an answer, or once.
static TRIO_CHECKPOINT trio_status ask_for(struct kept *kept, int attempts)
{
    struct trio_address server =
        trio_sim_host_address(kept->host, TRIO_ADDRESS_IPV4, 80);
    trio_status rc = TRIO_OK;

    for (int i = 0; i < attempts; i++) {
        struct trio_cancel_scope scope;
        trio_fail_after(&scope, 3 * DOWN);
        rc = trio_cancel_scope_close(&scope, ask(&server));
        if (!trio_is_failure(rc))
            return rc;
        kept->hindered |= !is_of_a_crash(rc);
        rc = trio_sleep(TRIO_SECOND);
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_ETIMEDOUT;
}

static TRIO_CHECKPOINT trio_status keep_server(void *arg)
{
    struct kept *kept = arg;
    trio_status rc = keep(kept);

    kept->hindered |= trio_is_failure(rc);
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static int runs_max; // Of the server, in all runs.

static TRIO_CHECKPOINT trio_status ask_a_server(void *arg)
{
    struct kept kept = {.program = serve};
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &kept.host);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, keep_server, &kept);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK) {
        rc = ask_for(&kept, *(int *)arg);
        TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT || kept.hindered,
                        "there is an answer");
    }
    runs_max = kept.runs > runs_max ? kept.runs : runs_max;
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_ETIMEDOUT || rc == TRIO_ENOMEM ? TRIO_OK : rc;
}

static const struct trio_campaign_options crashes_only = {
    .sweeps_only = true,
    .no_cancel_sweep = true,
    .no_time_sweep = true,
    .no_malloc_failures = true};

TEST_PLAIN(sim_host_keep, a_client_that_asks_once_is_found_and_replayed)
{
    static int attempts = 1;
    const struct trio_scenario scenario = {
        .name = "once", .fn = ask_a_server, .arg = &attempts};
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result =
        campaign_run(campaign, &scenario, &crashes_only);

    CHECK_STRING(result.text, "there is an answer");
    CHECK_EQ(result.deviations, 1);
    CHECK_OK(trio_campaign_replay(campaign, &scenario, result.token, &result));
    CHECK_STRING(result.text, "there is an answer");
    trio_campaign_free(campaign);
}

// No crash keeps it from its answer for long.
TEST_PLAIN(sim_host_keep, a_client_that_asks_again_gets_its_answer)
{
    static int attempts = 10;
    const struct trio_scenario scenario = {
        .name = "again", .fn = ask_a_server, .arg = &attempts};
    runs_max = 0;
    struct trio_campaign_result result =
        campaign_run_once(&scenario, &crashes_only);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_EQ(runs_max, 3); // It crashed once more after that.
}
