// Virtual time is one number plus, with a rate, the real time that has passed
// since that number was set:
//
//     virtual now = now + (real now - base_then) * rate
//
// Whatever moves the clock or changes its rate first folds the second part into
// the first. Time can then never go back, nor be counted at two rates.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/clock.h>

// Multiplies a duration by numerator / denominator, rounded down, within
// TRIO_FOREVER. Both are positive.
static trio_duration scale(trio_duration duration, int64_t numerator,
                           int64_t denominator)
{
    trio_duration whole = duration / denominator;
    trio_duration rest = duration % denominator;

    if (whole > TRIO_FOREVER / numerator - 1)
        return TRIO_FOREVER;
    return whole * numerator + rest * numerator / denominator;
}

static trio_time read_now(void *context)
{
    const struct trio_mock_clock *mock = context;

    if (mock->rate_permille == 0)
        return mock->now;
    trio_duration real = mock->base.now(mock->base.context) - mock->base_then;
    return trio_time_add(mock->now, scale(real, mock->rate_permille, 1000));
}

static void fold(struct trio_mock_clock *mock)
{
    mock->now = read_now(mock);
    if (mock->rate_permille != 0)
        mock->base_then = mock->base.now(mock->base.context);
}

static trio_duration real_until(void *context, trio_time deadline)
{
    const struct trio_mock_clock *mock = context;
    trio_time now = read_now(context);

    if (deadline <= now)
        return 0;
    if (mock->rate_permille == 0 || deadline == TRIO_FOREVER)
        return TRIO_FOREVER;
    trio_duration real = scale(deadline - now, 1000, mock->rate_permille);
    // Rounded up, or the wait would end just before the deadline.
    return trio_time_add(real, 1);
}

static bool jump_to(void *context, trio_time deadline)
{
    struct trio_mock_clock *mock = context;

    if (!mock->autojump || deadline == TRIO_FOREVER)
        return false;
    fold(mock);
    if (deadline > mock->now)
        mock->now = deadline;
    return true;
}

static bool can_jump(void *context)
{
    const struct trio_mock_clock *mock = context;

    return mock->autojump;
}

struct trio_clock trio_clock_mock(struct trio_mock_clock *mock)
{
    return (struct trio_clock){.context = mock,
                               .now = read_now,
                               .until = real_until,
                               .jump = jump_to,
                               .can_jump = can_jump,
                               .jump_threshold = mock->jump_threshold};
}

void trio_mock_clock_jump(struct trio_mock_clock *mock, trio_duration step)
{
    fold(mock);
    mock->now = trio_time_add(mock->now, step);
}

void trio_mock_clock_set_rate(struct trio_mock_clock *mock,
                              struct trio_clock base, int64_t permille)
{
    TRIO_ASSERT(permille >= 0 && permille <= INT32_MAX);
    fold(mock);
    mock->base = base;
    mock->rate_permille = permille;
    if (permille != 0)
        mock->base_then = base.now(base.context);
}
