// A task's random numbers are the run's: trio_random_u64. Those of libc have a
// state that outlives runs, or are the system's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "sim/runner/guard.h"

// clang-format off
GUARD("real randomness", ssize_t, getrandom,
      (void *ret_data, size_t size, unsigned flags), (ret_data, size, flags))
GUARD("real randomness", int, getentropy, (void *ret_data, size_t size),
      (ret_data, size))
GUARD("real randomness", int, rand, (void), ())
GUARD("real randomness", long, random, (void), ())
GUARD("real randomness", long, lrand48, (void), ())
GUARD("real randomness", long, mrand48, (void), ())

// Not every libc has these; who calls them has one that does.
#pragma weak __real_arc4random
#pragma weak __real_arc4random_buf
#pragma weak __real_arc4random_uniform
GUARD("real randomness", uint32_t, arc4random, (void), ())
GUARD("real randomness", void, arc4random_buf, (void *ret_data, size_t size),
      (ret_data, size))
GUARD("real randomness", uint32_t, arc4random_uniform, (uint32_t bound),
      (bound))
// clang-format on
