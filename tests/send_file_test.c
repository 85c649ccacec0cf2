// What trio/stream.h promises of trio_stream_send_file: the same over streams
// of the kernel, which sends by itself, and over others, for which it is
// copied.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/stream.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"

enum { FILE_SIZE = 300000 };

static unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 7 + i / 256);
}

// Makes a file whose bytes all tell where they are.
static int make_file(void)
{
    char path[] = "/tmp/trio-send-XXXXXX";
    static unsigned char data[FILE_SIZE];
    int file = mkostemp(path, O_CLOEXEC);

    REQUIRE(file >= 0);
    unlink(path);
    for (size_t i = 0; i < FILE_SIZE; i++)
        data[i] = byte_at(i);
    REQUIRE(write(file, data, FILE_SIZE) == FILE_SIZE);
    return file;
}

// Both ends of each kind of stream.
struct kit {
    struct trio_stream *sender;
    struct trio_stream *receiver;
    struct pair tcp;
    struct trio_socket_stream local[2];
    struct trio_memory_stream memory[2];
    struct trio_descriptor_stream pipe[2];
};

enum kind { TCP, LOCAL, MEMORY, PIPE, KINDS };

static TRIO_PARKS void open_kind(struct kit *kit, enum kind kind)
{
    switch (kind) {
    case TCP:
        open_pair(&kit->tcp);
        kit->sender = &kit->tcp.near.stream;
        kit->receiver = &kit->tcp.far.stream;
        break;
    case LOCAL:
        CHECK_OK(trio_socket_stream_pair(&kit->local[0], &kit->local[1]));
        kit->sender = &kit->local[0].stream;
        kit->receiver = &kit->local[1].stream;
        break;
    case MEMORY:
        trio_memory_stream_pair(&kit->memory[0], &kit->memory[1]);
        kit->sender = &kit->memory[0].stream;
        kit->receiver = &kit->memory[1].stream;
        break;
    default:
        CHECK_OK(trio_pipe_open(&kit->pipe[1], &kit->pipe[0]));
        kit->sender = &kit->pipe[0].stream;
        kit->receiver = &kit->pipe[1].stream;
    }
}

static void close_kind(struct kit *kit)
{
    trio_stream_close_forcefully(kit->sender);
    trio_stream_close_forcefully(kit->receiver);
}

struct sending {
    struct trio_stream *stream;
    int file;
    uint64_t offset;
    uint64_t length;
    uint64_t sent;
    trio_status rc;
};

// Sends, and then closes, so that the receiver sees the end.
static TRIO_CHECKPOINT trio_status send_file(void *arg)
{
    struct sending *sending = arg;

    sending->rc =
        trio_stream_send_file(sending->stream, sending->file, sending->offset,
                              sending->length, &sending->sent);
    trio_ignore(trio_stream_close(sending->stream));
    return sending->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

// Receives to the end, and looks at every byte; returns how many there were.
static TRIO_PARKS size_t receive_file(struct trio_stream *stream, size_t offset)
{
    static unsigned char data[10000];
    size_t length, total = 0;

    while (trio_stream_receive_some(stream, data, sizeof(data), &length) ==
           TRIO_OK) {
        size_t wrong = 0;
        for (size_t i = 0; i < length; i++)
            wrong += data[i] != byte_at(offset + total + i);
        CHECK_EQ(wrong, 0);
        total += length;
    }
    return total;
}

static TRIO_PARKS void transfer(enum kind kind, uint64_t offset,
                                uint64_t length, trio_status expected,
                                size_t expected_sent)
{
    struct kit kit;
    struct trio_nursery nursery;
    int file = make_file();

    open_kind(&kit, kind);
    struct sending sending = {
        .stream = kit.sender, .file = file, .offset = offset, .length = length};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_file, &sending));
    CHECK_EQ(receive_file(kit.receiver, (size_t)offset), expected_sent);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(sending.rc, expected);
    CHECK_EQ(sending.sent, expected_sent);
    CHECK_EQ(lseek(file, 0, SEEK_CUR), FILE_SIZE); // Its position stays.
    close_kind(&kit);
    close(file);
}

TEST_REAL(send_file, all_that_was_asked_for_is_sent)
{
    for (int kind = 0; kind < KINDS; kind++) {
        transfer((enum kind)kind, 0, FILE_SIZE, TRIO_OK, FILE_SIZE);
        transfer((enum kind)kind, 0, FILE_SIZE - 1000, TRIO_OK,
                 FILE_SIZE - 1000);
        transfer((enum kind)kind, 1000, 77777, TRIO_OK, 77777);
        transfer((enum kind)kind, 5, 0, TRIO_OK, 0);
    }
}

TEST_REAL(send_file, a_file_that_ends_before_is_a_status)
{
    for (int kind = 0; kind < KINDS; kind++) {
        transfer((enum kind)kind, 290000, 20000, TRIO_EEND, 10000);
        transfer((enum kind)kind, 400000, 1, TRIO_EEND, 0);
    }
    transfer(TCP, 0, UINT64_MAX, TRIO_EEND, FILE_SIZE);
    transfer(MEMORY, 0, UINT64_MAX, TRIO_EEND, FILE_SIZE);
}

// What the peer can have is what the count says, wherever it was cancelled.
TEST_REAL(send_file, cancelled_it_counts_exactly)
{
    static const enum kind kinds[] = {TCP, LOCAL, PIPE};

    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct kit kit;
        struct trio_nursery nursery;
        int file = make_file();

        open_kind(&kit, kinds[i]);
        if (kinds[i] == TCP) // So that it does not fit.
            for (int turn = 0; turn < 2; turn++)
                CHECK_OK(trio_socket_set_option(
                    turn ? &kit.tcp.near.socket : &kit.tcp.far.socket,
                    turn ? TRIO_SOCKET_SEND_BUFFER : TRIO_SOCKET_RECEIVE_BUFFER,
                    10000));
        struct sending sending = {
            .stream = kit.sender, .file = file, .length = FILE_SIZE};
        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, send_file, &sending));
        settle();
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_STATUS(sending.rc, TRIO_ECANCELED);
        CHECK(sending.sent > 0 && sending.sent < FILE_SIZE);
        CHECK_EQ(receive_file(kit.receiver, 0), sending.sent);
        close_kind(&kit);
        close(file);
    }
}

// S14
TEST_REAL(send_file, cancelled_at_entry_it_sends_nothing)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct kit kit;
        struct trio_cancel_scope scope;
        uint64_t sent = 77;
        int file = make_file();

        open_kind(&kit, (enum kind)kind);
        trio_cancel_scope_open(&scope);
        trio_cancel_scope_cancel(&scope, NULL);
        trio_status rc =
            trio_stream_send_file(kit.sender, file, 0, 1000, &sent);
        CHECK_STATUS(rc, TRIO_ECANCELED);
        CHECK_OK(trio_cancel_scope_close(&scope, rc));
        CHECK_EQ(sent, 0);
        CHECK_OK(trio_stream_send_file(kit.sender, file, 0, 1000, &sent));
        CHECK_OK(trio_stream_close(kit.sender));
        CHECK_EQ(receive_file(kit.receiver, 0), 1000);
        close_kind(&kit);
        close(file);
    }
}

// S47
TEST_REAL(send_file, what_cannot_be_sent_is_a_status)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct kit kit;
        int file = make_file();
        int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        open_kind(&kit, (enum kind)kind);
        CHECK_STATUS(trio_stream_send_file(kit.sender, 9999, 0, 10, NULL),
                     TRIO_EBADHANDLE);
        CHECK(trio_is_failure(
            trio_stream_send_file(kit.sender, folder, 0, 10, NULL)));
        trio_stream_close_forcefully(kit.receiver);
        trio_status rc = TRIO_OK; // A reset may come a call later.
        for (int i = 0; i < 3 && rc == TRIO_OK; i++)
            rc = trio_stream_send_file(kit.sender, file, 0, 10, NULL);
        CHECK_STATUS(rc, TRIO_EBROKEN);
        CHECK_OK(trio_stream_close(kit.sender));
        CHECK_STATUS(trio_stream_send_file(kit.sender, file, 0, 10, NULL),
                     TRIO_ECLOSED);
        close(file);
        close(folder);
    }
}

static trio_status read_nothing(void *context, trio_handle handle,
                                trio_handle file, uint64_t offset,
                                uint64_t size, uint64_t *ret_length)
{
    (void)context, (void)handle, (void)file, (void)offset, (void)size;
    (void)ret_length;
    return TRIO_ENOTSUP;
}

static TRIO_CHECKPOINT trio_status send_over_tcp(void *arg)
{
    (void)arg;
    transfer(TCP, 1000, 200000, TRIO_OK, 200000);
    transfer(TCP, 290000, 20000, TRIO_EEND, 10000);
    return trio_checkpoint();
}

// A file system that sendfile does not know: what looks like a socket's own way
// goes on as a copy.
TEST_PLAIN(send_file, where_the_system_does_not_it_is_copied)
{
    struct trio_config config = trio_config_platform();
    struct trio_net net = *config.world.net;

    net.send_file = read_nothing;
    config.world.net = &net;
    CHECK_OK(trio_run_with(&config, send_over_tcp, NULL));
}
