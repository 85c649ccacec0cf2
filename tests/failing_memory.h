// Memory that counts what is taken, and fails when told to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include <trio/backend.h>

//     struct failing_memory memory;
//
//     failing_memory_open(&memory, &config);
//     memory.fail_at = 3; // The third request fails, and only that.
struct failing_memory {
    struct trio_memory base;
    uint64_t requests; // So far.
    uint64_t fail_at;  // Which request fails, counted from 1; 0: none.
    bool persistent;   // All later ones fail, too.
    uint64_t failures; // Requests that failed.
    size_t blocks;     // Taken and not given back.
    size_t bytes;
    size_t bytes_max;
    size_t reserved; // Stacks promised.
    size_t stacks;   // Stacks taken and not given back.
};

// Puts itself in front of the memory of `config`.
void failing_memory_open(struct failing_memory *memory,
                         struct trio_config *config);

#endif // TESTS_FAILING_MEMORY_H
