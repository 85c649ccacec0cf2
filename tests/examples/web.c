// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/web.h"

#include <stdio.h>

struct connection {
    struct web *web;
    struct trio_lockstep_stream near, far;
};

static const char busy[] = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
static const char unknown[] =
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

static TRIO_CHECKPOINT trio_status read_request(struct connection *connection)
{
    char *request = connection->web->request;
    size_t size = sizeof(connection->web->request), length = 0, more;
    trio_status rc = TRIO_OK;

    request[0] = '\0';
    while (rc == TRIO_OK && strstr(request, "\r\n\r\n") == NULL) {
        TRIO_SIM_ALWAYS(length < size - 1, "the request fits");
        rc = trio_stream_receive_some(&connection->far.stream, request + length,
                                      size - 1 - length, &more);
        if (rc == TRIO_OK)
            length += more;
        request[length] = '\0';
    }
    return rc;
}

static struct web_page *find(struct web *web)
{
    const char *target = web->request + 4;
    size_t length = strcspn(target, " ");

    for (struct web_page *page = web->pages; page->answer != NULL; page++)
        if (page->target == NULL || (strlen(page->target) == length &&
                                     memcmp(page->target, target, length) == 0))
            return page;
    return NULL;
}

static TRIO_CHECKPOINT trio_status send(struct connection *connection,
                                        const char *text)
{
    const struct web *web = connection->web;
    size_t left = strlen(text);
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && left > 0) {
        size_t length = web->piece > 0 && web->piece < left ? web->piece : left;
        rc = trio_stream_send_all(&connection->far.stream, text, length, NULL);
        text += length;
        left -= length;
        if (rc == TRIO_OK && web->pause > 0)
            rc = trio_sleep(web->pause);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status answer(struct connection *connection)
{
    trio_status rc = read_request(connection);
    if (rc != TRIO_OK)
        return rc;
    struct web_page *page = find(connection->web);
    if (page != NULL && page->busy > 0) {
        page->busy--;
        return send(connection, busy);
    }
    rc = send(connection, page != NULL ? page->answer : unknown);
    if (rc == TRIO_OK && page != NULL && page->end == WEB_HANGS)
        rc = trio_sleep_forever();
    if (rc == TRIO_OK && page != NULL && page->end == WEB_BREAKS)
        trio_stream_close_forcefully(&connection->far.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct connection *connection = arg;
    trio_status rc = answer(connection);

    if (rc == TRIO_OK)
        rc = trio_stream_close(&connection->far.stream);
    trio_stream_close_forcefully(&connection->far.stream);
    return rc == TRIO_EBROKEN || rc == TRIO_EEND ? TRIO_OK : rc;
}

trio_status web_connect(void *context, const struct http_url *url,
                        trio_handler_fn fn, void *arg)
{
    struct web *web = context;
    struct connection connection = {.web = web};
    struct trio_nursery nursery;

    (void)url;
    web->connections++;
    if (++web->open > web->open_peak)
        web->open_peak = web->open;
    trio_lockstep_stream_pair(&connection.near, &connection.far);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, serve, &connection);
    if (rc == TRIO_OK)
        rc = fn(&connection.near.stream, arg);
    trio_stream_close_forcefully(&connection.near.stream);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "hung up");
    rc = trio_nursery_close(&nursery, rc);
    trio_stream_close_forcefully(&connection.far.stream);
    web->open--;
    return rc;
}

trio_status web_read(struct http_body *body, char *ret_text, size_t size,
                     size_t *ret_length)
{
    size_t length = 0, more;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && length < size - 1) {
        rc = trio_stream_receive_some(&body->stream, ret_text + length,
                                      size - 1 - length, &more);
        if (rc == TRIO_OK)
            length += more;
    }
    ret_text[length] = '\0';
    *ret_length = length;
    return rc;
}
