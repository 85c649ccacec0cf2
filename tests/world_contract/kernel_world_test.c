// The kernel is a world: it keeps the contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"
#include "tests/world_contract/contract.h"

static trio_handle open_file(void)
{
    char path[] = "/tmp/trio-file-XXXXXX";
    int file = mkstemp(path);

    REQUIRE(file >= 0);
    unlink(path);
    return file;
}

static const char *free_path(void)
{
    static char path[40];

    snprintf(path, sizeof(path), "/tmp/trio-path-%ld", (long)getpid());
    return path;
}

static const char *free_file(void)
{
    static char path[40];

    snprintf(path, sizeof(path), "/tmp/trio-disk-%ld", (long)getpid());
    return path;
}

TEST_PLAIN(kernel_world, keeps_the_contract)
{
    static const struct world_traits ipv4 = {.address = "127.0.0.1:0",
                                             .has_local = true,
                                             .has_pipes = true,
                                             .has_jobs = true,
                                             .is_open = true,
                                             .open_file = open_file,
                                             .free_file = free_file,
                                             .free_path = free_path,
                                             .folder = "/"};

    world_contract_check(trio_config_platform, count_descriptors, &ipv4);
}
