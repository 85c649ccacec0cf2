// INFO: what the server tells of itself, in sections. The names are those of
// Redis, so that what reads them there reads them here.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "examples/kv_server/commands.h"
#include "examples/kv_server/follower.h"

#define TEXT_MAX 4096  // Of all sections.
#define REPLICAS_MAX 8 // That are told of.

struct text {
    char data[TEXT_MAX];
    size_t length;
};

TRIO_PRINTF(2, 3)
static void add(struct text *text, const char *format, ...)
{
    size_t room = sizeof(text->data) - text->length;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text->data + text->length, room, format, arguments);
    va_end(arguments);
    TRIO_ASSERT(length >= 0 && (size_t)length < room);
    text->length += (size_t)length;
}

static void add_server(struct text *text, const struct kv_server *server)
{
    add(text, "server_name:kv_server\r\n");
    add(text, "uptime_in_seconds:%" PRId64 "\r\n",
        (trio_now() - server->started) / TRIO_SECOND);
}

static void add_clients(struct text *text, const struct kv_server *server)
{
    add(text, "connected_clients:%" PRId64 "\r\n", server->connected);
    add(text, "maxclients:%" PRId64 "\r\n", server->limits.clients);
    add(text, "blocked_clients:%zu\r\n", server->leader.acknowledged.count);
}

static void add_memory(struct text *text, const struct kv_server *server)
{
    add(text, "used_memory:%zu\r\n", server->store.bytes);
    add(text, "maxmemory:%" PRId64 "\r\n", server->limits.memory);
}

static void add_persistence(struct text *text, const struct kv_server *server)
{
    const struct kv_log *log = server->log;

    add(text, "aof_enabled:%d\r\n", log != NULL);
    if (log == NULL)
        return;
    add(text, "aof_last_write_status:%s\r\n",
        kv_log_failure(log) == TRIO_OK ? "ok" : "err");
    add(text, "aof_current_size:%" PRIu64 "\r\n", log->written);
    add(text, "aof_buffer_length:%" PRIu64 "\r\n", log->told - log->written);
    add(text, "aof_synced_size:%" PRIu64 "\r\n", log->synced);
}

static void add_stats(struct text *text, const struct kv_server *server)
{
    add(text, "total_connections_received:%" PRIu64 "\r\n", server->accepted);
    add(text, "total_commands_processed:%" PRIu64 "\r\n", server->commands);
    add(text, "rejected_connections:%" PRIu64 "\r\n", server->rejected);
    add(text, "client_output_buffer_limit_disconnections:%" PRIu64 "\r\n",
        server->dropped);
    add(text, "expired_keys:%" PRIu64 "\r\n", server->store.expired);
}

static void add_leader(struct text *text, const struct kv_server *server)
{
    const struct kv_leader *leader = &server->leader;
    const struct kv_replica *replica = leader->replicas;

    add(text, "role:master\r\n");
    add(text, "connected_slaves:%" PRId64 "\r\n", kv_leader_count(leader, 0));
    for (int i = 0; replica != NULL && i < REPLICAS_MAX; i++) {
        add(text,
            "slave%d:id=%" PRIu64 ",state=%s,offset=%" PRIu64 ",lag=%" PRId64
            "\r\n",
            i, replica->client->number,
            replica->acknowledged > 0 ? "online" : "send_bulk",
            replica->acknowledged, (trio_now() - replica->heard) / TRIO_SECOND);
        replica = replica->next;
    }
    add(text, "master_replid:%s\r\n", leader->id);
    add(text, "master_repl_offset:%" PRIu64 "\r\n", kv_leader_offset(leader));
    add(text, "repl_backlog_size:%" PRId64 "\r\n", server->limits.backlog);
    add(text, "repl_backlog_first_byte_offset:%" PRIu64 "\r\n",
        leader->backlog.begin);
    add(text, "sync_full:%" PRIu64 "\r\n", leader->snapshots);
    add(text, "sync_partial_ok:%" PRIu64 "\r\n", leader->resumed);
}

static void add_follower(struct text *text, const struct kv_follower *follower)
{
    add(text, "role:slave\r\n");
    add(text, "master_host:%.255s\r\n", follower->host);
    add(text, "master_port:%u\r\n", (unsigned)follower->port);
    add(text, "master_link_status:%s\r\n", follower->is_up ? "up" : "down");
    if (!follower->is_up && follower->failure != TRIO_OK)
        add(text, "master_link_failure:%s\r\n",
            trio_status_text(follower->failure));
    add(text, "master_last_io_seconds_ago:%" PRId64 "\r\n",
        (trio_now() - follower->heard) / TRIO_SECOND);
    add(text, "master_sync_in_progress:%d\r\n", follower->is_loading);
    add(text, "slave_repl_offset:%" PRIu64 "\r\n", follower->offset);
    add(text, "slave_read_only:1\r\n");
}

static void add_replication(struct text *text, const struct kv_server *server)
{
    if (server->follower != NULL)
        add_follower(text, server->follower);
    else
        add_leader(text, server);
}

static void add_keyspace(struct text *text, const struct kv_server *server)
{
    size_t keys = kv_store_count(&server->store);

    if (keys > 0)
        add(text, "db0:keys=%zu,expires=%zu,avg_ttl=0\r\n", keys,
            server->store.expiry.count);
}

static const struct section {
    const char *title;
    const char *name; // In upper case.
    void (*add)(struct text *text, const struct kv_server *server);
} sections[] = {
    {"Server", "SERVER", add_server},
    {"Clients", "CLIENTS", add_clients},
    {"Memory", "MEMORY", add_memory},
    {"Persistence", "PERSISTENCE", add_persistence},
    {"Stats", "STATS", add_stats},
    {"Replication", "REPLICATION", add_replication},
    {"Keyspace", "KEYSPACE", add_keyspace},
};

// Without any name all are wanted.
static bool is_wanted(const struct section *section,
                      const struct kv_bytes *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kv_bytes_are(names[i], section->name) ||
            kv_bytes_are(names[i], "ALL") ||
            kv_bytes_are(names[i], "DEFAULT") ||
            kv_bytes_are(names[i], "EVERYTHING"))
            return true;
    return count == 0;
}

void kv_command_info(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    struct text text = {.length = 0};

    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        if (!is_wanted(&sections[i], arguments + 1, count - 1))
            continue;
        add(&text, "# %s\r\n", sections[i].title);
        sections[i].add(&text, client->server);
        add(&text, "\r\n");
    }
    kv_reply_bulk(&client->output, (struct kv_bytes){text.data, text.length});
}
