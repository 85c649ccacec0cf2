// A run under simulation has to be the same on every CPU and with every
// compiler, so its choices come from one generator that is written out here, in
// 64-bit integers. It is SplitMix64: a counter that steps by an odd constant,
// and a mixing function of the count. Two states never merge, so that different
// seeds stay different runs for ever.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/internal.h"

uint64_t trio_sim_next_(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

uint64_t trio_sim_below_(uint64_t *state, uint64_t bound)
{
    TRIO_ASSERT(bound > 0);
    // The 2^64 mod `bound` lowest numbers are drawn again: without them each
    // remainder has as many numbers as any other. They are fewer than `bound`,
    // so it is seldom worked out how many.
    uint64_t drawn;

    do
        drawn = trio_sim_next_(state);
    while (drawn < bound && drawn < (0 - bound) % bound);
    return drawn % bound;
}
