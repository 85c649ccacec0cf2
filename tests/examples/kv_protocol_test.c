// The protocol of the example kv_server: requests out of bytes however they
// arrive, and replies as Redis writes them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "examples/kv_server/protocol.h"
#include "tests/check.h"

#define BULK_MAX 1000

// What was read, as text: "[GET|a][PING]".
struct reading {
    char text[1024];
    size_t length;
    const char *error;
};

static void add(struct reading *reading, const char *data, size_t length)
{
    REQUIRE(reading->length + length < sizeof(reading->text));
    memcpy(reading->text + reading->length, data, length);
    reading->length += length;
    reading->text[reading->length] = '\0';
}

static void add_request(struct reading *reading,
                        const struct kv_request *request)
{
    add(reading, "[", 1);
    for (size_t i = 0; i < request->count; i++) {
        if (i > 0)
            add(reading, "|", 1);
        add(reading, request->arguments[i].data, request->arguments[i].length);
    }
    add(reading, "]", 1);
}

// Reads what is there of an input; returns how much of it was taken. The bytes
// lie in a block of just their size, a new one each time.
static size_t read_some(struct kv_parser *parser, const char *input,
                        size_t size, struct reading *reading)
{
    char *block = malloc(size > 0 ? size : 1);
    size_t taken = 0;
    enum kv_parsed parsed;

    REQUIRE(block != NULL);
    memcpy(block, input, size);
    while ((parsed = kv_parser_parse(parser, block + taken, size - taken)) ==
           KV_PARSED_REQUEST) {
        add_request(reading, &parser->request);
        taken += parser->length;
    }
    if (parsed == KV_PARSED_ERROR)
        reading->error = parser->error;
    free(block);
    return taken;
}

// Reads an input that arrives up to `first`, then up to `second`, then whole.
static struct reading read_in_parts(const char *input, size_t size,
                                    size_t first, size_t second)
{
    static struct kv_parser parser;
    struct reading reading = {.length = 0};
    size_t taken;

    kv_parser_init(&parser, BULK_MAX);
    taken = read_some(&parser, input, first, &reading);
    taken += read_some(&parser, input + taken, second - taken, &reading);
    taken += read_some(&parser, input + taken, size - taken, &reading);
    CHECK(reading.error != NULL || taken == size);
    return reading;
}

static const char conversation[] =
    "*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
    "PING\r\n"
    "*1\r\n$0\r\n\r\n"
    "  set  key \"a \\\"b\\\" \\x41\" 'it\\'s' \n"
    "\r\n"
    "*0\r\n*-1\r\n"
    "*3\r\n$3\r\nSET\r\n$4\r\n\r\n*1\r\n$11\r\n$3\r\nGET\r\n*1\r\n"
    "quit\n";

static const char understood[] = "[GET|a][PING][][set|key|a \"b\" A|it's][][][]"
                                 "[SET|\r\n*1|$3\r\nGET\r\n*1][quit]";

TEST_PLAIN(kv_protocol, requests_are_read_whatever_arrives_at_a_time)
{
    size_t size = sizeof(conversation) - 1;

    for (size_t first = 0; first <= size; first++)
        for (size_t second = first; second <= size; second++) {
            struct reading reading =
                read_in_parts(conversation, size, first, second);
            if (!CHECK_STRING(reading.text, understood) ||
                !CHECK(reading.error == NULL))
                return;
        }
}

TEST_PLAIN(kv_protocol, requests_are_read_byte_by_byte)
{
    static struct kv_parser parser;
    struct reading reading = {.length = 0};
    size_t start = 0;

    kv_parser_init(&parser, BULK_MAX);
    for (size_t end = 0; end < sizeof(conversation); end++)
        start +=
            read_some(&parser, conversation + start, end - start, &reading);
    CHECK_STRING(reading.text, understood);
}

// What is wrong is found at the same place, however much has arrived.
TEST_PLAIN(kv_protocol, what_is_no_request_is_an_error)
{
    static const struct {
        const char *input, *error;
    } cases[] = {
        {"*x\r\n", "invalid multibulk length"},
        {"*\r\n", "invalid multibulk length"},
        {"*-\r\n", "invalid multibulk length"},
        {"*1025\r\n", "invalid multibulk length"},
        {"*99999999999999999999\r\n", "invalid multibulk length"},
        {"*1\n$4\r\nPING\r\n", "invalid multibulk length"},
        {"*1\rx", "invalid multibulk length"},
        {"*1\r\n:4\r\n", "expected '$'"},
        {"*1\r\nPING\r\n", "expected '$'"},
        {"*1\r\n$-1\r\n", "invalid bulk length"},
        {"*1\r\n$\r\n", "invalid bulk length"},
        {"*1\r\n$1001\r\n", "invalid bulk length"},
        {"*1\r\n$18446744073709551615\r\n", "invalid bulk length"},
        {"*1\r\n$4294967296\r\n", "invalid bulk length"},
        {"*1\r\n$4x\r\nPING\r\n", "invalid bulk length"},
        {"*1\r\n$3\r\nPING\r\n", "expected the end of an argument"},
        {"*1\r\n$5\r\nPING\r\n", "expected the end of an argument"},
        {"set \"a\n", "unbalanced quotes in request"},
        {"set \"a\"b\n", "unbalanced quotes in request"},
        {"set 'a\n", "unbalanced quotes in request"},
        {"set \"a\\\n", "unbalanced quotes in request"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        char input[100];
        int size =
            snprintf(input, sizeof(input), "PING\r\n%s*1", cases[i].input);
        for (size_t at = 0; at <= (size_t)size; at++) {
            struct reading reading = read_in_parts(input, (size_t)size, at, at);
            CHECK_STRING(reading.text, "[PING]");
            if (!CHECK_STRING(reading.error, cases[i].error))
                return;
        }
    }
}

TEST_PLAIN(kv_protocol, nothing_is_read_after_an_error)
{
    static struct kv_parser parser;
    char bad[] = "*x\r\n", good[] = "PING\r\n";

    kv_parser_init(&parser, BULK_MAX);
    CHECK(kv_parser_parse(&parser, bad, 4) == KV_PARSED_ERROR);
    CHECK(kv_parser_parse(&parser, good, 6) == KV_PARSED_ERROR);
}

TEST_PLAIN(kv_protocol, a_line_has_a_limit)
{
    static struct kv_parser parser;
    static char line[KV_INLINE_MAX + 2];

    memset(line, 'a', sizeof(line));
    kv_parser_init(&parser, BULK_MAX);
    CHECK(kv_parser_parse(&parser, line, KV_INLINE_MAX) == KV_PARSED_PART);
    line[KV_INLINE_MAX] = '\n';
    CHECK(kv_parser_parse(&parser, line, KV_INLINE_MAX + 1) ==
          KV_PARSED_REQUEST);
    CHECK_EQ(parser.request.arguments[0].length, KV_INLINE_MAX);
    line[KV_INLINE_MAX] = 'a';
    CHECK(kv_parser_parse(&parser, line, KV_INLINE_MAX + 1) == KV_PARSED_ERROR);
    CHECK_STRING(parser.error, "too big inline request");
}

TEST_PLAIN(kv_protocol, so_has_the_number_of_arguments)
{
    static struct kv_request request;
    static char line[2 * (KV_ARGUMENTS_MAX + 1)];

    for (size_t i = 0; i < sizeof(line); i++)
        line[i] = i % 2 == 0 ? 'a' : ' ';
    CHECK(kv_split_line(line, 2 * KV_ARGUMENTS_MAX, &request) == NULL);
    CHECK_EQ(request.count, KV_ARGUMENTS_MAX);
    CHECK_STRING(kv_split_line(line, sizeof(line), &request),
                 "too many arguments");
}

TEST_PLAIN(kv_protocol, quotes_hold_anything)
{
    static struct kv_request request;
    char line[] = "\"\\n\\r\\t\\b\\a\\\\\\q\\x0\" '' \"\" 'a\\n' x\"y\"";

    REQUIRE(kv_split_line(line, sizeof(line) - 1, &request) == NULL);
    CHECK_EQ(request.count, 5);
    CHECK(kv_bytes_equal(request.arguments[0],
                         (struct kv_bytes){"\n\r\t\b\a\\qx0", 9}));
    CHECK_EQ(request.arguments[1].length, 0);
    CHECK_EQ(request.arguments[2].length, 0);
    CHECK(kv_bytes_equal(request.arguments[3], (struct kv_bytes){"a\\n", 3}));
    CHECK(kv_bytes_equal(request.arguments[4], (struct kv_bytes){"xy", 2}));
}

TEST_ONCE(kv_protocol, replies_are_those_of_redis)
{
    static const char expected[] =
        "+OK\r\n+PONG\r\n:-42\r\n$3\r\na\nb\r\n$0\r\n\r\n$-1\r\n*2\r\n"
        "-ERR no 'a  b'\r\n";
    struct kv_buffer out;

    kv_buffer_init(&out, 1000);
    kv_reply_ok(&out);
    kv_reply_text(&out, "PONG");
    kv_reply_integer(&out, -42);
    kv_reply_bulk(&out, (struct kv_bytes){"a\nb", 3});
    kv_reply_bulk(&out, (struct kv_bytes){"", 0});
    kv_reply_null(&out);
    kv_reply_array(&out, 2);
    kv_reply_error(&out, "ERR no '%s'", "a\r\nb"); // Stays one line.
    CHECK_OK(out.failure);
    kv_buffer_add(&out, "", 1);
    CHECK_STRING(kv_buffer_first(&out), expected);
    kv_buffer_free(&out);
}
