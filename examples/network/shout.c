// Answers each line in capital letters: `shout ADDRESS:PORT`.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <ctype.h>

#include <trio/trio.h>

#define LINE_MAX 1024
#define PATIENCE (60 * TRIO_SECOND) // For each line.

static TRIO_CHECKPOINT trio_status receive_line(struct trio_reader *reader,
                                                char **ret_line,
                                                size_t *ret_length)
{
    struct trio_cancel_scope patience;

    trio_fail_after(&patience, PATIENCE);
    trio_status rc = trio_reader_read_line(reader, ret_line, ret_length);
    return trio_cancel_scope_close(&patience, rc);
}

// Serves one connection, which is closed after this has returned.
static TRIO_CHECKPOINT trio_status shout(struct trio_stream *stream, void *arg)
{
    char buffer[LINE_MAX], *line;
    struct trio_reader reader;
    size_t length;
    trio_status rc;

    (void)arg;
    trio_reader_init(&reader, stream, buffer, sizeof(buffer));
    while ((rc = receive_line(&reader, &line, &length)) == TRIO_OK) {
        for (size_t i = 0; i < length; i++)
            line[i] = (char)toupper((unsigned char)line[i]);
        line[length] = '\n'; // Where the line ended anyway.
        rc = trio_stream_send_all(stream, line, length + 1, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    const struct trio_serve_options options = {.connections_max = 1000,
                                               .grace = 2 * TRIO_SECOND};

    return trio_serve_until_signal(arg, &options, shout, NULL);
}

int main(int argc, char **argv)
{
    static char anywhere[] = "*:7007";
    return trio_exit_code(trio_run(program, argc > 1 ? argv[1] : anywhere));
}
