// A campaign knows the properties that its runs were asked for. One that stands
// where no run gets is known to the linker alone, which has put pointers to all
// of them into a section.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/sometimes.h"

#include <stdio.h>
#include <string.h>

#include <trio/probe.h>

// The linker's names for both ends of the section.
extern struct trio_sometimes_site *const __start_trio_sometimes[];
extern struct trio_sometimes_site *const __stop_trio_sometimes[];

// There are such names if there is a section.
static struct trio_sometimes_site nowhere = {"", __FILE__, __LINE__, true};
__attribute__((section("trio_sometimes"),
               used)) static struct trio_sometimes_site *const listed =
    &nowhere;

static size_t site_count(void)
{
    return (size_t)(__stop_trio_sometimes - __start_trio_sometimes);
}

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
    for (size_t i = 0; i < site_count(); i++)
        __start_trio_sometimes[i]->reached |=
            has(record, __start_trio_sometimes[i]->name);
}

bool trio_runner_sometimes_next_(size_t *at, struct record *ret_record)
{
    static const struct trio_scenario whole = {.name = "TRIO_SIM_SOMETIMES"};

    while (*at < site_count() && __start_trio_sometimes[*at]->reached)
        ++*at;
    if (*at == site_count())
        return false;
    const struct trio_sometimes_site *site = __start_trio_sometimes[(*at)++];
    *ret_record =
        (struct record){.scenario = &whole, .result.verdict = TRIO_SIM_FAILED};
    snprintf(ret_record->result.text, sizeof(ret_record->result.text),
             "never reached: %.120s, at %.100s:%d", site->name, site->file,
             site->line);
    return true;
}
