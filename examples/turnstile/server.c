// One visitor is told of over each connection.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/turnstile/turnstile.h"

// A turnstile whose connection fails comes again.
static TRIO_CHECKPOINT trio_status handle(struct trio_stream *stream, void *arg)
{
    trio_status rc = hear_visitor(stream, arg);

    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

trio_status tally_serve(struct tally *tally, struct trio_tcp_listener *listener)
{
    struct trio_server server = TRIO_SERVER_INIT;

    return trio_serve(&server, listener, 1, NULL, handle, tally);
}
