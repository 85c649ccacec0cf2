// Reads a page and all on the same server that it leads to, twenty at once:
//
//     crawl [--pages NUMBER] [--limit SECONDS] [--authorities FILE] URL
//
// Up to 100 pages by default, with 10 seconds for each attempt. Ctrl-C ends it
// early: what was done by then is printed all the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <trio/tls.h>
#include <trio/trio.h>

#include "examples/crawl/crawl.h"
#include "examples/http/connection.h"

#define PAGES_MAX 1000

struct program {
    const char *text; // The URL.
    struct http_url url;
    struct trio_tls_options tls;
    struct crawl_options options;
    struct crawl_result result;
    struct trio_signal_receiver signals;
    struct trio_nursery nursery;
    bool interrupted;
};

// ---- Until it is done or a signal comes ----

static TRIO_CHECKPOINT trio_status stop_at_signal(void *arg)
{
    struct program *program = arg;
    int signal;

    trio_status rc = trio_signal_receiver_receive(&program->signals, &signal);
    if (rc == TRIO_OK) {
        program->interrupted = true;
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&program->nursery),
                                 "a signal");
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status crawl_until_signal(struct program *program)
{
    static const int signals[] = {SIGINT, SIGTERM};

    trio_status rc = trio_signal_receiver_open(&program->signals, signals, 2);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&program->nursery);
    rc = trio_nursery_start_soon(&program->nursery, stop_at_signal, program);
    if (rc == TRIO_OK)
        rc = crawl(&program->url, &program->options, &program->result);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&program->nursery),
                             "all is done");
    rc = trio_nursery_close(&program->nursery, rc);
    trio_signal_receiver_close(&program->signals);
    return rc;
}

// ---- What has come of it ----

static void print_page(const struct crawl_page *page)
{
    const char *why =
        page->why[0] != '\0' ? page->why : trio_status_text(page->rc);

    printf("%3d %8" PRIu64 " bytes %6" PRId64 " ms  %s%s%s\n", page->status,
           page->size, page->took / TRIO_MS, page->target,
           page->rc == TRIO_OK ? "" : "  ", page->rc == TRIO_OK ? "" : why);
}

static void print_result(const struct program *program, trio_duration took)
{
    const struct crawl_result *result = &program->result;
    size_t read = 0, failed = 0;
    uint64_t size = 0, retries = 0;

    for (size_t i = 0; i < result->count; i++) {
        const struct crawl_page *page = &result->pages[i];
        if (page->attempts == 0)
            continue;
        print_page(page);
        read += page->rc == TRIO_OK;
        failed += trio_is_failure(page->rc);
        size += page->size;
        retries += page->attempts - 1;
    }
    printf("%s: %zu pages read, %zu failed, %zu not read, %" PRIu64
           " links left out, %" PRIu64 " attempts again, %" PRIu64
           " bytes, %" PRId64 " ms\n",
           program->interrupted ? "interrupted" : "done", read, failed,
           result->count - read - failed, result->left_out, retries, size,
           took / TRIO_MS);
}

// ---- The program ----

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct program *program = arg;
    struct trio_tls_context context;
    trio_time began = trio_now();

    trio_status rc = http_url_parse(program->text, &program->url);
    if (rc == TRIO_OK)
        rc = trio_tls_client_context_open(&program->tls, &context);
    if (rc != TRIO_OK)
        return rc;
    program->options.connector =
        (struct http_connector){http_connect, &context};
    rc = crawl_until_signal(program);
    trio_tls_context_close(&context);
    print_result(program, trio_now() - began);
    return rc;
}

static bool take_option(struct program *program, int option)
{
    char *end = NULL;
    long number = 0;

    if (option == 'a') {
        program->tls.authorities_file = optarg;
        return true;
    }
    if (option != 'l' && option != 'p')
        return false;
    number = strtol(optarg, &end, 10);
    if (end == optarg || *end != '\0' || number < 1 || number > PAGES_MAX)
        return false;
    if (option == 'l')
        program->options.limit = number * TRIO_SECOND;
    else
        program->result.pages_max = (size_t)number;
    return true;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"authorities", required_argument, NULL, 'a'},
        {"limit", required_argument, NULL, 'l'},
        {"pages", required_argument, NULL, 'p'},
        {NULL, 0, NULL, 0},
    };
    static struct crawl_page pages[PAGES_MAX];
    static struct program program = {
        .result = {.pages = pages, .pages_max = 100}};
    int option;
    bool good = true;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        good = good && take_option(&program, option);
    if (!good || optind + 1 != argc) {
        fprintf(stderr, "usage: crawl [--pages NUMBER] [--limit SECONDS] "
                        "[--authorities FILE] URL\n");
        return 2;
    }
    program.text = argv[optind];
    trio_status rc = trio_run(run, &program);
    return trio_exit_code(
        rc == TRIO_OK && program.interrupted ? TRIO_EINTERRUPTED : rc);
}
