// What is done to a socket conflicts with the turn of who was woken for it: the
// strategy pos sees that, and draws anew when that turn comes.
//
// Somebody is woken by the first of many bytes. If each later one gives him a
// new chance to be first, he hardly ever comes after all of them; with one
// chance he would in about one of twenty runs.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/campaign.h>
#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

enum { BYTES = 20, RUNS = 4000 };

static struct {
    int all;   // Runs in which the reader came after all bytes,
    int first; // and in which he came after the first.
} seen;

static TRIO_CHECKPOINT trio_status read_once(void *arg)
{
    char bytes[BYTES];
    size_t length;
    trio_status rc = trio_socket_receive(arg, bytes, sizeof(bytes), &length);

    if (rc == TRIO_OK) {
        seen.all += length == BYTES;
        seen.first += length == 1;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status write_all(struct trio_socket *socket)
{
    size_t count;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < BYTES && rc == TRIO_OK; i++)
        rc = trio_socket_send(socket, "x", 1, &count);
    return rc;
}

static TRIO_CHECKPOINT trio_status write_and_read(struct trio_socket *near,
                                                  struct trio_socket *far)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, read_once, far);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK)
        rc = write_all(near);
    rc = trio_nursery_close(&nursery, rc);
    trio_socket_close(near);
    trio_socket_close(far);
    return rc;
}

static TRIO_CHECKPOINT trio_status over_a_pair(void *arg)
{
    struct trio_socket near, far;
    trio_status rc = trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far);

    (void)arg;
    return rc == TRIO_OK ? write_and_read(&near, &far) : rc;
}

// What arrives is an event, and no task's step.
static TRIO_CHECKPOINT trio_status over_a_link(void *arg)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4};
    struct trio_tcp_listener listener;
    struct trio_socket near, far;

    (void)arg;
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&any, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &near);
    if (rc == TRIO_OK)
        rc = trio_socket_connect(&near, &listener.address);
    if (rc == TRIO_OK)
        rc = trio_socket_accept(&listener.socket, &far, NULL);
    if (rc == TRIO_OK)
        rc = write_and_read(&near, &far);
    trio_tcp_listener_close(&listener);
    return rc;
}

// ---- Campaigns ----

static const struct trio_campaign_options by_pos = {.strategy = "pos",
                                                    .runs = RUNS,
                                                    .no_twins = true,
                                                    .no_cancel_sweep = true,
                                                    .no_time_sweep = true,
                                                    .no_failure_sweep = true};

// He comes last in less than so many of a thousand runs.
static void expect_new_chances(const char *name, trio_task_fn fn, int permille)
{
    const struct trio_scenario scenario = {
        .name = name, .fn = fn, .order = TRIO_SIM_ANY, .still_clock = true};

    memset(&seen, 0, sizeof(seen));
    struct trio_campaign_result result = campaign_run_once(&scenario, &by_pos);
    CHECK_STRING(result.text, "");
    CHECK(seen.first > RUNS / 4);
    CHECK(seen.all * 1000 < permille * RUNS);
}

TEST_PLAIN(sim_conflicts, each_byte_that_comes_gives_its_reader_a_new_chance)
{
    expect_new_chances("over_a_pair", over_a_pair, 10);
}

// When the loop looks is drawn once for all that arrives, so that some runs are
// left in which he comes last. Without new chances they are twice as many.
TEST_PLAIN(sim_conflicts, so_does_each_segment_that_arrives)
{
    expect_new_chances("over_a_link", over_a_link, 55);
}
