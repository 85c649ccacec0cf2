// SPDX-License-Identifier: MIT OR Apache-2.0
// The server's own processor time is read from outside, before and after the
// load, so that neither side's setting up nor the client's work is counted.
// Only the division into user and system comes from the server's whole life.

#include "bench/echo.h"

#include "bench/load.h"
#include "bench/meter.h"
#include "bench/server.h"

static double microseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

void echo_measure_cpu(server_fn serve, int connections, long requests,
                      double *ret_figures)
{
    struct rusage usage;
    struct load load;
    struct server server = server_start(serve, connections);

    load_open(&load, server.report, connections);
    load_run(&load, connections); // So that each was accepted.
    double start = meter_cpu_ns_of(server.process);
    load_run(&load, requests);
    double cpu_ns = meter_cpu_ns_of(server.process) - start;
    load_close(&load);
    server_end(&server, &usage);
    double user = microseconds(usage.ru_utime);
    double share = user / (user + microseconds(usage.ru_stime));
    ret_figures[0] = cpu_ns / 1000 / (double)requests;
    ret_figures[1] = ret_figures[0] * share;
}
