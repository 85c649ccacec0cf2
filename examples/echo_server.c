// Sends back what it receives: `echo_server [ADDRESS:PORT]`. A client that is
// silent for too long is disconnected; Ctrl-C lets the others finish first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/trio.h>

#define IDLE_LIMIT (60 * TRIO_SECOND)
#define GRACE (2 * TRIO_SECOND)

// Serves one connection, which is closed after this has returned.
static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg)
{
    char buffer[16 * 1024];
    size_t length;
    struct trio_cancel_scope idle;
    trio_status rc;

    (void)arg;
    trio_move_on_after(&idle, IDLE_LIMIT);
    while ((rc = trio_stream_receive_some(stream, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, buffer, length, NULL);
        if (rc != TRIO_OK)
            break;
        trio_cancel_scope_extend_after(&idle, IDLE_LIMIT);
    }
    rc = trio_cancel_scope_close(&idle, rc);
    return rc == TRIO_EEND ? TRIO_OK : rc; // The end is what we waited for.
}

static void announce(const struct trio_address *address, void *arg)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    (void)arg;
    printf("listening on %s\n",
           trio_address_format(address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    const struct trio_serve_options options = {.grace = GRACE,
                                               .on_listening = announce};
    return trio_serve_until_signal(arg, &options, echo, NULL);
}

int main(int argc, char **argv)
{
    static char anywhere[] = "127.0.0.1:0";
    return trio_exit_code(trio_run(program, argc > 1 ? argv[1] : anywhere));
}
