// URLs of the example HTTP client.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/http/url.h"
#include "tests/check.h"

// Writes what was read, or the status.
static const char *text_of(trio_status rc, const struct http_url *url)
{
    static char text[HTTP_SERVER_MAX + HTTP_TARGET_MAX + 16];
    char server[HTTP_SERVER_MAX];

    if (rc != TRIO_OK)
        return trio_status_name(rc);
    snprintf(text, sizeof(text), "%s%s%s", url->secure ? "s:" : "",
             http_url_server(url, server), url->target);
    return text;
}

TEST_ONCE(http_url, a_url_is_read_into_its_parts)
{
    static const char *const pairs[][2] = {
        {"http://example.org", "example.org/"},
        {"HTTP://Example.ORG/", "example.org/"},
        {"https://example.org:443/a", "s:example.org/a"},
        {"https://example.org:80/a", "s:example.org:80/a"},
        {"http://example.org:/a", "example.org/a"},
        {"http://127.0.0.1:8080/a/b?c=/../d#e", "127.0.0.1:8080/a/b?c=/../d"},
        {"http://[::1]:8080?q", "[::1]:8080/?q"},
        {"http://[::1]#x", "[::1]/"},
        {"http://h/a/./b/../c", "h/a/c"},
        {"http://h/..", "h/"},
        {"http://h/../../a/..", "h/"},
        {"http://h/a/.", "h/a/"},
        {"http://h/a//b", "h/a//b"},
        {"http://h/.a/..b", "h/.a/..b"},
    };
    struct http_url url;

    for (size_t i = 0; i < COUNT(pairs); i++) {
        trio_status rc = http_url_parse(pairs[i][0], &url);
        CHECK_STRING(text_of(rc, &url), pairs[i][1]);
    }
}

TEST_ONCE(http_url, nothing_else_is_a_url)
{
    static const char *const texts[] = {
        "",
        "example.org",
        "ftp://example.org/",
        "httpx://example.org/",
        "http:/example.org",
        "http://",
        "http:///a",
        "http://ada@example.org/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:99999999999999999999/",
        "http://h:80x/",
        "http://h:-1/",
        "http://a..b/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[]/",
        "http://[abc]/",
        "http://[::1%25eth0]/",
        "http://h/a b",
        "http://h/a\r\nHost: other",
        "http://h\r\n/",
        "http://h/\x7f",
        "http://h/\xc3\xa4",
    };
    struct http_url url;

    for (size_t i = 0; i < COUNT(texts); i++) {
        trio_status rc = http_url_parse(texts[i], &url);
        if (!CHECK_STATUS(rc, TRIO_EINVAL))
            printf("it is %s\n", texts[i]);
    }
}

TEST_ONCE(http_url, a_url_has_a_limit)
{
    char text[9 + HTTP_TARGET_MAX];
    struct http_url url;

    memset(text, 'x', sizeof(text));
    memcpy(text, "http://h/", 9);
    text[sizeof(text) - 2] = '\0';
    CHECK_OK(http_url_parse(text, &url));
    text[sizeof(text) - 2] = 'x';
    text[sizeof(text) - 1] = '\0';
    CHECK_STATUS(http_url_parse(text, &url), TRIO_EINVAL);
    CHECK_STATUS(http_url_join(&url, text + 8, &url), TRIO_EINVAL);
}

TEST_ONCE(http_url, a_reference_is_read_where_it_was_found)
{
    static const char *const pairs[][2] = {
        {"x", "h:81/a/x"},
        {"x?y", "h:81/a/x?y"},
        {"/x", "h:81/x"},
        {"../x", "h:81/x"},
        {"../../x", "h:81/x"},
        {"./", "h:81/a/"},
        {".", "h:81/a/"},
        {"..", "h:81/"},
        {"", "h:81/a/b?c"},
        {"#x", "h:81/a/b?c"},
        {"x#y", "h:81/a/x"},
        {"?x", "h:81/a/b?x"},
        {"//other/x", "other/x"},
        {"http://other/x", "other/x"},
        {"https://h:81/x", "s:h:81/x"},
        {"mailto:ada@example.org", "TRIO_EINVAL"},
        {"javascript:void(0)", "TRIO_EINVAL"},
        {"x\r\ny", "TRIO_EINVAL"},
    };
    struct http_url base, url;

    CHECK_OK(http_url_parse("http://h:81/a/b?c", &base));
    for (size_t i = 0; i < COUNT(pairs); i++) {
        trio_status rc = http_url_join(&base, pairs[i][0], &url);
        CHECK_STRING(text_of(rc, &url), pairs[i][1]);
    }
}

TEST_ONCE(http_url, a_server_is_a_scheme_a_host_and_a_port)
{
    struct http_url one, other;

    CHECK_OK(http_url_parse("http://example.org/a", &one));
    CHECK_OK(http_url_parse("http://Example.org:80/b", &other));
    CHECK(http_url_same_server(&one, &other));
    CHECK_OK(http_url_parse("https://example.org:80/a", &other));
    CHECK(!http_url_same_server(&one, &other));
    CHECK_OK(http_url_parse("http://example.org:81/a", &other));
    CHECK(!http_url_same_server(&one, &other));
    CHECK_OK(http_url_parse("http://www.example.org/a", &other));
    CHECK(!http_url_same_server(&one, &other));
}
