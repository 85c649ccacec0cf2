// The table of the commands, the most frequent first. The number of arguments
// is checked here, so that no command looks for one that is not there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

#include "examples/kv_server/follower.h"

#define ANY KV_ARGUMENTS_MAX
#define READS KV_COMMAND_READS
#define WRITES KV_COMMAND_WRITES
#define SUBSCRIBED KV_COMMAND_WHILE_SUBSCRIBED
#define LEADER KV_COMMAND_FROM_LEADER
#define FOLLOWER KV_COMMAND_FROM_FOLLOWER

static const struct kv_command commands[] = {
    {"GET", 2, 2, kv_command_get, READS},
    {"SET", 3, ANY, kv_command_set, WRITES},
    {"INCR", 2, 2, kv_command_incr, WRITES},
    {"DECR", 2, 2, kv_command_decr, WRITES},
    {"DEL", 2, ANY, kv_command_del, WRITES},
    {"EXISTS", 2, ANY, kv_command_exists, READS},
    {"EXPIRE", 3, 3, kv_command_expire, WRITES},
    {"TTL", 2, 2, kv_command_ttl, READS},
    {"PERSIST", 2, 2, kv_command_persist, WRITES},
    {"MGET", 2, ANY, kv_command_mget, READS},
    {"MSET", 3, ANY, kv_command_mset, WRITES},
    {"SCAN", 2, ANY, kv_command_scan, READS},
    {"FLUSHALL", 1, 1, kv_command_flushall, WRITES},
    {"PUBLISH", 3, 3, kv_command_publish, 0},
    {"SUBSCRIBE", 2, ANY, kv_command_subscribe, SUBSCRIBED},
    {"UNSUBSCRIBE", 1, ANY, kv_command_unsubscribe, SUBSCRIBED},
    {"PING", 1, 2, kv_command_ping, SUBSCRIBED | LEADER},
    {"ECHO", 2, 2, kv_command_echo, 0},
    {"QUIT", 1, ANY, kv_command_quit, SUBSCRIBED},
    {"CLIENT", 2, ANY, kv_command_client, 0},
    {"CONFIG", 2, ANY, kv_command_config, 0},
    {"INFO", 1, ANY, kv_command_info, 0},
    {"PSYNC", 3, 3, kv_command_psync, 0},
    {"REPLCONF", 3, 3, kv_command_replconf, FOLLOWER},
    {"WAIT", 3, 3, kv_command_wait, 0},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct kv_command *find_command(struct kv_bytes name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (kv_bytes_are(name, commands[i].name))
            return &commands[i];
    return NULL;
}

bool kv_request_changes(const struct kv_request *request)
{
    const struct kv_command *command = find_command(request->arguments[0]);

    return command != NULL && (command->flags & WRITES) != 0;
}

// Why changes cannot be logged, or TRIO_OK.
static trio_status log_failure(const struct kv_server *server)
{
    return server->log == NULL ? TRIO_OK : kv_log_failure(server->log);
}

// Says whether the client that follows, or is followed, may say this. Among
// changes there is no place for a reply.
static bool belongs_to_stream(const struct kv_client *client,
                              const struct kv_command *command)
{
    unsigned flags = command != NULL ? command->flags : 0;

    if (client->replica.client != NULL)
        return (flags & FOLLOWER) != 0;
    return !client->is_leader || (flags & (LEADER | WRITES)) != 0;
}

// Says whether a client may use a command now; else it adds an error.
static bool check_use(struct kv_client *client,
                      const struct kv_command *command)
{
    const struct kv_follower *follower = client->server->follower;
    struct kv_buffer *out = &client->output;
    bool is_led = follower != NULL && !client->is_leader;

    if (client->subscriber.count > 0 && (command->flags & SUBSCRIBED) == 0)
        kv_reply_error(out,
                       "ERR Can't execute '%s': only SUBSCRIBE / UNSUBSCRIBE "
                       "/ PING / QUIT are allowed in this context",
                       command->name);
    else if (is_led && (command->flags & WRITES) != 0)
        kv_reply_error(out,
                       "READONLY You can't write against a read only replica.");
    else if (is_led && (command->flags & READS) != 0 && follower->is_loading)
        kv_reply_error(out, "LOADING the server is loading what its leader "
                            "has");
    else if ((command->flags & WRITES) != 0 &&
             log_failure(client->server) != TRIO_OK)
        kv_reply_error(out, "MISCONF Errors writing to the AOF file: %s",
                       trio_status_text(log_failure(client->server)));
    else
        return true;
    return false;
}

static void execute(struct kv_client *client, const struct kv_command *command)
{
    const struct kv_request *request = &client->parser.request;
    const struct kv_leader *leader = &client->server->leader;
    uint64_t changes = leader->changes;

    if (!check_use(client, command))
        return;
    command->fn(client, request->arguments, request->count);
    if (leader->changes != changes)
        client->written = kv_leader_offset(leader);
}

void kv_execute(struct kv_client *client)
{
    const struct kv_request *request = &client->parser.request;
    struct kv_bytes name = request->arguments[0];
    const struct kv_command *command = find_command(name);
    struct kv_buffer *out = &client->output;

    if (!belongs_to_stream(client, command))
        client->closing = true;
    else if (command == NULL)
        kv_reply_error(out, "ERR unknown command '%.*s'",
                       (int)(name.length < 128 ? name.length : 128), name.data);
    else if (request->count < command->count_min ||
             request->count > command->count_max)
        kv_reply_error(out, "ERR wrong number of arguments for '%s' command",
                       command->name);
    else
        execute(client, command);
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
