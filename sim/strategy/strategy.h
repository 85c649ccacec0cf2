// The strategies, and the set of them that a campaign has.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_STRATEGY_STRATEGY_H
#define TRIO_SIM_STRATEGY_STRATEGY_H

#include "sim/kernel/kernel.h"

// Each prepares a strategy in state of the caller's.

struct random_walk {
    uint64_t state;
};

// Priorities, which at a few random steps change.
struct pct {
    uint64_t state;
    uint64_t steps; // How long runs have been: change points lie within.
    uint64_t changes[10];
    uint32_t depth;      // Of this run, 1 to 10.
    uint32_t fixed_depth; // 0: random.
    uint64_t lowest;
};

// Partial order sampling: random priorities, drawn anew for what conflicts.
struct pos {
    uint64_t state;
};

// Runs that differ from first in, first out by 0, 1, 2, ... delays.
enum { DELAYS_MAX = 8 };
struct delay_bounded {
    uint64_t at[DELAYS_MAX]; // Decisions at which somebody is passed over.
    uint32_t bound;
    uint64_t decision;
    uint64_t longest; // Decisions of a run of this bound.
};

// Follows a script of task names; see trio/scenario.h.
struct script {
    const char *text;
    const char *at;
    uint32_t repeat;
};

struct strategy trio_sim_random_walk_(struct random_walk *walk);
struct strategy trio_sim_pct_(struct pct *pct);
struct strategy trio_sim_pos_(struct pos *pos);
struct strategy trio_sim_delay_bounded_(struct delay_bounded *delays);
struct strategy trio_sim_script_(struct script *script, const char *text);

// One of each.
struct strategies {
    struct random_walk random_walk_state;
    struct pct pct_state;
    struct pos pos_state;
    struct delay_bounded delay_state;
    struct script script_state;
    struct strategy random_walk;
    struct strategy pct;
    struct strategy pos;
    struct strategy delay_bounded;
    struct strategy script;
};

void trio_sim_strategies_init_(struct strategies *set);

// Returns the strategy of a name; NULL in `*ret` for "fifo". False: none such.
bool trio_sim_strategy_named_(struct strategies *set, const char *name,
                              const struct strategy **ret);

// Returns whose turn it is in run `number` of a portfolio: 35 % POS, 35 %
// random walk, 20 % PCT, 10 % delay-bounded. Never NULL.
const struct strategy *trio_sim_portfolio_(struct strategies *set,
                                           uint64_t seed, uint64_t number);

#endif // TRIO_SIM_STRATEGY_STRATEGY_H
