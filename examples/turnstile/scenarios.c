// A visitor is counted once, whatever becomes of the link to the server.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/sim_net.h>

#include "examples/turnstile/turnstile.h"

// On a host of its own.
static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    static const struct trio_address any = {.family = TRIO_ADDRESS_IPV4,
                                            .port = 80};
    struct trio_tcp_listener listener;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    return rc == TRIO_OK ? tally_serve(arg, &listener) : rc;
}

static TRIO_CHECKPOINT trio_status let_in_one(struct turnstile *turnstile,
                                              const struct tally *tally)
{
    trio_status rc = turnstile_turn(turnstile);

    TRIO_SIM_ALWAYS(rc != TRIO_OK || tally->visitors[0] == 1,
                    "a visitor counts once");
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc; // It may give up.
}

TRIO_SCENARIO(each_visitor_counts_once, .still_clock = true)
{
    static const struct trio_sim_fault_options faults = {.partition = true};
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    struct tally tally = {{0}};

    (void)arg;
    trio_sim_faults(&faults);
    trio_status rc = trio_sim_host_open("server", NULL, &server);
    if (rc != TRIO_OK)
        return rc;
    struct turnstile turnstile = {
        .server = trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 80)};
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(server, &nursery, serve, &tally);
    if (rc == TRIO_OK)
        rc = let_in_one(&turnstile, &tally);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}
