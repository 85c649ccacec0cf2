// Servers in processes of their own, and connections to them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

// Listens on a free port of 127.0.0.1, tells it by server_report, and serves
// until `connections` have come and gone.
typedef void (*server_fn)(int report, int connections);

struct server {
    pid_t process;
    int report; // Here it tells its port.
};

// Starts a server, on a processor of its own if there are two.
struct server server_start(server_fn serve, int connections);

// Waits for its end. What it has used is stored.
void server_end(const struct server *server, struct rusage *ret_usage);

// ---- For servers ----

// Tells whoever is behind `report` where the server listens.
void server_report(int report, uint16_t port);

// Listens and reports; `flags` are added to the socket's type.
int server_listen(int report, int flags);

// Accepts a connection, with these flags, on which nothing is delayed.
int server_accept(int listener, int flags);

// ---- For clients ----

// Returns what server_report has told.
uint16_t server_port(int report);

// Connects a socket that blocks, and on which nothing is delayed.
int server_connect(uint16_t port);

#endif // BENCH_SERVER_H
