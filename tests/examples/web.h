// A web in memory: servers of canned answers, for what is given a connector.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_EXAMPLES_WEB_H
#define TESTS_EXAMPLES_WEB_H

#include "examples/http/http.h"
#include "tests/check.h"

// How a connection ends after its answer.
enum web_end {
    WEB_CLOSES, // In an orderly way.
    WEB_BREAKS,
    WEB_HANGS // It does not.
};

struct web_page {
    const char *target; // NULL: any.
    const char *answer; // Head and body.
    enum web_end end;
    unsigned busy; // So many times it is answered by a 503 first.
};

// The caller owns the storage. It is the context of web_connect.
struct web {
    struct web_page pages[12]; // Up to one without an answer.
    size_t piece;              // Bytes that are sent at once; 0: all.
    trio_duration pause;       // Between pieces.
    char request[1000];        // The last that was whole.
    unsigned connections;      // In all.
    unsigned open;             // At the moment.
    unsigned open_peak;
};

// A page as a server would answer it.
#define WEB_HTML(text)                                                         \
    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" text

// For a struct http_connector: a connection in lockstep to a task that answers.
TRIO_CHECKPOINT trio_status web_connect(void *web, const struct http_url *url,
                                        trio_handler_fn fn, void *arg);

// Reads a body to its end as text of up to `size` - 1 bytes. `*ret_length` is
// set in every case.
TRIO_CHECKPOINT trio_status web_read(struct http_body *body, char *ret_text,
                                     size_t size, size_t *ret_length);

#endif // TESTS_EXAMPLES_WEB_H
