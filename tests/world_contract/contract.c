// A clause that fails is named by the line of its check; all the others are
// checked all the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/world_contract/contract.h"

#include <stdio.h>

#include "tests/check.h"

struct checking {
    const struct world_clause *clause;
    const struct world_traits *traits;
};

static TRIO_CHECKPOINT trio_status check_clause(void *arg)
{
    const struct checking *checking = arg;

    if (checking->traits->prepare != NULL)
        checking->traits->prepare();
    checking->clause->check(checking->traits);
    return trio_checkpoint();
}

void world_contract_check(struct trio_config (*config)(void),
                          size_t (*count_handles)(void),
                          const struct world_traits *traits)
{
    static const struct world_clause *const parts[] = {
        world_stream_clauses, world_datagram_clauses,  world_handle_clauses,
        world_file_clauses,   world_readiness_clauses, world_job_clauses,
        world_port_clauses,   world_local_clauses,     world_disk_clauses};

    for (size_t i = 0; i < COUNT(parts); i++) {
        for (const struct world_clause *clause = parts[i]; clause->name != NULL;
             clause++) {
            struct checking checking = {clause, traits};
            struct trio_config run = config();
            size_t before = count_handles != NULL ? count_handles() : 0;
            bool held = CHECK_OK(trio_run_with(&run, check_clause, &checking));
            if (count_handles != NULL)
                held &= CHECK_EQ(count_handles(), before);
            if (!held)
                printf("the clause was: %s\n", clause->name);
        }
    }
}
