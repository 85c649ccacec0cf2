// Commands on the connection and on the server.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>

#include "examples/kv_server/commands.h"

void kv_command_ping(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    struct kv_buffer *out = &client->output;

    if (client->subscriber.count > 0) { // As a message would look.
        kv_reply_array(out, 2);
        kv_reply_bulk(out, (struct kv_bytes){"pong", 4});
        kv_reply_bulk(out,
                      count == 2 ? arguments[1] : (struct kv_bytes){"", 0});
    } else if (count == 2) {
        kv_reply_bulk(out, arguments[1]);
    } else {
        kv_reply_text(out, "PONG");
    }
}

void kv_command_echo(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    (void)count;
    kv_reply_bulk(&client->output, arguments[1]);
}

void kv_command_quit(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    (void)arguments, (void)count;
    kv_reply_ok(&client->output);
    client->closing = true;
}

// ---- CLIENT ----

static bool is_printable(struct kv_bytes name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] <= ' ' || name.data[i] > '~')
            return false;
    return true;
}

static void set_name(struct kv_client *client, struct kv_bytes name)
{
    if (name.length > KV_CLIENT_NAME_MAX || !is_printable(name)) {
        kv_reply_error(&client->output,
                       "ERR Client names cannot contain spaces, newlines or "
                       "special characters, and are short.");
        return;
    }
    memcpy(client->name, name.data, name.length);
    client->name[name.length] = '\0';
    kv_reply_ok(&client->output);
}

static void reply_name(struct kv_client *client)
{
    struct kv_bytes name = {client->name, strlen(client->name)};

    if (name.length > 0)
        kv_reply_bulk(&client->output, name);
    else
        kv_reply_null(&client->output);
}

// A line for each client, as far as they fit into a reply.
static void list_clients(struct kv_client *client)
{
    const struct kv_client *other = client->server->clients;
    struct kv_buffer text;

    kv_buffer_init(&text, client->output.limit / 4);
    for (; other != NULL; other = other->next) {
        char *line = kv_buffer_reserve(&text, 256);
        if (line == NULL)
            break;
        text.held += (size_t)snprintf(
            line, 256, "id=%" PRIu64 " name=%s sub=%zu qbuf=%zu omem=%zu\n",
            other->number, other->name, other->subscriber.count,
            other->input.size, other->output.size + other->sending.size);
    }
    if (text.held > 0)
        kv_reply_bulk(&client->output,
                      (struct kv_bytes){kv_buffer_first(&text), text.held});
    else
        kv_reply_status(client, TRIO_ENOMEM);
    kv_buffer_free(&text);
}

void kv_command_client(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count)
{
    struct kv_buffer *out = &client->output;

    if (count == 2 && kv_bytes_are(arguments[1], "ID"))
        kv_reply_integer(out, (int64_t)client->number);
    else if (count == 2 && kv_bytes_are(arguments[1], "GETNAME"))
        reply_name(client);
    else if (count == 3 && kv_bytes_are(arguments[1], "SETNAME"))
        set_name(client, arguments[2]);
    else if (count == 2 && kv_bytes_are(arguments[1], "LIST"))
        list_clients(client);
    else
        kv_reply_error(out, "ERR unknown subcommand of CLIENT");
}

// ---- CONFIG ----

struct setting {
    const char *name;
    const char *text; // Or NULL:
    int64_t value;
};

static bool is_wanted(const struct setting *setting,
                      const struct kv_bytes *patterns, size_t count)
{
    struct kv_bytes name = {setting->name, strlen(setting->name)};

    for (size_t i = 0; i < count; i++)
        if (patterns[i].length <= 64 && kv_bytes_match(name, patterns[i]))
            return true;
    return false;
}

void kv_command_config(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count)
{
    const struct kv_limits *limits = &client->server->limits;
    const struct setting settings[] = {
        {"appendonly", "no", 0},
        {"maxclients", NULL, limits->clients},
        {"maxmemory", NULL, limits->memory},
        {"proto-max-bulk-len", NULL, limits->bulk},
        {"save", "", 0},
        {"timeout", NULL, limits->idle},
    };
    struct kv_bytes found[2 * sizeof(settings) / sizeof(settings[0])];
    char numbers[sizeof(settings) / sizeof(settings[0])][KV_INTEGER_TEXT_MAX];
    size_t length = 0;

    if (!kv_bytes_are(arguments[1], "GET")) {
        kv_reply_error(&client->output, "ERR only CONFIG GET is supported");
        return;
    }
    if (count == 2) {
        kv_reply_error(&client->output,
                       "ERR wrong number of arguments for 'CONFIG' command");
        return;
    }
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const struct setting *setting = &settings[i];
        if (!is_wanted(setting, &arguments[2], count - 2))
            continue;
        found[length++] =
            (struct kv_bytes){setting->name, strlen(setting->name)};
        if (setting->text != NULL)
            found[length++] =
                (struct kv_bytes){setting->text, strlen(setting->text)};
        else
            found[length++] = kv_bytes_from_integer(setting->value, numbers[i]);
    }
    kv_reply_array(&client->output, length);
    for (size_t i = 0; i < length; i++)
        kv_reply_bulk(&client->output, found[i]);
}
