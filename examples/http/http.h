// A client's half of HTTP/1.1, over any stream: one GET and its answer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HTTP_HTTP_H
#define EXAMPLES_HTTP_HTTP_H

#include <trio/base.h>
#include <trio/reader.h>
#include <trio/serve.h>
#include <trio/status.h>
#include <trio/stream.h>

#include "examples/http/body.h"
#include "examples/http/url.h"

#define HTTP_LINE_MAX (8 * 1024) // Of the answer's head, in bytes.
#define HTTP_FIELDS_MAX 100      // Of an answer, with those before it.

// The server has answered, but with something other than the page. Such an
// answer is no failure of http_get: who wants it to be one returns this.
#define HTTP_ENOPAGE ((trio_status)-1001)

// What opens a connection to the server of a URL, calls `fn(stream, arg)` and
// closes it. Returns what `fn` returned, or why there is no connection.
struct http_connector {
    trio_status (*connect)(void *context, const struct http_url *url,
                           trio_handler_fn fn, void *arg);
    void *context;
};

// A `http_response` is an answer whose head has come and whose body is still to
// be received:
//
//     struct http_response response;
//
//     trio_status rc = http_get(stream, &url, &response);
//     if (rc != TRIO_OK)
//         return rc;
//     return print(&response.body.stream);
//
// The caller owns the storage, which must not move.
struct http_response {
    struct http_body body;
    int status;                     // 200 and the like.
    char reason[64];                // "Not Found"; cut if it is longer.
    char type[64];                  // Content-Type, "" for none; likewise.
    char location[HTTP_TARGET_MAX]; // Where it is instead, "" for nowhere.
    struct trio_reader reader;      // Private.
    char buffer[HTTP_LINE_MAX];     // Private.
};

// Asks for a page, on a connection that is used for nothing else, and receives
// the answer's head.
//
// Checkpoint: always.
// Returns: TRIO_OK         the server has answered, with whatever status.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_EBROKEN    the connection ended before that.
//          TRIO_EPROTOCOL  that is not HTTP; the record tells more.
//          TRIO_EMSGSIZE   a line is too long, or there are too many.
//          other           what the stream returned.
TRIO_CHECKPOINT trio_status http_get(struct trio_stream *stream,
                                     const struct http_url *url,
                                     struct http_response *ret_response);

// Says whether the answer is the page: a status of 200 to 299.
static inline bool http_is_page(const struct http_response *response)
{
    return response->status / 100 == 2;
}

#endif // EXAMPLES_HTTP_HTTP_H
