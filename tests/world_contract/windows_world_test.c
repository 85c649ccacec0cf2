// Windows is a world: it keeps the contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"
#include "tests/world_contract/contract.h"

#include <windows.h>

static const char *free_file(void)
{
    static char path[MAX_PATH + 40];
    char folder[MAX_PATH];

    REQUIRE(GetTempPathA(sizeof(folder), folder) > 0);
    snprintf(path, sizeof(path), "%strio-disk-%lu", folder,
             GetCurrentProcessId());
    return path;
}

TEST_PLAIN(windows_world, keeps_the_contract)
{
    // Wine does not count handles, and keeps to itself that nobody wants a
    // datagram.
    static const struct world_traits ipv4 = {.address = "127.0.0.1:0",
                                             .hides_refusals = true,
                                             .holds_names = true,
                                             .shares_ports = true,
                                             .has_pipes = true,
                                             .has_jobs = true,
                                             .is_open = true,
                                             .free_file = free_file};

    world_contract_check(trio_config_platform, NULL, &ipv4);
}
