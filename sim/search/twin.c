// What a run comes to depends on its plan alone. A twin is the same plan again
// where all the rest is another: other addresses, other leftovers in fresh
// memory. Their hashes say whether that made a difference.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Only when they differ does it matter why, and then it may cost some runs: the
// suspects are tried one by one, each with two runs that differ in nothing
// else. The first suspect is a pair that does not differ at all, since a
// scenario that is not the same twice makes every later suspect look guilty;
// both of its runs fill fresh memory, so that leftovers of earlier runs are not
// taken for something that the scenario kept.

#include <stdio.h>

#include "sim/search/twin_events.h"

enum { JUNK = 0x5a, OTHER_JUNK = 0xa5 };

struct suspect {
    const char *what;
    struct perturbation sides[2];
};

#define SIDE(addresses_, junk_, heap_order_, heap_junk_)                       \
    {                                                                          \
        .addresses = (addresses_), .junk = (junk_),                            \
        .heap_order = HEAP_##heap_order_, .heap_junk = (heap_junk_)            \
    }

#define SHIFTED(shift)                                                         \
    {                                                                          \
        .junk = JUNK, .heap_order = HEAP_DOWNWARDS, .heap_shift = (shift),     \
        .heap_junk = JUNK                                                      \
    }

// Returns how the twin of that number differs, which is in everything. What is
// large as a number is negative in every second one.
static struct perturbation another(uint64_t number)
{
    uint8_t junk = number % 2 == 0 ? OTHER_JUNK : JUNK;
    struct perturbation side = SIDE(true, junk, DOWNWARDS, junk);

    side.heap_shift = (uint8_t)(number % HEAP_SHIFTS);
    return side;
}

// The last one is what is left if no other is convicted.
static const struct suspect suspects[] = {
    {"what an earlier run left, or the real world",
     {SIDE(false, JUNK, UPWARDS, JUNK), SIDE(false, JUNK, UPWARDS, JUNK)}},
    {"uninitialised memory of malloc's",
     {SIDE(false, JUNK, UPWARDS, JUNK),
      SIDE(false, JUNK, UPWARDS, OTHER_JUNK)}},
    {"uninitialised memory",
     {SIDE(false, JUNK, UPWARDS, JUNK),
      SIDE(false, OTHER_JUNK, UPWARDS, JUNK)}},
    {"uninitialised memory",
     {SIDE(false, 0, UPWARDS, JUNK), SIDE(false, JUNK, UPWARDS, JUNK)}},
    {"the order of malloc's addresses",
     {SIDE(false, JUNK, UPWARDS, JUNK), SIDE(false, JUNK, DOWNWARDS, JUNK)}},
    {"malloc's addresses", {SHIFTED(0), SHIFTED(1)}},
    {"malloc's addresses", {SHIFTED(0), SHIFTED(2)}},
    {"malloc's addresses", {SHIFTED(0), SHIFTED(4)}},
    {"addresses",
     {SIDE(false, JUNK, UPWARDS, JUNK), SIDE(true, JUNK, UPWARDS, JUNK)}},
    {"something, it is not known what",
     {SIDE(false, 0, AS_IT_COMES, 0),
      SIDE(true, OTHER_JUNK, DOWNWARDS, OTHER_JUNK)}},
};

enum { SUSPECTS = sizeof(suspects) / sizeof(suspects[0]) };

static void run_side(struct search *search, const struct plan *plan,
                     const struct perturbation *side, bool words,
                     struct outcome *outcome)
{
    struct plan twin = *plan;

    twin.perturbation = *side;
    twin.words = words;
    trio_sim_run_(search->kernel, &twin, outcome);
    search->result->runs++;
    search->result->steps += outcome->steps;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->hash == b->hash && a->verdict == b->verdict;
}

static bool is_guilty(struct search *search, const struct plan *plan,
                      const struct suspect *suspect)
{
    struct outcome outcomes[2];

    for (size_t i = 0; i < 2; i++)
        run_side(search, plan, &suspect->sides[i], false, &outcomes[i]);
    return !same(&outcomes[0], &outcomes[1]);
}

static const struct suspect *convict(struct search *search,
                                     const struct plan *plan)
{
    size_t i = 0;

    while (i + 1 < SUSPECTS && !is_guilty(search, plan, &suspects[i]))
        i++;
    return &suspects[i];
}

// Runs both sides and writes where they part. Returns false if they do not.
static bool find_parting(struct search *search, const struct plan *plan,
                         const struct suspect *suspect, bool words,
                         char *buffer, size_t size)
{
    struct outcome outcomes[2];
    struct array kept;

    run_side(search, plan, &suspect->sides[0], words, &outcomes[0]);
    trio_sim_twin_keep_(search->kernel, &kept);
    run_side(search, plan, &suspect->sides[1], words, &outcomes[1]);
    bool part = !same(&outcomes[0], &outcomes[1]);
    if (part)
        trio_sim_twin_part_(search->kernel, &kept, buffer, size);
    trio_sim_array_end_(search->kernel, &kept);
    return part;
}

// Where malloc puts something is not the same in any two runs, as an order is.
static const char *name_of(const struct search *search,
                           const struct suspect *suspect)
{
    return suspect == suspects && trio_sim_uses_malloc_(search->kernel)
               ? "what an earlier run left, malloc's addresses, or the real "
                 "world"
               : suspect->what;
}

// A run that is looked at closely leaves other things on its stacks. If that is
// enough to make the difference go away, the little that is kept of every run
// has to do.
static void write_text(struct search *search, const struct plan *plan,
                       const struct suspect *suspect, struct outcome *outcome)
{
    char where[FAILURE_TEXT_MAX - 100] = "not always";

    if (!find_parting(search, plan, suspect, true, where, sizeof(where)))
        find_parting(search, plan, suspect, false, where, sizeof(where));
    snprintf(outcome->text, sizeof(outcome->text),
             "not deterministic: depends on %s; %s", name_of(search, suspect),
             where);
}

bool trio_sim_twin_(struct search *search, const struct plan *plan,
                    const struct outcome *outcome)
{
    struct perturbation side = another(search->result->twins++);
    struct outcome twin;

    run_side(search, plan, &side, false, &twin);
    if (same(outcome, &twin))
        return true;

    const struct suspect *suspect = convict(search, plan);
    struct outcome found = *outcome;
    found.verdict = VERDICT_FAILED;
    found.failure = FAILURE_REAL;
    found.failure_class = trio_sim_class_(FAILURE_REAL, suspect->what);
    write_text(search, plan, suspect, &found);
    trio_sim_keep_failure_(search, plan, "twin", &found);
    return false;
}
