// A head is read line by line. Only what the client needs of it is kept, and
// nothing is believed that contradicts itself: two lengths of one body are how
// answers are smuggled past who reads them in another way.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/http/http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <trio/error.h>
#include <trio/writer.h>

#include "examples/http/number.h"

// What a head has said so far.
struct head {
    struct http_response *response;
    unsigned fields; // Of all heads.
    bool has_length;
    bool chunked;
    uint64_t length; // Of the body.
};

// ---- The request ----

static TRIO_CHECKPOINT trio_status send_request(struct trio_stream *stream,
                                                const struct http_url *url)
{
    char server[HTTP_SERVER_MAX], buffer[2048];
    struct trio_writer writer;
    const char *const words[] = {
        "GET ",
        url->target,
        " HTTP/1.1\r\nHost: ",
        http_url_server(url, server),
        "\r\nUser-Agent: trio-example\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n",
    };
    trio_status rc = TRIO_OK;

    trio_writer_init(&writer, stream, buffer, sizeof(buffer));
    for (size_t i = 0; rc == TRIO_OK && i < sizeof(words) / sizeof(*words); i++)
        rc = trio_writer_write(&writer, words[i], strlen(words[i]), NULL);
    return rc == TRIO_OK ? trio_writer_flush(&writer) : rc;
}

// ---- Fields ----

static bool is_name(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && strncasecmp(text, name, length) == 0;
}

// Copies what can be printed, as much as fits.
static void keep(char *ret_text, size_t size, const char *text, size_t length)
{
    size_t end = length < size ? length : size - 1;

    for (size_t i = 0; i < end; i++)
        ret_text[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
    ret_text[end] = '\0';
}

static trio_status take_length(struct head *head, const char *text,
                               size_t length)
{
    uint64_t number;

    if (!http_number(text, length, 10, &number) ||
        (head->has_length && number != head->length))
        return trio_fail(TRIO_EPROTOCOL, "Content-Length makes no sense");
    head->has_length = true;
    head->length = number;
    return TRIO_OK;
}

static trio_status take_coding(struct head *head, const char *text,
                               size_t length)
{
    if (!is_name(text, length, "chunked") || head->chunked)
        return trio_fail(TRIO_EPROTOCOL, "Transfer-Encoding is not known");
    head->chunked = true;
    return TRIO_OK;
}

static trio_status take_field(struct head *head, const char *line,
                              size_t length)
{
    struct http_response *response = head->response;
    const char *colon = memchr(line, ':', length);
    const char *value, *end = line + length;
    size_t name = colon != NULL ? (size_t)(colon - line) : 0;

    if (name == 0 || memchr(line, ' ', name) || memchr(line, '\t', name))
        return trio_fail(TRIO_EPROTOCOL, "a line of the head is no field");
    value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    length = (size_t)(end - value);
    if (is_name(line, name, "Content-Length"))
        return take_length(head, value, length);
    if (is_name(line, name, "Transfer-Encoding"))
        return take_coding(head, value, length);
    if (is_name(line, name, "Content-Type"))
        keep(response->type, sizeof(response->type), value, length);
    if (is_name(line, name, "Location"))
        keep(response->location, sizeof(response->location), value, length);
    return TRIO_OK;
}

// ---- The head ----

// Reads "HTTP/1.1 404 Not Found".
static trio_status take_status(struct head *head, const char *line,
                               size_t length)
{
    struct http_response *response = head->response;
    uint64_t status;

    if (length < 12 || memcmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ' ||
        !http_number(line + 9, 3, 10, &status) || status < 100 ||
        status == 101 || (length > 12 && line[12] != ' '))
        return trio_fail(TRIO_EPROTOCOL, "the answer is not of HTTP/1.1");
    response->status = (int)status;
    response->type[0] = response->location[0] = '\0';
    if (length < 13)
        length = 13;
    keep(response->reason, sizeof(response->reason), line + 13, length - 13);
    head->has_length = head->chunked = false;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status read_line(struct head *head, char **ret_line,
                                             size_t *ret_length)
{
    if (head->fields++ > HTTP_FIELDS_MAX)
        return trio_fail(TRIO_EMSGSIZE, "the answer's head has too many lines");
    trio_status rc =
        trio_reader_read_line(&head->response->reader, ret_line, ret_length);
    if (rc == TRIO_EEND)
        return trio_fail(TRIO_EBROKEN,
                         "the connection ended before the answer");
    if (rc == TRIO_EMSGSIZE)
        return trio_fail(rc, "a line of the answer's head is too long");
    return rc;
}

static TRIO_CHECKPOINT trio_status read_head(struct head *head)
{
    char *line;
    size_t length;

    trio_status rc = read_line(head, &line, &length);
    if (rc == TRIO_OK)
        rc = take_status(head, line, length);
    while (rc == TRIO_OK) {
        rc = read_line(head, &line, &length);
        if (rc == TRIO_OK && length == 0)
            break;
        if (rc == TRIO_OK)
            rc = take_field(head, line, length);
    }
    return rc;
}

trio_status http_get(struct trio_stream *stream, const struct http_url *url,
                     struct http_response *ret_response)
{
    struct http_response *response = ret_response;
    struct head head = {.response = response};

    trio_reader_init(&response->reader, stream, response->buffer,
                     sizeof(response->buffer));
    trio_status rc = send_request(stream, url);
    if (rc == TRIO_OK)
        do // 103 and the like only announce an answer.
            rc = read_head(&head);
        while (rc == TRIO_OK && response->status < 200);
    if (rc != TRIO_OK)
        return rc;
    if (head.chunked && head.has_length)
        return trio_fail(TRIO_EPROTOCOL, "the answer has two lengths");
    if (response->status == 204 || response->status == 304)
        http_body_of_length(&response->body, &response->reader, 0);
    else if (head.chunked)
        http_body_of_chunks(&response->body, &response->reader);
    else if (head.has_length)
        http_body_of_length(&response->body, &response->reader, head.length);
    else
        http_body_until_end(&response->body, &response->reader);
    return TRIO_OK;
}
