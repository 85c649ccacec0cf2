// The example HTTP client over streams in lockstep: answers of every kind, in
// pieces of every size, and whatever can be wrong with them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/examples/try.h"
#include "tests/examples/web.h"

// What a client gets for one answer.
struct visit {
    struct http_url url;
    uint64_t limit;
    struct http_response response;
    char body[400];
    size_t length;
};

static TRIO_CHECKPOINT trio_status get(struct trio_stream *stream, void *arg)
{
    struct visit *visit = arg;

    visit->response.status = 0;
    visit->body[0] = '\0';
    trio_status rc = http_get(stream, &visit->url, &visit->response);
    if (rc != TRIO_OK)
        return rc;
    if (visit->limit > 0)
        visit->response.body.limit = visit->limit;
    rc = web_read(&visit->response.body, visit->body, sizeof(visit->body),
                  &visit->length);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status visit_page(struct visit *visit,
                                              struct web *web)
{
    trio_status rc = http_url_parse("http://example.org/a?b", &visit->url);
    return rc == TRIO_OK ? web_connect(web, &visit->url, get, visit) : rc;
}

#define HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

// ---- Whole answers ----

TEST_ONCE(http, an_answer_comes_whole_whatever_its_kind_and_its_pieces)
{
    static const struct {
        const char *answer, *body;
    } cases[] = {
        {HEAD "Content-Length: 5\r\n\r\nhello", "hello"},
        {HEAD "content-length:  5 \r\n\r\nhello, and more", "hello"},
        {HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello"},
        {HEAD "Content-Length: 0\r\n\r\n", ""},
        {HEAD "\r\nhello", "hello"},
        {HEAD "\r\n", ""},
        {"HTTP/1.0 200\r\nX:\r\n\r\nhello", "hello"},
        {"HTTP/1.1 200 OK\n\nhello", "hello"},
        {CHUNKED "5\r\nhello\r\n0\r\n\r\n", "hello"},
        {CHUNKED "0\r\n\r\n", ""},
        {CHUNKED "1\r\nh\r\n0004\r\nello\r\n0\r\n\r\nand more", "hello"},
        {CHUNKED "A;x=y\r\n0123456789\r\n0;z\r\nA: b\r\nC: d\r\n\r\n",
         "0123456789"},
        {CHUNKED "a \r\n0123456789\r\n0\r\n\r\n", "0123456789"},
        {"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 100\r\n\r\n" HEAD
         "Content-Length: 5\r\n\r\nhello",
         "hello"},
        {"HTTP/1.1 204 No Content\r\n\r\nhello", ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", ""},
    };
    struct visit visit = {.limit = 0};

    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 0; piece < 9; piece++) {
            struct web web = {.pages = {{.answer = cases[i].answer}},
                              .piece = piece};
            CHECK_OK(visit_page(&visit, &web));
            CHECK_STRING(visit.body, cases[i].body);
            CHECK_EQ(visit.response.body.received, strlen(cases[i].body));
        }
}

TEST(http, the_request_is_one_that_servers_understand)
{
    struct web web = {.pages = {{.answer = HEAD "\r\nhello"}}};
    struct visit visit = {.limit = 0};

    if (visit_page(&visit, &web) != TRIO_OK)
        return;
    CHECK_STRING(web.request, "GET /a?b HTTP/1.1\r\nHost: example.org\r\n"
                              "User-Agent: trio-example\r\nAccept: */*\r\n"
                              "Connection: close\r\n\r\n");
}

TEST(http, what_a_head_says_is_kept)
{
    struct web web = {.pages = {{.answer = "HTTP/1.1 302 Else\twhere\r\n"
                                           "Content-Type: text/plain\r\n"
                                           "LOCATION: /x\x1b[31m\r\n\r\n"}}};
    struct visit visit = {.limit = 0};

    if (visit_page(&visit, &web) != TRIO_OK)
        return;
    CHECK_EQ(visit.response.status, 302);
    CHECK(!http_is_page(&visit.response));
    CHECK_STRING(visit.response.reason, "Else?where");
    CHECK_STRING(visit.response.type, "text/plain");
    CHECK_STRING(visit.response.location, "/x?[31m");
}

TEST(http, a_body_in_chunks_comes_whole_at_every_moment)
{
    static const char answer[] =
        CHUNKED "3\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n";
    struct web web = {.pages = {{.answer = answer}}, .piece = 11};
    struct visit visit = {.limit = 0};

    trio_status rc = visit_page(&visit, &web);
    if (rc == TRIO_OK)
        CHECK_STRING(visit.body, "abcde");
    else
        TRIO_SIM_ALWAYS(strncmp(visit.body, "abcde", visit.length) == 0,
                        "no byte is made up");
}

// ---- Cancelled calls ----

// Receives with so little patience that most calls are cut off somewhere.
static TRIO_CHECKPOINT trio_status get_by_and_by(struct trio_stream *stream,
                                                 void *arg)
{
    struct visit *visit = arg;
    struct trio_cancel_scope patience;
    size_t more = 0;
    trio_status rc = http_get(stream, &visit->url, &visit->response);

    visit->length = 0;
    while (rc == TRIO_OK) {
        trio_move_on_after(&patience, 3 * TRIO_MS);
        rc = trio_stream_receive_some(
            &visit->response.body.stream, visit->body + visit->length,
            sizeof(visit->body) - 1 - visit->length, &more);
        rc = trio_cancel_scope_close(&patience, rc);
        if (rc == TRIO_OK && !trio_cancel_scope_caught(&patience))
            visit->length += more;
    }
    visit->body[visit->length] = '\0';
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

TEST_ONCE(http, a_cancelled_call_takes_nothing)
{
    static const char *const answers[] = {
        CHUNKED "2\r\nhe\r\n3;x\r\nllo\r\n0\r\nA: b\r\n\r\n",
        HEAD "Content-Length: 5\r\n\r\nhello",
        HEAD "\r\nhello",
    };
    struct visit visit = {.limit = 0};

    CHECK_OK(http_url_parse("http://example.org/", &visit.url));
    for (size_t i = 0; i < COUNT(answers); i++)
        for (size_t piece = 1; piece < 5; piece++) {
            struct web web = {.pages = {{.answer = answers[i]}},
                              .piece = piece,
                              .pause = 2 * TRIO_MS};
            CHECK_OK(web_connect(&web, &visit.url, get_by_and_by, &visit));
            CHECK_STRING(visit.body, "hello");
        }
}

TEST(http, a_server_that_stops_answering_is_left_at_the_deadline)
{
    struct web web = {
        .pages = {{.answer = CHUNKED "5\r\nhel", .end = WEB_HANGS}}};
    struct visit visit = {.limit = 0};
    struct trio_cancel_scope limit;
    trio_time before = trio_now();

    trio_fail_after(&limit, TRIO_SECOND);
    trio_status rc = visit_page(&visit, &web);
    rc = trio_cancel_scope_close(&limit, rc);
    CHECK(rc != TRIO_OK);
    if (rc != TRIO_ETIMEDOUT)
        return;
    CHECK_STRING(visit.body, "hel");
    TRIO_SIM_ALWAYS(trio_now() - before >= TRIO_SECOND, "it was waited for");
}

// ---- What is wrong ----

TEST_ONCE(http, what_is_wrong_with_an_answer_has_a_status_and_words)
{
    static const struct {
        const char *answer;
        enum web_end end;
        trio_status rc;
        const char *text;
    } cases[] = {
        {"", WEB_CLOSES, TRIO_EBROKEN, "the connection ended before"},
        {"HTTP/1.1 200 OK\r\nA: b", WEB_CLOSES, TRIO_EBROKEN, "the connection"},
        {"HTTP/1.1 200", WEB_CLOSES, TRIO_EBROKEN, "the connection ended"},
        {"220 mail.example.org\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the answer"},
        {"HTTP/2 200 OK\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the answer is"},
        {"HTTP/1.1 20 OK\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the answer"},
        {"HTTP/1.1 2000\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the answer"},
        {"HTTP/1.1 099 X\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the answer"},
        {"HTTP/1.1 101 X\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the answer"},
        {HEAD "no field\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "a line of the"},
        {HEAD ": b\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "a line of the head"},
        {HEAD "A : b\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "a line of the"},
        {HEAD "A: b\r\n c: d\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "a line"},
        {HEAD "Content-Length: x\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL,
         "Content-Length"},
        {HEAD "Content-Length: -1\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL,
         "Content-Length"},
        {HEAD "Content-Length: 1, 1\r\n\r\n", WEB_CLOSES, TRIO_EPROTOCOL,
         "Content-Length"},
        {HEAD "Content-Length: 18446744073709551617\r\n\r\n", WEB_CLOSES,
         TRIO_EPROTOCOL, "Content-Length"},
        {HEAD "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", WEB_CLOSES,
         TRIO_EPROTOCOL, "Content-Length"},
        {HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", WEB_CLOSES,
         TRIO_EPROTOCOL, "Transfer-Encoding"},
        {HEAD "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
         WEB_CLOSES, TRIO_EPROTOCOL, "the answer has two lengths"},
        {HEAD "Content-Length: 6\r\n\r\nhello", WEB_CLOSES, TRIO_EBROKEN,
         "the connection ended after 5 bytes"},
        {HEAD "Content-Length: 6\r\n\r\nhello", WEB_BREAKS, TRIO_EBROKEN, ""},
        {HEAD "\r\nhello", WEB_BREAKS, TRIO_EBROKEN, ""},
        {CHUNKED "5\r\nhel", WEB_CLOSES, TRIO_EBROKEN, "the connection ended"},
        {CHUNKED "5\r\nhello\r\n", WEB_CLOSES, TRIO_EBROKEN, "the connection"},
        {CHUNKED "5\r\nhello\r\n0\r\n", WEB_CLOSES, TRIO_EBROKEN, "the conn"},
        {CHUNKED "5\r\nhello!\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "a chunk is"},
        {CHUNKED "x\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the size of a chunk"},
        {CHUNKED ":\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the size of a chunk"},
        {CHUNKED "\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the size of a chunk"},
        {CHUNKED ";x\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the size of a chunk"},
        {CHUNKED "-5\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the size of a chunk"},
        {CHUNKED "0x5\r\n", WEB_CLOSES, TRIO_EPROTOCOL, "the size of a chunk"},
        {CHUNKED "ffffffffffffffff\r\n", WEB_CLOSES, TRIO_EPROTOCOL,
         "the size of a chunk"},
    };
    struct visit visit = {.limit = 0};

    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t piece = 0; piece < 3; piece++) {
            struct web web = {
                .pages = {{.answer = cases[i].answer, .end = cases[i].end}},
                .piece = piece};
            trio_error_clear();
            CHECK_STATUS(visit_page(&visit, &web), cases[i].rc);
            const struct trio_error *error = trio_error_find(cases[i].rc);
            CHECK(strncmp(error != NULL ? error->text : "", cases[i].text,
                          strlen(cases[i].text)) == 0);
        }
}

// ---- Limits ----

// Answers without an end: of a line, of lines, of heads, of chunks.
TEST_ONCE(http, everything_that_a_server_sends_has_a_limit)
{
    static const struct {
        const char *begin, *again;
    } cases[] = {
        {"HTTP/1.1 200 ", "x"},    {HEAD "A: ", "x"},
        {HEAD, "A: b\r\n"},        {"", "HTTP/1.1 100 Go on\r\n\r\n"},
        {CHUNKED "1;", "x"},       {CHUNKED "0\r\n", "A: b\r\n"},
        {CHUNKED "0\r\nA: ", "x"},
    };
    static char answer[100000];
    struct visit visit = {.limit = 0};

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t length =
            (size_t)snprintf(answer, sizeof(answer), "%s", cases[i].begin);
        size_t more = strlen(cases[i].again);
        for (; length + more < sizeof(answer); length += more)
            memcpy(answer + length, cases[i].again, more + 1);
        struct web web = {.pages = {{.answer = answer}}};
        CHECK_STATUS(visit_page(&visit, &web), TRIO_EMSGSIZE);
    }
}

TEST(http, a_body_is_received_up_to_its_limit)
{
    static const char *const answers[] = {
        HEAD "Content-Length: 6\r\n\r\nhello!",
        HEAD "\r\nhello!",
        CHUNKED "6\r\nhello!\r\n0\r\n\r\n",
    };

    for (size_t i = 0; i < COUNT(answers); i++)
        for (uint64_t limit = 5; limit <= 6; limit++) {
            struct web web = {.pages = {{.answer = answers[i]}}};
            struct visit visit = {.limit = limit};
            trio_status rc = visit_page(&visit, &web);
            if (rc != TRIO_OK && rc != TRIO_EMSGSIZE)
                return;
            CHECK_STATUS(rc, limit < 6 ? TRIO_EMSGSIZE : TRIO_OK);
            CHECK_EQ(visit.length, limit);
        }
}

// ---- A body as a stream ----

static TRIO_CHECKPOINT trio_status use_body(struct trio_stream *stream,
                                            void *arg)
{
    struct visit *visit = arg;
    struct trio_stream *body = &visit->response.body.stream;
    char letter;
    size_t length;

    TRY(http_get(stream, &visit->url, &visit->response));
    CHECK_STATUS(trio_stream_receive_some(body, &letter, 0, &length),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_stream_send_all(body, "x", 1, NULL), TRIO_ENOTSUP);
    CHECK_OK(trio_stream_receive_some(body, &letter, 1, &length));
    for (int i = 0; i < 3; i++)
        CHECK_STATUS(trio_stream_receive_some(body, &letter, 1, &length),
                     TRIO_EEND);
    return TRIO_OK;
}

TEST_ONCE(http, a_body_stays_at_its_end)
{
    static const char *const answers[] = {
        HEAD "Content-Length: 1\r\n\r\nhello",
        HEAD "\r\nh",
        CHUNKED "1\r\nh\r\n0\r\n\r\nmore",
    };
    struct visit visit = {.limit = 0};

    CHECK_OK(http_url_parse("http://example.org/", &visit.url));
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct web web = {.pages = {{.answer = answers[i]}}};
        CHECK_OK(web_connect(&web, &visit.url, use_body, &visit));
    }
}
