// What trio/local.h promises, and what becomes of the paths of local sockets on
// good days and bad ones.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/local.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"

// A folder of this test's own, and a path in it.
struct place {
    char folder[64];
    char path[96];
};

static struct place make_place(void)
{
    struct place place;

    snprintf(place.folder, sizeof(place.folder), "/tmp/trio-local-XXXXXX");
    REQUIRE(mkdtemp(place.folder) != NULL);
    snprintf(place.path, sizeof(place.path), "%s/socket", place.folder);
    return place;
}

static void remove_place(const struct place *place)
{
    unlink(place->path);
    CHECK_EQ(rmdir(place->folder), 0); // Nothing else is left in it.
}

static bool exists(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0;
}

// Leaves the path of a socket behind, as a program does that is killed.
static void leave_path(const char *path, int type)
{
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
    REQUIRE(bind(descriptor, (struct sockaddr *)&name, sizeof(name)) == 0);
    close(descriptor);
}

// Connects, and sends a byte through.
static TRIO_PARKS void check_serves(struct trio_socket_listener *listener,
                                    const char *path)
{
    struct trio_socket_stream near, far;
    char byte = '-';
    size_t length;

    CHECK_OK(trio_local_connect(path, &near));
    CHECK_OK(trio_socket_listener_accept(listener, &far));
    CHECK_OK(trio_stream_send_all(&near.stream, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(&far.stream, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
}

TEST_REAL(local, a_path_is_there_while_it_is_listened_on)
{
    struct place place = make_place();
    struct trio_socket_listener listener;
    struct trio_socket_stream stream;

    CHECK_STATUS(trio_local_connect(place.path, &stream), TRIO_ENOENT);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(trio_local_listen(place.path, NULL, &listener));
        check_serves(&listener, place.path);
        trio_listener_close(&listener.listener);
        CHECK(!exists(place.path));
        trio_listener_close(&listener.listener); // Again is fine.
    }
    remove_place(&place);
}

// Who may connect is said by the mode of the path, once it is there.
TEST_REAL(local, a_path_with_another_mode_is_removed_too)
{
    struct place place = make_place();
    struct trio_socket_listener listener;

    CHECK_OK(trio_local_listen(place.path, NULL, &listener));
    CHECK_EQ(chmod(place.path, 0660), 0);
    check_serves(&listener, place.path);
    trio_listener_close(&listener.listener);
    CHECK(!exists(place.path));
    remove_place(&place);
}

TEST_REAL(local, a_path_that_was_left_is_taken_over)
{
    struct place place = make_place();
    struct trio_socket_listener listener;
    struct trio_socket_stream stream;

    leave_path(place.path, SOCK_STREAM);
    CHECK_STATUS(trio_local_connect(place.path, &stream), TRIO_ECONNREFUSED);
    CHECK_OK(trio_local_listen(place.path, NULL, &listener));
    check_serves(&listener, place.path);
    trio_listener_close(&listener.listener);
    remove_place(&place);
}

TEST_REAL(local, a_path_in_use_is_left_alone)
{
    struct place place = make_place();
    struct trio_socket_listener listener, second;
    struct trio_listen_options options = {.backlog = 1};
    struct trio_socket_stream waiting;
    size_t descriptors = count_descriptors();

    CHECK_OK(trio_local_listen(place.path, &options, &listener));
    CHECK_STATUS(trio_local_listen(place.path, NULL, &second), TRIO_EADDRINUSE);
    CHECK(strncmp(trio_error_last()->text, "listen on unix:/tmp/", 20) == 0);
    // Also where so many wait that it does not even answer.
    CHECK_OK(trio_local_connect(place.path, &waiting)); // And the first probe.
    CHECK_STATUS(trio_local_listen(place.path, NULL, &second), TRIO_EADDRINUSE);
    CHECK(exists(place.path));
    trio_stream_close_forcefully(&waiting.stream);
    trio_listener_close(&listener.listener);
    CHECK_EQ(count_descriptors(), descriptors);
    remove_place(&place);
}

TEST_REAL(local, what_is_no_socket_of_ours_is_left_alone)
{
    struct place place = make_place();
    struct trio_socket_listener listener;
    int file = open(place.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    REQUIRE(file >= 0);
    close(file);
    CHECK_STATUS(trio_local_listen(place.path, NULL, &listener),
                 TRIO_EADDRINUSE);
    CHECK(exists(place.path));
    unlink(place.path);
    int datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof(name.sun_path), "%s", place.path);
    REQUIRE(bind(datagrams, (struct sockaddr *)&name, sizeof(name)) == 0);
    CHECK_STATUS(trio_local_listen(place.path, NULL, &listener),
                 TRIO_EADDRINUSE); // Somebody receives datagrams there.
    close(datagrams);
    remove_place(&place);
}

TEST_REAL(local, closing_removes_no_path_of_somebody_else)
{
    struct place place = make_place();
    struct trio_socket_listener first, second;

    CHECK_OK(trio_local_listen(place.path, NULL, &first));
    unlink(place.path); // Somebody tidied up.
    CHECK_OK(trio_local_listen(place.path, NULL, &second));
    trio_listener_close(&first.listener);
    check_serves(&second, place.path);
    trio_listener_close(&second.listener);
    CHECK(!exists(place.path));
    remove_place(&place);
}

// S47: what cannot be listened on leaves nothing behind.
TEST_REAL(local, a_path_that_cannot_be_is_a_clear_status)
{
    char path[300] = "/tmp/";
    struct trio_socket_listener listener;
    struct trio_socket_stream stream;
    size_t descriptors = count_descriptors();

    memset(path + 5, 'a', sizeof(path) - 6);
    CHECK_STATUS(trio_local_listen(path, NULL, &listener), TRIO_EINVAL);
    CHECK_STATUS(trio_local_connect(path, &stream), TRIO_EINVAL);
    CHECK_STATUS(trio_local_listen("", NULL, &listener), TRIO_EINVAL);
    CHECK_STATUS(trio_local_listen("/nowhere/to/be/found", NULL, &listener),
                 TRIO_ENOENT);
    CHECK_STATUS(trio_local_connect("/nowhere/to/be/found", &stream),
                 TRIO_ENOENT);
    CHECK_EQ(count_descriptors(), descriptors);
}

TEST_REAL(local, the_longest_path_is_one)
{
    struct place place = make_place();
    struct trio_socket_listener listener;
    char path[TRIO_ADDRESS_LOCAL_MAX + 1];
    int length = snprintf(path, sizeof(path), "%s/", place.folder);

    memset(path + length, 'a', sizeof(path) - 1 - (size_t)length);
    path[TRIO_ADDRESS_LOCAL_MAX] = '\0';
    CHECK_OK(trio_local_listen(path, NULL, &listener));
    check_serves(&listener, path);
    trio_listener_close(&listener.listener);
    CHECK(!exists(path));
    remove_place(&place);
}

// S46
TEST_REAL(local, a_cancelled_connect_leaves_nothing)
{
    struct place place = make_place();
    struct trio_socket_listener listener;
    struct trio_socket_stream stream;
    struct trio_cancel_scope scope;

    CHECK_OK(trio_local_listen(place.path, NULL, &listener));
    size_t descriptors = count_descriptors();
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_local_connect("", &stream), TRIO_ECANCELED);
    trio_status rc = trio_local_connect(place.path, &stream);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(count_descriptors(), descriptors);
    trio_listener_close(&listener.listener);
    remove_place(&place);
}

// Numbers of paths begin with 1 there: the first one is a path, too.
TEST_ONCE(local, each_path_in_simulation_is_removed)
{
    struct trio_socket_listener listener;
    struct trio_socket_stream stream;

    for (int i = 0; i < 3; i++) {
        CHECK_OK(trio_local_listen("/run/socket", NULL, &listener));
        trio_listener_close(&listener.listener);
        CHECK_STATUS(trio_local_connect("/run/socket", &stream), TRIO_ENOENT);
    }
}

TEST_ONCE(local, no_name_is_nobodys)
{
    const struct trio_address nobody = {.family = TRIO_ADDRESS_LOCAL};
    struct trio_socket socket;

    CHECK_OK(trio_socket_open(TRIO_ADDRESS_LOCAL, TRIO_SOCKET_STREAM, &socket));
    CHECK_STATUS(trio_socket_connect(&socket, &nobody), TRIO_EINVAL);
    trio_socket_close(&socket);
}

TEST_REAL(local, connections_without_a_name_have_the_buffers_asked_for)
{
    const struct trio_address nameless = {.family = TRIO_ADDRESS_LOCAL};
    const struct trio_listen_options options = {.send_buffer = 20000,
                                                .receive_buffer = 10000};
    struct trio_socket_listener listener;
    struct trio_socket_stream near, far;
    int value = 0;

    CHECK_OK(trio_socket_listener_open(&nameless, &options, &listener));
    CHECK(trio_listener_address(&listener.listener).length != 0); // It has one.
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    CHECK_OK(trio_socket_listener_accept(&listener, &far));
    CHECK_OK(
        trio_socket_get_option(&far.socket, TRIO_SOCKET_SEND_BUFFER, &value));
    CHECK_EQ(value, 2 * 20000); // Linux gives twice the size.
    CHECK_OK(trio_socket_get_option(&far.socket, TRIO_SOCKET_RECEIVE_BUFFER,
                                    &value));
    CHECK_EQ(value, 2 * 10000);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
    trio_listener_close(&listener.listener);
}
