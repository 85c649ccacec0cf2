// A server and three turnstiles on this machine, and a hundred visitors each.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/turnstile/turnstile.h"

enum { VISITORS = 100 };

struct site {
    struct tally tally;
    struct trio_tcp_listener listener;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct site *site = arg;

    return tally_serve(&site->tally, &site->listener);
}

static TRIO_CHECKPOINT trio_status let_in(void *arg)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < VISITORS; i++)
        rc = turnstile_turn(arg);
    return rc;
}

static TRIO_CHECKPOINT trio_status open_doors(const struct site *site)
{
    struct turnstile turnstiles[TURNSTILES_MAX];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (uint32_t i = 0; rc == TRIO_OK && i < TURNSTILES_MAX; i++) {
        turnstiles[i] =
            (struct turnstile){.number = i, .server = site->listener.address};
        rc = trio_nursery_start_soon(&nursery, let_in, &turnstiles[i]);
    }
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct site *site = arg;
    struct trio_nursery nursery;
    struct trio_address here;
    trio_status rc = trio_address_parse("127.0.0.1:0", &here);

    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&here, NULL, &site->listener);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, serve, site);
    if (rc == TRIO_OK)
        rc = open_doors(site);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

int main(void)
{
    struct site site = {.tally = {{0}}};
    trio_status rc = trio_run(program, &site);
    uint32_t count = 0;

    for (int i = 0; i < TURNSTILES_MAX; i++)
        count += site.tally.visitors[i];
    printf("%u visitors are counted\n", count);
    return trio_exit_code(rc);
}
