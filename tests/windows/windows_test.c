// What is different on Windows, and has to hold all the same.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <trio/file.h>
#include <trio/socket.h>

#include "tests/check.h"
#include "tests/check_death.h"
#include "tests/socket_kit.h"

// ---- Stacks ----

__attribute__((noinline)) static int sink_deeper(int levels)
{
    volatile char frame[1000];

    frame[0] = 1;
    return levels == 0 ? 0 : frame[0] + sink_deeper(levels - 1);
}

static TRIO_CHECKPOINT trio_status sink(void *arg)
{
    (void)arg;
    return sink_deeper(1 << 20) == 0 ? TRIO_OK : TRIO_EINVAL;
}

__attribute__((noinline)) static int take_at_once(void)
{
    volatile char frame[512 * 1024];

    frame[0] = 1;
    return frame[0];
}

static TRIO_CHECKPOINT trio_status sink_at_once(void *arg)
{
    (void)arg;
    return take_at_once() == 1 ? TRIO_OK : TRIO_EINVAL;
}

static TRIO_CHECKPOINT trio_status start(trio_task_fn fn)
{
    struct trio_task_options options = {.name = "the diver"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon_with(&nursery, &options, fn, NULL);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status start_sinking(void *arg)
{
    (void)arg;
    return start(sink);
}

static TRIO_CHECKPOINT trio_status start_sinking_at_once(void *arg)
{
    (void)arg;
    return start(sink_at_once);
}

static void overflow(void)
{
    trio_ignore(trio_run(start_sinking, NULL));
}

static void overflow_at_once(void)
{
    trio_ignore(trio_run(start_sinking_at_once, NULL));
}

TEST_PLAIN(windows, a_task_that_overflows_its_stack_is_named)
{
    CHECK_DIES(overflow, "overflow", "the diver");
}

// The frame is larger than the guard: the compiler has each page touched.
TEST_PLAIN(windows, a_large_frame_does_not_step_over_the_guard)
{
    CHECK_DIES(overflow_at_once, "overflow", "the diver");
}

// ---- Text ----

TEST_REAL(windows, paths_are_utf_8)
{
    static const char path[] = "trio-\xc3\xa4\xe6\xb0\xb4.txt";
    struct trio_file_options options = {.write = true, .create = true};
    struct trio_file file;

    CHECK_OK(trio_file_open(path, &options, &file));
    CHECK_OK(trio_file_close(&file));
    CHECK(GetFileAttributesW(L"trio-\u00e4\u6c34.txt") !=
          INVALID_FILE_ATTRIBUTES);
    CHECK_OK(trio_path_remove(path));
    CHECK_STATUS(trio_file_open("trio-\xff", &options, &file), TRIO_EINVAL);
}

TEST_REAL(windows, a_path_that_is_too_long_is_invalid)
{
    static char path[5000];
    struct trio_file_options options = {.write = true, .create = true};
    struct trio_file file;

    memset(path, 'x', sizeof(path) - 1);
    CHECK_STATUS(trio_file_open(path, &options, &file), TRIO_EINVAL);
}

// What may only append may not set a length there.
TEST_REAL(windows, what_appends_is_truncated_all_the_same)
{
    static const char path[] = "appended.txt";
    struct trio_file_options options = {.append = true, .create = true};
    struct trio_file file;
    uint64_t size = 9;

    CHECK_OK(trio_file_open(path, &options, &file));
    CHECK_OK(trio_file_append_all(&file, "four", 4, NULL));
    CHECK_OK(trio_file_truncate(&file, 1));
    CHECK_OK(trio_file_append_all(&file, "more", 4, NULL));
    CHECK_OK(trio_file_size(&file, &size));
    CHECK_EQ(size, 5);
    CHECK_OK(trio_file_close(&file));

    options.truncate = true;
    CHECK_OK(trio_file_open(path, &options, &file));
    CHECK_OK(trio_file_size(&file, &size));
    CHECK_EQ(size, 0);
    CHECK_OK(trio_file_close(&file));
    CHECK_OK(trio_path_remove(path));
}

// There such a number means the end of the file, or the current position.
TEST_REAL(windows, an_offset_that_is_none_is_invalid)
{
    static const char path[] = "offsets.txt";
    struct trio_file_options options = {.write = true, .create = true};
    struct trio_file file;
    size_t length;
    char byte;

    CHECK_OK(trio_file_open(path, &options, &file));
    for (uint64_t back = 1; back <= 2; back++) {
        uint64_t offset = UINT64_MAX - back + 1;

        CHECK_STATUS(trio_file_write_at(&file, offset, "x", 1, NULL),
                     TRIO_EINVAL);
        CHECK_STATUS(trio_file_read_at(&file, offset, &byte, 1, &length),
                     TRIO_EINVAL);
    }
    CHECK_OK(trio_file_close(&file));
    CHECK_OK(trio_path_remove(path));
}

// ---- Addresses ----

TEST_REAL(windows, an_address_of_ipv6_is_the_same_on_its_way_back)
{
    struct trio_socket socket = open_bound("[::1]:0", TRIO_SOCKET_DATAGRAM);
    struct trio_address own = address_of(&socket);
    struct trio_address sender = {.port = 0};
    size_t length = 0;
    char byte = '-';

    CHECK_EQ(own.family, TRIO_ADDRESS_IPV6);
    CHECK_EQ(own.bytes[15], 1);
    CHECK_EQ(own.scope, 0);
    CHECK(own.port != 0);
    CHECK_OK(trio_socket_send_to(&socket, "x", 1, &own));
    CHECK_OK(trio_socket_receive_from(&socket, &byte, 1, &length, &sender));
    CHECK_EQ(byte, 'x');
    CHECK_EQ(sender.family, own.family);
    CHECK_EQ(sender.port, own.port);
    CHECK(memcmp(sender.bytes, own.bytes, sizeof(own.bytes)) == 0);
    trio_socket_close(&socket);
}

// ---- Local sockets, of which there are none ----

TEST_REAL(windows, a_local_address_is_not_taken_for_another)
{
    struct trio_address local = {.family = TRIO_ADDRESS_LOCAL,
                                 .bytes = {127, 0, 0, 1},
                                 .length = 4,
                                 .port = 9};
    struct trio_socket socket;

    CHECK_STATUS(
        trio_socket_open(TRIO_ADDRESS_LOCAL, TRIO_SOCKET_STREAM, &socket),
        TRIO_ENOTSUP);
    CHECK_OK(
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket));
    CHECK(trio_socket_bind(&socket, &local) != TRIO_OK);
    CHECK(trio_socket_send_to(&socket, "x", 1, &local) != TRIO_OK);
    trio_socket_close(&socket);
}

// ---- Time ----

TEST_REAL(windows, a_short_sleep_is_not_early)
{
    for (int i = 0; i < 20; i++) {
        trio_time before = trio_now();

        CHECK_OK(trio_sleep(300 * TRIO_US));
        CHECK(trio_now() - before >= 300 * TRIO_US);
    }
}
