// Commands on replication.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

void kv_command_psync(struct kv_client *client,
                      const struct kv_bytes *arguments, size_t count)
{
    struct kv_server *server = client->server;
    int64_t offset;

    (void)count;
    if (!kv_take_integer(client, arguments[2], &offset))
        return;
    if (server->follower != NULL || server->limits.backlog == 0) {
        kv_reply_error(&client->output, "ERR nobody may follow this server");
        return;
    }
    trio_status rc =
        kv_leader_admit(&server->leader, client, arguments[1], offset);
    if (rc != TRIO_OK)
        kv_reply_status(client, rc);
}

// There is no reply: what a follower gets is the stream.
void kv_command_replconf(struct kv_client *client,
                         const struct kv_bytes *arguments, size_t count)
{
    struct kv_leader *leader = &client->server->leader;
    int64_t offset;

    (void)count;
    if (client->replica.client == NULL) {
        kv_reply_error(&client->output, "ERR you do not follow");
        return;
    }
    if (!kv_bytes_are(arguments[1], "ACK") ||
        !kv_bytes_to_integer(arguments[2], &offset) ||
        !kv_leader_hear(leader, client, offset))
        client->closing = true;
}

void kv_command_wait(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    int64_t followers, milliseconds;

    (void)count;
    if (!kv_take_integer(client, arguments[1], &followers) ||
        !kv_take_integer(client, arguments[2], &milliseconds))
        return;
    if (client->server->follower != NULL) {
        kv_reply_error(&client->output,
                       "ERR WAIT cannot be used with replica instances");
        return;
    }
    if (milliseconds < 0 || milliseconds > TRIO_FOREVER / TRIO_MS) {
        kv_reply_error(&client->output,
                       "ERR timeout is negative or out of range");
        return;
    }
    client->wait_count = followers;
    client->wait_until =
        milliseconds == 0 ? TRIO_FOREVER
                          : trio_time_add(trio_now(), milliseconds * TRIO_MS);
    client->is_waiting = true;
}
