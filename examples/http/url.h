// Where a page is: "http://example.org:8080/a/page?with=query".
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HTTP_URL_H
#define EXAMPLES_HTTP_URL_H

#include <trio/base.h>
#include <trio/resolve.h>
#include <trio/status.h>

#define HTTP_TARGET_MAX 1024 // A target with its final zero, in bytes.

struct http_url {
    bool secure;                  // https
    uint16_t port;                // Of the scheme, if none was given.
    char host[TRIO_HOST_SIZE];    // As DNS has it, or an address.
    char target[HTTP_TARGET_MAX]; // The path, from "/" on, and the query.
};

// Reads a URL of http or https. A fragment is left out. In a task.
//
// Checkpoint: never.
// Returns: TRIO_OK      `ret_url` is set.
//          TRIO_EINVAL  it is none, or is too long; the record tells more.
//          other        as trio_host_encode.
TRIO_MUST_USE trio_status http_url_parse(const char *text,
                                         struct http_url *ret_url);

// Reads a reference that was found in the page at `base`: "../other.html". In a
// task.
//
// Checkpoint: never.
// Returns: as http_url_parse.
TRIO_MUST_USE trio_status http_url_join(const struct http_url *base,
                                        const char *reference,
                                        struct http_url *ret_url);

// Says whether both are of the same server: scheme, host and port.
bool http_url_same_server(const struct http_url *one,
                          const struct http_url *other);

// Enough for the host and the port of every URL, with its final zero.
#define HTTP_SERVER_MAX (TRIO_HOST_SIZE + 8)

// Writes host and port as a URL has them, the port only where it is not that of
// the scheme; returns `buffer`, of HTTP_SERVER_MAX bytes.
const char *http_url_server(const struct http_url *url, char *buffer);

#endif // EXAMPLES_HTTP_URL_H
