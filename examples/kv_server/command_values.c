// Commands on values.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/commands.h"

void kv_command_get(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count)
{
    struct kv_bytes value;

    (void)count;
    if (kv_store_get(&client->server->store, arguments[1], &value))
        kv_reply_bulk(&client->output, value);
    else
        kv_reply_null(&client->output);
}

// What SET was told behind the value.
struct set_options {
    bool only_new; // NX
    bool only_old; // XX
    trio_time expires;
};

// Reads the time of EX or PX, in units of `unit`.
static bool take_expiry(struct kv_client *client, struct kv_bytes argument,
                        trio_duration unit, trio_time *ret_expires)
{
    int64_t value;

    if (!kv_take_integer(client, argument, &value))
        return false;
    if (value <= 0 || value > TRIO_FOREVER / unit) {
        kv_reply_error(&client->output,
                       "ERR invalid expire time in 'set' command");
        return false;
    }
    *ret_expires = trio_time_add(trio_now(), value * unit);
    return true;
}

static bool take_options(struct kv_client *client,
                         const struct kv_bytes *arguments, size_t count,
                         struct set_options *ret_options)
{
    struct set_options options = {false, false, TRIO_FOREVER};

    for (size_t i = 3; i < count; i++) {
        bool seconds = kv_bytes_are(arguments[i], "EX");
        if (kv_bytes_are(arguments[i], "NX") && !options.only_old) {
            options.only_new = true;
        } else if (kv_bytes_are(arguments[i], "XX") && !options.only_new) {
            options.only_old = true;
        } else if ((seconds || kv_bytes_are(arguments[i], "PX")) &&
                   i + 1 < count && options.expires == TRIO_FOREVER) {
            if (!take_expiry(client, arguments[++i],
                             seconds ? TRIO_SECOND : TRIO_MS, &options.expires))
                return false;
        } else {
            kv_reply_error(&client->output, "ERR syntax error");
            return false;
        }
    }
    *ret_options = options;
    return true;
}

void kv_command_set(struct kv_client *client, const struct kv_bytes *arguments,
                    size_t count)
{
    struct kv_store *store = &client->server->store;
    struct set_options options;
    struct kv_bytes old;

    if (!kv_check_key(client, arguments[1]) ||
        !take_options(client, arguments, count, &options))
        return;
    if (options.only_new || options.only_old) {
        bool is_there = kv_store_get(store, arguments[1], &old);
        if (is_there ? options.only_new : options.only_old) {
            kv_reply_null(&client->output);
            return;
        }
    }
    trio_status rc =
        kv_store_set(store, arguments[1], arguments[2], options.expires);
    if (rc != TRIO_OK) {
        kv_reply_status(client, rc);
        return;
    }
    kv_reply_ok(&client->output);
    kv_tell(client, arguments, count);
}

// Adds to the value of the key behind the command.
static void add(struct kv_client *client, const struct kv_bytes *arguments,
                int64_t summand)
{
    struct kv_bytes key = arguments[1];
    int64_t sum;

    if (!kv_check_key(client, key))
        return;
    trio_status rc = kv_store_add(&client->server->store, key, summand, &sum);
    if (rc != TRIO_OK) {
        kv_reply_status(client, rc);
        return;
    }
    kv_reply_integer(&client->output, sum);
    kv_tell(client, arguments, 2);
}

void kv_command_incr(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    (void)count;
    add(client, arguments, 1);
}

void kv_command_decr(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    (void)count;
    add(client, arguments, -1);
}

void kv_command_mget(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    kv_reply_array(&client->output, count - 1);
    for (size_t i = 1; i < count; i++)
        kv_command_get(client, &arguments[i - 1], 2);
}

// What does not fit ends it in the middle: the values before that are set.
void kv_command_mset(struct kv_client *client, const struct kv_bytes *arguments,
                     size_t count)
{
    if (count % 2 == 0) {
        kv_reply_error(&client->output,
                       "ERR wrong number of arguments for 'MSET' command");
        return;
    }
    for (size_t i = 1; i < count; i += 2)
        if (!kv_check_key(client, arguments[i]))
            return;
    for (size_t i = 1; i < count; i += 2) {
        trio_status rc = kv_store_set(&client->server->store, arguments[i],
                                      arguments[i + 1], TRIO_FOREVER);
        if (rc != TRIO_OK) {
            kv_reply_status(client, rc);
            if (i > 1)
                kv_tell(client, arguments, i);
            return;
        }
    }
    kv_reply_ok(&client->output);
    kv_tell(client, arguments, count);
}
