// Hosts that fall silent one by one and speak again in another order: what
// trio/sim_link.h promises of it, and what only that reveals.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

#define HALF (5 * TRIO_SECOND)

// ---- Who is silent, and until when ----

enum { HOSTS = 5 };

struct letter {
    struct trio_address home;
    trio_time when;
    char number; // Of its sender.
};

static TRIO_CHECKPOINT trio_status write_home(void *arg)
{
    const struct letter *letter = arg;
    struct trio_socket socket;

    trio_status rc = trio_sleep_until(letter->when);
    if (rc == TRIO_OK)
        rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_send_to(&socket, &letter->number, 1, &letter->home);
    trio_socket_close(&socket);
    return rc;
}

// Sets how long each letter was on its way.
static TRIO_CHECKPOINT trio_status read_letters(struct trio_socket *socket,
                                                trio_duration *ret_took)
{
    trio_time begin = trio_now();
    trio_status rc = TRIO_OK;

    for (int i = 0; i < HOSTS && rc == TRIO_OK; i++) {
        size_t length;
        char number = 0;
        rc = trio_socket_receive(socket, &number, 1, &length);
        ret_took[(int)number] = trio_now() - begin;
    }
    return rc;
}

// Each host writes home at once.
static TRIO_PARKS void write_all(struct trio_sim_host *const *hosts,
                                 trio_duration *ret_took)
{
    struct trio_address home =
        trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_IPV4, 7);
    struct letter letters[HOSTS];
    struct trio_nursery nursery;
    struct trio_socket socket;

    CHECK_OK(
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket));
    CHECK_OK(trio_socket_bind(&socket, &home));
    trio_nursery_open(&nursery);
    for (int i = 0; i < HOSTS; i++) {
        letters[i] = (struct letter){home, trio_now(), (char)i};
        CHECK_OK(trio_sim_host_start_soon(hosts[i], &nursery, write_home,
                                          &letters[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, read_letters(&socket, ret_took)));
    trio_socket_close(&socket);
}

static void open_hosts(struct trio_sim_host **hosts)
{
    static const char *const names[HOSTS] = {"a", "b", "c", "d", "e"};

    for (int i = 0; i < HOSTS; i++)
        CHECK_OK(trio_sim_host_open(names[i], NULL, &hosts[i]));
}

struct tally {
    int late;     // Letters that took longer than the link does,
    int disorder; // and one that came before another one's of a lower number.
    trio_duration longest;
};

static void count(struct tally *tally, const trio_duration *took)
{
    for (int i = 0; i < HOSTS; i++) {
        tally->late += took[i] > TRIO_SIM_LATENCY_DEFAULT;
        tally->disorder += i > 0 && took[i] < took[i - 1];
        if (took[i] > tally->longest)
            tally->longest = took[i];
    }
}

// In the middle all who take part are silent, and none of the others.
static TRIO_CHECKPOINT trio_status write_amid_a_swizzle(void *arg)
{
    struct trio_sim_host *hosts[HOSTS];
    trio_duration took[HOSTS];

    open_hosts(hosts);
    trio_sim_swizzle(2 * HALF);
    CHECK_OK(trio_sleep(HALF));
    write_all(hosts, took);
    count(arg, took);
    CHECK_OK(trio_sleep(HALF));
    write_all(hosts, took); // It is over.
    for (int i = 0; i < HOSTS; i++)
        CHECK_EQ(took[i], TRIO_SIM_LATENCY_DEFAULT);
    return TRIO_OK;
}

enum { SEEDS = 50 };

TEST_PLAIN(sim_swizzle, some_hosts_are_silent_and_speak_in_the_second_half)
{
    struct tally all = {0, 0, 0};
    int untouched = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct tally tally = {0, 0, 0};
        CHECK_OK(trio_test_seeded(seed, write_amid_a_swizzle, &tally));
        CHECK(tally.late > 0);
        untouched += tally.late < HOSTS;
        all.disorder += tally.disorder;
        if (tally.longest > all.longest)
            all.longest = tally.longest;
    }
    CHECK(untouched > SEEDS / 5);
    CHECK(all.disorder > SEEDS);
    CHECK(all.longest > HALF / 2);
    CHECK(all.longest <= HALF + TRIO_SIM_LATENCY_DEFAULT);
}

// Heals some time after it has begun, and writes after some more.
static TRIO_PARKS void write_when_healed(trio_duration begun,
                                         trio_duration later)
{
    struct trio_sim_host *hosts[HOSTS];
    struct tally tally = {0, 0, 0};
    trio_duration took[HOSTS];

    open_hosts(hosts);
    trio_sim_swizzle(2 * HALF);
    CHECK_OK(trio_sleep(begun));
    trio_sim_links_heal();
    CHECK_OK(trio_sleep(later));
    write_all(hosts, took);
    count(&tally, took);
    CHECK_EQ(tally.late, 0);
}

TEST_ONCE(sim_swizzle, nobody_is_silent_when_links_are_healed)
{
    write_when_healed(HALF, 0);
}

TEST_ONCE(sim_swizzle, nobody_falls_silent_when_links_were_healed_before)
{
    write_when_healed(0, HALF);
}

// ---- As a fault ----

static TRIO_CHECKPOINT trio_status receive_one(struct trio_socket *socket)
{
    struct trio_cancel_scope scope;
    size_t length;
    char byte;

    trio_fail_after(&scope, 4 * TRIO_SECOND);
    trio_status rc = trio_socket_receive(socket, &byte, 1, &length);
    return trio_cancel_scope_close(&scope, rc);
}

// Three letters, a few seconds from each other, and patience for each.
static TRIO_CHECKPOINT trio_status count_on_letters(void *arg)
{
    struct trio_sim_host *home = trio_sim_host_home(), *host;
    struct letter letter = {trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 7),
                            0, 0};
    struct trio_nursery nursery;
    struct trio_socket socket;

    trio_sim_faults(arg);
    trio_status rc = trio_sim_host_open("distant", NULL, &host);
    if (rc == TRIO_OK)
        rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_bind(&socket, &letter.home);
    for (int i = 0; i < 3 && rc == TRIO_OK; i++) {
        trio_nursery_open(&nursery);
        letter.when = trio_now() + 3 * TRIO_SECOND;
        rc = trio_sim_host_start_soon(host, &nursery, write_home, &letter);
        if (rc == TRIO_OK)
            rc = receive_one(&socket);
        rc = trio_nursery_close(&nursery, rc);
    }
    trio_socket_close(&socket);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "a letter comes in time");
    return rc;
}

TEST_PLAIN(sim_swizzle, a_segment_is_the_first_that_is_caught_in_one)
{
    static const struct trio_campaign_options options = {
        .no_cancel_sweep = true, .runs = 300};
    struct trio_sim_fault_options faults = {.swizzle = false};
    const struct trio_scenario scenario = {.name = "count_on_letters",
                                           .fn = count_on_letters,
                                           .arg = &faults,
                                           .still_clock = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    faults.swizzle = true;
    result = campaign_run_once(&scenario, &options);
    CHECK_STRING(result.text, "a letter comes in time");
    CHECK_EQ(result.deviations, 1);
    CHECK(result.minimal);
    campaign_check_token(&scenario, &result);
}
