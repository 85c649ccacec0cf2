// On the loopback what was sent has arrived when the call returns, so a run
// that is idle has seen all of it: no test here sleeps for something to arrive.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/sockets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"

struct trio_tcp_listener open_listener(void)
{
    struct trio_tcp_listener listener;
    struct trio_address address;

    REQUIRE(trio_address_parse("127.0.0.1:0", &address) == TRIO_OK);
    REQUIRE(trio_tcp_listen(&address, NULL, &listener) == TRIO_OK);
    return listener;
}

void open_pair(struct pair *pair)
{
    struct trio_tcp_listener listener = open_listener();

    REQUIRE(trio_tcp_connect(&listener.address, &pair->near) == TRIO_OK);
    REQUIRE(trio_tcp_accept(&listener, &pair->far) == TRIO_OK);
    trio_tcp_listener_close(&listener);
}

void close_pair(struct pair *pair)
{
    trio_stream_close_forcefully(&pair->near.stream);
    trio_stream_close_forcefully(&pair->far.stream);
}

static trio_status only_cancellation(struct transfer *transfer)
{
    transfer->done = true;
    return transfer->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

trio_status receive_once(void *arg)
{
    struct transfer *transfer = arg;

    transfer->rc = trio_stream_receive_some(transfer->stream, transfer->data,
                                            transfer->size, &transfer->length);
    return only_cancellation(transfer);
}

trio_status send_once(void *arg)
{
    struct transfer *transfer = arg;

    transfer->rc = trio_stream_send_all(transfer->stream, transfer->data,
                                        transfer->size, &transfer->length);
    return only_cancellation(transfer);
}

trio_status wait_writable_once(void *arg)
{
    struct transfer *transfer = arg;

    transfer->rc = trio_stream_wait_writable(transfer->stream);
    return only_cancellation(transfer);
}

size_t fill(struct trio_stream *stream)
{
    static char zeros[64 * 1024];
    size_t total = 0;
    bool clogged = false;

    while (!clogged) {
        struct transfer transfer = {.stream = stream,
                                    .data = zeros,
                                    .size = sizeof(zeros)};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &transfer));
        settle();
        clogged = !transfer.done;
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        total += transfer.length;
    }
    return total;
}

trio_status receive_all(struct trio_stream *stream, size_t size)
{
    static char buffer[64 * 1024];
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && size > 0) {
        size_t wanted = size < sizeof(buffer) ? size : sizeof(buffer);
        size_t length = 0;
        rc = trio_stream_receive_some(stream, buffer, wanted, &length);
        size -= length;
    }
    return rc;
}

void settle(void)
{
    CHECK_OK(trio_wait_all_tasks_blocked(0));
}

static size_t count_registrations_of(const char *epoll)
{
    char path[300], line[200];
    size_t count = 0;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", epoll);
    FILE *info = fopen(path, "re");
    if (info == NULL)
        return 0; // That of the folder.
    while (fgets(line, sizeof(line), info) != NULL)
        count += strncmp(line, "tfd:", 4) == 0;
    fclose(info);
    return count;
}

size_t count_registrations(void)
{
    DIR *folder = opendir("/proc/self/fdinfo");
    const struct dirent *entry;
    size_t count = 0;

    REQUIRE(folder != NULL);
    while ((entry = readdir(folder)) != NULL)
        count += count_registrations_of(entry->d_name);
    closedir(folder);
    return count;
}
