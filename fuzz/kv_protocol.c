// The requests that kv_server reads: against a parser that needs all the bytes
// at once, looks at one at a time and keeps nothing, and whatever pieces they
// come in.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/protocol.h"

#include "fuzz/target.h"

enum { BULK_MAX = 64, SIZE_MAX_HERE = 4096 };

// ---- The naive one, for requests in arrays ----

// What it has read: its end, or why there is none.
struct found {
    enum kv_parsed parsed;
    size_t end;
};

// Reads digits and the end of their line from `at` on.
static struct found find_number(const char *data, size_t size, size_t at,
                                size_t *ret_number)
{
    size_t digits = 0;

    *ret_number = 0;
    while (at < size && data[at] >= '0' && data[at] <= '9') {
        *ret_number = *ret_number * 10 + (size_t)(data[at++] - '0');
        if (++digits > 10)
            return (struct found){KV_PARSED_ERROR, at};
    }
    if (at == size)
        return (struct found){KV_PARSED_PART, at};
    if (digits == 0 || data[at] != '\r')
        return (struct found){KV_PARSED_ERROR, at};
    if (at + 1 == size)
        return (struct found){KV_PARSED_PART, at};
    return (struct found){
        data[at + 1] == '\n' ? KV_PARSED_REQUEST : KV_PARSED_ERROR, at + 2};
}

static struct found find_argument(const char *data, size_t size, size_t at,
                                  struct kv_bytes *ret_argument)
{
    struct found found;
    size_t length;

    if (at == size)
        return (struct found){KV_PARSED_PART, at};
    if (data[at] != '$')
        return (struct found){KV_PARSED_ERROR, at};
    found = find_number(data, size, at + 1, &length);
    if (found.parsed != KV_PARSED_REQUEST)
        return found;
    if (length > BULK_MAX)
        return (struct found){KV_PARSED_ERROR, at};
    *ret_argument = (struct kv_bytes){data + found.end, length};
    if (size - found.end < length + 2)
        return (struct found){KV_PARSED_PART, at};
    found.end += length + 2;
    if (memcmp(data + found.end - 2, "\r\n", 2) != 0)
        found.parsed = KV_PARSED_ERROR;
    return found;
}

// A count below zero is none.
static struct found find_request(const char *data, size_t size,
                                 struct kv_request *ret_request)
{
    bool negative = size > 1 && data[1] == '-';
    size_t count;
    struct found found = find_number(data, size, negative ? 2 : 1, &count);

    ret_request->count = 0;
    if (negative)
        count = 0;
    if (found.parsed == KV_PARSED_REQUEST && count > KV_ARGUMENTS_MAX)
        found.parsed = KV_PARSED_ERROR;
    while (found.parsed == KV_PARSED_REQUEST && ret_request->count < count)
        found = find_argument(data, size, found.end,
                              &ret_request->arguments[ret_request->count++]);
    return found;
}

// ---- Both ----

static void check_same(const struct kv_request *one,
                       const struct kv_request *other)
{
    FUZZ_CHECK(one->count == other->count);
    for (size_t i = 0; i < one->count; i++)
        FUZZ_CHECK(kv_bytes_equal(one->arguments[i], other->arguments[i]));
}

// Gives the bytes to a parser in pieces, each time in a block of their own.
static enum kv_parsed parse_pieces(struct kv_parser *parser, const char *data,
                                   size_t size, struct fuzz_bytes splits,
                                   char **ret_block)
{
    size_t given = 0;
    enum kv_parsed parsed;

    do {
        given += 1 + fuzz_take(&splits) % 16;
        if (given > size || splits.left == 0)
            given = size;
        *ret_block = malloc(given > 0 ? given : 1);
        FUZZ_CHECK(*ret_block != NULL);
        memcpy(*ret_block, data, given);
        parsed = kv_parser_parse(parser, *ret_block, given);
        if (parsed != KV_PARSED_PART || given == size)
            return parsed;
        free(*ret_block);
    } while (true);
}

// Reads one request in each way. Returns its size, 0: it is the last.
static size_t check_request(const char *data, size_t size,
                            struct fuzz_bytes splits)
{
    static struct kv_parser whole, pieces;
    static struct kv_request naive;
    char *one = malloc(size > 0 ? size : 1), *other;

    FUZZ_CHECK(one != NULL);
    memcpy(one, data, size);
    kv_parser_init(&whole, BULK_MAX);
    kv_parser_init(&pieces, BULK_MAX);
    enum kv_parsed parsed = kv_parser_parse(&whole, one, size);
    FUZZ_CHECK(parse_pieces(&pieces, data, size, splits, &other) == parsed);
    if (parsed == KV_PARSED_REQUEST) {
        FUZZ_CHECK(whole.length > 0 && whole.length <= size);
        FUZZ_CHECK(whole.length == pieces.length);
        check_same(&whole.request, &pieces.request);
    }
    if (size > 0 && data[0] == '*') {
        struct found found = find_request(data, size, &naive);
        FUZZ_CHECK(found.parsed == parsed);
        if (parsed == KV_PARSED_REQUEST) {
            FUZZ_CHECK(found.end == whole.length);
            check_same(&whole.request, &naive);
        }
    }
    free(one);
    free(other);
    return parsed == KV_PARSED_REQUEST ? whole.length : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes splits = {data, size < 8 ? size : 8};
    const char *at = (const char *)data + splits.left;
    size_t length;

    size -= splits.left;
    if (size > SIZE_MAX_HERE)
        size = SIZE_MAX_HERE;
    while ((length = check_request(at, size, splits)) > 0) {
        at += length;
        size -= length;
    }
    return 0;
}
