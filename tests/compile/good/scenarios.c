// Scenarios, with members that follow the name and without.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/trio.h>

TRIO_SCENARIO(plain)
{
    (void)arg;
    return trio_checkpoint();
}

TRIO_SCENARIO(with_members, .order = TRIO_SIM_SOFT, .steps_max = 1000)
{
    (void)arg;
    return trio_checkpoint();
}
