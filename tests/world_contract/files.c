// Clauses about files, and about the paths of local sockets.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

static void write_at(trio_handle file, int64_t offset, const char *text)
{
    size_t length = 0;
    int error;

    CHECK_OK(net()->write_file(context(), file, offset, text, strlen(text),
                               &length, &error));
    CHECK_EQ(length, strlen(text));
}

static void read_at(trio_handle file, int64_t offset, const char *text)
{
    char data[20] = "";
    size_t length = 0;
    int error;

    CHECK_OK(net()->read_file(context(), file, offset, data, strlen(text),
                              &length, &error));
    CHECK_EQ(length, strlen(text));
    CHECK_STRING(data, text);
}

// Takes a file over, so that closing it closes it.
static void close_file(trio_handle file)
{
    struct trio_descriptor descriptor = {.is_file = false};

    CHECK_OK(net()->adopt_descriptor(context(), file, &descriptor));
    CHECK(descriptor.is_file && descriptor.receives && descriptor.sends);
    net()->close(context(), file, false);
}

static TRIO_PARKS void reads_and_writes(const struct world_traits *traits)
{
    trio_handle file;
    char byte;
    size_t length;
    int error;

    if (traits->open_file == NULL)
        return;
    file = traits->open_file();
    write_at(file, -1, "hello ");
    write_at(file, -1, "world");
    read_at(file, 6, "world");
    CHECK_STATUS(
        net()->read_file(context(), file, -1, &byte, 1, &length, &error),
        TRIO_EEND);
    write_at(file, 0, "j");
    read_at(file, 0, "jello");
    write_at(file, -1, "!"); // Nothing has moved its position.
    read_at(file, 6, "world!");
    read_at(file, 6, ""); // Nothing is there, and at the end as well.
    read_at(file, 100, "");
    close_file(file);
    CHECK_STATUS(
        net()->read_file(context(), file, 0, &byte, 1, &length, &error),
        TRIO_EBADHANDLE);
    CHECK(error != 0);
    CHECK_STATUS(net()->write_file(context(), file, 0, "x", 1, &length, &error),
                 TRIO_EBADHANDLE);
}

static TRIO_CHECKPOINT trio_status send_file(trio_handle handle,
                                             trio_handle file, uint64_t offset,
                                             uint64_t *ret_sent)
{
    trio_status rc;

    while ((rc = net()->send_file(context(), handle, file, offset, 100,
                                  ret_sent)) == TRIO_EWOULDBLOCK) {
        rc = trio_wait_writable(handle);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

// A world that does not send from files says so, and nothing is sent.
static TRIO_PARKS void sends_from_files(const struct world_traits *traits)
{
    struct ends ends;
    trio_handle file;
    uint64_t sent = 0;

    if (traits->open_file == NULL)
        return;
    file = traits->open_file();
    ends = connect_ends(traits);
    write_at(file, 0, "hello world");
    trio_status rc = send_file(ends.near, file, 6, &sent);
    if (rc != TRIO_ENOTSUP) {
        CHECK_OK(rc);
        CHECK_EQ(sent, 5);
        expect(ends.far, "world");
        CHECK_STATUS(send_file(ends.near, file, 11, &sent), TRIO_EEND);
        read_at(file, -1, "hello"); // Its position is where it was.
    }
    say(ends.near, "after it");
    expect(ends.far, "after it");
    close_ends(&ends);
    close_file(file);
}

static TRIO_PARKS void finds_no_path(const struct world_traits *traits)
{
    struct trio_address address;
    uint64_t id;

    (void)traits;
    REQUIRE(trio_address_from_path("/nowhere/to/be/found", &address) ==
            TRIO_OK);
    CHECK_STATUS(net()->path_id(context(), &address, &id), TRIO_ENOENT);
    CHECK_STATUS(net()->remove_path(context(), &address), TRIO_ENOENT);
}

static TRIO_PARKS void knows_paths(const struct world_traits *traits)
{
    struct trio_address address, folder;
    trio_handle handle = TRIO_HANDLE_NONE;
    uint64_t id = 0, same = 0, other = 0;

    if (traits->free_path == NULL)
        return;
    REQUIRE(trio_address_from_path(traits->free_path(), &address) == TRIO_OK);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(net()->open(context(), TRIO_ADDRESS_LOCAL, TRIO_SOCKET_STREAM,
                             &handle));
        CHECK_OK(net()->bind(context(), handle, &address));
        CHECK_OK(net()->path_id(context(), &address, i == 0 ? &id : &other));
        net()->close(context(), handle, false);
        CHECK_OK(net()->path_id(context(), &address, &same)); // It stays.
        CHECK_EQ(same, i == 0 ? id : other);
        CHECK_OK(net()->remove_path(context(), &address));
        CHECK_STATUS(net()->path_id(context(), &address, &same), TRIO_ENOENT);
    }
    CHECK(id != 0 && other != 0 && id != other);
    if (traits->folder == NULL)
        return;
    REQUIRE(trio_address_from_path(traits->folder, &folder) == TRIO_OK);
    CHECK_STATUS(net()->path_id(context(), &folder, &id), TRIO_EEXIST);
}

const struct world_clause world_file_clauses[] = {
    {"files are read and written, at an offset or where they stand",
     reads_and_writes},
    {"what is sent from a file is what the file has", sends_from_files},
    {"a path that is not there is not found", finds_no_path},
    {"a path that names another socket has another number", knows_paths},
    {NULL, NULL}};
