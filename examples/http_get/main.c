// Prints what is at a URL of http or https:
//
//     http_get [--deadline SECONDS] [--limit BYTES] [--authorities FILE]
//              [--resolve HOST:PORT:ADDRESS]... URL
//
// All of it together has a deadline, 30 seconds by default, and a limit, 100
// MiB. --authorities is whom to trust in place of whom the system does,
// --resolve an address that a name is taken to have; there may be several. An
// answer that is not the page is an error.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <trio/tls.h>
#include <trio/trio.h>

#include "examples/http/connection.h"
#include "examples/http_get/pins.h"

struct program {
    const char *text; // The URL.
    const char *pins[PINS_MAX];
    size_t pins_count;
    long deadline; // In seconds.
    long long limit;
    struct trio_tls_options tls;
    struct http_url url;
};

// Passes on what comes. A reader of ours that is slow is waited for, as long as
// the deadline allows.
static TRIO_CHECKPOINT trio_status print_body(struct http_body *body)
{
    struct trio_descriptor_stream output;
    char buffer[16 * 1024];
    size_t length;

    trio_status rc = trio_descriptor_stream_open(STDOUT_FILENO, &output);
    if (rc != TRIO_OK)
        return rc;
    while ((rc = trio_stream_receive_some(&body->stream, buffer, sizeof(buffer),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(&output.stream, buffer, length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    trio_handle handle = trio_descriptor_stream_release(&output);
    (void)handle; // It stays open.
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status get(struct trio_stream *stream, void *arg)
{
    const struct program *program = arg;
    struct http_response response;

    trio_status rc = http_get(stream, &program->url, &response);
    if (rc != TRIO_OK)
        return rc;
    if (!http_is_page(&response))
        return trio_fail(HTTP_ENOPAGE, "the server says %d %s", response.status,
                         response.reason);
    response.body.limit = (uint64_t)program->limit;
    return print_body(&response.body);
}

static TRIO_CHECKPOINT trio_status get_by_tls(struct program *program)
{
    struct trio_tls_context context;

    trio_status rc = trio_tls_client_context_open(&program->tls, &context);
    if (rc != TRIO_OK)
        return rc;
    rc = http_connect(&context, &program->url, get, program);
    trio_tls_context_close(&context);
    return rc;
}

static TRIO_CHECKPOINT trio_status run(void *arg)
{
    struct program *program = arg;
    struct trio_cancel_scope deadline;
    struct pins pins;

    trio_status rc = http_url_parse(program->text, &program->url);
    if (rc == TRIO_OK)
        rc = pins_set(&pins, &program->url, program->pins, program->pins_count);
    if (rc != TRIO_OK)
        return rc;
    trio_fail_after(&deadline, program->deadline * TRIO_SECOND);
    rc = program->url.secure ? get_by_tls(program)
                             : http_connect(NULL, &program->url, get, program);
    rc = trio_cancel_scope_close(&deadline, rc);
    if (trio_cancel_scope_caught(&deadline))
        return trio_fail(rc, "%.40s: not done within %ld s", program->text,
                         program->deadline);
    return rc;
}

static bool take_option(struct program *program, int option)
{
    char *end = NULL;

    if (option == 'r' && program->pins_count < PINS_MAX) {
        program->pins[program->pins_count++] = optarg;
        return true;
    }
    if (option == 'a')
        program->tls.authorities_file = optarg;
    else if (option == 'd')
        program->deadline = strtol(optarg, &end, 10);
    else if (option == 'l')
        program->limit = strtoll(optarg, &end, 10);
    else
        return false;
    return (end == NULL || (end > optarg && *end == '\0')) &&
           program->limit >= 0 && program->deadline >= 1 &&
           program->deadline <= 1000000;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"authorities", required_argument, NULL, 'a'},
        {"deadline", required_argument, NULL, 'd'},
        {"limit", required_argument, NULL, 'l'},
        {"resolve", required_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    struct program program = {.deadline = 30, .limit = 100 << 20};
    int option;
    bool good = true;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        good = good && take_option(&program, option);
    if (!good || optind + 1 != argc) {
        fprintf(stderr, "usage: http_get [--deadline SECONDS] [--limit BYTES]\n"
                        "                [--authorities FILE] "
                        "[--resolve HOST:PORT:ADDRESS]... URL\n");
        return 2;
    }
    program.text = argv[optind];
    return trio_exit_code(trio_run(run, &program));
}
