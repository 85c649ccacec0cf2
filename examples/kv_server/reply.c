// Replies are put together where they will be sent from. Only an error holds
// text that came from a peer, so only there an end of line could be smuggled
// in.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdarg.h>
#include <stdio.h>

#include "examples/kv_server/protocol.h"

#define ERROR_MAX 256

static void add(struct kv_buffer *out, const char *text)
{
    kv_buffer_add(out, text, strlen(text));
}

void kv_reply_ok(struct kv_buffer *out)
{
    add(out, "+OK\r\n");
}

void kv_reply_text(struct kv_buffer *out, const char *text)
{
    add(out, "+");
    add(out, text);
    add(out, "\r\n");
}

// Adds a mark, a number and an end of line.
static void add_number(struct kv_buffer *out, char mark, int64_t value)
{
    char text[KV_INTEGER_TEXT_MAX];
    struct kv_bytes digits = kv_bytes_from_integer(value, text);
    char *place = kv_buffer_reserve(out, digits.length + 3);

    if (place == NULL)
        return;
    *place = mark;
    memcpy(place + 1, digits.data, digits.length);
    memcpy(place + 1 + digits.length, "\r\n", 2);
    out->held += digits.length + 3;
}

void kv_reply_integer(struct kv_buffer *out, int64_t value)
{
    add_number(out, ':', value);
}

void kv_reply_array(struct kv_buffer *out, size_t count)
{
    add_number(out, '*', (int64_t)count);
}

void kv_reply_bulk(struct kv_buffer *out, struct kv_bytes bytes)
{
    add_number(out, '$', (int64_t)bytes.length);
    kv_buffer_add(out, bytes.data, bytes.length);
    add(out, "\r\n");
}

// A request is an array of its words.
void kv_request_add(struct kv_buffer *out, const struct kv_bytes *words,
                    size_t count)
{
    kv_reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        kv_reply_bulk(out, words[i]);
}

void kv_reply_null(struct kv_buffer *out)
{
    add(out, "$-1\r\n");
}

void kv_reply_error(struct kv_buffer *out, const char *format, ...)
{
    char text[ERROR_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\r' || *at == '\n')
            *at = ' ';
    add(out, "-");
    add(out, text);
    add(out, "\r\n");
}
