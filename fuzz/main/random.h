// Random numbers out of a seed that an engine gives.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_MAIN_RANDOM_H
#define FUZZ_MAIN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Returns one of 0 to `count` - 1.
static inline size_t fuzz_below_(uint64_t *random, size_t count)
{
    uint64_t value = *random += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((value ^ value >> 31) % count);
}

#endif // FUZZ_MAIN_RANDOM_H
