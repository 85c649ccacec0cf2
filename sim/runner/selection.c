// What is asked for is checked before anything is run: a mistake in the options
// is told at once, and nothing further on has to know of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/selection.h"

#include <stdlib.h>
#include <string.h>

#include "sim/search/search.h"

const struct trio_scenario *trio_runner_scenario_named_(const char *name)
{
    const struct trio_scenario *scenario = trio_scenario_first();

    while (scenario != NULL && strcmp(scenario->name, name) != 0)
        scenario = scenario->next;
    return scenario;
}

// A pattern that is the whole name of a scenario selects only that; others are
// parts of names.
static bool selects(const char *pattern, const struct trio_scenario *scenario)
{
    if (trio_runner_scenario_named_(pattern) != NULL)
        return strcmp(scenario->name, pattern) == 0;
    return strstr(scenario->name, pattern) != NULL;
}

static bool is_selected(const struct options *options,
                        const struct trio_scenario *scenario)
{
    for (size_t i = 0; i < options->pattern_count; i++)
        if (selects(options->patterns[i], scenario))
            return true;
    return options->pattern_count == 0;
}

bool trio_runner_select_(const struct options *options,
                         struct selection *ret_selection)
{
    const struct trio_scenario *scenario = trio_scenario_first();
    struct selection *selection = ret_selection;
    size_t all = 0;

    for (; scenario != NULL; scenario = scenario->next)
        all++;
    *selection = (struct selection){
        .scenarios = calloc(all + 1, sizeof(*selection->scenarios)),
        .all = options->pattern_count == 0 && options->shards == 1};
    if (selection->scenarios == NULL)
        return false;
    all = 0;
    for (scenario = trio_scenario_first(); scenario != NULL;
         scenario = scenario->next) {
        if (!is_selected(options, scenario) ||
            all++ % options->shards != options->shard)
            continue;
        selection->scenarios[selection->count++] = scenario;
        if (strlen(scenario->name) > selection->width)
            selection->width = strlen(scenario->name);
    }
    return true;
}

// A shard may well have none; all together they have as many as there are.
static bool check_patterns(const struct options *options,
                           const struct selection *selection)
{
    if (options->shards > 1)
        return true;
    for (size_t i = 0; i < options->pattern_count; i++) {
        size_t k = 0;

        while (k < selection->count &&
               !selects(options->patterns[i], selection->scenarios[k]))
            k++;
        if (k < selection->count)
            continue;
        fprintf(stderr, "%s: there is no such scenario: %s\n", options->program,
                options->patterns[i]);
        return false;
    }
    if (selection->count == 0)
        fprintf(stderr, "%s: there is no scenario\n", options->program);
    return selection->count > 0;
}

// A script is an option's, or the scenario's own.
static bool check_scripts(const struct options *options,
                          const struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        if (options->script != NULL || selection->scenarios[i]->witness != NULL)
            continue;
        fprintf(stderr,
                "%s: --strategy script takes its words from --script: %s has "
                "no witness\n",
                options->program, selection->scenarios[i]->name);
        return false;
    }
    return true;
}

static bool check_strategy(const struct options *options,
                           const struct selection *selection)
{
    struct strategies strategies;
    const struct strategy *strategy;

    if (options->strategy == NULL)
        return true;
    trio_sim_strategies_init_(&strategies, options->script);
    if (!trio_sim_strategy_named_(&strategies, options->strategy, &strategy)) {
        fprintf(stderr, "%s: no such strategy: %s; there are %s\n",
                options->program, options->strategy, STRATEGY_NAMES);
        return false;
    }
    return strategy != &strategies.script || check_scripts(options, selection);
}

bool trio_runner_selection_check_(const struct options *options,
                                  const struct selection *selection)
{
    return check_patterns(options, selection) &&
           check_strategy(options, selection);
}
