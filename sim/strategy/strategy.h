// The strategies, and the set of them that a campaign has.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_STRATEGY_STRATEGY_H
#define TRIO_SIM_STRATEGY_STRATEGY_H

#include "sim/kernel/kernel.h"

// What the strategies below are prepared in is the caller's, and is all that
// they remember. Some learn from run to run; a run that is begun with the seed
// of the last one is that run again, and nothing is learnt twice.

// Each task that may come next is as likely, each event as likely or less.
struct random_walk {
    uint64_t state;
    uint32_t pace; // In this run an event is less likely than a task by this
                   // power of two.
};

// Priorities, which at a few random decisions change.
enum { DEPTH_MAX = 10 };
struct pct {
    uint64_t state;
    uint64_t seed;
    uint32_t fixed_depth; // Bugs of this depth are looked for; 0: of a random
                          // one, another in each run.
    uint64_t expected;    // Decisions of a run; 0: none is known yet.
    uint64_t patience;    // Decisions after which this run becomes random.
    uint64_t decision;    // The next one's number, in this run.
    uint32_t change_count;
    uint64_t changes[DEPTH_MAX - 1]; // To come, the next one last.
};

// Partial order sampling: random priorities, drawn anew for what conflicts.
enum { USED_MAX = 8, POS_LISTS = 64 };
struct pos {
    uint64_t state;
    uint32_t lists[POS_LISTS]; // Of who is in line, by what it is about to use.
    uint32_t used_count;
    struct operation used[USED_MAX]; // Since the last decision.
};

// Where a run differs from first in, first out.
enum { DELAYS_MAX = 16 };
struct delays {
    uint64_t at[DELAYS_MAX]; // Decisions at which one is passed over, in order.
    uint32_t bound;          // How many there are.
    bool room;               // A run of this bound had room for all.
    bool over;               // There is nothing left to try.
    bool all;                // That is because all there are have been seen.
    uint64_t schedules;      // Seen so far.
};

// Runs that differ by 0, 1, 2, ... delays, and by each number in every way.
struct delay_bounded {
    struct delays now;
    struct delays next; // Of the run after this one.
    uint64_t seed;
    uint64_t decision; // The next one's number, in this run.
    uint32_t passed;   // Delays of this run that have happened.
};

// Whom time wakes early goes first.
struct woken_first {
    bool came; // Somebody has come first,
    bool over; // and nobody else will.
};

// Follows a script; see trio/scenario.h.
struct script {
    const char *text; // NULL: an empty one.
    const char *at;   // The word whose turn it is.
    uint64_t times;   // It has been followed already.
};

struct strategy trio_sim_random_walk_(struct random_walk *walk);
struct strategy trio_sim_pct_(struct pct *pct, uint32_t fixed_depth);
struct strategy trio_sim_pos_(struct pos *pos);
struct strategy trio_sim_delay_bounded_(struct delay_bounded *delays);
struct strategy trio_sim_woken_first_(struct woken_first *woken);
struct strategy trio_sim_script_(struct script *script, const char *text);

// One of each.
struct strategies {
    struct random_walk random_walk_state;
    struct pct pct_state;
    struct pos pos_state;
    struct delay_bounded delay_state;
    struct woken_first woken_first_state;
    struct script script_state;
    struct strategy random_walk;
    struct strategy pct;
    struct strategy pos;
    struct strategy delay_bounded;
    struct strategy woken_first; // Of the time sweep, and none by name.
    struct strategy script;
};

// Prepares a set for a campaign: nothing is known of the scenario yet. `script`
// may be NULL.
void trio_sim_strategies_init_(struct strategies *set, const char *script);

// Returns the strategy of a name: "fifo", "random", "pct", "pct:3" for bugs of
// depth 3, "pos", "delay", "script"; NULL in `*ret` for "fifo". False: none
// such.
bool trio_sim_strategy_named_(struct strategies *set, const char *name,
                              const struct strategy **ret);

// Returns whose turn it is in run `number` of a portfolio: 35 % POS, 35 %
// random walk, 20 % PCT, 10 % delay-bounded, POS again once that has nothing
// left to try. Never NULL.
const struct strategy *trio_sim_portfolio_(struct strategies *set,
                                           uint64_t seed, uint64_t number);

// Returns the seed of a strategy for run `number` of a campaign: another one
// for each.
uint64_t trio_sim_run_seed_(uint64_t seed, uint64_t number);

#endif // TRIO_SIM_STRATEGY_STRATEGY_H
