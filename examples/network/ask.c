// Sends a line to a server and prints its answer: `ask HOST PORT LINE`.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "examples/network/conversation.h"

static TRIO_CHECKPOINT trio_status ask(char **words)
{
    struct trio_tcp_stream tcp;
    uint16_t port = (uint16_t)strtoul(words[2], NULL, 10);

    trio_status rc = trio_tcp_open(words[1], port, NULL, &tcp);
    if (rc != TRIO_OK)
        return rc;
    rc = converse(&tcp.stream, words[3]);
    return trio_combine(rc, trio_stream_close(&tcp.stream));
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, 5 * TRIO_SECOND);
    trio_status rc = ask(arg);
    return trio_cancel_scope_close(&limit, rc);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: ask HOST PORT LINE\n");
        return 2;
    }
    return trio_exit_code(trio_run(program, argv));
}
