// A server that does not answer in time is asked again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/turnstile/turnstile.h"

#include <trio/probe.h>

#define PATIENCE (10 * TRIO_SECOND)
#define PAUSE TRIO_SECOND

enum { ATTEMPTS = 10 };

static TRIO_CHECKPOINT trio_status
tell_server(const struct turnstile *turnstile)
{
    struct trio_tcp_stream tcp;
    trio_status rc = trio_tcp_connect(&turnstile->server, &tcp);

    if (rc != TRIO_OK)
        return rc;
    rc = say_visitor(&tcp.stream, turnstile);
    trio_stream_close_forcefully(&tcp.stream);
    return rc;
}

trio_status turnstile_turn(struct turnstile *turnstile)
{
    trio_status rc = TRIO_OK;

    turnstile->visitors++;
    for (int i = 0; i < ATTEMPTS; i++) {
        struct trio_cancel_scope patience;

        trio_fail_after(&patience, PATIENCE);
        rc = trio_cancel_scope_close(&patience, tell_server(turnstile));
        if (!trio_is_failure(rc))
            break;
        TRIO_SIM_SOMETIMES(rc == TRIO_ETIMEDOUT, "loses patience");
        trio_status slept = trio_sleep(PAUSE);
        if (slept != TRIO_OK)
            return slept;
    }
    return rc;
}
