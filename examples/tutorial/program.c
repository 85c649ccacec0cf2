// Three clients and two connections, in the real world.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/tutorial/clients.h"

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct connection connections[2];
    struct pool pool;

    (void)arg;
    pool_open(&pool, connections, 2);
    trio_status rc = run_clients(&pool, 3);
    printf("%zu of 2 connections are in the pool\n", pool_count(&pool));
    return rc;
}

int main(void)
{
    return trio_exit_code(trio_run(program, NULL));
}
