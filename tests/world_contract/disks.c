// Clauses about files that are opened by their paths, as <trio/file.h> has
// them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/world_contract/contract.h"

static const struct trio_file_options fresh = {.write = true,
                                               .exclusive = true};
static const struct trio_file_options adding = {.append = true, .create = true};

// Opens a new file; false: there are no files here, which is said.
static TRIO_PARKS bool open_new(const struct world_traits *traits,
                                struct trio_file *ret_file)
{
    if (traits->free_file != NULL)
        return CHECK_OK(trio_file_open(traits->free_file(), &fresh, ret_file));
    CHECK_STATUS(trio_file_open("file", NULL, ret_file), TRIO_ENOTSUP);
    return false;
}

static TRIO_PARKS void close_and_remove(const struct world_traits *traits,
                                        struct trio_file *file)
{
    CHECK_OK(trio_file_close(file));
    CHECK_OK(trio_path_remove(traits->free_file()));
}

static TRIO_PARKS void put(struct trio_file *file, uint64_t offset,
                           const char *text)
{
    size_t written = 77;

    CHECK_OK(trio_file_write_at(file, offset, text, strlen(text), &written));
    CHECK_EQ(written, strlen(text));
}

// What the file holds has to be these bytes.
static TRIO_PARKS void holds(struct trio_file *file, const char *bytes,
                             size_t count)
{
    char data[100] = "";
    size_t length = 0;
    uint64_t size = 77;

    CHECK_OK(trio_file_size(file, &size));
    CHECK_EQ(size, count);
    CHECK_STATUS(trio_file_read_at(file, 0, data, sizeof(data), &length),
                 count == 0 ? TRIO_EEND : TRIO_OK);
    CHECK_EQ(length, count);
    CHECK(memcmp(data, bytes, count) == 0);
}

static TRIO_PARKS void reads_what_was_written(const struct world_traits *traits)
{
    struct trio_file file;
    char byte;
    size_t length;

    if (!open_new(traits, &file))
        return;
    holds(&file, "", 0);
    put(&file, 0, "hello");
    put(&file, 1, "a");
    put(&file, 7, "!");
    holds(&file, "hallo\0\0!", 8); // The gap is zeros.
    CHECK_OK(trio_file_read_at(&file, 7, &byte, 1, &length));
    CHECK_EQ(byte, '!');
    CHECK_STATUS(trio_file_read_at(&file, 8, &byte, 1, &length), TRIO_EEND);
    CHECK_OK(trio_file_read_at(&file, 8, &byte, 0, &length));
    CHECK_EQ(length, 0);
    CHECK_OK(trio_file_write_at(&file, 80, "x", 0, NULL));
    CHECK_OK(trio_file_truncate(&file, 2));
    CHECK_OK(trio_file_truncate(&file, 4));
    holds(&file, "ha\0", 4);
    CHECK_OK(trio_file_sync(&file));
    holds(&file, "ha\0", 4);
    close_and_remove(traits, &file);
}

static TRIO_PARKS void appends(const struct world_traits *traits)
{
    struct trio_file file, other;

    if (!open_new(traits, &other))
        return;
    CHECK_OK(trio_file_open(traits->free_file(), &adding, &file));
    CHECK_OK(trio_file_append_all(&file, "one", 3, NULL));
    put(&other, 3, "two");
    CHECK_OK(trio_file_append_all(&file, "six", 3, NULL));
    holds(&file, "onetwosix", 9);
    holds(&other, "onetwosix", 9);
    CHECK_STATUS(trio_file_write_at(&file, 0, "x", 1, NULL), TRIO_EINVAL);
    CHECK_STATUS(trio_file_append_all(&other, "x", 1, NULL), TRIO_EINVAL);
    CHECK_OK(trio_file_close(&other));
    close_and_remove(traits, &file);
}

static TRIO_PARKS void has_an_end_to_offsets(const struct world_traits *traits)
{
    const uint64_t last = (uint64_t)INT64_MAX - 5;
    struct trio_file file;
    char data[10] = "";
    size_t length;

    if (!open_new(traits, &file))
        return;
    CHECK_STATUS(trio_file_read_at(&file, last, data, 10, &length),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_file_write_at(&file, last, data, 10, NULL), TRIO_EINVAL);
    CHECK_STATUS(trio_file_read_at(&file, last, data, 5, &length), TRIO_EEND);
    close_and_remove(traits, &file);
}

static TRIO_PARKS void has_an_end_to_names(const struct world_traits *traits)
{
    char path[600];
    struct trio_file file;

    if (traits->free_file == NULL)
        return;
    int length = snprintf(path, sizeof(path), "%s", traits->free_file());
    memset(path + length, 'x', 300);
    path[length + 300] = '\0';
    CHECK_STATUS(trio_file_open(path, NULL, &file), TRIO_EINVAL);
    CHECK_STATUS(trio_file_open(path, &adding, &file), TRIO_EINVAL);
    CHECK_STATUS(trio_path_remove(path), TRIO_EINVAL);
    memcpy(path + length + 300, "/x", 3); // Of a folder, too.
    CHECK_STATUS(trio_file_open(path, NULL, &file), TRIO_EINVAL);
    CHECK_STATUS(trio_path_sync(path), TRIO_EINVAL);
}

static TRIO_PARKS void opens_as_asked(const struct world_traits *traits)
{
    static const struct trio_file_options empty = {.write = true,
                                                   .truncate = true},
                                          wrong = {.truncate = true};
    struct trio_file file, other;

    if (!open_new(traits, &file))
        return;
    put(&file, 0, "text");
    const char *path = traits->free_file();
    CHECK_STATUS(trio_file_open(path, &fresh, &other), TRIO_EEXIST);
    CHECK_STATUS(trio_file_open(path, &wrong, &other), TRIO_EINVAL);
    CHECK(strstr(trio_error_last()->text, "but not write to it"));
    CHECK_OK(trio_file_open(path, &adding, &other));
    CHECK_OK(trio_file_close(&other));
    holds(&file, "text", 4);
    CHECK_OK(trio_file_open(path, NULL, &other));
    holds(&other, "text", 4);
    CHECK_STATUS(trio_file_write_at(&other, 0, "x", 1, NULL), TRIO_EINVAL);
    CHECK_STATUS(trio_file_append_all(&other, "x", 1, NULL), TRIO_EINVAL);
    CHECK_STATUS(trio_file_truncate(&other, 0), TRIO_EINVAL);
    CHECK(strstr(trio_error_last()->text, "set the length of file "));
    CHECK_OK(trio_file_close(&other));
    CHECK_OK(trio_file_open(path, &empty, &other));
    holds(&file, "", 0);
    CHECK_OK(trio_file_close(&other));
    close_and_remove(traits, &file);
    CHECK_STATUS(trio_file_open(path, NULL, &other), TRIO_ENOENT);
    CHECK_STATUS(trio_file_open("", NULL, &other), TRIO_ENOENT);
    CHECK_STATUS(trio_file_open("/", NULL, &other), TRIO_ENOTSUP);
    CHECK_STATUS(trio_file_open(".", NULL, &other), TRIO_ENOTSUP);
}

static TRIO_PARKS void renames(const struct world_traits *traits)
{
    struct trio_file file, other;
    char name[100];

    if (!open_new(traits, &file))
        return;
    const char *path = traits->free_file();
    snprintf(name, sizeof(name), "%sx", path);
    put(&file, 0, "first");
    CHECK_OK(trio_file_open(name, &fresh, &other));
    put(&other, 0, "second");
    CHECK_OK(trio_path_rename(path, path));
    if (traits->holds_names) {
        CHECK_OK(trio_file_close(&file));
        CHECK_OK(trio_path_rename(name, path));
    } else {
        CHECK_OK(trio_path_rename(name, path)); // Whatever it named.
        holds(&file, "first", 5); // What is open stays as it is.
        CHECK_OK(trio_file_close(&file));
    }
    CHECK_OK(trio_path_sync(path));
    CHECK_OK(trio_file_open(path, NULL, &file));
    holds(&file, "second", 6);
    CHECK_STATUS(trio_path_rename(name, path), TRIO_ENOENT);
    CHECK_STATUS(trio_path_remove(name), TRIO_ENOENT);
    CHECK_OK(trio_path_remove(path));
    holds(&file, "second", 6);
    if (!traits->holds_names)
        CHECK_STATUS(trio_path_remove(path), TRIO_ENOENT);
    CHECK_OK(trio_file_close(&file));
    CHECK_OK(trio_file_close(&other));
    CHECK_STATUS(trio_path_remove(path), TRIO_ENOENT);
    CHECK_OK(trio_path_sync(path)); // It need not be there.
}

static TRIO_PARKS void refuses_what_is_closed(const struct world_traits *traits)
{
    struct trio_file file;
    uint64_t size;
    size_t length;
    char byte;

    if (!open_new(traits, &file))
        return;
    close_and_remove(traits, &file);
    CHECK_STATUS(trio_file_size(&file, &size), TRIO_ECLOSED);
    CHECK_STATUS(trio_file_read_at(&file, 0, &byte, 1, &length), TRIO_ECLOSED);
    CHECK_STATUS(trio_file_write_at(&file, 0, &byte, 1, NULL), TRIO_ECLOSED);
    CHECK_STATUS(trio_file_sync(&file), TRIO_ECLOSED);
    CHECK_OK(trio_file_close(&file));
    trio_file_close_forcefully(&file);
}

const struct world_clause world_disk_clauses[] = {
    {"a file holds what was written into it", reads_what_was_written},
    {"appending goes to the end, wherever that is", appends},
    {"no byte is beyond the last offset", has_an_end_to_offsets},
    {"a name of 300 bytes is too long", has_an_end_to_names},
    {"a file is opened as was asked", opens_as_asked},
    {"a path that is renamed names what it did before", renames},
    {"a file that was closed is closed", refuses_what_is_closed},
    {NULL, NULL}};
