// What trio/descriptor_stream.h promises of handles that others have opened,
// besides what it promises of pipes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include <trio/descriptor_stream.h>
#include <trio/io.h>

#include "tests/check.h"
#include "tests/sockets.h"

#include <windows.h>

#undef near // Kinds of pointers, long ago.
#undef far

static bool is_open(HANDLE handle)
{
    DWORD flags;

    return GetHandleInformation(handle, &flags);
}

static trio_status adopt(HANDLE handle, struct trio_descriptor_stream *stream)
{
    return trio_descriptor_stream_open((trio_handle)handle, stream);
}

static TRIO_PARKS void say(struct trio_descriptor_stream *stream,
                           const char *text)
{
    CHECK_OK(trio_stream_send_all(&stream->stream, text, strlen(text), NULL));
}

static TRIO_PARKS void expect(struct trio_descriptor_stream *stream,
                              const char *text)
{
    char data[100] = "";
    size_t length = 0;

    CHECK_OK(trio_stream_receive_some(&stream->stream, data, sizeof(data) - 1,
                                      &length));
    CHECK_STRING(data, text);
}

static TRIO_PARKS void expect_end(struct trio_descriptor_stream *stream)
{
    char byte;
    size_t length;

    CHECK_STATUS(trio_stream_receive_some(&stream->stream, &byte, 1, &length),
                 TRIO_EEND);
}

// ---- Pipes ----

TEST_REAL(descriptors, what_is_adopted_is_closed_with_the_stream)
{
    struct trio_descriptor_stream receiver, again;
    HANDLE ends[2];
    DWORD length;
    char byte;
    size_t received;

    REQUIRE(CreatePipe(&ends[0], &ends[1], NULL, 0));
    CHECK_OK(adopt(ends[0], &receiver));
    CHECK_STATUS(adopt(ends[0], &again), TRIO_EBUSY);
    CHECK_STATUS(trio_stream_send_all(&receiver.stream, "x", 1, NULL),
                 TRIO_ENOTSUP);
    CHECK(WriteFile(ends[1], "abc", 3, &length, NULL));
    expect(&receiver, "abc");
    CloseHandle(ends[1]);
    expect_end(&receiver);
    CHECK_OK(trio_stream_close(&receiver.stream));
    CHECK(!is_open(ends[0]));
    CHECK_STATUS(
        trio_stream_receive_some(&receiver.stream, &byte, 1, &received),
        TRIO_ECLOSED);
}

TEST_REAL(descriptors, what_is_given_back_is_as_it_was)
{
    struct trio_descriptor_stream receiver;
    struct trio_nursery nursery;
    HANDLE ends[2];
    DWORD length;
    char byte = '-';
    struct transfer transfer = {
        .stream = &receiver.stream, .data = &byte, .size = 1};

    REQUIRE(CreatePipe(&ends[0], &ends[1], NULL, 0));
    for (int i = 0; i < 2; i++) {
        CHECK_OK(adopt(ends[0], &receiver));
        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
        settle();
        CHECK_EQ(trio_descriptor_stream_release(&receiver),
                 (trio_handle)ends[0]);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_STATUS(transfer.rc, TRIO_ECLOSED);
        CHECK(WriteFile(ends[1], "x", 1, &length, NULL));
        CHECK(ReadFile(ends[0], &byte, 1, &length, NULL));
        CHECK_EQ(byte, 'x');
    }
    CloseHandle(ends[0]);
    CloseHandle(ends[1]);
}

// Both ends of a pipe in both directions, opened for calls that wait.
static void open_two_way(HANDLE ret_ends[2])
{
    char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\trio-test-%lu",
             GetCurrentProcessId());
    ret_ends[0] =
        CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                         PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
    REQUIRE(ret_ends[0] != INVALID_HANDLE_VALUE);
    ret_ends[1] = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
                              OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    REQUIRE(ret_ends[1] != INVALID_HANDLE_VALUE);
}

TEST_REAL(descriptors, a_pipe_with_a_name_goes_both_ways)
{
    struct trio_descriptor_stream streams[2];
    HANDLE ends[2];

    open_two_way(ends);
    for (int i = 0; i < 2; i++)
        CHECK_OK(adopt(ends[i], &streams[i]));
    for (int i = 0; i < 2; i++) {
        say(&streams[i], "there");
        expect(&streams[!i], "there");
    }
    CHECK_OK(trio_stream_close(&streams[0].stream));
    expect_end(&streams[1]);
    CHECK_STATUS(trio_stream_send_all(&streams[1].stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    CHECK_OK(trio_stream_close(&streams[1].stream));
}

// It belongs to a port from then on.
TEST_REAL(descriptors, what_is_with_a_port_already_is_refused)
{
    struct trio_descriptor_stream stream;
    HANDLE ends[2];

    open_two_way(ends);
    CHECK_OK(adopt(ends[0], &stream));
    CHECK_EQ(trio_descriptor_stream_release(&stream), (trio_handle)ends[0]);
    CHECK_STATUS(adopt(ends[0], &stream), TRIO_ENOTSUP);
    CHECK(is_open(ends[0]));
    CloseHandle(ends[0]);
    CloseHandle(ends[1]);
}

// ---- Files ----

static HANDLE open_file(DWORD access)
{
    char folder[MAX_PATH], path[MAX_PATH];

    REQUIRE(GetTempPathA(sizeof(folder), folder) > 0);
    REQUIRE(GetTempFileNameA(folder, "tri", 0, path) != 0);
    HANDLE file = CreateFileA(path, access, 0, NULL, CREATE_ALWAYS,
                              FILE_FLAG_DELETE_ON_CLOSE, NULL);
    REQUIRE(file != INVALID_HANDLE_VALUE);
    return file;
}

TEST_REAL(descriptors, files_are_read_and_written_at_their_position)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE | DELETE);
    struct trio_descriptor_stream stream;

    CHECK_OK(adopt(file, &stream));
    CHECK_STATUS(trio_wait_readable((trio_handle)file), TRIO_ENOTSUP);
    say(&stream, "hello ");
    say(&stream, "world");
    expect_end(&stream);
    CHECK_EQ(SetFilePointer(file, 6, NULL, FILE_BEGIN), 6);
    expect(&stream, "world");
    CHECK_OK(trio_stream_close(&stream.stream));
    CHECK(!is_open(file));
}

TEST_REAL(descriptors, of_a_file_there_is_what_it_was_opened_for)
{
    HANDLE file = open_file(GENERIC_WRITE | DELETE);
    struct trio_descriptor_stream stream;
    char byte;
    size_t length;

    CHECK_OK(adopt(file, &stream));
    say(&stream, "hello");
    CHECK_STATUS(trio_stream_receive_some(&stream.stream, &byte, 1, &length),
                 TRIO_ENOTSUP);
    CHECK_EQ(trio_descriptor_stream_release(&stream), (trio_handle)file);
    CHECK_EQ(GetFileSize(file, NULL), 5);
    CloseHandle(file);
}

TEST_REAL(descriptors, the_device_without_anything_is_a_file)
{
    HANDLE null = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                              OPEN_EXISTING, 0, NULL);
    struct trio_descriptor_stream stream;

    REQUIRE(null != INVALID_HANDLE_VALUE);
    CHECK_OK(adopt(null, &stream));
    say(&stream, "hello");
    expect_end(&stream);
    CHECK_OK(trio_stream_close(&stream.stream));
}

// The system sends none from a file: it is read, and sent.
TEST_REAL(descriptors, a_file_is_sent)
{
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE | DELETE);
    const struct trio_world *world = trio_run_world();
    struct pair pair;
    char data[10] = "";
    size_t length = 0;
    uint64_t sent = 0;
    int error;

    open_pair(&pair);
    CHECK_OK(world->net->write_file(world->context, (trio_handle)file, 6,
                                    "world", 5, &length, &error));
    CHECK_OK(trio_stream_send_file(&pair.near.stream, (trio_handle)file, 6, 5,
                                   &sent));
    CHECK_EQ(sent, 5);
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, data, 9, &length));
    CHECK_STRING(data, "world");
    close_pair(&pair);
    CloseHandle(file);
}

TEST_REAL(descriptors, what_fails_in_a_thread_is_told)
{
    // Its position is nobody's, so it is read at one.
    HANDLE file =
        CreateFileA("NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    const struct trio_world *world = trio_run_world();
    char byte;
    size_t length;
    int error = 0;

    REQUIRE(file != INVALID_HANDLE_VALUE);
    CHECK_STATUS(world->net->write_file(world->context, (trio_handle)file, -1,
                                        "x", 1, &length, &error),
                 TRIO_EACCES);
    CHECK_EQ(error, ERROR_ACCESS_DENIED);
    CloseHandle(file);
    CHECK_STATUS(world->net->read_file(world->context, (trio_handle)file, -1,
                                       &byte, 1, &length, &error),
                 TRIO_EBADHANDLE);
    CHECK_EQ(error, ERROR_INVALID_HANDLE);
}

// ---- Others ----

TEST_REAL(descriptors, what_is_no_stream_is_refused)
{
    HANDLE folder =
        CreateFileA(".", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS, NULL);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    struct trio_descriptor_stream stream;

    REQUIRE(folder != INVALID_HANDLE_VALUE && event != NULL);
    CHECK_STATUS(adopt(folder, &stream), TRIO_ENOTSUP);
    CHECK_STATUS(adopt(event, &stream), TRIO_ENOTSUP);
    CHECK_STATUS(adopt((HANDLE)(intptr_t)-1, &stream), TRIO_EBADHANDLE);
    CHECK_STATUS(adopt((HANDLE)INTPTR_MAX, &stream), TRIO_EBADHANDLE);
    CHECK_STATUS(adopt((HANDLE)(intptr_t)0x40000, &stream), TRIO_EBADHANDLE);
    CloseHandle(folder);
    CloseHandle(event);
}

TEST_REAL(descriptors, a_socket_may_stand_in_for_one)
{
    struct trio_descriptor_stream stream;
    struct pair pair;
    char byte = '-';
    size_t length;

    open_pair(&pair);
    trio_handle handle = trio_socket_release(&pair.near.socket);
    CHECK_OK(trio_descriptor_stream_open(handle, &stream));
    say(&stream, "x");
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, &byte, 1, &length));
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "yz", 2, NULL));
    expect(&stream, "yz");
    CHECK_OK(trio_stream_close(&pair.far.stream));
    expect_end(&stream);
    CHECK_OK(trio_stream_close(&stream.stream));
}
