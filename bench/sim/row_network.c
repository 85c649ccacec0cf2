// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 10 to 13: programs on several hosts, over TCP. A message is eight bytes
// from one task to another, there or back.

#include "bench/meter.h"
#include "bench/sim/measure.h"
#include "bench/sim/rows.h"

enum { ROUNDS = 200000, RUNS = 20000, HOUR = 3600, MANY = 1000 };

static struct sim_pace measure(struct sim_visits *visits, const char *strategy,
                               uint64_t runs)
{
    struct trio_scenario scenario = {.name = "visits",
                                     .fn = sim_visit,
                                     .arg = visits,
                                     .steps_max = UINT64_MAX};

    return sim_measure(&scenario, strategy, runs);
}

static void measure_messages(double *ret_rate)
{
    struct sim_visits one = {.hosts = 1, .clients = 1, .requests = ROUNDS};

    *ret_rate = 2.0 * ROUNDS * 1e9 / measure(&one, "fifo", 1).ns;
}

static void measure_schedules(const char *strategy, double *ret_rate)
{
    struct sim_visits short_one = {.hosts = 1, .clients = 1, .requests = 2};

    *ret_rate = RUNS * 1e9 / measure(&short_one, strategy, RUNS).ns;
}

static void measure_first(double *ret_rate)
{
    measure_schedules("fifo", ret_rate);
}

static void measure_random(double *ret_rate)
{
    measure_schedules("random", ret_rate);
}

static void measure_hour(double *ret_rate)
{
    struct sim_visits hour = {
        .hosts = 1, .clients = 100, .requests = HOUR, .pause = TRIO_SECOND};

    *ret_rate = HOUR * 1e9 / measure(&hour, "fifo", 1).ns;
}

static void measure_hosts(double *ret_rate)
{
    struct sim_visits many = {.hosts = MANY, .clients = MANY, .requests = 1};

    *ret_rate = MANY * 1e9 / measure(&many, "fifo", 1).ns;
}

const struct bench_row sim_network_rows[] = {
    {
        .number = 10,
        .name = "messages over one connection",
        .measure = {measure_messages},
        .figures = {{"", "/s", BENCH_AT_LEAST, 2e6}},
    },
    {
        .number = 11,
        .name = "schedules, 2 hosts, 4 messages: first",
        .measure = {measure_first},
        .figures = {{"", "/s", BENCH_AT_LEAST, 100e3}},
    },
    {
        .number = 11,
        .name = "schedules, 2 hosts, 4 messages: random",
        .measure = {measure_random},
        .figures = {{"", "/s", BENCH_AT_LEAST, 100e3}},
    },
    {
        .number = 12,
        .name = "virtual seconds, 100 clients at 1 Hz",
        .measure = {measure_hour},
        .figures = {{"", "/s", BENCH_AT_LEAST, BENCH_NO_TARGET}},
    },
    {
        .number = 13,
        .name = "hosts, each with one request, of 1,000",
        .measure = {measure_hosts},
        .figures = {{"", "/s", BENCH_AT_LEAST, BENCH_NO_TARGET}},
    },
    {.number = 0},
};
