// A crawler: from one page to all that it leads to on the same server.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_CRAWL_CRAWL_H
#define EXAMPLES_CRAWL_CRAWL_H

#include <trio/base.h>
#include <trio/error.h>
#include <trio/status.h>
#include <trio/time.h>

#include "examples/http/http.h"

// What became of a page.
struct crawl_page {
    char target[HTTP_TARGET_MAX]; // As in its URL.
    trio_status rc; // TRIO_OK: it was read, to its end if it is HTML.
                    // TRIO_ENOTSTARTED: its turn has not come.
                    // TRIO_ECANCELED: in the middle of it.
    int status;     // Of the last answer; 0 if there was none.
    unsigned attempts;
    uint64_t size;      // Of what was read of it, in bytes.
    trio_duration took; // With all attempts and pauses, in nanoseconds.
    char why[TRIO_ERROR_TEXT_MAX]; // What the record of a failure says, or "".
};

// How to crawl. Zero is the default, but there has to be a connector.
struct crawl_options {
    struct http_connector connector;
    size_t workers;      // Pages at once. Default 20.
    unsigned attempts;   // For a page, before it has failed. Default 3.
    trio_duration limit; // Of an attempt, in nanoseconds. Default 10 s.
    trio_duration pause; // Before the second attempt up to this, before the
                         // third twice that, ... Default 100 ms.
    uint64_t size_max;   // Of a page, in bytes. Default 1 MiB.
};

// What was found. `pages` is an array of the caller's, for `pages_max` of them;
// further ones are only counted.
struct crawl_result {
    struct crawl_page *pages; // In the order in which they were found.
    size_t pages_max;
    size_t count;
    uint64_t left_out; // Links to pages for which there is no room.
};

// Reads the page at `start` and all on the same server to which its pages lead.
// What goes wrong with a page is written down there and stops nothing else.
// When it is cancelled, `result` has what was done by then.
//
// Checkpoint: always.
// Returns: TRIO_OK         there is nothing left to do.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EINVAL     `pages_max` is 0.
//          TRIO_ENOMEM     out of memory.
TRIO_CHECKPOINT trio_status crawl(const struct http_url *start,
                                  const struct crawl_options *options,
                                  struct crawl_result *result);

#endif // EXAMPLES_CRAWL_CRAWL_H
