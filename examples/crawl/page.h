// One page of a crawl: asked for, with patience, until it was read.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_CRAWL_PAGE_H
#define EXAMPLES_CRAWL_PAGE_H

#include "examples/crawl/crawl.h"

// Reads the page with `page->target` on the server of `server`, and calls
// `fn(url, arg)` for each link in it. Fills in the rest of `page` in every
// case. None of `options` is zero.
//
// Checkpoint: always.
// Returns: TRIO_OK         it was read, or has failed: see `page->rc`.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status
page_read(struct crawl_page *page, const struct http_url *server,
          const struct crawl_options *options,
          void (*fn)(const struct http_url *url, void *arg), void *arg);

#endif // EXAMPLES_CRAWL_PAGE_H
