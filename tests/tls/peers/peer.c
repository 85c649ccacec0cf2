// One end of a TLS connection, for other programs to be the other.
//
//     peer serve CERTIFICATE VERSION [AUTHORITIES]
//     peer ask HOST PORT AUTHORITIES VERSION [CERTIFICATE]
//
// VERSION is 1.2, 1.3 or any. `serve` prints its port, answers GET with a page
// and every other line with itself, and ends when it is interrupted. `ask` says
// `ping` and prints what comes back, the version and whether it was resumed;
// twice, over two connections. Failures are printed as they are recorded.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trio/tls.h>
#include <trio/trio.h>

static const char page[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                           "Content-Length: 6\r\n\r\nhello\n";

static enum trio_tls_version version_of(const char *text)
{
    if (strcmp(text, "1.2") == 0)
        return TRIO_TLS_1_2;
    return strcmp(text, "1.3") == 0 ? TRIO_TLS_1_3 : TRIO_TLS_DEFAULT;
}

static void print_failure(trio_status rc)
{
    const struct trio_error *error = trio_error_find(rc);

    printf("%s: %s\n", trio_status_name(rc), error == NULL ? "" : error->text);
    fflush(stdout);
}

// ---- Serving ----

// Answers the rest of a request.
static TRIO_CHECKPOINT trio_status answer_get(struct trio_reader *reader)
{
    trio_status rc;
    char *line;
    size_t length;

    do
        rc = trio_reader_read_line(reader, &line, &length);
    while (rc == TRIO_OK && length > 0);
    return rc == TRIO_OK ? trio_stream_send_all(reader->stream, page,
                                                sizeof(page) - 1, NULL)
                         : rc;
}

static TRIO_CHECKPOINT trio_status answer(struct trio_stream *stream)
{
    struct trio_reader reader;
    char buffer[4096];
    char *line;
    size_t length;
    trio_status rc;

    trio_reader_init(&reader, stream, buffer, sizeof(buffer));
    while ((rc = trio_reader_read_until(&reader, '\n', &line, &length)) ==
           TRIO_OK) {
        if (length >= 4 && memcmp(line, "GET ", 4) == 0)
            return answer_get(&reader);
        rc = trio_stream_send_all(stream, line, length + 1, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status serve_one(struct trio_stream *transport,
                                             void *arg)
{
    struct trio_tls_stream tls;

    trio_status rc = trio_tls_server_open(arg, transport, &tls);
    if (rc != TRIO_OK)
        return rc;
    rc = answer(&tls.stream);
    rc = trio_combine(rc, trio_stream_close(&tls.stream));
    if (trio_is_failure(rc))
        print_failure(rc);
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    char **words = arg;
    const struct trio_tls_options options = {
        .certificate_file = words[2],
        .version_min = version_of(words[3]),
        .version_max = version_of(words[3]),
        .authorities_file = words[4]};
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tls_context context;
    struct trio_tcp_listener listener;
    struct trio_address address;

    trio_status rc = trio_tls_server_context_open(&options, &context);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_address_parse("127.0.0.1:0", &address);
    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc == TRIO_OK) {
        printf("listening on 127.0.0.1:%u\n", (unsigned)listener.address.port);
        fflush(stdout);
        rc = trio_serve(&server, &listener, 1, NULL, serve_one, &context);
    }
    trio_tls_context_close(&context);
    return rc;
}

// ---- Asking ----

static TRIO_CHECKPOINT trio_status talk(struct trio_tls_stream *tls)
{
    struct trio_reader reader;
    char buffer[4096];
    char *line;
    size_t length;

    trio_status rc = trio_stream_send_all(&tls->stream, "ping\n", 5, NULL);
    if (rc != TRIO_OK)
        return rc;
    trio_reader_init(&reader, &tls->stream, buffer, sizeof(buffer));
    rc = trio_reader_read_line(&reader, &line, &length);
    if (rc == TRIO_OK) {
        struct trio_tls_info info = trio_tls_info(tls);
        printf("%.*s %s%s\n", (int)length, line, info.version,
               info.resumed ? " resumed" : "");
        fflush(stdout);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status ask_once(struct trio_tls_context *context,
                                            const char *host, const char *port)
{
    struct trio_tcp_stream tcp;
    struct trio_tls_stream tls;
    struct trio_address address;
    char text[40];

    snprintf(text, sizeof(text), "127.0.0.1:%s", port);
    trio_status rc = trio_address_parse(text, &address);
    if (rc == TRIO_OK)
        rc = trio_tcp_connect(&address, &tcp);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tls_client_open(context, &tcp.stream, host, &tls);
    if (rc != TRIO_OK) {
        trio_stream_close_forcefully(&tcp.stream);
        return rc;
    }
    rc = talk(&tls);
    return trio_combine(rc, trio_stream_close(&tls.stream));
}

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    char **words = arg;
    const struct trio_tls_options options = {
        .authorities_file = words[4],
        .version_min = version_of(words[5]),
        .version_max = version_of(words[5]),
        .certificate_file = words[6]};
    struct trio_tls_context context;

    trio_status rc = trio_tls_client_context_open(&options, &context);
    if (rc != TRIO_OK)
        return rc;
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = ask_once(&context, words[2], words[3]);
    if (rc != TRIO_OK)
        print_failure(rc);
    trio_tls_context_close(&context);
    return rc;
}

int main(int count, char **words)
{
    if (count >= 4 && strcmp(words[1], "serve") == 0)
        return trio_exit_code(trio_run(serve, words));
    if (count >= 6 && strcmp(words[1], "ask") == 0)
        return trio_exit_code(trio_run(ask, words));
    fprintf(stderr, "usage: peer serve|ask ...\n");
    return 2;
}
