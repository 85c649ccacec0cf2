// There is one stream and one backlog of it, whoever follows, and a follower is
// no more than its offset there. So a follower that is slow costs nothing but a
// place, and is lost once the backlog does not reach back to it.
//
// Offsets begin at 1: to have acknowledged 0 is to have nothing.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/leader.h"

#include <inttypes.h>
#include <stdio.h>

#include <trio/cancel_scope.h>
#include <trio/random.h>

#include "examples/kv_server/client.h"
#include "examples/kv_server/snapshot.h"

#define PIECE ((size_t)16 * 1024)   // What is sent at once.
#define SNAPSHOT_MAX (SIZE_MAX / 4) // The store has a limit.

// ---- The stream ----

static void add_number(struct kv_backlog *backlog, char mark, size_t number)
{
    char text[KV_INTEGER_TEXT_MAX];
    struct kv_bytes digits = kv_bytes_from_integer((int64_t)number, text);

    kv_backlog_add(backlog, &mark, 1);
    kv_backlog_add(backlog, digits.data, digits.length);
    kv_backlog_add(backlog, "\r\n", 2);
}

// Adds a request without asking for memory.
static void add(struct kv_backlog *backlog, const struct kv_bytes *words,
                size_t count)
{
    add_number(backlog, '*', count);
    for (size_t i = 0; i < count; i++) {
        add_number(backlog, '$', words[i].length);
        kv_backlog_add(backlog, words[i].data, words[i].length);
        kv_backlog_add(backlog, "\r\n", 2);
    }
}

// Has those who follow woken to send on, and drops who is too far behind.
static void wake_replicas(struct kv_leader *leader)
{
    struct kv_replica *replica = leader->replicas;

    for (; replica != NULL; replica = replica->next) {
        if (!replica->lost &&
            !kv_backlog_holds(&leader->backlog, replica->sent)) {
            replica->lost = true;
            kv_client_drop(replica->client);
        }
        trio_parking_lot_unpark_all(&replica->client->lot);
    }
}

static void changed(struct kv_observer *observer, const struct kv_bytes *words,
                    size_t count)
{
    struct kv_leader *leader = (struct kv_leader *)observer;

    leader->changes++;
    if (leader->backlog.data == NULL)
        return;
    add(&leader->backlog, words, count);
    wake_replicas(leader);
}

void kv_leader_beat(struct kv_leader *leader)
{
    static const struct kv_bytes beat = {"PING", 4};

    TRIO_ASSERT(leader->replicas != NULL);
    add(&leader->backlog, &beat, 1);
    wake_replicas(leader);
}

void kv_leader_open(struct kv_leader *ret_leader, struct kv_changes *changes)
{
    *ret_leader = (struct kv_leader){.observer.changed = changed};
    ret_leader->backlog.begin = ret_leader->backlog.end = 1;
    snprintf(ret_leader->id, sizeof(ret_leader->id),
             "%016" PRIx64 "%016" PRIx64, trio_random_u64(), trio_random_u64());
    kv_changes_observe(changes, &ret_leader->observer);
}

void kv_leader_close(struct kv_leader *leader)
{
    TRIO_ASSERT(leader->replicas == NULL);
    kv_backlog_close(&leader->backlog);
}

// ---- Followers ----

static bool can_resume(const struct kv_leader *leader, struct kv_bytes id,
                       int64_t offset)
{
    struct kv_bytes own = {leader->id, KV_STREAM_ID_LENGTH};

    return kv_bytes_equal(id, own) && offset > 0 &&
           kv_backlog_holds(&leader->backlog, (uint64_t)offset);
}

static void resume(struct kv_leader *leader, struct kv_client *client,
                   uint64_t offset)
{
    char text[KV_STREAM_ID_LENGTH + 32];

    snprintf(text, sizeof(text), "CONTINUE %s", leader->id);
    kv_reply_text(&client->output, text);
    client->replica.sent = offset;
    leader->resumed++;
}

static trio_status begin_anew(struct kv_leader *leader,
                              struct kv_client *client)
{
    struct kv_replica *replica = &client->replica;
    struct kv_buffer *snapshot = &replica->snapshot;
    char text[KV_STREAM_ID_LENGTH + 80];

    kv_buffer_init(snapshot, SNAPSHOT_MAX);
    kv_snapshot_add(snapshot, &client->server->store);
    if (snapshot->failure != TRIO_OK) {
        kv_buffer_free(snapshot);
        return TRIO_ENOMEM;
    }
    replica->sent = kv_leader_offset(leader);
    snprintf(text, sizeof(text), "FULLRESYNC %s %" PRIu64 " %zu", leader->id,
             replica->sent, snapshot->held);
    kv_reply_text(&client->output, text);
    leader->snapshots++;
    return TRIO_OK;
}

trio_status kv_leader_admit(struct kv_leader *leader, struct kv_client *client,
                            struct kv_bytes id, int64_t offset)
{
    struct kv_replica *replica = &client->replica;
    size_t size = (size_t)client->server->limits.backlog;
    trio_status rc = TRIO_OK;

    if (leader->backlog.data == NULL &&
        !kv_backlog_open(&leader->backlog, size, kv_leader_offset(leader)))
        return TRIO_ENOMEM;
    *replica = (struct kv_replica){.heard = trio_now()};
    if (can_resume(leader, id, offset))
        resume(leader, client, (uint64_t)offset);
    else
        rc = begin_anew(leader, client);
    if (rc != TRIO_OK)
        return rc;
    replica->client = client;
    replica->next = leader->replicas;
    leader->replicas = replica;
    return TRIO_OK;
}

void kv_leader_dismiss(struct kv_leader *leader, struct kv_client *client)
{
    struct kv_replica **link = &leader->replicas;

    if (client->replica.client == NULL)
        return;
    while (*link != &client->replica)
        link = &(*link)->next;
    *link = client->replica.next;
    client->replica.client = NULL;
    kv_buffer_free(&client->replica.snapshot);
    trio_parking_lot_unpark_all(&leader->acknowledged);
}

static void feed_snapshot(struct kv_buffer *snapshot, struct kv_buffer *out)
{
    size_t piece = snapshot->held < PIECE ? snapshot->held : PIECE;

    kv_buffer_add(out, kv_buffer_first(snapshot), piece);
    kv_buffer_take(snapshot, piece);
    if (snapshot->held == 0)
        kv_buffer_free(snapshot);
}

void kv_leader_feed(struct kv_leader *leader, struct kv_client *client)
{
    struct kv_replica *replica = &client->replica;
    struct kv_bytes piece;

    if (replica->snapshot.held > 0) {
        feed_snapshot(&replica->snapshot, &client->output);
    } else if (!replica->lost) {
        piece = kv_backlog_read(&leader->backlog, replica->sent, PIECE);
        kv_buffer_add(&client->output, piece.data, piece.length);
        replica->sent += piece.length;
    }
}

// ---- Acknowledgements ----

bool kv_leader_hear(struct kv_leader *leader, struct kv_client *client,
                    int64_t offset)
{
    struct kv_replica *replica = &client->replica;

    if (offset < 0 || (uint64_t)offset > replica->sent)
        return false;
    replica->acknowledged = (uint64_t)offset;
    replica->heard = trio_now();
    trio_parking_lot_unpark_all(&leader->acknowledged);
    return true;
}

int64_t kv_leader_count(const struct kv_leader *leader, uint64_t offset)
{
    const struct kv_replica *replica = leader->replicas;
    int64_t count = 0;

    for (; replica != NULL; replica = replica->next)
        count += replica->acknowledged >= offset;
    return count;
}

static const struct trio_wait acknowledged_wait = {"hear of followers",
                                                   TRIO_ACCESS_READ, NULL};

trio_status kv_leader_wait(struct kv_leader *leader, uint64_t offset,
                           int64_t count, trio_time deadline)
{
    struct trio_cancel_scope scope;
    trio_status rc = trio_checkpoint();

    trio_move_on_at(&scope, deadline);
    while (rc == TRIO_OK && kv_leader_count(leader, offset) < count)
        rc = trio_parking_lot_park(&leader->acknowledged, &acknowledged_wait,
                                   leader);
    return trio_cancel_scope_close(&scope, rc);
}
