// The links of a page.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_CRAWL_LINKS_H
#define EXAMPLES_CRAWL_LINKS_H

#include <trio/status.h>
#include <trio/stream.h>

#define LINKS_TAG_MAX 2048 // A longer tag is passed over. In bytes.

// Reads HTML to its end and calls `fn(reference, arg)` for each link in it, in
// order: what is in `href` of an `a`. Needs the same memory for a page of any
// size.
//
// Checkpoint: always.
// Returns: TRIO_OK  the page has ended.
//          other    what the stream returned.
TRIO_CHECKPOINT trio_status links_read(struct trio_stream *page,
                                       void (*fn)(const char *reference,
                                                  void *arg),
                                       void *arg);

#endif // EXAMPLES_CRAWL_LINKS_H
