// A change is done and its offset counted in one step: whenever the connection
// ends, `offset` is behind the last change that was done, and what comes next
// is asked for from there. So each is done exactly once.
//
// While a snapshot comes, `offset` is 0: a part of one is of no use.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/follower.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <trio/tcp_open.h>

#include "examples/kv_server/client.h"

// By so much a request may be longer than the one that the leader was sent: by
// the lengths of its arguments, and by when it expires.
#define MORE (16 * KV_ARGUMENTS_MAX)

void kv_follower_open(struct kv_follower *ret_follower,
                      struct kv_server *server, const char *host, uint16_t port)
{
    memset(ret_follower, 0, offsetof(struct kv_follower, client));
    ret_follower->server = server;
    ret_follower->host = host;
    ret_follower->port = port;
    server->follower = ret_follower;
    server->store.keeps_expired = true;
}

// ---- What the leader says ----

static TRIO_CHECKPOINT trio_status hear(struct kv_follower *follower)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, KV_SILENCE_MAX);
    trio_status rc =
        trio_cancel_scope_close(&scope, kv_client_receive(&follower->client));
    if (rc == TRIO_OK)
        follower->heard = trio_now();
    return rc;
}

// "+CONTINUE <id>": nothing is missing.
static trio_status go_on(struct kv_follower *follower,
                         const struct kv_request *answer)
{
    struct kv_bytes id = {follower->id, strlen(follower->id)};

    if (follower->offset == 0 || !kv_bytes_equal(answer->arguments[1], id))
        return TRIO_EPROTOCOL;
    follower->resumed++;
    return TRIO_OK;
}

// "+FULLRESYNC <id> <offset> <length>": a snapshot comes first.
static trio_status begin_anew(struct kv_follower *follower,
                              const struct kv_request *answer)
{
    struct kv_bytes id = answer->arguments[1];
    int64_t offset, length;

    if (id.length != KV_STREAM_ID_LENGTH ||
        !kv_bytes_to_integer(answer->arguments[2], &offset) || offset <= 0 ||
        !kv_bytes_to_integer(answer->arguments[3], &length) || length <= 0)
        return TRIO_EPROTOCOL;
    memcpy(follower->id, id.data, id.length);
    follower->offset = 0;
    follower->target = (uint64_t)offset;
    follower->snapshot = (size_t)length;
    follower->is_loading = true;
    return TRIO_OK;
}

static trio_status take_answer(struct kv_follower *follower, char *line,
                               size_t length)
{
    struct kv_request *answer = &follower->client.parser.request;

    if (kv_split_line(line, length, answer) != NULL)
        return TRIO_EPROTOCOL;
    if (answer->count == 2 && kv_bytes_are(answer->arguments[0], "+CONTINUE"))
        return go_on(follower, answer);
    if (answer->count == 4 && kv_bytes_are(answer->arguments[0], "+FULLRESYNC"))
        return begin_anew(follower, answer);
    return TRIO_EPROTOCOL;
}

static TRIO_CHECKPOINT trio_status hear_answer(struct kv_follower *follower)
{
    struct kv_buffer *in = &follower->client.input;
    char *end = NULL;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && end == NULL) {
        rc = in->held < KV_INLINE_MAX ? hear(follower) : TRIO_EPROTOCOL;
        if (rc == TRIO_OK)
            end = memchr(kv_buffer_first(in), '\n', in->held);
    }
    if (rc != TRIO_OK)
        return rc;
    size_t length = (size_t)(end - kv_buffer_first(in));
    rc = take_answer(follower, kv_buffer_first(in), length);
    kv_buffer_take(in, length + 1);
    return rc;
}

// ---- Changes ----

// Counts what was done.
static trio_status advance(struct kv_follower *follower, size_t length)
{
    if (!follower->is_loading) {
        follower->offset += length;
        return TRIO_OK;
    }
    if (length > follower->snapshot)
        return TRIO_EPROTOCOL;
    follower->snapshot -= length;
    if (follower->snapshot == 0) {
        follower->is_loading = false;
        follower->offset = follower->target;
        follower->snapshots++;
    }
    return TRIO_OK;
}

// Does what the parser holds. What cannot be done here was done there: from
// then on the two differ.
static trio_status apply(struct kv_follower *follower)
{
    struct kv_client *client = &follower->client;
    struct kv_buffer *out = &client->output;

    if (client->parser.request.count > 0)
        kv_execute(client);
    bool done = !client->closing && out->failure == TRIO_OK &&
                (out->held == 0 || *kv_buffer_first(out) != '-');
    kv_buffer_take(out, out->held);
    if (done)
        return advance(follower, client->parser.length);
    follower->offset = 0;
    return TRIO_EPROTOCOL;
}

static trio_status apply_all(struct kv_follower *follower)
{
    struct kv_client *client = &follower->client;
    struct kv_buffer *in = &client->input;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        enum kv_parsed parsed =
            kv_parser_parse(&client->parser, kv_buffer_first(in), in->held);
        if (parsed == KV_PARSED_ERROR)
            return TRIO_EPROTOCOL;
        if (parsed == KV_PARSED_PART)
            break;
        rc = apply(follower);
        kv_buffer_take(in, client->parser.length);
        client->server->commands++;
    }
    return rc;
}

// ---- A connection ----

TRIO_PRINTF(2, 3)
static TRIO_CHECKPOINT trio_status say(struct kv_follower *follower,
                                       const char *format, ...)
{
    char text[KV_STREAM_ID_LENGTH + 80];
    struct trio_cancel_scope scope;
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    trio_fail_after(&scope, KV_SILENCE_MAX);
    trio_status rc = trio_stream_send_all(follower->client.stream, text,
                                          (size_t)length, NULL);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status talk(struct kv_follower *follower)
{
    trio_status rc = follower->offset > 0
                         ? say(follower, "PSYNC %s %" PRIu64 "\r\n",
                               follower->id, follower->offset)
                         : say(follower, "PSYNC ? -1\r\n");

    if (rc == TRIO_OK)
        rc = hear_answer(follower);
    follower->is_up = rc == TRIO_OK;
    while (rc == TRIO_OK) {
        rc = apply_all(follower);
        if (rc == TRIO_OK)
            rc =
                say(follower, "REPLCONF ACK %" PRIu64 "\r\n", follower->offset);
        if (rc == TRIO_OK)
            rc = hear(follower);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status connect_to(struct kv_follower *follower,
                                              struct trio_tcp_stream *ret_tcp)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, KV_SILENCE_MAX);
    trio_status rc =
        trio_tcp_open(follower->host, follower->port, NULL, ret_tcp);
    return trio_cancel_scope_close(&scope, rc);
}

// Returns what ended the connection; says whether there was one that was of
// use.
static TRIO_CHECKPOINT trio_status follow_once(struct kv_follower *follower,
                                               bool *ret_was_up)
{
    struct trio_tcp_stream tcp;
    trio_status rc = connect_to(follower, &tcp);

    if (rc == TRIO_OK) {
        kv_client_init(&follower->client, follower->server, &tcp.stream);
        follower->client.is_leader = true;
        follower->client.input.limit += MORE;
        rc = talk(follower);
        kv_client_free(&follower->client);
        trio_stream_close_forcefully(&tcp.stream);
    }
    *ret_was_up = follower->is_up;
    follower->is_up = false;
    follower->failure = rc;
    return rc;
}

trio_status kv_follower_run(void *arg)
{
    struct kv_follower *follower = arg;
    trio_duration pause = KV_RETRY_MIN;
    bool was_up;
    trio_status rc;

    while ((rc = follow_once(follower, &was_up)) != TRIO_ECANCELED) {
        if (was_up)
            pause = KV_RETRY_MIN;
        rc = trio_sleep(pause);
        if (rc != TRIO_OK)
            break;
        pause = pause < KV_RETRY_MAX / 2 ? 2 * pause : KV_RETRY_MAX;
    }
    return rc;
}
