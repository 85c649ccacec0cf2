// Bytes that are changed at random are anchors of nothing. What is added here
// is taken from what a run of the parent has reported: a turn that another task
// could have had, a moment at which a scope could have been cancelled, a place
// where time could have passed, a call that could have failed. So each child
// differs from its parent by something that happens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "fuzz/main/harness.h"
#include "fuzz/main/random.h"
#include "sim/kernel/state.h"

// ---- What fits ----

static bool add(struct fuzz_input *input, struct deviation deviation)
{
    if (input->count == DEVIATIONS_MAX)
        return false;
    input->deviations[input->count++] = deviation;
    return true;
}

static bool add_choice(struct fuzz_input *input, uint64_t *random)
{
    size_t count;
    const struct deviation *choices =
        trio_sim_choices_(fuzz_harness_.kernel, &count);

    return count > 0 && add(input, choices[fuzz_below_(random, count)]);
}

static bool add_cancel(struct fuzz_input *input, uint64_t *random)
{
    size_t count;
    const struct point *points = trio_sim_points_(fuzz_harness_.kernel, &count);

    if (count == 0 || fuzz_harness_scenario_()->no_cancel_sweep)
        return false;
    const struct point *point = &points[fuzz_below_(random, count)];
    uint32_t scope = point->scopes[fuzz_below_(random, 3)];
    if (scope == 0)
        scope = point->scopes[0];
    return scope != 0 &&
           add(input, (struct deviation){DEVIATE_CANCEL, point->anchor, scope});
}

// Time goes beyond a few deadlines, or on for some time.
static uint32_t choose_far(uint32_t least, uint64_t *random)
{
    if (fuzz_below_(random, 4) > 0)
        return least + (uint32_t)fuzz_below_(random, 3);
    trio_duration time = 1 + (trio_duration)fuzz_below_(random, 9);
    for (size_t zeros = fuzz_below_(random, 13); zeros > 0; zeros--)
        time *= 10;
    return trio_sim_far_(time);
}

static bool add_lapse(struct fuzz_input *input, uint64_t *random)
{
    size_t count;
    const struct lapse *lapses = trio_sim_lapses_(fuzz_harness_.kernel, &count);

    if (count == 0)
        return false;
    const struct lapse *lapse = &lapses[fuzz_below_(random, count)];
    return add(input, (struct deviation){DEVIATE_CLOCK, lapse->anchor,
                                         choose_far(lapse->least, random)});
}

static bool add_failure(struct fuzz_input *input, uint64_t *random)
{
    const struct trio_scenario *scenario = fuzz_harness_scenario_();
    size_t count;
    const struct call *calls = trio_sim_calls_(fuzz_harness_.kernel, &count);

    if (count == 0 || scenario->no_failure_sweep)
        return false;
    const struct call *call = &calls[fuzz_below_(random, count)];
    bool goes_on = !call->once && fuzz_below_(random, 4) == 0;
    return !(call->heap && scenario->no_malloc_failures) &&
           add(input,
               (struct deviation){goes_on ? DEVIATE_FAIL_ON : DEVIATE_FAIL,
                                  call->anchor, 0});
}

// ---- Changes ----

// Half of what is added is a turn or a job: most bugs are about those.
static bool add_one(struct fuzz_input *input, uint64_t *random)
{
    switch (fuzz_below_(random, 8)) {
    case 0:
    case 1:
        return add_cancel(input, random);
    case 2:
        return add_lapse(input, random);
    case 3:
        return add_failure(input, random);
    default:
        return add_choice(input, random);
    }
}

static bool remove_one(struct fuzz_input *input, uint64_t *random)
{
    if (input->count == 0)
        return false;
    size_t i = fuzz_below_(random, input->count--);
    memmove(&input->deviations[i], &input->deviations[i + 1],
            (input->count - i) * sizeof(input->deviations[0]));
    return true;
}

// One thing comes in place of another.
static bool move_one(struct fuzz_input *input, uint64_t *random)
{
    return remove_one(input, random) && add_one(input, random);
}

static bool retarget_turn(struct deviation *turn, uint64_t *random)
{
    size_t count;
    const struct deviation *choices =
        trio_sim_choices_(fuzz_harness_.kernel, &count);

    for (size_t tries = 0; count > 0 && tries < 16; tries++) {
        const struct deviation *other = &choices[fuzz_below_(random, count)];
        if (other->kind != turn->kind || other->target == turn->target)
            continue;
        turn->target = other->target;
        return true;
    }
    return false;
}

// The same moment, and somebody else.
static bool retarget_one(struct fuzz_input *input, uint64_t *random)
{
    size_t points;
    const struct point *point = trio_sim_points_(fuzz_harness_.kernel, &points);

    if (input->count == 0)
        return false;
    struct deviation *one =
        &input->deviations[fuzz_below_(random, input->count)];
    if (one->kind == DEVIATE_TASK || one->kind == DEVIATE_JOB)
        return retarget_turn(one, random);
    if (one->kind == DEVIATE_CLOCK)
        one->target = choose_far(1, random);
    else if (one->kind == DEVIATE_FAIL)
        one->kind = DEVIATE_FAIL_ON;
    else if (one->kind == DEVIATE_FAIL_ON)
        one->kind = DEVIATE_FAIL;
    else if (points > 0)
        one->target = point[fuzz_below_(random, points)].scopes[0];
    return true;
}

static bool reseed(struct fuzz_input *input, uint64_t *random)
{
    if (!fuzz_harness_.outcome.drew)
        return false;
    input->seed = fuzz_below_(random, 1 << 16);
    return true;
}

static bool change(struct fuzz_input *input, uint64_t *random)
{
    switch (fuzz_below_(random, 16)) {
    case 0:
    case 1:
        return remove_one(input, random);
    case 2:
    case 3:
        return move_one(input, random);
    case 4:
        return retarget_one(input, random);
    case 5:
        return reseed(input, random);
    case 6:
        input->scenario =
            (uint8_t)fuzz_below_(random, fuzz_harness_.selection.count);
        return fuzz_harness_.selection.count > 1;
    default:
        return add_one(input, random);
    }
}

// ---- What the engine calls ----

// Has the kernel know the run of these bytes, which is most often its last one.
static void run_parent(const uint8_t *data, size_t size)
{
    static struct fuzz_input parent;
    struct fuzz_input *last = &fuzz_harness_.input;
    struct plan plan;

    fuzz_input_read_(&parent, data, size);
    if (fuzz_harness_.runs > 0 && fuzz_input_equal_(&parent, last))
        return;
    *last = parent;
    fuzz_harness_run_(&plan);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max,
                               unsigned seed)
{
    static struct fuzz_input child;
    uint64_t random = seed;
    unsigned tries = 8;

    // What needs few changes is found near production, and a parent that has
    // ended early leads nowhere: every fourth child begins anew.
    if (size > FUZZ_HEAD_BYTES && fuzz_below_(&random, 4) == 0)
        size = FUZZ_HEAD_BYTES;
    run_parent(data, size);
    child = fuzz_harness_.input;
    while (!change(&child, &random) && tries-- > 0)
        ;
    return fuzz_input_write_(&child, data, size_max);
}

// Takes each record of either, or leaves it out, in their order.
static void splice(struct fuzz_input *child, const struct fuzz_input *parent,
                   uint64_t *random)
{
    for (size_t i = 0; i < parent->count; i++)
        if (fuzz_below_(random, 4) > 0)
            add(child, parent->deviations[i]);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size,
                                 const uint8_t *other, size_t other_size,
                                 uint8_t *ret_data, size_t size_max,
                                 unsigned seed)
{
    static struct fuzz_input child, first, second;
    uint64_t random = seed;

    // An engine asks for as many cross-overs as changes. Few lead anywhere:
    // most are turned down, and then it asks for something else.
    if (fuzz_below_(&random, 8) > 0)
        return 0;
    fuzz_input_read_(&first, one, one_size);
    fuzz_input_read_(&second, other, other_size);
    child.scenario = first.scenario;
    child.seed = fuzz_below_(&random, 2) == 0 ? first.seed : second.seed;
    child.count = 0;
    splice(&child, &first, &random);
    splice(&child, &second, &random);
    if (fuzz_input_equal_(&child, &first) || fuzz_input_equal_(&child, &second))
        return 0;
    return fuzz_input_write_(&child, ret_data, size_max);
}
