// Peers that are programs: in another language, and not needed by any test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

// Has the program of a peer, on one processor, do what it knows by a name, and
// stores the figures that it prints, at most `count`. Where there is no such
// program, or it does not know the name, nothing is stored.
void program_measure(const char *peer, const char *name, int count,
                     double *ret_figures);

#endif // BENCH_PROGRAM_H
