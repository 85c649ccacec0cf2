// The server is the whole one, but for what lets its clients in.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_stage.h"

static TRIO_CHECKPOINT trio_status let_in(void *arg)
{
    struct stage *stage = arg;
    return site_serve(&stage->site, kv_serve_client, &stage->server);
}

trio_status kv_stage_run(void *arg)
{
    struct stage *stage = arg; // The site comes first.
    return kv_serve(&stage->server, &stage->limits, let_in, stage);
}

trio_status kv_hear(struct peer *peer, char *text)
{
    trio_status rc = peer_hear(peer, text, TEXT_MAX);

    if (rc == TRIO_OK && text[0] == '$' && strcmp(text, "$-1") != 0)
        rc = peer_hear(peer, text, TEXT_MAX);
    return rc == TRIO_OK && text[0] == '-' ? TRIO_ENOBUFS : rc;
}

trio_status kv_ask(struct peer *peer, const char *request, char *reply)
{
    trio_status rc = peer_say(peer, request);
    return rc == TRIO_OK ? kv_hear(peer, reply) : rc;
}

trio_status kv_expect(struct peer *peer, const char *const *replies,
                      size_t count)
{
    char reply[TEXT_MAX];
    trio_status rc = TRIO_OK;

    for (size_t i = 0; i < count && rc == TRIO_OK; i++) {
        rc = kv_hear(peer, reply);
        TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(reply, replies[i]) == 0,
                        "replies are in the order of requests");
    }
    return rc;
}
