// A client has one task, which reads requests, executes all that have come, and
// sends their replies at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/client.h"

#include "examples/ends.h"
#include "examples/kv_server/commands.h"

#define READ_MIN 4096 // Room that is worth a call to receive.
#define SEND_AT                                                                \
    (64 * 1024) // Replies of a pipeline that are sent before
                // the rest of it is executed.

void kv_client_init(struct kv_client *ret_client, struct kv_server *server,
                    struct trio_stream *stream)
{
    const struct kv_limits *limits = &server->limits;

    memset(ret_client, 0, offsetof(struct kv_client, parser));
    ret_client->server = server;
    ret_client->stream = stream;
    kv_buffer_init(&ret_client->input, (size_t)limits->request);
    kv_buffer_init(&ret_client->output, (size_t)limits->output);
    kv_buffer_init(&ret_client->sending, (size_t)limits->output);
    kv_parser_init(&ret_client->parser, (size_t)limits->bulk);
    ret_client->subscriber.deliver = kv_client_deliver;
}

void kv_client_free(struct kv_client *client)
{
    kv_buffer_free(&client->input);
    kv_buffer_free(&client->output);
    kv_buffer_free(&client->sending);
}

trio_status kv_client_receive(struct kv_client *client)
{
    struct kv_buffer *in = &client->input;
    size_t most = in->limit - in->held;
    char *place = kv_buffer_reserve(in, most < READ_MIN ? most : READ_MIN);
    size_t length;

    if (place == NULL)
        return in->failure;
    if (most > kv_buffer_room(in))
        most = kv_buffer_room(in);
    trio_status rc =
        trio_stream_receive_some(client->stream, place, most, &length);
    if (rc == TRIO_OK)
        in->held += length;
    return rc;
}

// Says what was wrong, and that nothing more will be read.
static void refuse(struct kv_client *client, const char *error)
{
    kv_reply_error(&client->output, "ERR Protocol error: %s", error);
    client->closing = true;
}

// Says whether replies are to be sent before there are more of them. Of who has
// subscribed, or follows, nobody would wait for that.
static bool is_to_be_sent(const struct kv_client *client)
{
    size_t half = client->output.limit / 2;
    return !kv_client_is_fed(client) &&
           client->output.held >= (half < SEND_AT ? half : SEND_AT);
}

// What the reply tells of is all that was logged so far, which may be the
// change of somebody else. If that could not be logged, nobody but him waits in
// vain.
static void execute(struct kv_client *client)
{
    const struct kv_log *log = client->server->log;
    uint64_t told = log == NULL ? 0 : log->told;

    kv_execute(client);
    if (log == NULL)
        return;
    bool changed =
        log->told != told && kv_request_changes(&client->parser.request);
    if (changed || kv_log_failure(log) == TRIO_OK)
        client->logged = log->told;
}

// Executes whole requests until the output is to be sent; says whether there
// may be more.
static bool execute_some(struct kv_client *client)
{
    struct kv_buffer *in = &client->input;

    while (!client->closing && !client->is_waiting && !is_to_be_sent(client)) {
        enum kv_parsed parsed =
            kv_parser_parse(&client->parser, kv_buffer_first(in), in->held);
        if (parsed == KV_PARSED_ERROR)
            refuse(client, client->parser.error);
        if (parsed != KV_PARSED_REQUEST)
            return false;
        if (client->parser.request.count > 0)
            execute(client);
        kv_buffer_take(in, client->parser.length);
        client->server->commands++;
    }
    return !client->closing;
}

// Waits as WAIT was told to, and replies how many there are.
static TRIO_CHECKPOINT trio_status wait_for_followers(struct kv_client *client)
{
    struct kv_leader *leader = &client->server->leader;
    trio_status rc = kv_leader_wait(leader, client->written, client->wait_count,
                                    client->wait_until);

    client->is_waiting = false;
    if (rc == TRIO_OK)
        kv_reply_integer(&client->output,
                         kv_leader_count(leader, client->written));
    return rc;
}

static TRIO_CHECKPOINT trio_status answer(struct kv_client *client)
{
    uint64_t before = client->server->commands;
    bool more = true;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && more) {
        more = execute_some(client);
        if (client->output.failure == TRIO_EMSGSIZE)
            kv_client_drop(client);
        if (client->output.failure != TRIO_OK)
            return client->output.failure;
        if (client->server->commands != before) // Not for a part of a request.
            kv_client_restart_idle_limit(client);
        rc = kv_client_start_sender(client);
        if (rc == TRIO_OK)
            rc = kv_client_flush(client);
        if (rc == TRIO_OK && client->is_waiting) {
            rc = wait_for_followers(client);
            more = true;
        }
    }
    if (rc == TRIO_OK && !client->closing &&
        client->input.held == client->input.limit) {
        refuse(client, "too big request");
        rc = kv_client_flush(client);
    }
    return rc;
}

static void unsubscribe_from_all(struct kv_client *client)
{
    while (client->subscriber.count > 0)
        kv_hub_unsubscribe(&client->server->hub, &client->subscriber,
                           kv_hub_newest(&client->subscriber));
}

trio_status kv_client_talk(struct kv_client *client)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !client->closing) {
        rc = kv_client_receive(client);
        if (rc == TRIO_OK)
            rc = answer(client);
    }
    unsubscribe_from_all(client);
    kv_leader_dismiss(&client->server->leader, client);
    if (client->has_sender) {
        kv_client_restart_idle_limit(client); // For what is left to be sent.
        trio_parking_lot_unpark_all(&client->lot);
    }
    return ends_as_ok(rc);
}
