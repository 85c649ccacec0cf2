// The simulation is a world: it keeps the contract, in every order of tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>

#include "tests/check.h"
#include "tests/world_contract/contract.h"

static struct trio_simulation simulation;
static uint64_t seed;

static struct trio_config simulate(void)
{
    struct trio_config base = trio_config_platform();

    return trio_config_simulated(&simulation, &base, seed);
}

static void make_it_far(void)
{
    struct trio_sim_host *home = trio_sim_host_home();

    CHECK_OK(trio_sim_link_set_latency(home, home, 7 * TRIO_MS));
}

static const char *free_file(void)
{
    return "/a/file";
}

static const char *free_path(void)
{
    return "/a/socket";
}

static void check_at(const char *address, void (*prepare)(void))
{
    struct world_traits traits = {.address = address,
                                  .has_local = true,
                                  .has_pipes = true,
                                  .has_jobs = true,
                                  .free_file = free_file,
                                  .free_path = free_path,
                                  .prepare = prepare};

    seed = check_seed();
    world_contract_check(simulate, NULL, &traits);
}

TEST_SEEDED(simulated_world, keeps_the_contract)
{
    check_at("127.0.0.1:0", NULL);
    check_at("[::1]:0", NULL);
    check_at("10.0.0.1:0", NULL);
    check_at("[fd00::1]:0", NULL);
}

TEST_SEEDED(simulated_world, keeps_it_over_a_link_that_takes_time)
{
    check_at("127.0.0.1:0", make_it_far);
    check_at("[fd00::1]:0", make_it_far);
}
