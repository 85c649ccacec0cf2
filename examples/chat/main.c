// A chat for telnet or netcat: `chat [ADDRESS:PORT]`. What a guest says, line
// by line, all others hear. Ctrl-C ends it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/trio.h>

#include "examples/chat/room.h"

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tcp_listener listener;
    struct chat_room room = {NULL};
    char text[TRIO_ADDRESS_TEXT_MAX];
    trio_status rc = trio_tcp_listen(arg, NULL, &listener);

    if (rc != TRIO_OK)
        return rc;
    printf("listening on %s\n",
           trio_address_format(&listener.address, text, sizeof(text)));
    fflush(stdout); // Whoever started us may be waiting for this line.
    return trio_serve(&server, &listener, 1, NULL, chat_serve_guest, &room);
}

int main(int argc, char **argv)
{
    const char *where = argc > 1 ? argv[1] : "127.0.0.1:0";
    struct trio_address address;

    if (argc > 2 || trio_address_parse(where, &address) != TRIO_OK) {
        fprintf(stderr, "usage: chat [ADDRESS:PORT]\n");
        return 2;
    }
    return trio_exit_code(trio_run(program, &address));
}
