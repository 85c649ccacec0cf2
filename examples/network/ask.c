// Sends a line to a server and prints its answer: `ask HOST PORT LINE`.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/network/conversation.h"

struct question {
    const char *host;
    uint16_t port;
    const char *line;
};

static TRIO_CHECKPOINT trio_status ask(const struct question *question)
{
    struct trio_tcp_stream tcp;

    trio_status rc = trio_tcp_open(question->host, question->port, NULL, &tcp);
    if (rc != TRIO_OK)
        return rc;
    rc = converse(&tcp.stream, question->line);
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
    struct question question;

    if (argc != 4 || !read_port(argv[2], &question.port)) {
        fprintf(stderr, "usage: ask HOST PORT LINE\n");
        return 2;
    }
    question.host = argv[1];
    question.line = argv[3];
    return trio_exit_code(trio_run(program, &question));
}
