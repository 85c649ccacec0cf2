// A chat for telnet or netcat: `chat [ADDRESS:PORT]`. What a guest says, line
// by line, all others hear. Ctrl-C ends it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/trio.h>

#include "examples/chat/room.h"

#define GUESTS_MAX 1000

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
    static const struct trio_listen_options listen = {.keep_alive = true};
    // Guests do not leave by themselves.
    const struct trio_serve_options options = {.listen = &listen,
                                               .connections_max = GUESTS_MAX,
                                               .grace = TRIO_MS,
                                               .on_listening = announce};
    struct chat_room room = {NULL};

    return trio_serve_until_signal(arg, &options, chat_serve_guest, &room);
}

int main(int argc, char **argv)
{
    static char anywhere[] = "127.0.0.1:0";

    if (argc > 2) {
        fprintf(stderr, "usage: chat [ADDRESS:PORT]\n");
        return 2;
    }
    return trio_exit_code(trio_run(program, argc > 1 ? argv[1] : anywhere));
}
