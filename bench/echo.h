// Echo servers, in processes of their own, and the load that is put on them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "bench/server.h"

enum { ECHO_MESSAGE = 64, ECHO_BUFFER = 4096 };

// Each is a server_fn, and returns everything that it receives.
void raw_serve_echo(int report, int connections);
void uv_serve_echo(int report, int connections);
void ev_serve_echo(int report, int connections);
void event_serve_echo(int report, int connections);
void ours_serve_echo(int report, int connections);

// Puts `requests` requests on a server: each connection sends its next message
// when it has got the last one back. Stores the processor time per request in
// microseconds, and its user part.
void echo_measure_cpu(server_fn serve, int connections, long requests,
                      double *ret_figures);

// Stores the processor time per request, in microseconds, while `idle_ones`
// connections are open beside those of the load, and as a multiple of what it
// is without them.
void echo_measure_idle(server_fn serve, int connections, int idle_ones,
                       long requests, double *ret_figures);

// Sends messages at a steady pace. Stores how long the answers took: see
// paced_load_run.
void echo_measure_latency(server_fn serve, int connections, long messages,
                          double *ret_figures);

// Counts the system calls per request, exactly.
double echo_measure_calls(server_fn serve, int connections, long requests);

#endif // BENCH_ECHO_H
