// How many blocks of memory OpenSSL holds, and may take.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TLS_BLOCKS_H
#define TESTS_TLS_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

// They are counted from the start of the program in which this is linked.
size_t count_blocks(void);

// Returns how often OpenSSL has asked for one.
uint64_t count_allocations(void);

// Lets OpenSSL have so many more blocks, and then no other. UINT64_MAX, as in
// the beginning: as many as there are.
void leave_allocations(uint64_t count);

#endif // TESTS_TLS_BLOCKS_H
