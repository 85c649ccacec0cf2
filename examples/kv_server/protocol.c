// `length` is how far the request was understood, and never goes back: a part
// is read on from there when more has come, so that a request that comes byte
// by byte costs no more than one that comes whole. Until it is whole, arguments
// are offsets, because the bytes may move.
//
// Every number is bounded before it is believed, and nothing is stored for what
// has only been announced.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/protocol.h"

#define DIGITS_MAX 10

void kv_parser_init(struct kv_parser *ret_parser, size_t bulk_max)
{
    ret_parser->bulk_max = bulk_max;
    ret_parser->busy = false;
    ret_parser->length = 0;
    ret_parser->error = NULL;
}

static enum kv_parsed fail(struct kv_parser *parser, const char *error)
{
    parser->error = error;
    return KV_PARSED_ERROR;
}

// Reads "<mark><number>\r\n" where `length` is and goes on behind it. A number
// below zero is read as zero if that is allowed.
static enum kv_parsed read_number(struct kv_parser *parser, const char *data,
                                  size_t size, bool may_be_negative,
                                  size_t *ret_number)
{
    size_t at = parser->length + 1;
    bool negative = at < size && data[at] == '-' && may_be_negative;
    size_t first = negative ? ++at : at;
    size_t number = 0;

    for (; at < size && data[at] >= '0' && data[at] <= '9'; at++) {
        if (at - first == DIGITS_MAX)
            return KV_PARSED_ERROR;
        number = number * 10 + (size_t)(data[at] - '0');
    }
    if (at == size)
        return KV_PARSED_PART;
    if (at == first || data[at] != '\r')
        return KV_PARSED_ERROR;
    if (at + 1 == size)
        return KV_PARSED_PART;
    if (data[at + 1] != '\n')
        return KV_PARSED_ERROR;
    parser->length = at + 2;
    *ret_number = negative ? 0 : number;
    return KV_PARSED_REQUEST;
}

// Reads "$<length>\r\n".
static enum kv_parsed read_bulk_length(struct kv_parser *parser,
                                       const char *data, size_t size)
{
    size_t length;

    if (parser->length == size)
        return KV_PARSED_PART;
    if (data[parser->length] != '$')
        return fail(parser, "expected '$'");
    enum kv_parsed parsed = read_number(parser, data, size, false, &length);
    if (parsed == KV_PARSED_PART)
        return parsed;
    if (parsed == KV_PARSED_ERROR || length > parser->bulk_max)
        return fail(parser, "invalid bulk length");
    parser->bulk = length;
    return KV_PARSED_REQUEST;
}

// Reads an argument and the end of line behind it.
static enum kv_parsed read_argument(struct kv_parser *parser, const char *data,
                                    size_t size)
{
    struct kv_request *request = &parser->request;

    if (parser->bulk == SIZE_MAX) {
        enum kv_parsed parsed = read_bulk_length(parser, data, size);
        if (parsed != KV_PARSED_REQUEST)
            return parsed;
    }
    size_t end = parser->length + parser->bulk;
    if (size < end + 2)
        return KV_PARSED_PART;
    if (data[end] != '\r' || data[end + 1] != '\n')
        return fail(parser, "expected the end of an argument");
    parser->offsets[request->count] = parser->length;
    request->arguments[request->count++].length = parser->bulk;
    parser->length = end + 2;
    parser->bulk = SIZE_MAX;
    return KV_PARSED_REQUEST;
}

static enum kv_parsed parse_array(struct kv_parser *parser, const char *data,
                                  size_t size)
{
    struct kv_request *request = &parser->request;
    enum kv_parsed parsed;

    if (parser->length == 0) {
        parsed = read_number(parser, data, size, true, &parser->expected);
        if (parsed == KV_PARSED_PART)
            return parsed;
        if (parsed == KV_PARSED_ERROR || parser->expected > KV_ARGUMENTS_MAX)
            return fail(parser, "invalid multibulk length");
    }
    while (request->count < parser->expected) {
        parsed = read_argument(parser, data, size);
        if (parsed != KV_PARSED_REQUEST)
            return parsed;
    }
    for (size_t i = 0; i < request->count; i++)
        request->arguments[i].data = data + parser->offsets[i];
    parser->busy = false;
    return KV_PARSED_REQUEST;
}

static enum kv_parsed parse_line(struct kv_parser *parser, char *data,
                                 size_t size)
{
    const char *end =
        memchr(data + parser->length, '\n', size - parser->length);
    size_t length = end != NULL ? (size_t)(end - data) : size;

    if (length > KV_INLINE_MAX)
        return fail(parser, "too big inline request");
    parser->length = length;
    if (end == NULL)
        return KV_PARSED_PART;
    parser->length = length + 1;
    parser->busy = false;
    if (length > 0 && data[length - 1] == '\r')
        length--;
    parser->error = kv_split_line(data, length, &parser->request);
    return parser->error == NULL ? KV_PARSED_REQUEST : KV_PARSED_ERROR;
}

enum kv_parsed kv_parser_parse(struct kv_parser *parser, char *data,
                               size_t size)
{
    if (parser->error != NULL)
        return KV_PARSED_ERROR;
    if (!parser->busy) {
        parser->length = parser->request.count = parser->expected = 0;
        parser->bulk = SIZE_MAX;
        parser->busy = true;
    }
    if (size == 0)
        return KV_PARSED_PART;
    return data[0] == '*' ? parse_array(parser, data, size)
                          : parse_line(parser, data, size);
}
