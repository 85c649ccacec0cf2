// A client has one task, which reads requests, executes all that have come,
// and sends their replies at once. A client that subscribes gets a second one,
// which sends until the last subscription has ended: others add to its output
// as well, and none of them may ever wait for it.
//
// So there are two buffers. Whoever sends takes all of `output` and puts an
// empty one in its place; nobody adds to one that is being sent. A client that
// does not take what it is sent comes to the limit of `output`, and is dropped.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/server.h"

#include <trio/error.h>
#include <trio/nursery.h>
#include <trio/task.h>

#define READ_MIN 4096 // Room that is worth a call to receive.
#define SEND_AT                                                                \
    (64 * 1024) // Replies of a pipeline that are sent before
                // the rest of it is executed.
#define COLLECT_EVERY (100 * TRIO_MS)
#define COLLECT_MAX 1000

// ---- The server ----

static void tell_expired(void *arg, struct kv_bytes key)
{
    const struct kv_bytes words[] = {{"DEL", 3}, key};

    kv_changes_tell(arg, words, 2);
}

trio_status kv_server_open(struct kv_server *ret_server,
                           const struct kv_limits *limits)
{
    *ret_server = (struct kv_server){.limits = *limits, .started = trio_now()};
    kv_hub_init(&ret_server->hub);
    trio_status rc = kv_store_open(&ret_server->store, (size_t)limits->memory);
    ret_server->store.on_expired = tell_expired;
    ret_server->store.on_expired_arg = &ret_server->changes;
    return rc;
}

void kv_server_close(struct kv_server *server)
{
    TRIO_ASSERT(server->clients == NULL);
    kv_store_close(&server->store);
}

trio_status kv_server_collect(void *arg)
{
    struct kv_server *server = arg;
    trio_status rc;

    while ((rc = trio_sleep(COLLECT_EVERY)) == TRIO_OK)
        while (kv_store_collect(&server->store, COLLECT_MAX) == COLLECT_MAX &&
               (rc = trio_checkpoint()) == TRIO_OK)
            continue;
    return rc;
}

// ---- Sending ----

static trio_duration idle_limit(const struct kv_client *client)
{
    int64_t seconds = client->server->limits.idle;
    return seconds < TRIO_FOREVER / TRIO_SECOND ? seconds * TRIO_SECOND
                                                : TRIO_FOREVER;
}

// Who has subscribed may listen in silence.
static void restart_idle_limit(struct kv_client *client)
{
    if (client->subscriber.count > 0)
        trio_cancel_scope_set_deadline_at(&client->scope, TRIO_FOREVER);
    else
        trio_cancel_scope_extend_after(&client->scope, idle_limit(client));
}

// The end of a client, however it comes, is what a server lives with.
static trio_status without_ends(trio_status rc)
{
    switch ((int)rc) {
    case TRIO_EEND:
    case TRIO_EBROKEN:
    case TRIO_EMSGSIZE:
    case TRIO_EPEERTIMEDOUT:
    case TRIO_ETIMEDOUT:
    case TRIO_EUNREACHABLE:
        return TRIO_OK;
    default:
        return rc;
    }
}

// Sends all of the output.
static TRIO_CHECKPOINT trio_status send_output(struct kv_client *client)
{
    struct kv_buffer taken = client->output;

    client->output = client->sending;
    client->sending = taken;
    trio_status rc = trio_stream_send_all(
        client->stream, kv_buffer_first(&taken), taken.held, NULL);
    kv_buffer_take(&client->sending, taken.held);
    return rc;
}

static const struct trio_wait output_wait = {"take output", TRIO_ACCESS_ACQUIRE,
                                             NULL};
static const struct trio_wait sender_wait = {"see its sender end",
                                             TRIO_ACCESS_READ, NULL};

// Sends for a client that has subscribed, until nothing more is to come from
// others.
static TRIO_CHECKPOINT trio_status send_always(void *arg)
{
    struct kv_client *client = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        if (client->output.held > 0) {
            struct trio_cancel_scope limit;
            trio_fail_after(&limit, idle_limit(client));
            rc = trio_cancel_scope_close(&limit, send_output(client));
        } else if (client->subscriber.count == 0) {
            break;
        } else {
            rc = trio_parking_lot_park(&client->lot, &output_wait, client);
        }
    }
    client->has_sender = false;
    trio_parking_lot_unpark_all(&client->lot);
    if (trio_is_failure(rc))
        trio_cancel_scope_cancel(&client->scope, "cannot be sent to");
    return without_ends(rc);
}

// Has the output sent, by this task or by the one that does nothing else; that
// one ends after the last subscription, and is waited for.
static TRIO_CHECKPOINT trio_status flush(struct kv_client *client)
{
    trio_status rc = TRIO_OK;

    if (client->has_sender)
        trio_parking_lot_unpark_all(&client->lot);
    while (rc == TRIO_OK && client->has_sender && client->subscriber.count == 0)
        rc = trio_parking_lot_park(&client->lot, &sender_wait, client);
    if (rc == TRIO_OK && !client->has_sender && client->output.held > 0)
        rc = send_output(client);
    return rc;
}

static void drop(struct kv_client *client)
{
    client->server->dropped++;
    trio_cancel_scope_cancel(&client->scope, "does not take its output");
}

static void deliver(struct kv_subscriber *subscriber, struct kv_bytes channel,
                    struct kv_bytes message)
{
    struct kv_client *client =
        (struct kv_client *)((char *)subscriber -
                             offsetof(struct kv_client, subscriber));
    struct kv_buffer *out = &client->output;
    bool had_failed = out->failure != TRIO_OK;

    kv_reply_array(out, 3);
    kv_reply_bulk(out, (struct kv_bytes){"message", 7});
    kv_reply_bulk(out, channel);
    kv_reply_bulk(out, message);
    if (out->failure != TRIO_OK && !had_failed)
        drop(client);
    trio_parking_lot_unpark_all(&client->lot);
}

static trio_status start_sender(struct kv_client *client)
{
    static const struct trio_task_options options = {.name = "sender"};

    if (client->has_sender || client->subscriber.count == 0)
        return TRIO_OK;
    client->has_sender = true;
    return trio_nursery_start_soon_with(client->nursery, &options, send_always,
                                        client);
}

// ---- Receiving ----

static TRIO_CHECKPOINT trio_status receive(struct kv_client *client)
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
// subscribed nobody would wait for that.
static bool is_to_be_sent(const struct kv_client *client)
{
    size_t half = client->output.limit / 2;
    return client->subscriber.count == 0 &&
           client->output.held >= (half < SEND_AT ? half : SEND_AT);
}

// Executes whole requests until the output is to be sent; says whether there
// may be more.
static bool execute_some(struct kv_client *client)
{
    struct kv_buffer *in = &client->input;

    while (!client->closing && !is_to_be_sent(client)) {
        enum kv_parsed parsed =
            kv_parser_parse(&client->parser, kv_buffer_first(in), in->held);
        if (parsed == KV_PARSED_ERROR)
            refuse(client, client->parser.error);
        if (parsed != KV_PARSED_REQUEST)
            return false;
        if (client->parser.request.count > 0)
            kv_execute(client);
        kv_buffer_take(in, client->parser.length);
        client->server->commands++;
    }
    return !client->closing;
}

static TRIO_CHECKPOINT trio_status answer(struct kv_client *client)
{
    uint64_t before = client->server->commands;
    bool more = true;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && more) {
        more = execute_some(client);
        if (client->output.failure == TRIO_EMSGSIZE)
            drop(client);
        if (client->output.failure != TRIO_OK)
            return client->output.failure;
        if (client->server->commands != before) // Not for a part of a request.
            restart_idle_limit(client);
        rc = start_sender(client);
        if (rc == TRIO_OK)
            rc = flush(client);
    }
    if (rc == TRIO_OK && !client->closing &&
        client->input.held == client->input.limit) {
        refuse(client, "too big request");
        rc = flush(client);
    }
    return rc;
}

static void unsubscribe_from_all(struct kv_client *client)
{
    while (client->subscriber.count > 0)
        kv_hub_unsubscribe(&client->server->hub, &client->subscriber,
                           kv_hub_newest(&client->subscriber));
}

static TRIO_CHECKPOINT trio_status talk(struct kv_client *client)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !client->closing) {
        rc = receive(client);
        if (rc == TRIO_OK)
            rc = answer(client);
    }
    unsubscribe_from_all(client);
    if (client->has_sender) {
        restart_idle_limit(client); // For what is left to be sent.
        trio_parking_lot_unpark_all(&client->lot);
    }
    return without_ends(rc);
}

// ---- A client ----

static void enter(struct kv_client *client, struct kv_server *server,
                  struct trio_stream *stream)
{
    const struct kv_limits *limits = &server->limits;

    memset(client, 0, offsetof(struct kv_client, parser));
    client->server = server;
    client->stream = stream;
    client->number = ++server->accepted;
    kv_buffer_init(&client->input, (size_t)limits->request);
    kv_buffer_init(&client->output, (size_t)limits->output);
    kv_buffer_init(&client->sending, (size_t)limits->output);
    kv_parser_init(&client->parser, (size_t)limits->bulk);
    client->subscriber.deliver = deliver;
    client->next = server->clients;
    if (client->next != NULL)
        client->next->previous = client;
    server->clients = client;
    server->connected++;
}

static void leave(struct kv_client *client)
{
    struct kv_server *server = client->server;

    kv_buffer_free(&client->input);
    kv_buffer_free(&client->output);
    kv_buffer_free(&client->sending);
    if (client->next != NULL)
        client->next->previous = client->previous;
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        server->clients = client->next;
    server->connected--;
}

static TRIO_CHECKPOINT trio_status serve(struct kv_client *client)
{
    struct trio_nursery nursery;

    trio_move_on_after(&client->scope, idle_limit(client));
    trio_nursery_open(&nursery);
    client->nursery = &nursery;
    trio_status rc = trio_nursery_close(&nursery, talk(client));
    return trio_cancel_scope_close(&client->scope, rc);
}

static TRIO_CHECKPOINT trio_status reject(struct kv_server *server,
                                          struct trio_stream *stream)
{
    static const char text[] = "-ERR max number of clients reached\r\n";

    server->accepted++;
    server->rejected++;
    return trio_stream_send_all(stream, text, sizeof(text) - 1, NULL);
}

trio_status kv_serve_client(struct trio_stream *stream, void *arg)
{
    struct kv_server *server = arg;
    struct kv_client client;

    if (server->connected >= server->limits.clients)
        return reject(server, stream);
    enter(&client, server, stream);
    trio_status rc = serve(&client);
    leave(&client);
    return rc;
}
