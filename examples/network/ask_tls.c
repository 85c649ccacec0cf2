// The same over TLS: `ask_tls HOST PORT LINE [AUTHORITIES]`. AUTHORITIES is a
// file with the certificates of whom to trust in place of whom the system does.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/tls_open.h>

#include "examples/network/conversation.h"

struct question {
    const char *host;
    uint16_t port;
    const char *line;
    struct trio_tls_context context;
};

static TRIO_CHECKPOINT trio_status ask(struct question *question)
{
    struct trio_tls_connection secure;

    trio_status rc = trio_tls_open(&question->context, question->host,
                                   question->port, NULL, &secure);
    if (rc != TRIO_OK)
        return rc;
    rc = converse(&secure.tls.stream, question->line);
    return trio_combine(rc, trio_stream_close(&secure.tls.stream));
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

    if (argc < 4 || !read_port(argv[2], &question.port)) {
        fprintf(stderr, "usage: ask_tls HOST PORT LINE [AUTHORITIES]\n");
        return 2;
    }
    question.host = argv[1];
    question.line = argv[3];
    const struct trio_tls_options options = {.authorities_file = argv[4]};
    trio_status rc = trio_tls_client_context_open(&options, &question.context);
    if (rc == TRIO_OK)
        rc = trio_run(program, &question);
    trio_tls_context_close(&question.context);
    return trio_exit_code(rc);
}
