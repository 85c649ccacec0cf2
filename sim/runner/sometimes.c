// A campaign knows the properties that its runs were asked for. One that stands
// where no run gets is known to the linker alone, which has put pointers to all
// of them into a section.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/sometimes.h"

#include <stdio.h>
#include <string.h>

#include <trio/probe.h>

#include "sim/runner/sites.h"

// Whether a record has a property; one that is full may have lost it.
static bool has(const struct record *record, const char *name)
{
    const struct trio_campaign_result *result = &record->result;

    for (size_t i = 0; i < result->sometimes; i++)
        if (strcmp(result->properties[i].name, name) == 0)
            return true;
    return result->sometimes == TRIO_SIM_SOMETIMES_MAX;
}

void trio_runner_sometimes_note_(const struct record *record)
{
    size_t count;
    struct trio_sometimes_site *const *sites = trio_runner_sites_(&count);

    for (size_t i = 0; i < count; i++)
        sites[i]->reached |= has(record, sites[i]->name);
}

bool trio_runner_sometimes_next_(size_t *at, struct record *ret_record)
{
    static const struct trio_scenario whole = {.name = "TRIO_SIM_SOMETIMES"};
    size_t count;
    struct trio_sometimes_site *const *sites = trio_runner_sites_(&count);

    while (*at < count && sites[*at]->reached)
        ++*at;
    if (*at == count)
        return false;
    const struct trio_sometimes_site *site = sites[(*at)++];
    *ret_record =
        (struct record){.scenario = &whole, .result.verdict = TRIO_SIM_FAILED};
    snprintf(ret_record->result.text, sizeof(ret_record->result.text),
             "never reached: %.120s, at %.100s:%d", site->name, site->file,
             site->line);
    return true;
}
