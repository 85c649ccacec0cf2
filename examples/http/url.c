// What is in a target goes into a request as it is. So no blank, no end of line
// and nothing that is not ASCII gets into one: what a page links to cannot add
// a line to the request for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/http/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <trio/error.h>

static trio_status fail(const char *what, const char *text)
{
    return trio_fail(TRIO_EINVAL, "%s: %.60s", what, text);
}

static uint16_t port_of_scheme(const struct http_url *url)
{
    return url->secure ? 443 : 80;
}

// ---- The target ----

// Takes ".", ".." and what they stand for out of a path, in place.
static void remove_dots(char *path)
{
    char *to = path;
    const char *from = path;

    while (*from != '\0') { // At a slash, always.
        size_t length = 1 + strcspn(from + 1, "/");
        bool last = from[length] == '\0';
        bool here = length == 2 && from[1] == '.';
        bool up = length == 3 && from[1] == '.' && from[2] == '.';
        if (up)
            while (to > path && *--to != '/')
                continue;
        if (!here && !up) {
            memmove(to, from, length);
            to += length;
        } else if (last) {
            *to++ = '/';
        }
        from += length;
    }
    *to = '\0';
}

// Sets the target to `first_length` bytes of `first` and all of `second`, up to
// a fragment.
static trio_status set_target(struct http_url *url, const char *first,
                              size_t first_length, const char *second)
{
    char query[HTTP_TARGET_MAX];
    size_t length = strcspn(second, "#");

    if (first_length + length >= sizeof(url->target))
        return fail("the URL is too long", second);
    memmove(url->target, first, first_length);
    memcpy(url->target + first_length, second, length);
    length += first_length;
    url->target[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (url->target[i] <= ' ' || url->target[i] > '~')
            return fail("the URL has to be in printable ASCII", second);
    size_t path = strcspn(url->target, "?");
    memcpy(query, url->target + path, length + 1 - path);
    url->target[path] = '\0';
    remove_dots(url->target);
    path = strlen(url->target);
    memcpy(url->target + path, query, strlen(query) + 1);
    return TRIO_OK;
}

// ---- The server ----

static trio_status set_port(struct http_url *url, const char *text,
                            size_t length)
{
    unsigned port = 0;

    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || port > UINT16_MAX)
            return fail("not a port", text);
        port = 10 * port + (unsigned)(text[i] - '0');
    }
    if (port > UINT16_MAX || (length > 0 && port == 0))
        return fail("not a port", text);
    url->port = length > 0 ? (uint16_t)port : port_of_scheme(url);
    return TRIO_OK;
}

static trio_status set_host(struct http_url *url, const char *text,
                            size_t length, bool is_address)
{
    char host[TRIO_HOST_SIZE];

    if (length == 0 || length >= sizeof(host))
        return fail("not a host", text);
    memcpy(host, text, length);
    host[length] = '\0';
    if (!is_address)
        return trio_host_encode(host, url->host, sizeof(url->host));
    if (host[strspn(host, "0123456789abcdefABCDEF:.")] != '\0' ||
        strchr(host, ':') == NULL)
        return fail("not an address", text);
    memcpy(url->host, host, length + 1);
    return TRIO_OK;
}

// Reads "host:port" or "[address]:port".
static trio_status set_server(struct http_url *url, const char *text,
                              size_t length)
{
    bool is_address = text[0] == '[';
    size_t host = is_address ? strcspn(text, "]") : strcspn(text, ":");
    size_t end = host < length ? host : length;
    trio_status rc;

    if (is_address && host >= length)
        return fail("a bracket is missing", text);
    rc = is_address ? set_host(url, text + 1, end - 1, true)
                    : set_host(url, text, end, false);
    if (rc != TRIO_OK)
        return rc;
    end += is_address ? 1 : 0;
    if (end == length)
        return set_port(url, "", 0);
    if (text[end] != ':')
        return fail("not a host and a port", text);
    return set_port(url, text + end + 1, length - end - 1);
}

// ---- The whole ----

trio_status http_url_parse(const char *text, struct http_url *ret_url)
{
    const char *server = strstr(text, "://");
    size_t scheme = server != NULL ? (size_t)(server - text) : 0;
    struct http_url url = {.secure = scheme == 5};
    size_t length;

    if (server == NULL || (scheme != 4 && scheme != 5) ||
        strncasecmp(text, "https", scheme) != 0)
        return fail("not a URL of http or https", text);
    server += 3;
    length = strcspn(server, "/?#");
    if (memchr(server, '@', length) != NULL)
        return fail("a URL with a user is not supported", text);
    trio_status rc = set_server(&url, server, length);
    if (rc == TRIO_OK)
        rc = server[length] == '/' ? set_target(&url, "", 0, server + length)
                                   : set_target(&url, "/", 1, server + length);
    if (rc == TRIO_OK)
        *ret_url = url;
    return rc;
}

trio_status http_url_join(const struct http_url *base, const char *reference,
                          struct http_url *ret_url)
{
    char whole[8 + HTTP_SERVER_MAX + HTTP_TARGET_MAX];
    struct http_url url = *base;
    size_t path = strcspn(base->target, "?");
    trio_status rc;

    if (reference[strcspn(reference, ":/?#")] == ':')
        return http_url_parse(reference, ret_url);
    if (strncmp(reference, "//", 2) == 0) {
        if (strlen(reference) >= sizeof(whole) - 8)
            return fail("the URL is too long", reference);
        snprintf(whole, sizeof(whole), "http%s:%s", base->secure ? "s" : "",
                 reference);
        return http_url_parse(whole, ret_url);
    }
    if (reference[0] == '/')
        path = 0;
    else if (reference[0] == '\0' || reference[0] == '#')
        path = strlen(base->target);
    else if (reference[0] != '?')
        while (base->target[path - 1] != '/')
            path--;
    rc = set_target(&url, base->target, path, reference);
    if (rc == TRIO_OK)
        *ret_url = url;
    return rc;
}

bool http_url_same_server(const struct http_url *one,
                          const struct http_url *other)
{
    return one->secure == other->secure && one->port == other->port &&
           strcasecmp(one->host, other->host) == 0;
}

const char *http_url_server(const struct http_url *url, char *buffer)
{
    bool is_address = strchr(url->host, ':') != NULL;
    char port[8] = "";

    if (url->port != port_of_scheme(url))
        snprintf(port, sizeof(port), ":%u", url->port);
    snprintf(buffer, HTTP_SERVER_MAX, is_address ? "[%s]%s" : "%s%s", url->host,
             port);
    return buffer;
}
