// What must hold of the pool, however its clients come and go.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>

#include "examples/tutorial/clients.h"

TRIO_SCENARIO(none_is_lost)
{
    struct connection connection;
    struct pool pool;

    (void)arg;
    pool_open(&pool, &connection, 1);
    trio_sim_name(&pool.permits, "pool");
    trio_status rc = run_clients(&pool, 2);
    TRIO_SIM_ALWAYS(pool_count(&pool) == 1, "all are back");
    return rc;
}
