// The commands: what a request asks of the store, the hub and the server.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_COMMANDS_H
#define EXAMPLES_KV_SERVER_COMMANDS_H

#include "examples/kv_server/server.h"

// Executes a request with its arguments, of which there are as many as its
// command takes, and adds the reply to the client's output. None of them waits:
// a command is one step to everybody else.
typedef void (*kv_command_fn)(struct kv_client *client,
                              const struct kv_bytes *arguments, size_t count);

struct kv_command {
    const char *name; // In upper case.
    size_t count_min; // Arguments, with the name.
    size_t count_max;
    kv_command_fn fn;
    unsigned flags; // KV_COMMAND_x
};

enum {
    KV_COMMAND_READS = 1,            // Values or keys.
    KV_COMMAND_WRITES = 2,           // The same.
    KV_COMMAND_WHILE_SUBSCRIBED = 4, // Also for who has subscribed.
    KV_COMMAND_FROM_LEADER = 8,      // Also in a stream of changes,
    KV_COMMAND_FROM_FOLLOWER = 16    // or back.
};

// Values.
void kv_command_get(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count);
void kv_command_set(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count);
void kv_command_incr(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_decr(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_mget(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_mset(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);

// Keys.
void kv_command_del(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count);
void kv_command_exists(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count);
void kv_command_expire(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count);
void kv_command_ttl(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count);
void kv_command_persist(struct kv_client *client,
                        const struct kv_bytes *arguments, size_t count);
void kv_command_scan(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_flushall(struct kv_client *client,
                         const struct kv_bytes *arguments, size_t count);

// Messages.
void kv_command_subscribe(struct kv_client *client,
                          const struct kv_bytes *arguments, size_t count);
void kv_command_unsubscribe(struct kv_client *client,
                            const struct kv_bytes *arguments, size_t count);
void kv_command_publish(struct kv_client *client,
                        const struct kv_bytes *arguments, size_t count);

// Replication.
void kv_command_psync(struct kv_client *client,
                      const struct kv_bytes *arguments, size_t count);
void kv_command_replconf(struct kv_client *client,
                         const struct kv_bytes *arguments, size_t count);
void kv_command_wait(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);

// The connection and the server.
void kv_command_ping(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_echo(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_quit(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);
void kv_command_client(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count);
void kv_command_config(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count);
void kv_command_info(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count);

// Says whether a request, if it is one, asks for a change of the store.
bool kv_request_changes(const struct kv_request *request);

// Tells of a change of the store, once it is made.
static inline void kv_tell(const struct kv_client *client,
                           const struct kv_bytes *words, size_t count)
{
    kv_changes_tell(&client->server->changes, words, count);
}

// Says whether a key, or the name of a channel, is short enough; else it adds
// an error.
bool kv_check_key(struct kv_client *client, struct kv_bytes key);

// Reads an argument that is an integer; else it adds an error.
bool kv_take_integer(struct kv_client *client, struct kv_bytes argument,
                     int64_t *ret_value);

// Adds the error that belongs to what the store returned.
void kv_reply_status(struct kv_client *client, trio_status rc);

#endif // EXAMPLES_KV_SERVER_COMMANDS_H
