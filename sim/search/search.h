// What the files share that look for failures: sweeps, shrinking, tokens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_SEARCH_H
#define TRIO_SIM_SEARCH_SEARCH_H

#include <trio/campaign.h>

#include "sim/kernel/kernel.h"
#include "sim/strategy/strategy.h"

// ---- Tokens ----

// Writes the token of a run without strategy; returns its length, 0 if there is
// no room.
size_t trio_sim_token_write_(const struct plan *plan, char *buffer,
                             size_t size);

// Reads one into a plan of `plan->scenario`: order, seed, deviations, which it
// puts into `deviations`. False: it is none, or not of this scenario.
bool trio_sim_token_read_(const char *token, struct plan *plan,
                          struct deviation *deviations, size_t max);

// Returns what is wrong with a text that is a token of no scenario: "a token of
// an older format", "no token, or not a whole one".
const char *trio_sim_token_flaw_(const char *text);

// ---- Shrinking ----

enum { DEVIATIONS_MAX = 4096 };

struct shrunk {
    struct deviation deviations[DEVIATIONS_MAX];
    struct plan plan; // Details; no strategy; points to those.
    struct outcome outcome;
    uint64_t replays;
    uint64_t searched;     // Runs to find it again in the order PASS.
    size_t found;          // Deviations before.
    bool minimal;          // No deviation can be left out: each was tried.
    bool sought_in_pass;   // It was looked for in the order PASS,
    bool possible_in_pass; // and found again: so is `plan`, then.
};

// Shrinks a plan that fails with the class of `outcome`, with or without a
// strategy, until no deviation can be left out. False: it did not fail again.
bool trio_sim_shrink_(struct kernel *kernel, const struct plan *failing,
                      const struct outcome *outcome, struct shrunk *ret);

// ---- Sets: hash_set.c ----

// Numbers that were seen. A set that is three quarters full takes no more, so
// that `count` then means: at least.
struct hash_set {
    uint64_t *slots;   // 0: free. Its owner's.
    size_t slot_count; // A power of two.
    size_t count;
};

void trio_sim_set_clear_(struct hash_set *set);

// Returns whether `hash` is new to the set; a full set takes nothing for new.
bool trio_sim_set_add_(struct hash_set *set, uint64_t hash);

// ---- What the sweeps have found and tried ----

enum {
    SWEEP_RUNS_MAX = 4096, // Of each sweep, so that it ends.
    SWEEP_WORK_MAX = 1000000,
    SWEEP_POINTS_MAX = 2048,
    SWEEP_CALLS_MAX = 2048,
    SWEEP_SET_SLOTS = 4096
};

// A moment that no moment before was like.
struct sweep_point {
    struct deviation before; // The cancellation that led to it, as cleaning up
                             // does; anchor 0: none.
    uint32_t anchor;
    uint32_t scopes[3];
    uint32_t schedule; // The one in which it was found.
    uint32_t label;
    uint32_t rank; // Lower ones are tried first.
    bool parked;
    bool tried;
};

struct cancel_sweep {
    struct hash_set keys;
    uint64_t key_slots[SWEEP_SET_SLOTS];
    struct sweep_point points[SWEEP_POINTS_MAX];
    uint32_t count;
};

// A call that was not made before.
struct sweep_call {
    struct deviation before; // The failure that led to it; anchor 0: none.
    uint32_t anchor;
    bool alone; // There is no sense in its failing from then on.
};

struct failure_sweep {
    struct hash_set anchors;
    uint64_t anchor_slots[SWEEP_SET_SLOTS];
    struct sweep_call calls[SWEEP_CALLS_MAX];
    uint32_t count;
};

struct sweep_lapse {
    struct lapse lapse;
    uint32_t runs; // In which time has passed there.
};

struct time_sweep {
    struct hash_set keys;
    struct hash_set timers;  // That there are,
    struct hash_set expired; // and that have expired early.
    uint64_t key_slots[SWEEP_SET_SLOTS];
    uint64_t timer_slots[SWEEP_SET_SLOTS];
    uint64_t expired_slots[SWEEP_SET_SLOTS];
    struct sweep_lapse lapses[SWEEP_POINTS_MAX];
    uint32_t count;
};

// ---- Faults that are drawn: swarm.c ----

// Returns what a run of such a seed draws.
struct swarm trio_sim_swarm_(const struct trio_scenario *scenario,
                             const struct trio_campaign_options *options,
                             uint64_t seed);

// Counts faults that were tried, by kind.
void trio_sim_count_fault_(struct trio_campaign_result *result,
                           const char *name, uint64_t tried);

// ---- Searching ----

enum { TRACE_SLOTS = 65536 };

struct search {
    struct kernel *kernel;
    const struct trio_scenario *scenario;
    struct trio_campaign_options options;
    struct trio_campaign_result *result;
    struct strategies *strategies;
    enum trio_sim_order order;
    struct plan failing; // The first that failed, with deviations of its own;
                         // until then the first that was too long.
    struct deviation failing_deviations[DEVIATIONS_MAX];
    struct outcome outcome; // Of that.
    bool over;              // Something failed, or progress says so.
    bool drew;              // A run has drawn random data.
    bool faulty;            // In a run something could have failed by chance.
    uint64_t work;          // Done so far: steps, and more for each task.
    uint64_t work_before;   // The sweep that is under way.
    struct hash_set traces;
    uint64_t trace_slots[TRACE_SLOTS];
    struct cancel_sweep cancels;
    struct time_sweep times;
    struct failure_sweep failures;
};

// Forgets the last search of this memory and begins one.
void trio_sim_search_begin_(struct search *search);

// Returns the plan of a schedule that sweeps use: 0 is first in, first out, the
// others are random.
struct plan trio_sim_schedule_(struct search *search, uint32_t schedule);

// A sweep begins, which is cut once it has taken its share of work.
void trio_sim_sweep_begin_(struct search *search);

// Returns whether a sweep that has taken `runs` may take one more. If not, it
// is cut, which is said in `cut`.
bool trio_sim_sweep_may_(const struct search *search, uint64_t runs, bool *cut);

// Runs a plan of the search's scenario and counts it as `by`'s. Returns false
// if the search is over: then leave.
bool trio_sim_try_(struct search *search, const struct plan *plan,
                   const char *by, struct outcome *ret_outcome);

// Keeps a failure, which ends the search.
void trio_sim_keep_failure_(struct search *search, const struct plan *plan,
                            const char *by, const struct outcome *outcome);

// Counts the faults of the run that has just been.
void trio_sim_note_faults_(struct search *search);

// Notes that a run asked for a SOMETIMES; `guess` is where it may be in the
// list.
void trio_sim_note_sometimes_(struct trio_campaign_result *result,
                              const char *name, size_t guess, bool held);

// Makes a failure, without a schedule, of a SOMETIMES that never held, unless
// something else has failed.
void trio_sim_judge_sometimes_(struct trio_campaign_result *result);

// ---- Phases of a search: each returns false if the search is over ----

// Takes what is new of the cancel points, of the places where time may pass, of
// the calls of the run that has just been: one of `schedule`, with details, in
// which `before` was injected; NULL: nothing was.
void trio_sim_note_points_(struct search *search, uint32_t schedule,
                           const struct deviation *before);
void trio_sim_note_lapses_(struct search *search);
void trio_sim_note_calls_(struct search *search,
                          const struct deviation *before);

// Start from what was noted of a run first in, first out.
bool trio_sim_sweep_cancels_(struct search *search);  // cancel_sweep.c
bool trio_sim_sweep_times_(struct search *search);    // time_sweep.c
bool trio_sim_sweep_failures_(struct search *search); // failure_sweep.c

// Runs what `options` asks for besides: explore.c. TRIO_EINVAL: there is no
// such strategy.
TRIO_MUST_USE trio_status trio_sim_explore_(struct search *search);

// Makes of the failure that a plan leads to, of DEVIATIONS_MAX deviations at
// most, what a campaign makes of one that it finds. False: it does not lead to
// any, or there is no token for it.
bool trio_sim_campaign_conclude_(struct trio_campaign *campaign,
                                 const struct plan *failing, bool no_shrink,
                                 struct trio_campaign_result *ret_result);

// The kernel of a campaign, to read what its last run or replay left.
struct kernel *trio_sim_campaign_kernel_(struct trio_campaign *campaign);

// ---- Determinism: twin.c, twins.c ----

// Runs a plan that has had `outcome` again, with what must make no difference
// different. If it does make one, the search is over: a failure of the class
// FAILURE_REAL whose text says where they part and what makes the difference.
bool trio_sim_twin_(struct search *search, const struct plan *plan,
                    const struct outcome *outcome);

// Returns the plan of a seed: 0 is first in, first out, the others are random,
// with the faults that the scenario asks for.
struct plan trio_sim_twin_plan_(const struct trio_scenario *scenario,
                                struct strategies *strategies, uint64_t seed);

// Runs the twins that `options.twins_only` asks for.
void trio_sim_twins_(struct search *search);

#endif // TRIO_SIM_SEARCH_SEARCH_H
