// A connection that is made when it is needed first. Making it takes a
// checkpoint, and who comes there needs it first, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

struct client {
    bool connected;
    int connections; // Made so far.
};

static TRIO_CHECKPOINT trio_status connect_once(struct client *client)
{
    trio_touch(client, TRIO_ACCESS_READ);
    if (client->connected)
        return TRIO_OK;
    trio_status rc = trio_checkpoint();
    if (rc != TRIO_OK)
        return rc;
    trio_touch(client, TRIO_ACCESS_WRITE);
    client->connections++;
    TRIO_SIM_ALWAYS(client->connections == 1, "one connection is enough");
    client->connected = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status ask_now(void *arg)
{
    bugs_start();
    return connect_once(arg);
}

static TRIO_CHECKPOINT trio_status ask_later(void *arg)
{
    bugs_start();
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? connect_once(arg) : rc;
}

TRIO_SCENARIO(lazy_init, .witness = "main now later later now later")
{
    struct client client = {false, 0};

    (void)arg;
    return bugs_run((struct bugs_tasks[]){
        {.name = "now", .fn = ask_now, .arg = &client},
        {.name = "later", .fn = ask_later, .arg = &client},
        {.name = NULL},
    });
}
