// SPDX-License-Identifier: MIT OR Apache-2.0
// An echo server on libuv as one writes it for speed: it writes at once from
// the buffer that was read into, and keeps no request for what is written.

#include <arpa/inet.h>
#include <stdlib.h>
#include <uv.h>

#include "bench/echo.h"
#include "bench/meter.h"

enum { BACKLOG = 4096 };

static int connections_left;
static char shared_buffer[65536];

static void end_connection(uv_handle_t *handle)
{
    uv_loop_t *loop = handle->loop;

    free(handle);
    if (--connections_left == 0)
        uv_stop(loop);
}

static void lend_buffer(uv_handle_t *handle, size_t size, uv_buf_t *ret_buffer)
{
    (void)handle;
    (void)size;
    *ret_buffer = uv_buf_init(shared_buffer, ECHO_BUFFER);
}

static void echo(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    uv_buf_t answer = uv_buf_init(buffer->base, (unsigned)length);

    if (length == 0)
        return;
    if (length < 0 || uv_try_write(stream, &answer, 1) != length)
        uv_close((uv_handle_t *)stream, end_connection);
}

static void accept_one(uv_stream_t *listener, int status)
{
    uv_tcp_t *tcp = malloc(sizeof *tcp);

    if (status != 0 || tcp == NULL)
        meter_give_up("uv_listen");
    uv_tcp_init(listener->loop, tcp);
    if (uv_accept(listener, (uv_stream_t *)tcp) != 0)
        meter_give_up("uv_accept");
    uv_tcp_nodelay(tcp, 1);
    uv_read_start((uv_stream_t *)tcp, lend_buffer, echo);
}

void uv_serve_echo(int report, int connections)
{
    struct sockaddr_in address;
    int size = sizeof address;
    uv_tcp_t listener;
    uv_loop_t loop;

    connections_left = connections;
    uv_loop_init(&loop);
    uv_tcp_init(&loop, &listener);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&listener, (struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&listener, BACKLOG, accept_one) != 0 ||
        uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size) != 0)
        meter_give_up("uv_listen");
    server_report(report, ntohs(address.sin_port));
    uv_run(&loop, UV_RUN_DEFAULT);
}
