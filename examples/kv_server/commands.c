// The table of the commands, the most frequent first. The number of arguments
// is checked here, so that no command looks for one that is not there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

#define ANY KV_ARGUMENTS_MAX

static const struct kv_command commands[] = {
    {"GET", 2, 2, kv_command_get, false},
    {"SET", 3, ANY, kv_command_set, false},
    {"INCR", 2, 2, kv_command_incr, false},
    {"DECR", 2, 2, kv_command_decr, false},
    {"DEL", 2, ANY, kv_command_del, false},
    {"EXISTS", 2, ANY, kv_command_exists, false},
    {"EXPIRE", 3, 3, kv_command_expire, false},
    {"TTL", 2, 2, kv_command_ttl, false},
    {"PERSIST", 2, 2, kv_command_persist, false},
    {"MGET", 2, ANY, kv_command_mget, false},
    {"MSET", 3, ANY, kv_command_mset, false},
    {"SCAN", 2, ANY, kv_command_scan, false},
    {"PUBLISH", 3, 3, kv_command_publish, false},
    {"SUBSCRIBE", 2, ANY, kv_command_subscribe, true},
    {"UNSUBSCRIBE", 1, ANY, kv_command_unsubscribe, true},
    {"PING", 1, 2, kv_command_ping, true},
    {"ECHO", 2, 2, kv_command_echo, false},
    {"QUIT", 1, ANY, kv_command_quit, true},
    {"CLIENT", 2, ANY, kv_command_client, false},
    {"CONFIG", 2, ANY, kv_command_config, false},
    {"INFO", 1, ANY, kv_command_info, false},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct kv_command *find_command(struct kv_bytes name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (kv_bytes_are(name, commands[i].name))
            return &commands[i];
    return NULL;
}

static bool changes(const struct kv_command *command)
{
    static const kv_command_fn all[] = {
        kv_command_set,  kv_command_incr,   kv_command_decr,    kv_command_del,
        kv_command_mset, kv_command_expire, kv_command_persist,
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (command->fn == all[i])
            return true;
    return false;
}

bool kv_request_changes(const struct kv_request *request)
{
    const struct kv_command *command = find_command(request->arguments[0]);

    return command != NULL && changes(command);
}

// Why changes cannot be logged, or TRIO_OK.
static trio_status log_failure(const struct kv_server *server)
{
    return server->log == NULL ? TRIO_OK : kv_log_failure(server->log);
}

void kv_execute(struct kv_client *client)
{
    const struct kv_request *request = &client->parser.request;
    struct kv_bytes name = request->arguments[0];
    const struct kv_command *command = find_command(name);
    struct kv_buffer *out = &client->output;

    if (command == NULL)
        kv_reply_error(out, "ERR unknown command '%.*s'",
                       (int)(name.length < 128 ? name.length : 128), name.data);
    else if (request->count < command->count_min ||
             request->count > command->count_max)
        kv_reply_error(out, "ERR wrong number of arguments for '%s' command",
                       command->name);
    else if (client->subscriber.count > 0 && !command->while_subscribed)
        kv_reply_error(out,
                       "ERR Can't execute '%s': only SUBSCRIBE / UNSUBSCRIBE "
                       "/ PING / QUIT are allowed in this context",
                       command->name);
    else if (changes(command) && log_failure(client->server) != TRIO_OK)
        kv_reply_error(out, "MISCONF Errors writing to the AOF file: %s",
                       trio_status_text(log_failure(client->server)));
    else
        command->fn(client, request->arguments, request->count);
}

bool kv_check_key(struct kv_client *client, struct kv_bytes key)
{
    if (key.length <= (size_t)client->server->limits.key)
        return true;
    kv_reply_error(&client->output, "ERR the name is too long");
    return false;
}

bool kv_take_integer(struct kv_client *client, struct kv_bytes argument,
                     int64_t *ret_value)
{
    if (kv_bytes_to_integer(argument, ret_value))
        return true;
    kv_reply_error(&client->output,
                   "ERR value is not an integer or out of range");
    return false;
}

void kv_reply_status(struct kv_client *client, trio_status rc)
{
    struct kv_buffer *out = &client->output;

    if (rc == TRIO_EINVAL)
        kv_reply_error(out, "ERR value is not an integer or out of range");
    else if (rc == TRIO_EMSGSIZE)
        kv_reply_error(out, "ERR increment or decrement would overflow");
    else if (rc == TRIO_ENOBUFS)
        kv_reply_error(out, "OOM command not allowed when used memory > "
                            "'maxmemory'.");
    else
        kv_reply_error(out, "OOM %s", trio_status_text(rc));
}
