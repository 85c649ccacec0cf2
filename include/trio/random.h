// Random numbers: from the system in production, replayed in simulation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_RANDOM_H
#define TRIO_RANDOM_H

#include <trio/base.h>

TRIO_BEGIN_DECLS

// Returns 64 random bits. In production they come from the operating system and
// are fit for tokens; in simulation they are part of the run's choices.
//
// Checkpoint: never.
uint64_t trio_random_u64(void);

// Returns a number from 0 to `bound` - 1, each as likely; 0 for a bound of 0.
//
// Checkpoint: never.
uint64_t trio_random_below(uint64_t bound);

TRIO_END_DECLS

#endif // TRIO_RANDOM_H
