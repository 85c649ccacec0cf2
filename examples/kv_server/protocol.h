// The Redis protocol, version 2: requests out of bytes, replies into bytes. It
// knows of no socket and of no store.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_PROTOCOL_H
#define EXAMPLES_KV_SERVER_PROTOCOL_H

#include <trio/base.h>

#include "examples/kv_server/buffer.h"
#include "examples/kv_server/bytes.h"

// The most arguments of a request, its command included.
#define KV_ARGUMENTS_MAX 1024

// The longest line of a request that is typed by hand.
#define KV_INLINE_MAX (64 * 1024)

// ---- Requests ----

// A request: the command and its arguments. They lie where it was read from.
struct kv_request {
    size_t count;
    struct kv_bytes arguments[KV_ARGUMENTS_MAX];
};

enum kv_parsed {
    KV_PARSED_PART,    // there is more to come
    KV_PARSED_REQUEST, // one request, without arguments if there is nothing
                       // to do
    KV_PARSED_ERROR    // nothing after this can be understood
};

// A `kv_parser` reads one request at a time:
//
//     for (;;) {
//         parsed = kv_parser_parse(&parser, data, size);
//         if (parsed != KV_PARSED_REQUEST)
//             break; // receive more, or give up
//         execute(&parser.request);
//         data += parser.length;
//         size -= parser.length;
//     }
//
// What it has understood of a part it does not read again.
struct kv_parser {
    size_t bulk_max;           // The longest argument, in bytes.
    struct kv_request request; // KV_PARSED_REQUEST: what was read.
    size_t length;             // Of the request so far: what was understood.
    const char *error;         // KV_PARSED_ERROR: what was wrong.
    size_t expected;           // Private. Arguments in all; 0: not known.
    size_t bulk;               // Private. Bytes of the next; SIZE_MAX: not
                               // known.
    bool busy;                 // Private. In the middle of a request.
    size_t offsets[KV_ARGUMENTS_MAX]; // Private. Of those that are there.
};

// Makes a parser that takes arguments of up to `bulk_max` bytes.
void kv_parser_init(struct kv_parser *ret_parser, size_t bulk_max);

// Reads a request from the front of `data`. After KV_PARSED_PART the next call
// is to begin with the same bytes, wherever they lie by then, and more. Changes
// a line that was typed by hand in its place, where it has quotes.
enum kv_parsed kv_parser_parse(struct kv_parser *parser, char *data,
                               size_t size);

// Splits a line into the arguments of `ret_request`, unquoting in place.
// Returns NULL, or what is wrong with it.
const char *kv_split_line(char *line, size_t length,
                          struct kv_request *ret_request);

// Adds a request to a buffer, as it is sent.
void kv_request_add(struct kv_buffer *out, const struct kv_bytes *words,
                    size_t count);

// ---- Replies: each is added to a buffer ----

void kv_reply_ok(struct kv_buffer *out);
void kv_reply_text(struct kv_buffer *out, const char *text);
void kv_reply_integer(struct kv_buffer *out, int64_t value);
void kv_reply_bulk(struct kv_buffer *out, struct kv_bytes bytes);
void kv_reply_null(struct kv_buffer *out);

// Replies with `count` elements, which are to follow.
void kv_reply_array(struct kv_buffer *out, size_t count);

// Replies with an error, of one line whatever is in it. `format` begins with
// its kind: "ERR ...".
TRIO_PRINTF(2, 3)
void kv_reply_error(struct kv_buffer *out, const char *format, ...);

#endif // EXAMPLES_KV_SERVER_PROTOCOL_H
