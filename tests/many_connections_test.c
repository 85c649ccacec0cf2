// Many connections that come and go leave nothing behind, in descriptors or in
// memory. What a sanitizer or Valgrind keeps of its own would hide that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/check.h"
#include "tests/sockets.h"

static size_t resident_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long total = 0, resident = 0;

    REQUIRE(file != NULL && fscanf(file, "%lu %lu", &total, &resident) == 2);
    fclose(file);
    return resident;
}

static TRIO_CHECKPOINT trio_status say_hello(struct trio_stream *stream,
                                             void *arg)
{
    (void)arg;
    return trio_stream_send_all(stream, "hello", 5, NULL);
}

struct storm {
    struct trio_server server;
    struct trio_socket_listener listeners[2];
};

// Some were not there any more.
static void expect_broken(const struct trio_address *peer, trio_status rc,
                          void *arg)
{
    (void)peer, (void)arg;
    CHECK_STATUS(rc, TRIO_EBROKEN);
}

static TRIO_CHECKPOINT trio_status serve_storm(void *arg)
{
    static const struct trio_serve_options options = {.on_error =
                                                          expect_broken};
    struct storm *storm = arg;
    return trio_serve(&storm->server, storm->listeners, 2, &options, say_hello,
                      NULL);
}

static TRIO_PARKS void call(const struct trio_address *address, int count)
{
    for (int i = 0; i < count; i++) {
        struct trio_socket_stream stream;
        char data[5];
        size_t length;
        if (!CHECK_OK(trio_tcp_connect(address, &stream)))
            return;
        if (i % 2 == 0) // The others leave without a word.
            CHECK_OK(
                trio_stream_receive_some(&stream.stream, data, 5, &length));
        trio_stream_close_forcefully(&stream.stream);
    }
}

TEST_REAL(many_connections, they_leave_nothing_behind)
{
    enum { WARM = 200, MANY = 50000 };
    struct storm storm = {.server = TRIO_SERVER_INIT,
                          .listeners = {open_listener()}};
    struct trio_address nameless = {.family = TRIO_ADDRESS_LOCAL};
    struct trio_nursery nursery;

    CHECK_OK(trio_socket_listener_open(&nameless, NULL, &storm.listeners[1]));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_storm, &storm));
    for (int i = 0; i < 2; i++)
        call(&storm.listeners[i].address, WARM);
    settle();
    size_t descriptors = count_descriptors(), pages = resident_pages();
    for (int i = 0; i < 2; i++)
        call(&storm.listeners[i].address, MANY);
    settle();
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK(resident_pages() < pages + 256); // Eleven bytes each would be seen.
    CHECK_EQ(storm.server.accepted, 2 * (WARM + MANY));
    CHECK_EQ(storm.server.connections, 0);
    trio_serve_stop(&storm.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}
