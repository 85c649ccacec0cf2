// The links that the example crawl finds in a page.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/crawl/links.h"
#include "tests/check.h"

// What was found, each in brackets.
struct found {
    char text[300];
    size_t length;
};

static void add(const char *reference, void *arg)
{
    struct found *found = arg;
    int length =
        snprintf(found->text + found->length,
                 sizeof(found->text) - found->length, "[%s]", reference);

    found->length += (size_t)length;
    REQUIRE(found->length < sizeof(found->text));
}

// Reads a page that comes all at once, or byte by byte.
static TRIO_CHECKPOINT trio_status read_page(const char *page, bool trickles,
                                             struct found *ret_found)
{
    struct trio_memory_stream near, far;
    struct trio_stream *sender = &near.stream;
    size_t length = strlen(page), piece = trickles ? 1 : length;
    trio_status rc = TRIO_OK;

    *ret_found = (struct found){.length = 0};
    trio_memory_stream_pair(&near, &far);
    for (size_t at = 0; rc == TRIO_OK && at < length; at += piece)
        rc = trio_stream_send_all(sender, page + at, piece, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_send_eof(sender);
    if (rc == TRIO_OK)
        rc = links_read(&far.stream, add, ret_found);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    return rc;
}

TEST_ONCE(links, those_of_a_page_are_found_in_order)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"no tag", ""},
        {"<a href=\"x\">X</a> <A HREF='y'>", "[x][y]"},
        {"<a\nclass=\"c\"\n\thref = 'x' id=i>", "[x]"},
        {"<a href=x>", "[x]"},
        {"<a href=x title=y>", "[x]"},
        {"<a disabled href=x>", "[x]"},
        {"<a title=\"href=no\" href=yes>", "[yes]"},
        {"<a href=\"?a=1&amp;b=2&amp;amp;\">", "[?a=1&b=2&amp;]"},
        {"<a href=\"\">", "[]"},
        {"<a href>", ""},
        {"<a href=>", "[]"},
        {"<a>", ""},
        {"<a name=x>", ""},
        {"<abbr href=x><area href=x><link href=x></a href=x>", ""},
        {"<!-- <a href=x> --><a href=y>", "[y]"},
        {"1 < 2 <a href=x>", ""}, // One tag, by our simple rule.
        {"<a href=\"x", ""},
        {"<a href=\"x>", "[x]"},
        {"<a = = href=x>", "[x]"},
        {"<>< ><a href=x>", "[x]"},
    };
    struct found found;

    for (size_t i = 0; i < COUNT(pairs); i++)
        for (int trickles = 0; trickles < 2; trickles++) {
            CHECK_OK(read_page(pairs[i][0], trickles, &found));
            CHECK_STRING(found.text, pairs[i][1]);
        }
}

TEST_ONCE(links, what_is_too_long_is_passed_over)
{
    static char page[5 * LINKS_TAG_MAX];
    struct found found;

    for (size_t length = LINKS_TAG_MAX - 3; length < 3 * LINKS_TAG_MAX;
         length += length < LINKS_TAG_MAX + 3 ? 1 : 997) {
        char *at = page + snprintf(page, sizeof(page), "<a href=1>");
        memset(at, 'x', length);
        at += length;
        at += snprintf(at, 100, "<a href=2><a class=");
        memset(at, 'y', 2 * LINKS_TAG_MAX);
        at += 2 * LINKS_TAG_MAX;
        snprintf(at, 100, " href=3><a href=4>");
        CHECK_OK(read_page(page, false, &found));
        CHECK_STRING(found.text, "[1][2][4]");
    }
}

static trio_status refuse(struct trio_memory_stream *stream, void *arg)
{
    (void)stream, (void)arg;
    return trio_fail(TRIO_EMSGSIZE, "more than there may be");
}

// Though a full buffer has the same status.
TEST_ONCE(links, what_the_stream_says_is_returned)
{
    struct trio_memory_stream near, far;
    struct found found = {.length = 0};

    trio_memory_stream_pair(&near, &far);
    far.hooks = (struct trio_memory_stream_hooks){.receive_some = refuse};
    CHECK_STATUS(links_read(&far.stream, add, &found), TRIO_EMSGSIZE);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
}

TEST(links, a_page_is_read_whatever_happens)
{
    struct found found;

    if (read_page("<p><a href=x>", true, &found) == TRIO_OK)
        CHECK_STRING(found.text, "[x]");
}
