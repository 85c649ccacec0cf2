// How far the clock goes, in the 16 bits of a deviation: beyond so many
// deadlines, or, with the highest bit, for so long. Of a duration four bits are
// how many zeros are left out in decimal, and eleven are the rest, so that what
// people write is exact: 250 ms is 250 and six zeros.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

enum { REST_BITS = 11, ZEROS_MAX = 15 };

uint32_t trio_sim_far_(trio_duration duration)
{
    trio_duration rest = duration;
    uint32_t zeros = 0;

    for (; rest >> REST_BITS != 0 && rest % 10 == 0 && zeros < ZEROS_MAX;
         zeros++)
        rest /= 10;
    if (rest <= 0 || rest >> REST_BITS != 0)
        return 0;
    return FAR_LASTS | zeros << REST_BITS | (uint32_t)rest;
}

static trio_duration duration_of(uint32_t far)
{
    trio_duration duration = far & ((1u << REST_BITS) - 1);

    for (uint32_t zeros = (far ^ FAR_LASTS) >> REST_BITS; zeros > 0; zeros--)
        duration *= 10;
    return duration;
}

trio_time trio_sim_time_of_(const struct kernel *kernel, uint32_t far)
{
    trio_time time = trio_sim_now_(kernel);

    if ((far & FAR_LASTS) != 0)
        return trio_time_add(time, duration_of(far));
    for (; far > 0 && time != TRIO_FOREVER; far--)
        time = trio_run_next_deadline(time);
    return time;
}

static void say_duration(const struct kernel *kernel, trio_duration duration,
                         char *buffer, size_t size)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    size_t unit = 0;

    for (; unit < 3 && duration % 1000 == 0; unit++)
        duration /= 1000;
    trio_sim_format_(kernel, buffer, size, "%lld %s pass", (long long)duration,
                     units[unit]);
}

void trio_sim_say_far_(const struct kernel *kernel, uint32_t far, char *buffer,
                       size_t size)
{
    if ((far & FAR_LASTS) != 0)
        say_duration(kernel, duration_of(far), buffer, size);
    else
        trio_sim_format_(kernel, buffer, size,
                         far == 1 ? "time passes"
                                  : "time passes beyond %u deadlines",
                         (unsigned)far);
}
