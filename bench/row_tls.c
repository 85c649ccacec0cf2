// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 27 and 28: TLS beside a server that does nothing but call OpenSSL, and
// blocks. What is asked is 0.95 of its throughput, which is 1.05 times its
// time.

#include "bench/harness.h"
#include "bench/tls/tls.h"

static void raw_sending(double *ret_figures)
{
    tls_measure_bulk(raw_serve_tls, true, ret_figures);
}

static void raw_receiving(double *ret_figures)
{
    tls_measure_bulk(raw_serve_tls, false, ret_figures);
}

static void raw_handshakes(double *ret_figures)
{
    tls_measure_handshakes(raw_serve_tls, false, ret_figures);
}

static void raw_resumed(double *ret_figures)
{
    tls_measure_handshakes(raw_serve_tls, true, ret_figures);
}

static void our_sending(double *ret_figures)
{
    tls_measure_bulk(ours_serve_tls, true, ret_figures);
}

static void our_receiving(double *ret_figures)
{
    tls_measure_bulk(ours_serve_tls, false, ret_figures);
}

static void our_handshakes(double *ret_figures)
{
    tls_measure_handshakes(ours_serve_tls, false, ret_figures);
}

static void our_resumed(double *ret_figures)
{
    tls_measure_handshakes(ours_serve_tls, true, ret_figures);
}

#define ROW(row, text, ours, by_hand)                                          \
    {                                                                          \
        .number = (row), .name = (text), .measure = {(ours), (by_hand)},       \
        .figures = {BENCH_CPU_AND_WALL(BENCH_RAW, 1.05)}, .wall = true,        \
    }

const struct bench_row bench_tls_rows[] = {
    ROW(27, "TLS, sending a MiB", our_sending, raw_sending),
    ROW(27, "TLS, receiving a MiB", our_receiving, raw_receiving),
    ROW(28, "TLS, a handshake", our_handshakes, raw_handshakes),
    ROW(28, "TLS, a handshake that goes on", our_resumed, raw_resumed),
    {.number = 0},
};
