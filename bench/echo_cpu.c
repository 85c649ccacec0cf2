// SPDX-License-Identifier: MIT OR Apache-2.0
// The server's own processor time is read from outside, before and after the
// load, so that neither side's setting up nor the client's work is counted.
// Only the division into user and system comes from the server's whole life.

#include "bench/echo.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/load.h"
#include "bench/meter.h"

void echo_report(int report, uint16_t port)
{
    if (write(report, &port, sizeof port) != (ssize_t)sizeof port)
        meter_give_up("write");
    close(report);
}

// Keeps server and client apart. Where there is one processor only, or this is
// not allowed, they share.
static void run_on(size_t processor)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static pid_t start_server(echo_serve serve, int connections, int *ret_report)
{
    int ends[2];

    if (pipe(ends) != 0)
        meter_give_up("pipe");
    pid_t server = fork();
    if (server < 0)
        meter_give_up("fork");
    if (server == 0) {
        close(ends[0]);
        run_on(0);
        serve(ends[1], connections);
        _exit(0);
    }
    close(ends[1]);
    *ret_report = ends[0];
    return server;
}

static double microseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

void echo_measure_cpu(echo_serve serve, int connections, long requests,
                      double *ret_figures)
{
    struct rusage usage;
    struct load load;
    int report, status;
    pid_t server = start_server(serve, connections, &report);

    run_on(1);
    load_open(&load, report, connections);
    load_run(&load, connections); // So that each was accepted.
    double start = meter_cpu_ns_of(server);
    load_run(&load, requests);
    double cpu_ns = meter_cpu_ns_of(server) - start;
    load_close(&load);
    close(report);
    if (wait4(server, &status, 0, &usage) != server || status != 0)
        meter_give_up("echo server");
    double user = microseconds(usage.ru_utime);
    double share = user / (user + microseconds(usage.ru_stime));
    ret_figures[0] = cpu_ns / 1000 / (double)requests;
    ret_figures[1] = ret_figures[0] * share;
}
