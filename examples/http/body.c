// `place` is what comes next. It moves only when a whole line, or some bytes of
// data, were taken from the reader, which is one step. So a call that was
// cancelled anywhere is made again as if it had not been.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/http/body.h"

#include <inttypes.h>
#include <string.h>

#include <trio/error.h>
#include <trio/task.h>

#include "examples/http/number.h"

#define FIELDS_MAX 100

// ---- Lines between the data ----

static trio_status take_size(struct http_body *body, const char *line,
                             size_t length)
{
    const char *extension = memchr(line, ';', length);

    if (extension != NULL) // Nobody has to know any.
        length = (size_t)(extension - line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        length--;
    if (!http_number(line, length, 16, &body->left))
        return trio_fail(TRIO_EPROTOCOL, "the size of a chunk is no number");
    body->place = body->left > 0 ? HTTP_IN_DATA : HTTP_IN_TRAILER;
    return TRIO_OK;
}

static trio_status take_line(struct http_body *body, const char *line,
                             size_t length)
{
    if (body->place == HTTP_BEFORE_CHUNK)
        return take_size(body, line, length);
    if (body->place == HTTP_IN_TRAILER) {
        if (length == 0)
            body->place = HTTP_AT_END;
        else if (++body->fields > FIELDS_MAX)
            return trio_fail(TRIO_EMSGSIZE, "too many fields after the body");
        return TRIO_OK;
    }
    if (length > 0)
        return trio_fail(TRIO_EPROTOCOL, "a chunk is longer than it says");
    body->place = HTTP_BEFORE_CHUNK;
    return TRIO_OK;
}

static trio_status explain(const struct http_body *body, trio_status rc)
{
    if (rc == TRIO_EEND)
        return trio_fail(TRIO_EBROKEN,
                         "the connection ended after %" PRIu64
                         " bytes of the body",
                         body->received);
    if (rc == TRIO_EMSGSIZE)
        return trio_fail(rc, "a line between chunks is too long");
    return rc;
}

// Takes the line that comes next.
static TRIO_CHECKPOINT trio_status receive_line(struct http_body *body)
{
    char *line;
    size_t length;

    trio_status rc = trio_reader_read_line(body->reader, &line, &length);
    return rc == TRIO_OK ? take_line(body, line, length) : explain(body, rc);
}

// ---- Data ----

static size_t smaller(size_t size, uint64_t other)
{
    return other < size ? (size_t)other : size;
}

static TRIO_CHECKPOINT trio_status receive_data(struct http_body *body,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    char *data;

    trio_status rc = trio_reader_peek(body->reader, 1, &data);
    if (rc == TRIO_EEND && body->until_end)
        return rc;
    if (rc != TRIO_OK)
        return explain(body, rc);
    if (body->received == body->limit)
        return trio_fail(TRIO_EMSGSIZE,
                         "the body is longer than %" PRIu64 " bytes",
                         body->limit);
    size = smaller(size, trio_reader_held(body->reader));
    size = smaller(size, body->left);
    size = smaller(size, body->limit - body->received);
    rc = trio_reader_read(body->reader, size, &data);
    if (rc != TRIO_OK)
        return rc;
    memcpy(buffer, data, size);
    *ret_length = size;
    body->received += size;
    if (!body->until_end)
        body->left -= size;
    if (body->left == 0)
        body->place = body->chunked ? HTTP_AFTER_CHUNK : HTTP_AT_END;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    struct http_body *body = (struct http_body *)stream;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && body->place != HTTP_IN_DATA &&
           body->place != HTTP_AT_END)
        rc = receive_line(body);
    if (rc == TRIO_OK && body->place == HTTP_IN_DATA && size > 0)
        return receive_data(body, buffer, size, ret_length);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_fail_bare(size > 0 ? TRIO_EEND : TRIO_EINVAL);
    return rc;
}

// ---- The three kinds ----

static const struct trio_stream_operations operations = {.receive_some =
                                                             receive_some};

void http_body_of_length(struct http_body *ret_body, struct trio_reader *reader,
                         uint64_t length)
{
    *ret_body =
        (struct http_body){.stream = {&operations},
                           .limit = UINT64_MAX,
                           .reader = reader,
                           .place = length > 0 ? HTTP_IN_DATA : HTTP_AT_END,
                           .left = length};
}

void http_body_of_chunks(struct http_body *ret_body, struct trio_reader *reader)
{
    *ret_body = (struct http_body){.stream = {&operations},
                                   .limit = UINT64_MAX,
                                   .reader = reader,
                                   .place = HTTP_BEFORE_CHUNK,
                                   .chunked = true};
}

void http_body_until_end(struct http_body *ret_body, struct trio_reader *reader)
{
    *ret_body = (struct http_body){.stream = {&operations},
                                   .limit = UINT64_MAX,
                                   .reader = reader,
                                   .place = HTTP_IN_DATA,
                                   .until_end = true,
                                   .left = UINT64_MAX};
}
