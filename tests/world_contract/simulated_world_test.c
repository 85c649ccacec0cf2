// The simulation is a world: it keeps the contract, in every order of tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"

static struct trio_simulation simulation;
static uint64_t seed;

static struct trio_config simulate(void)
{
    struct trio_config base = trio_config_platform();

    return trio_config_simulated(&simulation, &base, seed);
}

TEST_SEEDED(simulated_world, keeps_the_contract)
{
    static const char *const addresses[] = {"127.0.0.1:0", "[::1]:0",
                                            "10.0.0.1:0", "[fd00::1]:0"};

    seed = check_seed();
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct world_traits traits = {.address = addresses[i],
                                      .has_local = true,
                                      .has_pipes = true,
                                      .has_jobs = true};
        world_contract_check(simulate, NULL, &traits);
    }
}
