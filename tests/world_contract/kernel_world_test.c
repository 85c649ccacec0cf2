// The kernel is a world: it keeps the contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/sockets.h"
#include "tests/world_contract/contract.h"

TEST_PLAIN(kernel_world, keeps_the_contract)
{
    static const struct world_traits ipv4 = {.address = "127.0.0.1:0",
                                             .has_local = true,
                                             .has_pipes = true,
                                             .has_jobs = true,
                                             .is_open = true};

    world_contract_check(trio_config_platform, count_descriptors, &ipv4);
}
