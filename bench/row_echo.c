// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 11 and 12: an echo server on the loopback interface; what a request
// costs its processor, and how many system calls it makes for it.

#include "bench/echo.h"
#include "bench/harness.h"

enum { REQUESTS = 30000, WAITING_REQUESTS = 1024, SATURATED_REQUESTS = 8192 };

static void raw_cpu_64(double *ret_figures)
{
    echo_measure_cpu(raw_serve_echo, 64, REQUESTS, ret_figures);
}

static void raw_cpu_1000(double *ret_figures)
{
    echo_measure_cpu(raw_serve_echo, 1000, REQUESTS, ret_figures);
}

static void raw_calls(double *ret_figures)
{
    ret_figures[0] = echo_measure_calls(raw_serve_echo, 1, WAITING_REQUESTS);
    ret_figures[1] =
        echo_measure_calls(raw_serve_echo, 256, SATURATED_REQUESTS);
}

static void uv_cpu_64(double *ret_figures)
{
    echo_measure_cpu(uv_serve_echo, 64, REQUESTS, ret_figures);
}

static void uv_cpu_1000(double *ret_figures)
{
    echo_measure_cpu(uv_serve_echo, 1000, REQUESTS, ret_figures);
}

static void uv_calls(double *ret_figures)
{
    ret_figures[0] = echo_measure_calls(uv_serve_echo, 1, WAITING_REQUESTS);
    ret_figures[1] = echo_measure_calls(uv_serve_echo, 256, SATURATED_REQUESTS);
}

static void our_cpu_64(double *ret_figures)
{
    echo_measure_cpu(ours_serve_echo, 64, REQUESTS, ret_figures);
}

static void our_cpu_1000(double *ret_figures)
{
    echo_measure_cpu(ours_serve_echo, 1000, REQUESTS, ret_figures);
}

static void our_calls(double *ret_figures)
{
    ret_figures[0] = echo_measure_calls(ours_serve_echo, 1, WAITING_REQUESTS);
    ret_figures[1] =
        echo_measure_calls(ours_serve_echo, 256, SATURATED_REQUESTS);
}

const struct bench_row bench_echo_rows[] = {
    {
        .number = 11,
        .name = "echo, 64 connections",
        .measure = {our_cpu_64, raw_cpu_64, uv_cpu_64},
        .figures = {{"CPU", "us", BENCH_RAW, 1.02},
                    {"user", "us", BENCH_LIBUV, 1.0}},
        .sampled = 1,
        .turns = 3,
    },
    {
        .number = 11,
        .name = "echo, 1,000 connections",
        .measure = {our_cpu_1000, raw_cpu_1000, uv_cpu_1000},
        .figures = {{"CPU", "us", BENCH_RAW, 1.05},
                    {"user", "us", BENCH_LIBUV, 1.0}},
        .sampled = 1,
        .turns = 3,
    },
    {
        .number = 12,
        .name = "system calls a request",
        .measure = {our_calls, raw_calls, uv_calls},
        .figures = {{"waiting", "", BENCH_ABSOLUTE, 3.0},
                    {"saturated", "", BENCH_ABSOLUTE, 2.0}},
        .once = true,
    },
    {.number = 0},
};
