// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 29: a file is sent to a socket, without passing through the program.

#include "bench/file/file.h"
#include "bench/harness.h"

enum { LARGE = 16 << 20, SMALL = 4096, LARGE_TIMES = 20, SMALL_TIMES = 10000 };

static void raw_large(double *ret_figures)
{
    file_measure(raw_serve_file, LARGE, LARGE_TIMES, ret_figures);
}

static void raw_small(double *ret_figures)
{
    file_measure(raw_serve_file, SMALL, SMALL_TIMES, ret_figures);
}

static void our_large(double *ret_figures)
{
    file_measure(ours_serve_file, LARGE, LARGE_TIMES, ret_figures);
}

static void our_small(double *ret_figures)
{
    file_measure(ours_serve_file, SMALL, SMALL_TIMES, ret_figures);
}

const struct bench_row bench_file_rows[] = {
    {
        .number = 29,
        .name = "send a file of 16 MiB",
        .measure = {our_large, raw_large},
        .figures = {BENCH_CPU_AND_WALL(BENCH_RAW, 1.05)},
        .wall = true,
    },
    {
        .number = 29,
        .name = "send a file of 4 KiB",
        .measure = {our_small, raw_small},
        .figures = {BENCH_CPU_AND_WALL(BENCH_RAW, BENCH_NO_TARGET)},
        .wall = true,
    },
    {.number = 0},
};
