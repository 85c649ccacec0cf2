// The example crawl over a web in memory.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/crawl/crawl.h"
#include "tests/examples/try.h"
#include "tests/examples/web.h"

// A crawl of up to 8 pages, from "/" on.
struct trip {
    struct crawl_page pages[8];
    struct crawl_options options;
    struct crawl_result result;
};

static TRIO_CHECKPOINT trio_status go(struct trip *trip, struct web *web)
{
    struct http_url start;

    trip->options.connector = (struct http_connector){web_connect, web};
    trip->result.pages = trip->pages;
    if (trip->result.pages_max == 0)
        trip->result.pages_max = COUNT(trip->pages);
    TRY(http_url_parse("http://example.org/", &start));
    trio_status rc = crawl(&start, &trip->options, &trip->result);
    TRIO_SIM_ALWAYS(web->open == 0, "all connections are closed");
    return rc;
}

static const struct crawl_page *find(const struct trip *trip,
                                     const char *target)
{
    for (size_t i = 0; i < trip->result.count; i++)
        if (strcmp(trip->pages[i].target, target) == 0)
            return &trip->pages[i];
    return NULL;
}

static void check_page(const struct trip *trip, const char *target,
                       trio_status rc, int status, unsigned attempts)
{
    const struct crawl_page *page = find(trip, target);

    if (!CHECK(page != NULL))
        return;
    CHECK_STATUS(page->rc, rc);
    CHECK_EQ(page->status, status);
    CHECK_EQ(page->attempts, attempts);
}

TEST(crawl, what_a_page_leads_to_is_read_once_and_nothing_else)
{
    struct web web = {
        .pages = {{"/",
                   WEB_HTML("<a href=a><a href=/a#b><a href=b?c>"
                            "<a href=//other/x><a href=mailto:x>"
                            "<a href=https://example.org/s>"),
                   WEB_CLOSES, 0},
                  {"/a", WEB_HTML("<a href=/><a href=a>"), WEB_CLOSES, 0},
                  {"/b?c",
                   "HTTP/1.1 302 Moved\r\nLocation: d\r\n"
                   "Content-Length: 0\r\n\r\n",
                   WEB_CLOSES, 0},
                  {"/d",
                   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
                   "<a href=no>",
                   WEB_CLOSES, 0}},
    };
    struct trip trip = {.options = {.workers = 2}};

    if (go(&trip, &web) != TRIO_OK || !check_is_fifo())
        return;
    for (size_t i = 0; i < trip.result.count; i++)
        if (trip.pages[i].rc != TRIO_OK && trip.pages[i].rc != HTTP_ENOPAGE)
            return; // Something was injected: a page has failed.
    CHECK_EQ(trip.result.count, 4);
    CHECK_EQ(web.connections, 4);
    check_page(&trip, "/", TRIO_OK, 200, 1);
    check_page(&trip, "/a", TRIO_OK, 200, 1);
    check_page(&trip, "/b?c", HTTP_ENOPAGE, 302, 1);
    check_page(&trip, "/d", TRIO_OK, 200, 1);
    CHECK_STRING(find(&trip, "/b?c")->why, "302 Moved");
    CHECK(web.open_peak <= 2);
}

TEST_ONCE(crawl, what_may_pass_is_tried_again)
{
    struct web web = {
        .pages = {{"/",
                   WEB_HTML("<a href=busy><a href=broken><a href=never>"
                            "<a href=gone><a href=bad><a href=large>"),
                   WEB_CLOSES, 0},
                  {"/busy", WEB_HTML("now"), WEB_CLOSES, 2},
                  {"/broken", WEB_HTML("<a href=busy>"), WEB_BREAKS, 0},
                  {"/never", WEB_HTML(""), WEB_HANGS, 0},
                  {"/bad", "hello\r\n", WEB_CLOSES, 0},
                  {"/large",
                   WEB_HTML("0123456789012345678901234567890123456789"
                            "0123456789012345678901234567890123456789"
                            "01234567890123456789012345678901234567"
                            "89"),
                   WEB_CLOSES, 0}},
    };
    struct trip trip = {.options = {.limit = TRIO_SECOND, .size_max = 110}};
    trio_time before = trio_now();

    CHECK_OK(go(&trip, &web));
    check_page(&trip, "/busy", TRIO_OK, 200, 3);
    check_page(&trip, "/broken", TRIO_EBROKEN, 200, 3);
    check_page(&trip, "/never", TRIO_ETIMEDOUT, 200, 3);
    check_page(&trip, "/gone", HTTP_ENOPAGE, 404, 1);
    check_page(&trip, "/bad", TRIO_EPROTOCOL, 0, 1);
    check_page(&trip, "/large", TRIO_EMSGSIZE, 200, 1);
    CHECK_EQ(find(&trip, "/large")->size, 110);
    // Three limits, and pauses of up to 100 and 200 ms.
    CHECK(trio_now() - before >= 3 * TRIO_SECOND);
    CHECK(trio_now() - before <= 3 * TRIO_SECOND + 300 * TRIO_MS);
}

// Five attempts: four pauses that were of one length would take four seconds at
// most.
TEST_ONCE(crawl, pauses_grow)
{
    struct web web = {
        .pages = {{NULL,
                   WEB_HTML("<a href=a><a href=b><a href=c><a href=d>"
                            "<a href=e><a href=f><a href=g>"),
                   WEB_BREAKS, 0}},
    };
    struct trip trip = {.options = {.attempts = 5, .pause = TRIO_SECOND}};
    trio_duration longest = 0;

    CHECK_OK(go(&trip, &web));
    CHECK_EQ(trip.result.count, 8);
    for (size_t i = 0; i < 8; i++)
        if (trip.pages[i].took > longest)
            longest = trip.pages[i].took;
    CHECK(longest > 4 * TRIO_SECOND);
    CHECK(longest <= 15 * TRIO_SECOND);
}

TEST_ONCE(crawl, the_last_attempt_is_what_counts)
{
    struct web web = {.pages = {{NULL, "", WEB_BREAKS, 1}}};
    struct trip trip = {.options = {.attempts = 2}};

    CHECK_OK(go(&trip, &web));
    check_page(&trip, "/", TRIO_EBROKEN, 0, 2);
}

TEST_ONCE(crawl, there_are_no_more_pages_than_asked_for)
{
    struct web web = {
        .pages = {{"/", WEB_HTML("<a href=a><a href=b><a href=c><a href=d>"),
                   WEB_CLOSES, 0}},
    };
    struct trip trip = {.result = {.pages_max = 3}};

    CHECK_OK(go(&trip, &web));
    CHECK_EQ(trip.result.count, 3);
    CHECK_EQ(trip.result.left_out, 2);
    CHECK_EQ(web.connections, 3);
    check_page(&trip, "/a", HTTP_ENOPAGE, 404, 1);
}

TEST_ONCE(crawl, workers_work_at_the_same_time)
{
    struct web web = {
        .pages = {{NULL,
                   WEB_HTML("<a href=a><a href=b><a href=c><a href=d>"
                            "<a href=e><a href=f><a href=g>"),
                   WEB_CLOSES, 0}},
        .pause = TRIO_SECOND,
    };
    struct trip trip = {.options = {.workers = 4}};
    trio_time before = trio_now();

    CHECK_OK(go(&trip, &web));
    CHECK_EQ(web.open_peak, 4);
    CHECK_EQ(trio_now() - before, 2 * TRIO_SECOND); // Eight, four at once.
}

// What a cancelled crawl has found by then is there.
TEST(crawl, a_crawl_that_is_cancelled_has_partial_results)
{
    struct web web = {
        .pages = {{"/", WEB_HTML("<a href=hangs><a href=later>"), WEB_CLOSES,
                   0},
                  {"/hangs", WEB_HTML(""), WEB_HANGS, 0}},
    };
    struct trip trip = {.options = {.workers = 1}};
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 5 * TRIO_SECOND);
    trio_status rc = go(&trip, &web);
    rc = trio_cancel_scope_close(&scope, rc);
    if (rc != TRIO_OK || !trio_cancel_scope_caught(&scope) ||
        trip.pages[0].rc != TRIO_OK)
        return;
    CHECK_EQ(trip.result.count, 3);
    check_page(&trip, "/", TRIO_OK, 200, 1);
    CHECK_STATUS(find(&trip, "/hangs")->rc, TRIO_ECANCELED);
    check_page(&trip, "/later", TRIO_ENOTSTARTED, 0, 0);
}

TEST_ONCE(crawl, room_for_no_page_is_refused)
{
    struct crawl_result result = {.pages_max = 0};
    struct crawl_options options = {.workers = 1};
    struct http_url start;

    CHECK_OK(http_url_parse("http://example.org/", &start));
    CHECK_STATUS(crawl(&start, &options, &result), TRIO_EINVAL);
}
