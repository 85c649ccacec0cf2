// The scenarios of a program, in the order of registration, which is that of
// their definition inside a file.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>

static struct trio_scenario *first;
static struct trio_scenario *last;

void trio_scenario_register(struct trio_scenario *scenario)
{
    TRIO_ASSERT(scenario->name != NULL);
    TRIO_ASSERT(scenario->fn != NULL);
    TRIO_ASSERT(scenario->next == NULL);
    TRIO_ASSERT(scenario != last); // Registered already.

    if (last == NULL)
        first = scenario;
    else
        last->next = scenario;
    last = scenario;
}

struct trio_scenario *trio_scenario_first(void)
{
    return first;
}
