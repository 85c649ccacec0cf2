// What every column of the row about timers does: PEERS_PARKED timers wait,
// and beside them one more is armed and cancelled, or they are armed anew.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_TIMERS_H
#define BENCH_TIMERS_H

#include <stdint.h>

// A repeatable stream of numbers, the same in every column.
struct timers_dice {
    uint64_t state;
};

static inline uint64_t timers_roll(struct timers_dice *dice)
{
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return dice->state;
}

#define TIMERS_DICE                                                            \
    {                                                                          \
        UINT64_C(0x9E3779B97F4A7C15)                                           \
    }

// A number of milliseconds between 1,000 s and about 5,000 s: none is due while
// a measurement lasts.
static inline int64_t timers_roll_ms(struct timers_dice *dice)
{
    return 1000000 + (int64_t)(timers_roll(dice) & 0x3FFFFF);
}

#endif // BENCH_TIMERS_H
