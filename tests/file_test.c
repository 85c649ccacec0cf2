// What trio/file.h promises of the kernel's files; and what it does with every
// answer of a system, with one that is made up. That both worlds keep the same
// promises, the world contract checks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/file.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"

static const struct trio_file_options fresh = {.write = true,
                                               .exclusive = true};
static const struct trio_file_options adding = {.append = true, .create = true};

// ---- The kernel's ----

// A folder for one test, and a path in it.
struct place {
    char folder[32];
    char path[64];
    char other[64];
};

static void make_place(struct place *place)
{
    snprintf(place->folder, sizeof(place->folder), "/tmp/trio-place-XXXXXX");
    REQUIRE(mkdtemp(place->folder) != NULL);
    snprintf(place->path, sizeof(place->path), "%s/file", place->folder);
    snprintf(place->other, sizeof(place->other), "%s/other", place->folder);
}

static void remove_place(const struct place *place)
{
    unlink(place->path);
    unlink(place->other);
    CHECK_EQ(rmdir(place->folder), 0);
}

static TRIO_PARKS void write_text(const char *path, const char *text)
{
    static const struct trio_file_options over = {
        .write = true, .create = true, .truncate = true};
    struct trio_file file;

    REQUIRE(trio_file_open(path, &over, &file) == TRIO_OK);
    CHECK_OK(trio_file_write_at(&file, 0, text, strlen(text), NULL));
    CHECK_OK(trio_file_close(&file));
}

static TRIO_PARKS void expect_text(const char *path, const char *text)
{
    char data[100] = "";
    struct trio_file file;
    size_t length = 0;

    REQUIRE(trio_file_open(path, NULL, &file) == TRIO_OK);
    CHECK_STATUS(trio_file_read_at(&file, 0, data, sizeof(data) - 1, &length),
                 *text == '\0' ? TRIO_EEND : TRIO_OK);
    CHECK_STRING(data, text);
    CHECK_OK(trio_file_close(&file));
}

TEST_REAL(file, children_do_not_inherit_it_and_its_mode_is_what_was_said)
{
    struct trio_file_options options = fresh;
    struct trio_file file;
    struct place place;
    struct stat found;

    make_place(&place);
    options.mode = 0600;
    CHECK_OK(trio_file_open(place.path, &options, &file));
    CHECK_EQ(fcntl((int)file.handle, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(stat(place.path, &found), 0);
    CHECK_EQ(found.st_mode & 07777, 0600);
    CHECK_OK(trio_file_close(&file));
    remove_place(&place);
}

TEST_REAL(file, what_is_no_regular_file_is_not_opened_and_nobody_waits)
{
    struct trio_file file;
    struct place place;
    size_t before = count_descriptors();

    make_place(&place);
    REQUIRE(mkfifo(place.path, 0600) == 0);
    CHECK_STATUS(trio_file_open(place.path, NULL, &file), TRIO_ENOTSUP);
    CHECK_STATUS(trio_file_open(place.folder, NULL, &file), TRIO_ENOTSUP);
    CHECK_STATUS(trio_file_open("/dev/null", NULL, &file), TRIO_ENOTSUP);
    CHECK_STATUS(trio_file_open(place.folder, &adding, &file), TRIO_ENOTSUP);
    CHECK_STATUS(trio_path_remove(place.folder), TRIO_ENOTSUP);
    CHECK_EQ(count_descriptors(), before);
    remove_place(&place);
}

TEST_REAL(file, a_folder_that_is_not_there_cannot_be_synced)
{
    char path[5000];
    struct place place;

    make_place(&place);
    CHECK_OK(trio_path_sync(place.path));
    CHECK_OK(trio_path_sync("/file"));
    CHECK_OK(trio_path_sync("file"));
    CHECK_STATUS(trio_path_sync("/nowhere/file"), TRIO_ENOENT);
    CHECK(strstr(trio_error_last()->text, "sync the folder of /nowhere/file"));
    memset(path, 'x', sizeof(path));
    path[0] = path[sizeof(path) - 2] = '/';
    path[sizeof(path) - 1] = '\0';
    CHECK_STATUS(trio_path_sync(path), TRIO_EINVAL);
    remove_place(&place);
}

TEST_REAL(file, the_limit_on_the_length_leaves_what_fits)
{
    char data[200] = "";
    struct rlimit limit, before;
    struct trio_file file;
    struct place place;
    size_t written = 77;
    uint64_t size = 0;

    make_place(&place);
    CHECK_OK(trio_file_open(place.path, &adding, &file));
    fflush(stdout);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 150;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    trio_status rc = trio_file_append_all(&file, data, sizeof(data), &written);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK_STATUS(rc, TRIO_ENOSPC);
    CHECK_EQ(written, 150);
    CHECK_OK(trio_file_size(&file, &size));
    CHECK_EQ(size, 150);
    CHECK_OK(trio_file_append_all(&file, data, 1, &written)); // It goes on.
    CHECK_OK(trio_file_close(&file));
    remove_place(&place);
}

// The way that the header shows.
TEST_REAL(file, a_file_is_replaced_in_one_step)
{
    struct trio_file old;
    struct place place;
    char byte;
    size_t length;

    make_place(&place);
    write_text(place.path, "old");
    write_text(place.other, "new");
    CHECK_OK(trio_file_open(place.path, NULL, &old));
    CHECK_OK(trio_path_rename(place.other, place.path));
    CHECK_OK(trio_path_sync(place.path));
    expect_text(place.path, "new");
    CHECK_OK(trio_file_read_at(&old, 0, &byte, 1, &length));
    CHECK_EQ(byte, 'o'); // What is open stays as it is.
    CHECK_OK(trio_file_close(&old));
    CHECK_STATUS(trio_path_rename(place.other, place.path), TRIO_ENOENT);
    remove_place(&place);
}

TEST_REAL(file, what_no_path_names_is_neither_synced_nor_put_over_a_folder)
{
    struct place place;

    make_place(&place);
    write_text(place.path, "text");
    CHECK_STATUS(trio_path_rename(place.path, place.folder), TRIO_ENOTSUP);
    expect_text(place.path, "text");
    CHECK_STATUS(trio_path_sync(""), TRIO_ENOENT);
    remove_place(&place);
}

TEST_REAL(file, a_cancelled_call_has_done_nothing)
{
    struct trio_cancel_scope scope;
    struct trio_file file, other;
    struct place place;
    size_t written = 77;

    make_place(&place);
    CHECK_OK(trio_file_open(place.path, &adding, &file));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_file_append_all(&file, "x", 1, &written), TRIO_ECANCELED);
    CHECK_EQ(written, 0);
    CHECK_STATUS(trio_file_sync(&file), TRIO_ECANCELED);
    CHECK_STATUS(trio_file_open(place.other, &adding, &other), TRIO_ECANCELED);
    CHECK_STATUS(trio_file_close(&file), TRIO_ECANCELED);
    CHECK_EQ(fcntl((int)file.handle, F_GETFD), -1); // Closed all the same.
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_ECANCELED));
    CHECK_EQ(access(place.other, F_OK), -1);
    expect_text(place.path, "");
    remove_place(&place);
}

// ---- One that is made up ----

// What the next calls answer; the rest of the files is as they are.
static struct fake {
    trio_status write; // Of the write after the next,
    size_t write_most; // which writes so much.
    trio_status sync;
    trio_status close;
    int writes;
    int syncs;
    int closes;
    char text[32];
    size_t length;
} fake;

static trio_status open_fake(void *context, const char *path,
                             const struct trio_file_options *options,
                             trio_handle *ret_handle, int *ret_error)
{
    (void)context, (void)path, (void)options, (void)ret_error;
    *ret_handle = 7;
    return TRIO_OK;
}

static trio_status close_fake(void *context, trio_handle handle, int *ret_error)
{
    (void)context, (void)handle;
    fake.closes++;
    *ret_error = 5;
    return fake.close;
}

static trio_status write_fake(void *context, trio_handle handle,
                              uint64_t offset, const void *data, size_t size,
                              size_t *ret_length, int *ret_error)
{
    (void)context, (void)handle, (void)offset;
    if (++fake.writes > 1 && fake.write != TRIO_OK) {
        *ret_error = 28;
        return fake.write;
    }
    *ret_length = size < fake.write_most ? size : fake.write_most;
    memcpy(fake.text + fake.length, data, *ret_length);
    fake.length += *ret_length;
    return TRIO_OK;
}

static trio_status sync_fake(void *context, trio_handle handle, int *ret_error)
{
    (void)context, (void)handle;
    fake.syncs++;
    *ret_error = 5;
    return fake.sync;
}

// Runs `fn` on those, in virtual time.
static void run_faked(trio_task_fn fn)
{
    static const struct trio_files files = {.open = open_fake,
                                            .close = close_fake,
                                            .write = write_fake,
                                            .sync = sync_fake};
    static struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config = trio_config_simulated(&simulation, &base, 0);

    config.world.files = &files;
    CHECK_OK(trio_run_with(&config, fn, NULL));
}

#define FAKED_TEST(name)                                                       \
    static TRIO_PARKS void name##_body(struct trio_file *file);                \
    static TRIO_CHECKPOINT trio_status name##_program(void *arg)               \
    {                                                                          \
        struct trio_file file;                                                 \
                                                                               \
        (void)arg;                                                             \
        fake = (struct fake){.write_most = 100};                               \
        CHECK_OK(trio_file_open("file", &adding, &file));                      \
        name##_body(&file);                                                    \
        trio_file_close_forcefully(&file);                                     \
        CHECK_EQ(fake.closes, 1);                                              \
        return trio_checkpoint();                                              \
    }                                                                          \
    TEST_PLAIN(file, name)                                                     \
    {                                                                          \
        run_faked(name##_program);                                             \
    }                                                                          \
    static TRIO_PARKS void name##_body(struct trio_file *file)

FAKED_TEST(short_writes_are_gone_on_with)
{
    size_t written = 0;

    fake.write_most = 2;
    CHECK_OK(trio_file_append_all(file, "hello", 5, &written));
    CHECK_EQ(written, 5);
    CHECK_EQ(fake.writes, 3);
    CHECK_STRING(fake.text, "hello");
}

FAKED_TEST(a_failure_in_the_middle_tells_how_much_was_written)
{
    size_t written = 0;

    fake.write_most = 2;
    fake.write = TRIO_ENOSPC;
    CHECK_STATUS(trio_file_append_all(file, "hello", 5, &written), TRIO_ENOSPC);
    CHECK_EQ(written, 2);
    CHECK_EQ(trio_error_last()->os_error, 28);
    char expected[TRIO_ERROR_TEXT_MAX];
    snprintf(expected, sizeof(expected), "write to file %lld",
             (long long)file->handle);
    CHECK_STRING(trio_error_last()->text, expected);
    fake.write = TRIO_OK;
    CHECK_OK(trio_file_append_all(file, "!", 1, &written)); // It goes on.
}

FAKED_TEST(what_takes_nothing_does_not_hang)
{
    size_t written = 77;

    fake.write_most = 0;
    CHECK_STATUS(trio_file_append_all(file, "hello", 5, &written), TRIO_EIO);
    CHECK_EQ(written, 0);
}

FAKED_TEST(after_a_sync_that_failed_nothing_is_written_or_synced)
{
    size_t written = 77;

    fake.sync = TRIO_EIO;
    CHECK_STATUS(trio_file_sync(file), TRIO_EIO);
    fake.sync = TRIO_OK;
    CHECK_STATUS(trio_file_sync(file), TRIO_EIO);
    CHECK_EQ(fake.syncs, 1);
    CHECK_STATUS(trio_file_append_all(file, "x", 1, &written), TRIO_EIO);
    CHECK_EQ(written, 0);
    CHECK_STATUS(trio_file_truncate(file, 0), TRIO_EIO);
    CHECK_EQ(fake.writes, 0);
}

FAKED_TEST(what_cannot_be_synced_can_be_written)
{
    fake.sync = TRIO_ENOTSUP;
    CHECK_STATUS(trio_file_sync(file), TRIO_ENOTSUP);
    CHECK_OK(trio_file_append_all(file, "x", 1, NULL));
}

FAKED_TEST(closing_tells_of_writes_that_were_put_off)
{
    fake.close = TRIO_EIO;
    CHECK_STATUS(trio_file_close(file), TRIO_EIO);
    CHECK_OK(trio_file_close(file)); // It is closed.
    CHECK_STATUS(trio_file_sync(file), TRIO_ECLOSED);
}

struct writing {
    struct trio_file *file;
    trio_status rc;
    size_t written;
};

static TRIO_CHECKPOINT trio_status write_hello(void *arg)
{
    struct writing *writing = arg;

    writing->rc =
        trio_file_append_all(writing->file, "hello", 5, &writing->written);
    return trio_checkpoint();
}

FAKED_TEST(one_task_writes_and_closing_waits_for_it)
{
    struct writing writing = {.file = file};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, write_hello, &writing));
    CHECK_OK(trio_checkpoint()); // It waits for its thread.
    CHECK_STATUS(trio_file_append_all(file, "x", 1, NULL), TRIO_EBUSY);
    CHECK_STATUS(trio_file_truncate(file, 1), TRIO_EBUSY);
    CHECK_OK(trio_file_close(file));
    CHECK_EQ(fake.closes, 0);
    CHECK_STATUS(trio_file_append_all(file, "x", 1, NULL), TRIO_ECLOSED);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(fake.closes, 1);
    CHECK_OK(writing.rc);
    CHECK_EQ(writing.written, 5);
}

FAKED_TEST(what_has_begun_is_carried_to_its_end)
{
    struct writing writing = {.file = file};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, write_hello, &writing));
    CHECK_OK(trio_checkpoint()); // It waits for its thread.
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(writing.rc);
    CHECK_EQ(writing.written, 5);
    CHECK_STRING(fake.text, "hello");
}

TEST(file, one_that_was_never_opened_may_be_closed)
{
    struct trio_file file = {.handle = 0};

    CHECK_OK(trio_file_close(&file));
    trio_file_close_forcefully(&file);
}
