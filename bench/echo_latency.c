// SPDX-License-Identifier: MIT OR Apache-2.0
// One connection of a hundred is slow.

#include "bench/echo.h"

#include "bench/paced_load.h"
#include "bench/server.h"

void echo_measure_latency(server_fn serve, int connections, long messages,
                          double *ret_figures)
{
    int count_slow = connections < 100 ? 1 : connections / 100;
    struct rusage usage;
    struct load load, slow;
    struct server server = server_start(serve, connections);
    uint16_t port = server_port(server.report);

    load_open(&load, port, connections - count_slow);
    load_open(&slow, port, count_slow);
    load_run(&load, load.count); // So that each was accepted.
    load_run(&slow, slow.count);
    paced_load_run(&load, &slow, messages, ret_figures);
    load_close(&load);
    load_close(&slow);
    server_end(&server, &usage);
}
