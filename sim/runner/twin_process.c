// A process inherits little: its arguments, its environment, where the system
// puts it. All of that is changed for a twin, and its seed is what stays.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/twin_process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/runner/twin_system.h"
#include "sim/search/search.h"

uint64_t trio_runner_twin_hash_(const struct trio_scenario *scenario,
                                uint64_t seed)
{
    struct trio_config base = trio_config_platform();
    struct kernel *kernel = trio_sim_kernel_new_(&base);
    struct strategies strategies;
    struct outcome outcome;

    TRIO_ASSERT(kernel != NULL);
    trio_sim_strategies_init_(&strategies, scenario->witness);
    struct plan plan = trio_sim_twin_plan_(scenario, &strategies, seed);
    trio_sim_run_(kernel, &plan, &outcome);
    trio_sim_kernel_free_(kernel);
    return outcome.hash;
}

void trio_runner_twin_print_(const struct trio_scenario *scenario,
                             uint64_t seed)
{
    printf("%016" PRIx64 "\n", trio_runner_twin_hash_(scenario, seed));
}

static enum twin compare(const char *text, uint64_t expected_hash)
{
    char *end;
    uint64_t hash = strtoull(text, &end, 16);

    if (end == text || *end != '\n')
        return TWIN_UNKNOWN;
    return hash == expected_hash ? TWIN_SAME : TWIN_OTHER;
}

enum twin trio_runner_twin_process_(const char *program, const char *scenario,
                                    uint64_t seed, uint64_t expected_hash)
{
    char text[64];

    if (!trio_runner_twin_run_(program, scenario, seed, text, sizeof(text)))
        return TWIN_UNKNOWN;
    return compare(text, expected_hash);
}

uint64_t trio_runner_twin_processes_(const char *program,
                                     const struct trio_scenario *scenario,
                                     uint64_t seed, uint64_t count)
{
    uint64_t bad = 0;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t hash = trio_runner_twin_hash_(scenario, seed + i);
        enum twin twin =
            trio_runner_twin_process_(program, scenario->name, seed + i, hash);
        if (twin == TWIN_SAME)
            continue;
        bad++;
        fprintf(stderr, "%s: seed %" PRIu64 " %s in another process\n",
                scenario->name, seed + i,
                twin == TWIN_OTHER ? "is another run" : "did not run");
    }
    return bad;
}
