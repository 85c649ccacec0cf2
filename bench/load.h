// The client side of the echo rows.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdint.h>

enum { LOAD_DESCRIPTORS_MAX = 16384 };

struct load {
    int poll;
    int count;
    int *sockets;
    int *missing; // By descriptor: bytes of the answer that is awaited.
};

// Opens `connections` connections to a port of this machine.
void load_open(struct load *load, uint16_t port, int connections);

// Has `requests` messages go there and back, all connections at once.
void load_run(struct load *load, long requests);

// Closes the connections, which ends a server that waits for no more.
void load_close(struct load *load);

#endif // BENCH_LOAD_H
