// An attempt has a scope of its own, whose limit takes in the name, the
// connection and the page. Between attempts there is a pause of a random
// length, so that workers who failed together do not come back together.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/crawl/page.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <trio/cancel_scope.h>
#include <trio/random.h>
#include <trio/task.h>

#include "examples/crawl/links.h"

struct visit {
    struct crawl_page *page;
    struct http_url url;
    const struct crawl_options *options;
    void (*fn)(const struct http_url *url, void *arg);
    void *arg;
};

// ---- One attempt ----

static void found(const char *reference, void *arg)
{
    const struct visit *visit = arg;
    struct http_url url;

    if (http_url_join(&visit->url, reference, &url) == TRIO_OK)
        visit->fn(&url, visit->arg);
    else
        trio_error_clear(); // "mailto:" and the like.
}

static TRIO_CHECKPOINT trio_status receive_page(struct trio_stream *stream,
                                                void *arg)
{
    struct visit *visit = arg;
    struct crawl_page *page = visit->page;
    struct http_response response;

    trio_status rc = http_get(stream, &visit->url, &response);
    if (rc != TRIO_OK)
        return rc;
    page->status = response.status;
    if (response.status / 100 == 3 && response.location[0] != '\0')
        found(response.location, visit);
    if (!http_is_page(&response))
        return trio_fail(HTTP_ENOPAGE, "%d %s", response.status,
                         response.reason);
    if (strncasecmp(response.type, "text/html", 9) != 0)
        return TRIO_OK;
    response.body.limit = visit->options->size_max;
    rc = links_read(&response.body.stream, found, visit);
    page->size = response.body.received;
    return rc;
}

static TRIO_CHECKPOINT trio_status attempt(struct visit *visit)
{
    const struct http_connector *connector = &visit->options->connector;
    struct trio_cancel_scope limit;

    visit->page->attempts++;
    visit->page->status = 0;
    trio_fail_after(&limit, visit->options->limit);
    trio_status rc = connector->connect(connector->context, &visit->url,
                                        receive_page, visit);
    return trio_cancel_scope_close(&limit, rc);
}

// ---- All attempts ----

// Says whether it may go better another time: not what the server has said, nor
// what it is.
static bool may_pass(const struct crawl_page *page)
{
    switch ((int)page->rc) {
    case TRIO_OK:
    case TRIO_ECANCELED:
    case TRIO_EINVAL:
    case TRIO_EMSGSIZE:
    case TRIO_ENOENT:
    case TRIO_EPROTOCOL:
    case TRIO_EUNTRUSTED:
        return false;
    case HTTP_ENOPAGE:
        return page->status >= 500;
    default:
        return true;
    }
}

static void keep(struct crawl_page *page, trio_status rc)
{
    const struct trio_error *error =
        trio_is_failure(rc) ? trio_error_find(rc) : NULL;

    page->rc = rc;
    snprintf(page->why, sizeof(page->why), "%s",
             error != NULL ? error->text : "");
    trio_error_clear(); // It was handled: it is the page's now.
}

trio_status page_read(struct crawl_page *page, const struct http_url *server,
                      const struct crawl_options *options,
                      void (*fn)(const struct http_url *url, void *arg),
                      void *arg)
{
    struct visit visit = {page, *server, options, fn, arg};
    trio_duration pause = options->pause;
    trio_time began = trio_now();
    trio_status rc = TRIO_OK;

    memcpy(visit.url.target, page->target, sizeof(page->target));
    keep(page, attempt(&visit));
    while (may_pass(page) && page->attempts < options->attempts) {
        rc = trio_sleep((trio_duration)trio_random_below((uint64_t)pause));
        if (rc != TRIO_OK)
            break;
        keep(page, attempt(&visit));
        pause *= 2;
    }
    page->took = trio_now() - began;
    return page->rc == TRIO_ECANCELED ? page->rc : rc;
}
