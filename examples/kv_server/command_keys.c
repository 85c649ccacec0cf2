// Commands on keys.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

#define SCAN_DEFAULT 10
#define SCAN_MAX 1000
#define PATTERN_MAX 128

void kv_command_del(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count)
{
    int64_t removed = 0;

    for (size_t i = 1; i < count; i++)
        removed += kv_store_remove(&client->server->store, arguments[i]);
    kv_reply_integer(&client->output, removed);
    if (removed > 0)
        kv_tell(client, arguments, count);
}

void kv_command_exists(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count)
{
    struct kv_bytes value;
    int64_t found = 0;

    for (size_t i = 1; i < count; i++)
        found += kv_store_get(&client->server->store, arguments[i], &value);
    kv_reply_integer(&client->output, found);
}

// Removes it at once if that is now or was before.
static trio_status expire_after(struct kv_store *store, struct kv_bytes key,
                                int64_t seconds)
{
    if (seconds <= 0)
        return kv_store_remove(store, key) ? TRIO_OK : TRIO_ENOENT;
    return kv_store_set_expiry(
        store, key, trio_time_add(trio_now(), seconds * TRIO_SECOND));
}

void kv_command_expire(struct kv_client *client,
                       const struct kv_bytes *arguments, size_t count)
{
    struct kv_store *store = &client->server->store;
    int64_t seconds;

    if (!kv_take_integer(client, arguments[2], &seconds))
        return;
    if (seconds > TRIO_FOREVER / TRIO_SECOND) {
        kv_reply_error(&client->output,
                       "ERR invalid expire time in 'expire' command");
        return;
    }
    trio_status rc = expire_after(store, arguments[1], seconds);
    if (rc == TRIO_OK || rc == TRIO_ENOENT)
        kv_reply_integer(&client->output, rc == TRIO_OK);
    else
        kv_reply_status(client, rc);
    if (rc == TRIO_OK)
        kv_tell(client, arguments, count);
}

// Rounded, and 0 for what a leader has yet to remove.
static int64_t seconds_until(trio_time expires)
{
    trio_duration left = expires - trio_now();
    return left > 0 ? (left + TRIO_SECOND / 2) / TRIO_SECOND : 0;
}

void kv_command_ttl(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count)
{
    trio_time expires;

    (void)count;
    if (!kv_store_expiry(&client->server->store, arguments[1], &expires))
        kv_reply_integer(&client->output, -2);
    else if (expires == TRIO_FOREVER)
        kv_reply_integer(&client->output, -1);
    else
        kv_reply_integer(&client->output, seconds_until(expires));
}

void kv_command_persist(struct kv_client *client,
                        const struct kv_bytes *arguments, size_t count)
{
    struct kv_store *store = &client->server->store;
    trio_time expires;

    bool ends = kv_store_expiry(store, arguments[1], &expires) &&
                expires != TRIO_FOREVER;
    if (ends)
        trio_ignore(kv_store_set_expiry(store, arguments[1], TRIO_FOREVER));
    kv_reply_integer(&client->output, ends);
    if (ends)
        kv_tell(client, arguments, count);
}

void kv_command_flushall(struct kv_client *client,
                         const struct kv_bytes *arguments, size_t count)
{
    kv_store_clear(&client->server->store);
    kv_reply_ok(&client->output);
    kv_tell(client, arguments, count);
}

// ---- SCAN ----

// What a scan has found: their number is to be sent before them.
struct found {
    struct kv_bytes pattern;
    size_t count;
    struct kv_buffer keys; // As elements of the reply.
};

static void find(struct kv_bytes key, void *arg)
{
    struct found *found = arg;

    if (!kv_bytes_match(key, found->pattern))
        return;
    kv_reply_bulk(&found->keys, key);
    found->count++;
}

static bool take_scan_options(struct kv_client *client,
                              const struct kv_bytes *arguments, size_t count,
                              struct kv_bytes *ret_pattern, int64_t *ret_keys)
{
    for (size_t i = 2; i < count; i += 2) {
        bool is_pattern = kv_bytes_are(arguments[i], "MATCH");
        if (i + 1 == count ||
            !(is_pattern || kv_bytes_are(arguments[i], "COUNT"))) {
            kv_reply_error(&client->output, "ERR syntax error");
            return false;
        }
        if (is_pattern)
            *ret_pattern = arguments[i + 1];
        else if (!kv_take_integer(client, arguments[i + 1], ret_keys))
            return false;
    }
    if (*ret_keys >= 1 && ret_pattern->length <= PATTERN_MAX)
        return true;
    kv_reply_error(&client->output, *ret_keys < 1
                                        ? "ERR syntax error"
                                        : "ERR the pattern is too long");
    return false;
}

void kv_command_scan(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    struct kv_buffer *out = &client->output;
    struct found found = {.pattern = {"*", 1}};
    int64_t cursor, keys = SCAN_DEFAULT;
    char text[KV_INTEGER_TEXT_MAX];

    if (!kv_bytes_to_integer(arguments[1], &cursor) || cursor < 0) {
        kv_reply_error(out, "ERR invalid cursor");
        return;
    }
    if (!take_scan_options(client, arguments, count, &found.pattern, &keys))
        return;
    kv_buffer_init(&found.keys, out->limit);
    cursor = (int64_t)kv_store_scan(&client->server->store, (uint64_t)cursor,
                                    (size_t)(keys < SCAN_MAX ? keys : SCAN_MAX),
                                    find, &found);
    if (found.keys.failure == TRIO_OK) {
        kv_reply_array(out, 2);
        kv_reply_bulk(out, kv_bytes_from_integer(cursor, text));
        kv_reply_array(out, found.count);
        if (found.count > 0)
            kv_buffer_add(out, kv_buffer_first(&found.keys), found.keys.held);
    } else {
        kv_reply_status(client, TRIO_ENOMEM);
    }
    kv_buffer_free(&found.keys);
}
