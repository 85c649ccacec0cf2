// Each page goes through the channel once: when it is found. Room for all of
// them is there from the start, so that a worker that finds one never waits for
// workers, itself among them. `unfinished` counts those that are in the channel
// or with a worker; whoever brings it to zero closes the channel, and that ends
// them all.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/crawl/crawl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <trio/backend.h>
#include <trio/channel.h>
#include <trio/nursery.h>

#include "examples/crawl/page.h"

struct crawler {
    const struct http_url *start;
    const struct crawl_options *options;
    struct crawl_result *result;
    struct trio_sender sender; // Of indices.
    struct trio_receiver receiver;
    size_t unfinished;
};

// ---- What is found ----

static bool is_known(const struct crawl_result *result, const char *target)
{
    for (size_t i = 0; i < result->count; i++)
        if (strcmp(result->pages[i].target, target) == 0)
            return true;
    return false;
}

// Adds a page, unless it is known. For page_read.
static void add(const struct http_url *url, void *arg)
{
    struct crawler *crawler = arg;
    struct crawl_result *result = crawler->result;
    size_t index = result->count;

    if (!http_url_same_server(url, crawler->start) ||
        is_known(result, url->target))
        return;
    if (index == result->pages_max) {
        result->left_out++;
        return;
    }
    struct crawl_page *page = &result->pages[index];
    *page = (struct crawl_page){.rc = TRIO_ENOTSTARTED};
    memcpy(page->target, url->target, sizeof(page->target));
    result->count++;
    crawler->unfinished++;
    trio_status rc = trio_channel_send_nowait(&crawler->sender, &index);
    TRIO_ASSERT(rc == TRIO_OK);
}

// ---- The workers ----

static TRIO_CHECKPOINT trio_status work(void *arg)
{
    struct crawler *crawler = arg;
    size_t index;
    trio_status rc;

    while ((rc = trio_channel_receive(&crawler->receiver, &index)) == TRIO_OK) {
        rc = page_read(&crawler->result->pages[index], crawler->start,
                       crawler->options, add, crawler);
        if (rc != TRIO_OK)
            return rc;
        if (--crawler->unfinished == 0)
            trio_sender_close(&crawler->sender);
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status run_workers(struct crawler *crawler)
{
    static const struct trio_task_options options = {.name = "worker"};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < crawler->options->workers; i++)
        rc = trio_nursery_start_soon_with(&nursery, &options, work, crawler);
    return trio_nursery_close(&nursery, rc);
}

// ---- The whole ----

static struct crawl_options with_defaults(const struct crawl_options *given)
{
    struct crawl_options options = *given;

    if (options.workers == 0)
        options.workers = 20;
    if (options.attempts == 0)
        options.attempts = 3;
    if (options.limit == 0)
        options.limit = 10 * TRIO_SECOND;
    if (options.pause == 0)
        options.pause = 100 * TRIO_MS;
    if (options.size_max == 0)
        options.size_max = 1 << 20;
    return options;
}

trio_status crawl(const struct http_url *start,
                  const struct crawl_options *given,
                  struct crawl_result *result)
{
    const struct trio_memory *memory = trio_run_memory();
    struct crawl_options options = with_defaults(given);
    struct crawler crawler = {start, &options, result, {NULL}, {NULL}, 0};
    size_t size = result->pages_max * sizeof(size_t);
    struct trio_channel channel;

    result->count = 0;
    result->left_out = 0;
    if (result->pages_max == 0)
        return trio_fail(TRIO_EINVAL, "crawl: room for no page");
    void *buffer = memory->allocate(memory->context, size);
    if (buffer == NULL)
        return trio_fail(TRIO_ENOMEM, "crawl: room for its channel");
    trio_channel_open(&channel, sizeof(size_t), buffer, result->pages_max,
                      &crawler.sender, &crawler.receiver);
    add(start, &crawler);
    trio_status rc = run_workers(&crawler);
    trio_sender_close(&crawler.sender);
    trio_receiver_close(&crawler.receiver);
    memory->release(memory->context, buffer, size);
    return rc;
}
