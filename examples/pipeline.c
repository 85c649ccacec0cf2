// Three stages hand pages on over two channels: fetch, parse, store. Each is
// slower than the one before, so pages pile up, and in the middle of it all
// time is up. Nothing hangs, and every page is accounted for: it was stored, or
// it was dropped by whoever had it. With --virtual nothing really waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trio/channel.h>
#include <trio/clock.h>
#include <trio/trio.h>

#define LIMIT (205 * TRIO_MS)
#define ROOM 2 // Pages in each channel.

struct page {
    int number;
    int words;
};

// What became of the pages. Whoever has a pointer to one owns it; a channel
// owns what lies in it.
static int fetched, stored, dropped;

struct link {
    struct trio_channel channel;
    struct page *pages[ROOM];
    struct trio_sender sender;
    struct trio_receiver receiver;
};

struct pipeline {
    struct link raw;    // From fetch to parse.
    struct link parsed; // From parse to store.
};

static void drop(struct page *page)
{
    dropped++;
    free(page);
}

static void drop_from_channel(void *item)
{
    struct page **page = item;

    drop(*page);
}

// Passes a page on, or drops it: afterwards it is no longer the caller's.
static TRIO_CHECKPOINT trio_status hand_on(struct link *link, struct page *page)
{
    trio_status rc = trio_channel_send(&link->sender, &page);

    if (rc != TRIO_OK)
        drop(page);
    return rc;
}

static TRIO_CHECKPOINT trio_status fetch(void *arg)
{
    struct pipeline *pipeline = arg;

    for (;;) {
        trio_status rc = trio_sleep(10 * TRIO_MS);
        if (rc != TRIO_OK)
            return rc;
        struct page *page = calloc(1, sizeof *page);
        if (page == NULL)
            return trio_fail(TRIO_ENOMEM, "fetch page %d", fetched + 1);
        page->number = ++fetched;
        rc = hand_on(&pipeline->raw, page);
        if (rc != TRIO_OK)
            return rc;
    }
}

static TRIO_CHECKPOINT trio_status parse(void *arg)
{
    struct pipeline *pipeline = arg;
    struct page *page;
    trio_status rc;

    while ((rc = trio_channel_receive(&pipeline->raw.receiver, &page)) ==
           TRIO_OK) {
        rc = trio_sleep(20 * TRIO_MS);
        if (rc != TRIO_OK) {
            drop(page);
            return rc;
        }
        page->words = page->number * 100;
        rc = hand_on(&pipeline->parsed, page);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status store(void *arg)
{
    struct pipeline *pipeline = arg;
    struct page *page;
    trio_status rc;

    while ((rc = trio_channel_receive(&pipeline->parsed.receiver, &page)) ==
           TRIO_OK) {
        rc = trio_sleep(40 * TRIO_MS);
        if (rc != TRIO_OK) {
            drop(page);
            return rc;
        }
        printf("page %d: %d words\n", page->number, page->words);
        stored++;
        free(page);
    }
    return rc;
}

static void open_link(struct link *link)
{
    trio_channel_open(&link->channel, sizeof link->pages[0], link->pages, ROOM,
                      &link->sender, &link->receiver);
    trio_channel_on_discard(&link->channel, drop_from_channel);
}

static void close_link(struct link *link)
{
    trio_sender_close(&link->sender);
    trio_receiver_close(&link->receiver); // Drops what lies in the channel.
}

static TRIO_CHECKPOINT trio_status run_stages(struct pipeline *pipeline)
{
    static const trio_task_fn stages[] = {fetch, parse, store};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_cancel_scope_extend_after(scope, LIMIT);
    for (size_t i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_nursery_start_soon(&nursery, stages[i], pipeline);
    return trio_nursery_close(&nursery, rc); // Out of time is TRIO_OK, too.
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct pipeline pipeline;

    (void)arg;
    open_link(&pipeline.raw);
    open_link(&pipeline.parsed);
    trio_status rc = run_stages(&pipeline);
    close_link(&pipeline.raw);
    close_link(&pipeline.parsed);
    printf("%d fetched: %d stored, %d dropped\n", fetched, stored, dropped);
    TRIO_ASSERT(fetched == stored + dropped);
    return rc;
}

int main(int argc, char **argv)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();

    mock.autojump = true;
    if (argc > 1 && strcmp(argv[1], "--virtual") == 0)
        config.clock = trio_clock_mock(&mock);
    return trio_exit_code(trio_run_with(&config, program, NULL));
}
