// Windows is a world: it keeps the contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "tests/check.h"
#include "tests/world_contract/contract.h"

// Handles of all kinds: what a run opens it has to close.
static size_t count_handles(void)
{
    DWORD count = 0;

    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &count));
    return count;
}

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
    // Wine keeps to itself that nobody wants a datagram.
    static const struct world_traits ipv4 = {.address = "127.0.0.1:0",
                                             .hides_refusals = true,
                                             .holds_names = true,
                                             .shares_ports = true,
                                             .has_jobs = true,
                                             .is_open = true,
                                             .free_file = free_file};

    world_contract_check(trio_config_platform, count_handles, &ipv4);
}
