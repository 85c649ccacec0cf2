// A client that subscribes, or follows, gets a second task, which sends until
// that has ended: others add to its output as well, and none of them may ever
// wait for it.
//
// So there are two buffers. Whoever sends takes all of `output` and puts an
// empty one in its place; nobody adds to one that is being sent. A client that
// does not take what it is sent comes to the limit of `output`, and is dropped.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/client.h"

#include <trio/error.h>
#include <trio/task.h>

#include "examples/ends.h"

trio_duration kv_client_idle_limit(const struct kv_client *client)
{
    int64_t seconds = client->server->limits.idle;
    return seconds < TRIO_FOREVER / TRIO_SECOND ? seconds * TRIO_SECOND
                                                : TRIO_FOREVER;
}

// Who has subscribed may listen in silence; who follows has to tell how far it
// has come.
void kv_client_restart_idle_limit(struct kv_client *client)
{
    if (client->subscriber.count > 0 && client->replica.client == NULL)
        trio_cancel_scope_set_deadline_at(&client->scope, TRIO_FOREVER);
    else
        trio_cancel_scope_extend_after(&client->scope,
                                       kv_client_idle_limit(client));
}

// Waits until all that the output tells of may be told.
static TRIO_CHECKPOINT trio_status wait_for_log(struct kv_client *client)
{
    struct kv_log *log = client->server->log;

    return log == NULL ? TRIO_OK : kv_log_wait(log, client->logged);
}

// Sends all of the output.
static TRIO_CHECKPOINT trio_status send_output(struct kv_client *client)
{
    trio_status rc = wait_for_log(client);
    if (rc != TRIO_OK)
        return rc;
    struct kv_buffer taken = client->output;
    client->output = client->sending;
    client->sending = taken;
    rc = trio_stream_send_all(client->stream, kv_buffer_first(&taken),
                              taken.held, NULL);
    kv_buffer_take(&client->sending, taken.held);
    return rc;
}

static const struct trio_wait output_wait = {"take output", TRIO_ACCESS_ACQUIRE,
                                             NULL};
static const struct trio_wait sender_wait = {"see its sender end",
                                             TRIO_ACCESS_READ, NULL};

// Waits for output, or until it is time that a follower hears something.
static TRIO_CHECKPOINT trio_status wait_for_output(struct kv_client *client)
{
    struct trio_cancel_scope beat;

    trio_move_on_after(&beat,
                       client->replica.client != NULL ? KV_BEAT : TRIO_FOREVER);
    trio_status rc = trio_cancel_scope_close(
        &beat, trio_parking_lot_park(&client->lot, &output_wait, client));
    if (trio_cancel_scope_caught(&beat) && client->replica.client != NULL)
        kv_leader_beat(&client->server->leader);
    return rc;
}

// Sends for a client that has subscribed or follows, until nothing more is to
// come from others.
static TRIO_CHECKPOINT trio_status send_always(void *arg)
{
    struct kv_client *client = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        if (client->replica.client != NULL && client->output.held == 0)
            kv_leader_feed(&client->server->leader, client);
        if (client->output.failure != TRIO_OK) {
            rc = client->output.failure;
        } else if (client->output.held > 0) {
            struct trio_cancel_scope limit;
            trio_fail_after(&limit, kv_client_idle_limit(client));
            rc = trio_cancel_scope_close(&limit, send_output(client));
        } else if (!kv_client_is_fed(client)) {
            break;
        } else {
            rc = wait_for_output(client);
        }
    }
    client->has_sender = false;
    trio_parking_lot_unpark_all(&client->lot);
    if (trio_is_failure(rc))
        trio_cancel_scope_cancel(&client->scope, "cannot be sent to");
    return ends_as_ok(rc);
}

trio_status kv_client_flush(struct kv_client *client)
{
    trio_status rc = TRIO_OK;

    if (client->has_sender)
        trio_parking_lot_unpark_all(&client->lot);
    while (rc == TRIO_OK && client->has_sender && !kv_client_is_fed(client))
        rc = trio_parking_lot_park(&client->lot, &sender_wait, client);
    if (rc == TRIO_OK && !client->has_sender && client->output.held > 0)
        rc = send_output(client);
    return rc;
}

void kv_client_drop(struct kv_client *client)
{
    client->server->dropped++;
    trio_cancel_scope_cancel(&client->scope, "does not take its output");
}

void kv_client_deliver(struct kv_subscriber *subscriber,
                       struct kv_bytes channel, struct kv_bytes message)
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
        kv_client_drop(client);
    trio_parking_lot_unpark_all(&client->lot);
}

trio_status kv_client_start_sender(struct kv_client *client)
{
    static const struct trio_task_options options = {.name = "sender"};

    if (client->has_sender || !kv_client_is_fed(client))
        return TRIO_OK;
    client->has_sender = true;
    return trio_nursery_start_soon_with(client->nursery, &options, send_always,
                                        client);
}
