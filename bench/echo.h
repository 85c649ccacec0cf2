// Echo servers, in processes of their own, and the load that is put on them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include <stdbool.h>
#include <stdint.h>

enum { ECHO_MESSAGE = 64, ECHO_BUFFER = 4096 };

// Listens on a free port of 127.0.0.1, tells it by echo_report, and returns
// everything that it receives, until `connections` have come and gone.
typedef void (*echo_serve)(int report, int connections);

void raw_serve_echo(int report, int connections);
void uv_serve_echo(int report, int connections);
void ours_serve_echo(int report, int connections);

// Tells the load, behind `report`, where the server listens.
void echo_report(int report, uint16_t port);

// Puts `requests` requests on a server: each connection sends its next message
// when it has got the last one back. Stores the processor time per request in
// microseconds, and its user part.
void echo_measure_cpu(echo_serve serve, int connections, long requests,
                      double *ret_figures);

// Counts the system calls per request, exactly.
double echo_measure_calls(echo_serve serve, int connections, long requests);

#endif // BENCH_ECHO_H
