// How slow links are, and when they stand still: what trio/sim_link.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/error.h>
#include <trio/sim_net.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/socket_kit.h"

// Two sockets on the home host, with a link from one to the other.
struct pair {
    struct trio_sim_host *home;
    struct trio_socket near, far;
    struct trio_address address; // Of the far one.
};

static struct pair open_pair(void)
{
    struct pair pair = {.home = trio_sim_host_home()};

    CHECK_OK(trio_sim_link_set_latency(pair.home, pair.home, TRIO_MS));
    pair.near = open_bound("10.0.0.1:1", TRIO_SOCKET_DATAGRAM);
    pair.far = open_bound("10.0.0.1:2", TRIO_SOCKET_DATAGRAM);
    pair.address = address_of(&pair.far);
    return pair;
}

static void close_pair(struct pair *pair)
{
    trio_socket_close(&pair->near);
    trio_socket_close(&pair->far);
}

static TRIO_CHECKPOINT trio_status send_one(struct pair *pair, char letter)
{
    return trio_socket_send_to(&pair->near, &letter, 1, &pair->address);
}

// Waits for one, which has to be this; returns how long that has taken.
static TRIO_PARKS trio_duration time_one(struct pair *pair, char letter)
{
    trio_time begin = trio_now();
    char got = '-';
    size_t length;

    CHECK_OK(trio_socket_receive(&pair->far, &got, 1, &length));
    CHECK_EQ(got, letter);
    return trio_now() - begin;
}

static TRIO_PARKS void expect_nothing(struct pair *pair, trio_duration duration)
{
    struct trio_cancel_scope scope;
    char letter;
    size_t length;

    trio_move_on_after(&scope, duration);
    trio_status rc = trio_socket_receive(&pair->far, &letter, 1, &length);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// ---- How slow they are ----

TEST_ONCE(sim_link, a_uniform_latency_is_drawn_for_each_packet)
{
    struct pair pair = open_pair();
    int low = 0;

    CHECK_STATUS(trio_sim_link_set_latency(pair.home, pair.home, -1),
                 TRIO_EINVAL);
    CHECK_STRING(trio_error_find(TRIO_EINVAL)->text,
                 "the latency from \"home\" to \"home\"");
    CHECK_STATUS(trio_sim_link_set_latency_uniform(pair.home, pair.home, 2, 1),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_sim_link_set_latency_uniform(pair.home, pair.home, -1, 1),
                 TRIO_EINVAL);
    CHECK_OK(trio_sim_link_set_latency_uniform(pair.home, pair.home,
                                               10 * TRIO_MS, 30 * TRIO_MS));
    for (int i = 0; i < 400; i++) {
        CHECK_OK(send_one(&pair, 'a'));
        trio_duration took = time_one(&pair, 'a');
        CHECK(took >= 10 * TRIO_MS && took <= 30 * TRIO_MS);
        low += took < 20 * TRIO_MS;
    }
    CHECK(low > 100 && low < 300);
    close_pair(&pair);
}

TEST_ONCE(sim_link, what_is_sent_later_does_not_arrive_earlier)
{
    struct pair pair = open_pair();

    CHECK_OK(trio_sim_link_set_latency_uniform(pair.home, pair.home, TRIO_MS,
                                               TRIO_SECOND));
    for (char letter = 'a'; letter <= 'z'; letter++)
        CHECK_OK(send_one(&pair, letter));
    for (char letter = 'a'; letter <= 'z'; letter++)
        time_one(&pair, letter);
    close_pair(&pair);
}

TEST_ONCE(sim_link, a_long_tail_halves_with_each_doubling)
{
    struct pair pair = open_pair();
    int counts[4] = {0};

    CHECK_STATUS(
        trio_sim_link_set_latency_long_tail(pair.home, pair.home, 0, 1),
        TRIO_EINVAL);
    CHECK_OK(trio_sim_link_set_latency_long_tail(pair.home, pair.home,
                                                 10 * TRIO_MS, 100 * TRIO_MS));
    for (int i = 0; i < 800; i++) {
        CHECK_OK(send_one(&pair, 'a'));
        trio_duration took = time_one(&pair, 'a');
        CHECK(took >= 10 * TRIO_MS && took <= 100 * TRIO_MS);
        counts[took > 80 * TRIO_MS   ? 3
               : took > 40 * TRIO_MS ? 2
               : took > 20 * TRIO_MS ? 1
                                     : 0]++;
    }
    CHECK(counts[0] > 300 && counts[0] < 500);
    CHECK(counts[1] > 120 && counts[1] < 280);
    CHECK(counts[2] > 50 && counts[2] < 150);
    CHECK(counts[3] > 20 && counts[3] < 180);
    close_pair(&pair);
}

TEST_ONCE(sim_link, what_is_sent_waits_for_what_was_sent_before)
{
    struct pair pair = open_pair();

    CHECK_OK(trio_sim_link_set_bandwidth(pair.home, pair.home, 10));
    CHECK_OK(send_one(&pair, 'a'));
    CHECK_OK(send_one(&pair, 'b'));
    CHECK_EQ(time_one(&pair, 'a'), 101 * TRIO_MS);
    CHECK_EQ(time_one(&pair, 'b'), 100 * TRIO_MS);
    CHECK_OK(trio_sleep(TRIO_SECOND)); // Nothing is saved up meanwhile.
    CHECK_OK(send_one(&pair, 'c'));
    CHECK_EQ(time_one(&pair, 'c'), 101 * TRIO_MS);
    CHECK_OK(trio_sim_link_set_bandwidth(pair.home, pair.home, 0));
    CHECK_OK(send_one(&pair, 'd'));
    CHECK_EQ(time_one(&pair, 'd'), TRIO_MS);
    close_pair(&pair);
}

// ---- When they stand still ----

TEST_ONCE(sim_link, a_link_that_is_held_loses_nothing)
{
    struct pair pair = open_pair();

    CHECK_OK(send_one(&pair, 'a'));
    CHECK_OK(trio_sim_link_hold(pair.home, pair.home));
    CHECK_OK(send_one(&pair, 'b'));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    expect_nothing(&pair, TRIO_HOUR);
    CHECK_OK(trio_sim_link_release(pair.home, pair.home));
    CHECK_EQ(time_one(&pair, 'a'), 0);
    CHECK_EQ(time_one(&pair, 'b'), 0);
    close_pair(&pair);
}

TEST_ONCE(sim_link, who_is_on_the_way_when_it_is_released_takes_the_rest)
{
    struct pair pair = open_pair();

    CHECK_OK(trio_sim_link_set_latency(pair.home, pair.home, TRIO_SECOND));
    CHECK_OK(send_one(&pair, 'a'));
    CHECK_OK(trio_sim_link_hold(pair.home, pair.home));
    CHECK_OK(trio_sleep(400 * TRIO_MS));
    CHECK_OK(trio_sim_link_release(pair.home, pair.home));
    CHECK_EQ(time_one(&pair, 'a'), 600 * TRIO_MS);
    close_pair(&pair);
}

TEST_ONCE(sim_link, a_link_that_is_clogged_is_clear_some_time_later)
{
    struct pair pair = open_pair();

    CHECK_OK(trio_sim_link_clog(pair.home, pair.home, 5 * TRIO_SECOND));
    CHECK_OK(send_one(&pair, 'a'));
    CHECK_EQ(time_one(&pair, 'a'), 5 * TRIO_SECOND);
    // One that is held meanwhile stays so.
    CHECK_OK(trio_sim_link_clog(pair.home, pair.home, 5 * TRIO_SECOND));
    CHECK_OK(trio_sim_link_hold(pair.home, pair.home));
    CHECK_OK(send_one(&pair, 'b'));
    expect_nothing(&pair, TRIO_MINUTE);
    trio_sim_links_heal();
    CHECK_EQ(time_one(&pair, 'b'), 0);
    close_pair(&pair);
}

TEST_ONCE(sim_link, all_links_are_healed)
{
    struct pair pair = open_pair();
    struct trio_sim_host *other;

    CHECK_OK(trio_sim_host_open("other", NULL, &other));
    struct trio_address address =
        trio_sim_host_address(other, TRIO_ADDRESS_IPV4, 80);
    CHECK_OK(trio_sim_link_cut(pair.home, other));
    CHECK_OK(trio_sim_link_hold(other, pair.home));
    CHECK_OK(trio_sim_link_cut(pair.home, pair.home));
    CHECK_OK(trio_sim_link_clog(pair.home, pair.home, TRIO_HOUR));
    trio_sim_links_heal();
    CHECK_OK(send_one(&pair, 'a'));
    CHECK_EQ(time_one(&pair, 'a'), TRIO_MS);
    struct trio_tcp_stream stream;
    trio_time begin = trio_now();
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_ECONNREFUSED);
    CHECK_EQ(trio_now() - begin, 2 * TRIO_SIM_LATENCY_DEFAULT);
    close_pair(&pair);
}

static TRIO_CHECKPOINT trio_status wait_where_nothing_arrives(void *arg)
{
    struct pair pair = open_pair();
    char letter;
    size_t length;

    (void)arg;
    trio_status rc = trio_sim_link_hold(pair.home, pair.home);
    if (rc == TRIO_OK)
        rc = send_one(&pair, 'a');
    if (rc == TRIO_OK)
        rc = trio_socket_receive(&pair.far, &letter, 1, &length);
    close_pair(&pair);
    return rc;
}

static void check_deadlocked(const struct trio_scenario *scenario)
{
    const struct trio_campaign_options options = {.strategy = "fifo"};
    struct trio_campaign_result result = campaign_run_once(scenario, &options);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "deadlock: [main: read from]");
}

TEST_PLAIN(sim_link, who_waits_where_all_is_held_is_deadlocked)
{
    const struct trio_scenario scenario = {.name = "held",
                                           .fn = wait_where_nothing_arrives};

    check_deadlocked(&scenario);
}

struct waiting {
    bool heals; // All links, or releases one.
    trio_time began;
    trio_time ended;
};

static TRIO_CHECKPOINT trio_status wait_where_all_is_clear(void *arg)
{
    struct waiting *waiting = arg;
    struct pair pair = open_pair();
    char letter;
    size_t length;

    CHECK_OK(trio_sim_link_clog(pair.home, pair.home, TRIO_HOUR));
    if (waiting->heals)
        trio_sim_links_heal();
    else
        CHECK_OK(trio_sim_link_release(pair.home, pair.home));
    waiting->began = trio_now();
    trio_status rc = trio_socket_receive(&pair.far, &letter, 1, &length);
    waiting->ended = trio_now();
    close_pair(&pair);
    return rc;
}

// That it would have been clear by itself later is nothing to wait for.
TEST_PLAIN(sim_link, a_link_that_was_released_keeps_nobody_waiting)
{
    for (int heals = 0; heals < 2; heals++) {
        struct waiting waiting = {.heals = heals};
        const struct trio_scenario scenario = {
            .name = "released", .fn = wait_where_all_is_clear, .arg = &waiting};

        check_deadlocked(&scenario);
        CHECK_EQ(waiting.ended, waiting.began);
    }
}

// ---- Connecting over a link that is cut ----

static struct trio_sim_host *open_far(struct trio_address *ret_address)
{
    struct trio_sim_host *host;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    *ret_address = trio_sim_host_address(host, TRIO_ADDRESS_IPV4, 80);
    return host;
}

TEST_ONCE(sim_link, connecting_in_vain_ends_after_127_seconds)
{
    struct trio_address address;
    struct trio_sim_host *far = open_far(&address);
    struct trio_tcp_stream stream;
    trio_time begin = trio_now();

    CHECK_OK(trio_sim_link_cut(trio_sim_host_home(), far));
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_EPEERTIMEDOUT);
    CHECK_EQ(trio_now() - begin, 127 * TRIO_SECOND);
    // The same if no answer comes back.
    CHECK_OK(trio_sim_link_mend(trio_sim_host_home(), far));
    CHECK_OK(trio_sim_link_cut(far, trio_sim_host_home()));
    begin = trio_now();
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_EPEERTIMEDOUT);
    CHECK_EQ(trio_now() - begin, 127 * TRIO_SECOND);
}

static TRIO_CHECKPOINT trio_status connect_for(trio_duration patience,
                                               const char *address)
{
    struct trio_cancel_scope scope;
    struct trio_address parsed;
    struct trio_tcp_stream stream;

    REQUIRE(trio_address_parse(address, &parsed) == TRIO_OK);
    trio_fail_after(&scope, patience);
    trio_status rc = trio_tcp_connect(&parsed, &stream);
    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&stream.stream);
    return trio_cancel_scope_close(&scope, rc);
}

// The only place is kept for who has asked for it, until it is known that he
// has given up.
TEST_ONCE(sim_link, who_gives_up_leaves_his_place_to_others)
{
    const trio_duration way = 100 * TRIO_MS;
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket listener = open_bound("10.0.0.1:80", TRIO_SOCKET_STREAM);

    CHECK_OK(trio_socket_listen(&listener, 0));
    CHECK_OK(trio_sim_link_set_latency(home, home, way));
    CHECK_STATUS(connect_for(way + way / 2, "10.0.0.1:80"), TRIO_ETIMEDOUT);
    CHECK_OK(trio_sleep(way));
    trio_time begin = trio_now();
    CHECK_OK(connect_for(TRIO_HOUR, "10.0.0.1:80"));
    CHECK_EQ(trio_now() - begin, 2 * way);
    trio_socket_close(&listener);
}

// Without a picker.
static TRIO_CHECKPOINT trio_status connect_in_vain(void *arg)
{
    struct trio_address address;
    struct trio_sim_host *far = open_far(&address);
    struct trio_tcp_stream stream;
    trio_time begin = trio_now();

    (void)arg;
    CHECK_OK(trio_sim_link_cut(trio_sim_host_home(), far));
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_EPEERTIMEDOUT);
    CHECK_EQ(trio_now() - begin, 127 * TRIO_SECOND);
    return TRIO_OK;
}

TEST_PLAIN(sim_link, a_plain_simulated_run_has_the_same_patience)
{
    CHECK_OK(trio_test(connect_in_vain, NULL));
}

static TRIO_CHECKPOINT trio_status mend_after_five_seconds(void *arg)
{
    trio_status rc = trio_sleep(5 * TRIO_SECOND);

    return rc == TRIO_OK ? trio_sim_link_mend(trio_sim_host_home(), arg) : rc;
}

TEST_ONCE(sim_link, connecting_is_tried_after_1_and_3_and_7_seconds)
{
    struct trio_address address;
    struct trio_sim_host *far = open_far(&address);
    struct trio_tcp_stream stream;
    struct trio_nursery nursery;
    trio_time begin = trio_now();

    CHECK_OK(trio_sim_link_cut(trio_sim_host_home(), far));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, mend_after_five_seconds, far));
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_ECONNREFUSED);
    CHECK_EQ(trio_now() - begin,
             7 * TRIO_SECOND + 2 * TRIO_SIM_LATENCY_DEFAULT);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}
