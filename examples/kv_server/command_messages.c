// Commands on messages.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

// Replies that a subscription has begun or ended, and how many there are then.
static void reply_change(struct kv_client *client, const char *what,
                         const struct kv_bytes *channel, size_t count)
{
    struct kv_buffer *out = &client->output;

    kv_reply_array(out, 3);
    kv_reply_bulk(out, (struct kv_bytes){what, strlen(what)});
    if (channel != NULL)
        kv_reply_bulk(out, *channel);
    else
        kv_reply_null(out);
    kv_reply_integer(out, (int64_t)count);
}

void kv_command_subscribe(struct kv_client *client,
                          const struct kv_bytes *arguments, size_t count)
{
    struct kv_server *server = client->server;

    for (size_t i = 1; i < count; i++) {
        if (!kv_check_key(client, arguments[i]))
            return;
        if (client->subscriber.count >= (size_t)server->limits.subscriptions) {
            kv_reply_error(&client->output, "ERR too many subscriptions");
            return;
        }
        trio_status rc =
            kv_hub_subscribe(&server->hub, &client->subscriber, arguments[i]);
        if (rc != TRIO_OK && rc != TRIO_EEXIST) {
            kv_reply_status(client, rc);
            return;
        }
        reply_change(client, "subscribe", &arguments[i],
                     client->subscriber.count);
    }
}

static void unsubscribe_from_all(struct kv_client *client)
{
    size_t left = client->subscriber.count;

    if (left == 0)
        reply_change(client, "unsubscribe", NULL, 0);
    while (left > 0) {
        struct kv_bytes channel = kv_hub_newest(&client->subscriber);
        reply_change(client, "unsubscribe", &channel, --left);
        kv_hub_unsubscribe(&client->server->hub, &client->subscriber, channel);
    }
}

void kv_command_unsubscribe(struct kv_client *client,
                            const struct kv_bytes *arguments, size_t count)
{
    if (count == 1)
        unsubscribe_from_all(client);
    for (size_t i = 1; i < count; i++) {
        kv_hub_unsubscribe(&client->server->hub, &client->subscriber,
                           arguments[i]);
        reply_change(client, "unsubscribe", &arguments[i],
                     client->subscriber.count);
    }
}

void kv_command_publish(struct kv_client *client,
                        const struct kv_bytes *arguments, size_t count)
{
    (void)count;
    kv_reply_integer(&client->output,
                     (int64_t)kv_hub_publish(&client->server->hub, arguments[1],
                                             arguments[2]));
}
