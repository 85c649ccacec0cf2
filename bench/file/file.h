// A server that sends one file again and again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_FILE_FILE_H
#define BENCH_FILE_FILE_H

#include <stddef.h>

#include "bench/server.h"

// What is sent for each byte that comes.
struct file {
    int descriptor;
    size_t size;
};

extern struct file file;

// Each is a server_fn, for one connection.
void raw_serve_file(int report, int connections);
void ours_serve_file(int report, int connections);

// Has a file of so many bytes sent so many times. Stores the server's processor
// time, and the time on the wall, for each: in microseconds.
void file_measure(server_fn serve, size_t size, int times, double *ret_figures);

#endif // BENCH_FILE_FILE_H
