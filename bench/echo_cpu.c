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

// Microseconds of the server per request.
static double cost_of(const struct server *server, struct load *load,
                      long requests)
{
    double start = meter_cpu_ns_of(server->process);

    load_run(load, requests);
    return (meter_cpu_ns_of(server->process) - start) / 1000 / (double)requests;
}

void echo_measure_cpu(server_fn serve, int connections, long requests,
                      double *ret_figures)
{
    struct rusage usage;
    struct load load;
    struct server server = server_start(serve, connections);

    load_open(&load, server_port(server.report), connections);
    load_run(&load, connections); // So that each was accepted.
    ret_figures[0] = cost_of(&server, &load, requests);
    load_close(&load);
    server_end(&server, &usage);
    double user = microseconds(usage.ru_utime);
    double share = user / (user + microseconds(usage.ru_stime));
    ret_figures[1] = ret_figures[0] * share;
}

void echo_measure_idle(server_fn serve, int connections, int idle_ones,
                       long requests, double *ret_figures)
{
    struct rusage usage;
    struct load load, idle;
    struct server server = server_start(serve, connections + idle_ones);
    uint16_t port = server_port(server.report);

    load_open(&load, port, connections);
    load_run(&load, requests); // Caches are warm.
    double alone = cost_of(&server, &load, requests);
    load_open(&idle, port, idle_ones);
    load_run(&idle, idle_ones);
    ret_figures[0] = cost_of(&server, &load, requests);
    ret_figures[1] = ret_figures[0] / alone;
    load_close(&load);
    load_close(&idle);
    server_end(&server, &usage);
}
