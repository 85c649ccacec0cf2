// A swarm: runs that draw their faults, each other ones. Only runs under a
// random strategy do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/search/search.h"

struct swarm trio_sim_swarm_(const struct trio_scenario *scenario,
                             const struct trio_campaign_options *options,
                             uint64_t seed)
{
    // Whatever else follows from the seed is drawn from another generator.
    uint64_t state = seed ^ UINT64_C(0xbb67ae8584caa73b);

    if (options->no_faults)
        return (struct swarm){.seed = 0};
    return (struct swarm){
        .seed = trio_sim_next_(&state) | 1,
        .all = options->all_faults && !scenario->no_failure_sweep,
        .no_heap = options->no_malloc_failures || scenario->no_malloc_failures,
    };
}

// Returns the count of a kind; the last one is of all that find no room.
static struct trio_fault_count *count_of(struct trio_campaign_result *result,
                                         const char *name)
{
    size_t i = 0;

    while (i < TRIO_SIM_FAULTS_MAX - 1 && result->faults[i].name != NULL &&
           strcmp(result->faults[i].name, name) != 0)
        i++;
    if (result->faults[i].name == NULL)
        result->faults[i].name = i < TRIO_SIM_FAULTS_MAX - 1 ? name : "others";
    return &result->faults[i];
}

void trio_sim_count_fault_(struct trio_campaign_result *result,
                           const char *name, uint64_t tried)
{
    if (tried > 0)
        count_of(result, name)->tried += tried;
}

void trio_sim_note_faults_(struct search *search)
{
    size_t count;
    const struct fault_kind *kinds =
        trio_sim_fault_kinds_(search->kernel, &count);

    for (size_t i = 0; i < count; i++)
        trio_sim_count_fault_(search->result, kinds[i].what, kinds[i].tried);
}
