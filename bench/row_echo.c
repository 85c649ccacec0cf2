// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 11 to 14: an echo server on the loopback interface. What a request costs
// its processor, how many system calls it makes for it, what connections cost
// that do nothing, and how long the answers take.

#include "bench/echo.h"
#include "bench/harness.h"

enum {
    REQUESTS = 30000,
    WAITING_REQUESTS = 1024,
    SATURATED_REQUESTS = 8192,
    IDLE = 5000,
    MESSAGES = 20000,
};

static void measure_calls(server_fn serve, double *ret_figures)
{
    ret_figures[0] = echo_measure_calls(serve, 1, WAITING_REQUESTS);
    ret_figures[1] = echo_measure_calls(serve, 256, SATURATED_REQUESTS);
}

// What is measured of one server.
#define SERVER(name)                                                           \
    static void name##_cpu_64(double *ret_figures)                             \
    {                                                                          \
        echo_measure_cpu(name##_serve_echo, 64, REQUESTS, ret_figures);        \
    }                                                                          \
    static void name##_cpu_1000(double *ret_figures)                           \
    {                                                                          \
        echo_measure_cpu(name##_serve_echo, 1000, REQUESTS, ret_figures);      \
    }                                                                          \
    static void name##_cpu_10000(double *ret_figures)                          \
    {                                                                          \
        echo_measure_cpu(name##_serve_echo, 10000, REQUESTS, ret_figures);     \
    }                                                                          \
    static void name##_calls(double *ret_figures)                              \
    {                                                                          \
        measure_calls(name##_serve_echo, ret_figures);                         \
    }                                                                          \
    static void name##_idle(double *ret_figures)                               \
    {                                                                          \
        echo_measure_idle(name##_serve_echo, 64, IDLE, REQUESTS, ret_figures); \
    }                                                                          \
    static void name##_latency_64(double *ret_figures)                         \
    {                                                                          \
        echo_measure_latency(name##_serve_echo, 64, MESSAGES, ret_figures);    \
    }                                                                          \
    static void name##_latency_1000(double *ret_figures)                       \
    {                                                                          \
        echo_measure_latency(name##_serve_echo, 1000, MESSAGES, ret_figures);  \
    }                                                                          \
    static void name##_latency_10000(double *ret_figures)                      \
    {                                                                          \
        echo_measure_latency(name##_serve_echo, 10000, MESSAGES, ret_figures); \
    }

SERVER(ours)
SERVER(raw)
SERVER(uv)
SERVER(ev)
SERVER(event)

#define OF_EACH(what)                                                          \
    {                                                                          \
        [BENCH_OURS] = ours_##what, [BENCH_RAW] = raw_##what,                  \
        [BENCH_LIBUV] = uv_##what, [BENCH_LIBEV] = ev_##what,                  \
        [BENCH_LIBEVENT] = event_##what,                                       \
    }

#define CPU_ROW(text, what, most)                                              \
    {                                                                          \
        .number = 11, .name = (text), .measure = OF_EACH(what),                \
        .figures = {{"CPU", "us", BENCH_RAW, (most)},                          \
                    {"user", "us", BENCH_LIBUV, 1.0}},                         \
        .sampled = 1, .turns = 3,                                              \
    }

#define LATENCY_ROW(text, what)                                                \
    {                                                                          \
        .number = 14, .name = (text), .measure = OF_EACH(what),                \
        .figures = {{"p50", "us", BENCH_RAW, 1.05},                            \
                    {"p99", "us", BENCH_RAW, 1.05},                            \
                    {"p99.9", "us", BENCH_RAW, 1.05}},                         \
        .wall = true,                                                          \
    }

const struct bench_row bench_echo_rows[] = {
    CPU_ROW("echo, 64 connections", cpu_64, 1.02),
    CPU_ROW("echo, 1,000 connections", cpu_1000, 1.04),
    CPU_ROW("echo, 10,000 connections", cpu_10000, 1.05),
    {
        .number = 12,
        .name = "system calls a request",
        .measure = OF_EACH(calls),
        .figures = {{"waiting", "", BENCH_ABSOLUTE, 3.0},
                    {"saturated", "", BENCH_ABSOLUTE, 2.0}},
        .once = true,
    },
    {
        .number = 13,
        .name = "echo beside 5,000 idle",
        .measure = OF_EACH(idle),
        .figures = {{"CPU", "us", BENCH_RAW, 1.02},
                    {"to none", "x", BENCH_ABSOLUTE, 1.05}},
    },
    LATENCY_ROW("64 connections, 1 % slow", latency_64),
    LATENCY_ROW("1,000 connections, 1 % slow", latency_1000),
    LATENCY_ROW("10,000 connections, 1 % slow", latency_10000),
    {.number = 0},
};
