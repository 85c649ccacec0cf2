// What trio/socket_listener.h promises; of paths, tests/local_test.c tells.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket_listener.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

static TRIO_PARKS void listen_at(const char *text)
{
    struct trio_socket_listener listener;
    struct trio_socket_stream near, far;
    struct trio_address address, found;
    int value = 0;

    REQUIRE(trio_address_parse(text, &address) == TRIO_OK);
    CHECK_OK(trio_socket_listener_open(&address, NULL, &listener));
    CHECK(is_private(listener.socket.handle));
    found = trio_listener_address(&listener.listener);
    CHECK(trio_address_equal(&found, &listener.address));
    CHECK(found.port != 0);
    CHECK_OK(trio_tcp_connect(&found, &near));
    CHECK_OK(trio_socket_listener_accept(&listener, &far));
    CHECK_OK(
        trio_socket_get_option(&near.socket, TRIO_SOCKET_NO_DELAY, &value));
    CHECK(value != 0);
    CHECK_OK(trio_socket_get_option(&far.socket, TRIO_SOCKET_NO_DELAY, &value));
    CHECK(value != 0);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
    trio_listener_close(&listener.listener);
    CHECK_STATUS(trio_socket_listener_accept(&listener, &far), TRIO_ECLOSED);
}

TEST_REAL(socket_listener, an_address_is_listened_on)
{
    size_t descriptors = count_descriptors();

    listen_at("127.0.0.1:0");
    CHECK_EQ(count_descriptors(), descriptors);
}

// S46
TEST_REAL(socket_listener, failures_name_the_address_and_leave_nothing)
{
    struct trio_socket_listener listener = open_listener(), second;
    size_t descriptors = count_descriptors();

    CHECK_STATUS(trio_socket_listener_open(&listener.address, NULL, &second),
                 TRIO_EADDRINUSE);
    CHECK(strncmp(trio_error_last()->text, "listen on 127.0.0.1:", 20) == 0);
    CHECK(trio_error_last()->os_error != 0);
    CHECK_EQ(count_descriptors(), descriptors);
    trio_listener_close(&listener.listener);
}
