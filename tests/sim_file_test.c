// What trio/sim_file.h promises: what of a disk is durable, and what a campaign
// does to it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_file.h>

#include <string.h>

#include <trio/campaign.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static const struct trio_file_options adding = {.append = true, .create = true};
static const struct trio_file_options writing = {.write = true, .create = true};

// Other than by default something may be kept, where a campaign looks for that:
// what is lost is checked once.

static void lose(void)
{
    trio_sim_files_lose(trio_sim_host_home());
}

// What a path names, as text; "(none)": nothing.
struct text {
    char bytes[64];
};

static TRIO_PARKS struct text text_at(const char *path)
{
    struct text text = {"(none)"};
    struct trio_file file;
    size_t length = 0;

    trio_status rc = trio_file_open(path, NULL, &file);
    if (rc != TRIO_OK) {
        CHECK_STATUS(rc, TRIO_ENOENT);
        return text;
    }
    text = (struct text){""};
    rc = trio_file_read_at(&file, 0, text.bytes, sizeof(text) - 1, &length);
    CHECK(rc == TRIO_OK || rc == TRIO_EEND);
    CHECK_OK(trio_file_close(&file));
    return text;
}

#define CHECK_TEXT(path, expected) CHECK_STRING(text_at(path).bytes, (expected))

// A durable file, with a durable name.
static TRIO_PARKS void make_durable(const char *path, const char *text,
                                    struct trio_file *ret_file)
{
    REQUIRE(trio_file_open(path, &adding, ret_file) == TRIO_OK);
    CHECK_OK(trio_file_append_all(ret_file, text, strlen(text), NULL));
    CHECK_OK(trio_file_sync(ret_file));
    CHECK_OK(trio_path_sync(path));
}

static TRIO_PARKS void append(struct trio_file *file, const char *text)
{
    CHECK_OK(trio_file_append_all(file, text, strlen(text), NULL));
}

TEST_ONCE(sim_file, what_was_not_synced_is_lost)
{
    struct trio_file file;

    make_durable("log", "one", &file);
    append(&file, "two");
    CHECK_TEXT("log", "onetwo");
    lose();
    CHECK_TEXT("log", "one");
    CHECK_STATUS(trio_file_append_all(&file, "x", 1, NULL), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_file_sync(&file), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_file_close(&file), TRIO_EBADHANDLE);
    lose();
    CHECK_TEXT("log", "one");
}

TEST_ONCE(sim_file, overwriting_and_cutting_off_are_lost_alike)
{
    struct trio_file file;

    REQUIRE(trio_file_open("file", &writing, &file) == TRIO_OK);
    CHECK_OK(trio_file_write_at(&file, 0, "hello world", 11, NULL));
    CHECK_OK(trio_file_sync(&file));
    CHECK_OK(trio_path_sync("file"));
    CHECK_OK(trio_file_write_at(&file, 0, "J", 1, NULL));
    CHECK_OK(trio_file_truncate(&file, 5));
    CHECK_TEXT("file", "Jello");
    lose();
    CHECK_TEXT("file", "hello world");
    trio_file_close_forcefully(&file);
}

TEST_ONCE(sim_file, a_name_is_durable_once_its_folder_was_synced)
{
    struct trio_file file;

    REQUIRE(trio_file_open("/a/file", &adding, &file) == TRIO_OK);
    append(&file, "text");
    CHECK_OK(trio_file_sync(&file));
    CHECK_OK(trio_path_sync("/a/b/other")); // Another folder.
    lose();
    CHECK_TEXT("/a/file", "(none)");
    trio_file_close_forcefully(&file);

    REQUIRE(trio_file_open("/a/file", &adding, &file) == TRIO_OK);
    append(&file, "text");
    CHECK_OK(trio_file_sync(&file));
    CHECK_OK(trio_path_sync("/a/other"));
    lose();
    CHECK_TEXT("/a/file", "text");
    trio_file_close_forcefully(&file);
}

TEST_ONCE(sim_file, a_name_may_be_durable_and_what_it_names_not)
{
    struct trio_file file;

    REQUIRE(trio_file_open("file", &adding, &file) == TRIO_OK);
    append(&file, "text");
    CHECK_OK(trio_path_sync("file"));
    lose();
    CHECK_TEXT("file", "");
    trio_file_close_forcefully(&file);
}

TEST_ONCE(sim_file, renaming_and_removing_are_lost_together)
{
    struct trio_file file, other;

    make_durable("file", "old", &file);
    make_durable("new", "new", &other);
    CHECK_OK(trio_path_rename("new", "file"));
    CHECK_TEXT("file", "new");
    lose();
    CHECK_TEXT("file", "old");
    CHECK_TEXT("new", "new");
    CHECK_OK(trio_path_remove("file"));
    CHECK_OK(trio_path_rename("new", "newer"));
    CHECK_OK(trio_path_sync("newer"));
    lose();
    CHECK_TEXT("file", "(none)");
    CHECK_TEXT("new", "(none)");
    CHECK_TEXT("newer", "new");
    trio_file_close_forcefully(&file);
    trio_file_close_forcefully(&other);
}

TEST(sim_file, there_is_an_end_to_a_disk)
{
    static char data[3000];
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_file file, other;
    size_t written;

    CHECK_OK(trio_sim_files_set_size(home, 5000));
    REQUIRE(trio_file_open("file", &adding, &file) == TRIO_OK);
    REQUIRE(trio_file_open("other", &adding, &other) == TRIO_OK);
    CHECK_OK(trio_file_append_all(&file, data, 3000, &written));
    CHECK_STATUS(trio_file_append_all(&other, data, 3000, &written),
                 TRIO_ENOSPC);
    CHECK_EQ(written, 2000);
    CHECK_OK(trio_file_truncate(&file, 0));
    CHECK_OK(trio_file_append_all(&other, data, 3000, &written));
    CHECK_STATUS(trio_file_truncate(&file, (1 << 20) + 1), TRIO_ENOSPC);
    CHECK_OK(trio_file_close(&file));
    CHECK_OK(trio_file_close(&other));
}

// The system writes by itself, some day.
TEST_ONCE(sim_file, what_is_written_over_and_over_takes_no_more_memory)
{
    static char data[1 << 18];
    struct trio_file file;
    uint64_t size = 0;

    REQUIRE(trio_file_open("file", &writing, &file) == TRIO_OK);
    CHECK_OK(trio_path_sync("file"));
    for (int i = 0; i < 100; i++)
        CHECK_OK(trio_file_write_at(&file, 0, data, sizeof(data), NULL));
    lose();
    trio_file_close_forcefully(&file);
    REQUIRE(trio_file_open("file", NULL, &file) == TRIO_OK);
    CHECK_OK(trio_file_size(&file, &size));
    CHECK_EQ(size, sizeof(data));
    CHECK_OK(trio_file_close(&file));
}

static TRIO_CHECKPOINT trio_status make_own(void *arg)
{
    make_durable("file", "distant", arg);
    return trio_file_close(arg);
}

TEST(sim_file, each_host_has_a_disk_of_its_own)
{
    struct trio_sim_host *distant;
    struct trio_nursery nursery;
    struct trio_file file, its;

    make_durable("file", "home", &file);
    REQUIRE(trio_sim_host_open("distant", NULL, &distant) == TRIO_OK);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(distant, &nursery, make_own, &its));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_TEXT("file", "home");
    append(&file, "!");
    trio_sim_files_lose(distant);
    CHECK_TEXT("file", "home!");
    CHECK_OK(trio_file_close(&file));
}

static TRIO_CHECKPOINT trio_status sync_it(void *arg)
{
    return trio_file_sync(arg);
}

static TRIO_CHECKPOINT trio_status mix_up_hosts(void *arg)
{
    struct trio_sim_host *distant;
    struct trio_nursery nursery;
    struct trio_file file;

    (void)arg;
    trio_status rc = trio_sim_host_open("distant", NULL, &distant);
    if (rc == TRIO_OK)
        rc = trio_file_open("file", &adding, &file);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(distant, &nursery, sync_it, &file);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_file, the_file_of_another_host_is_misuse)
{
    static const struct trio_scenario scenario = {.name = "mix_up_hosts",
                                                  .fn = mix_up_hosts};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "a file of another host");
}

TEST(sim_file, handles_count_among_those_of_the_host)
{
    static const struct trio_sim_host_options few = {.handles_max = 1};
    struct trio_sim_host *host;

    REQUIRE(trio_sim_host_open("small", &few, &host) == TRIO_OK);
    struct trio_file file = {.handle = 0};
    struct trio_nursery nursery;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, make_own, &file));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- Hosts that crash ----

static TRIO_CHECKPOINT trio_status write_and_stay(void *arg)
{
    struct trio_file file;
    trio_status rc = trio_file_open("log", &adding, &file);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_path_sync("log");
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&file, "one", 3, NULL);
    if (rc == TRIO_OK)
        rc = trio_file_sync(&file);
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&file, "two", 3, NULL);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_HOUR);
    trio_file_close_forcefully(&file);
    return rc;
}

static TRIO_CHECKPOINT trio_status read_after(void *arg)
{
    *(struct text *)arg = text_at("log");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_on(struct trio_sim_host *host,
                                          trio_task_fn fn, void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_start_soon(host, &nursery, fn, arg);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    if (rc == TRIO_OK && fn != read_after)
        trio_sim_host_crash(host);
    return trio_nursery_close(&nursery, rc);
}

TEST(sim_file, a_host_that_crashes_keeps_what_is_durable)
{
    struct text text = {""};
    struct trio_sim_host *host;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    CHECK_OK(run_on(host, write_and_stay, NULL));
    trio_sim_host_restart(host);
    CHECK_OK(run_on(host, read_after, &text));
    if (trio_sim_is_injected())
        return;
    CHECK(strcmp(text.bytes, "one") == 0 || strcmp(text.bytes, "onet") == 0 ||
          strcmp(text.bytes, "onetwo") == 0);
}

static TRIO_CHECKPOINT trio_status begin_to_write(void *arg)
{
    struct trio_file *file = arg; // That outlives the host.
    trio_status rc = trio_file_open("log", &adding, file);

    if (rc == TRIO_OK)
        rc = trio_path_sync("log");
    if (rc == TRIO_OK)
        rc = trio_file_append_all(file, "one", 3, NULL);
    if (rc == TRIO_OK)
        rc = trio_file_sync(file);
    TRIO_SIM_ALWAYS(rc != TRIO_OK, "it is not written");
    return rc;
}

// By itself a call is made when all wait.
TEST_ONCE(sim_file, a_call_that_was_not_made_before_the_crash_never_is)
{
    struct trio_file file = {.handle = 0};
    struct text text = {""};
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, begin_to_write, &file));
    for (int i = 0; i < 3; i++)
        CHECK_OK(trio_checkpoint());
    trio_sim_host_crash(host);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_sim_host_restart(host);
    CHECK_OK(run_on(host, read_after, &text));
    CHECK_STRING(text.bytes, "(none)");
}

// ---- What a campaign does ----

static struct trio_campaign_result sweep(trio_task_fn fn)
{
    const struct trio_scenario scenario = {.name = "files", .fn = fn};
    const struct trio_campaign_options options = {.sweeps_only = true};

    return campaign_run_once(&scenario, &options);
}

// Replaces a file as the header shows it.
static TRIO_CHECKPOINT trio_status replace(const char *text)
{
    static const struct trio_file_options fresh = {
        .write = true, .create = true, .truncate = true};
    struct trio_file file;

    trio_status rc = trio_file_open("new", &fresh, &file);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_file_write_at(&file, 0, text, strlen(text), NULL);
    if (rc == TRIO_OK)
        rc = trio_file_sync(&file);
    rc = trio_combine(rc, trio_file_close(&file));
    if (rc == TRIO_OK)
        rc = trio_path_rename("new", "file");
    if (rc == TRIO_OK)
        rc = trio_path_sync("file");
    return rc;
}

// Reads what is there; TRIO_EEND: nothing.
static TRIO_CHECKPOINT trio_status read_all(struct text *text, size_t *length)
{
    struct trio_file file;

    *text = (struct text){""};
    *length = 0;
    trio_status rc = trio_file_open("file", NULL, &file);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_file_read_at(&file, 0, text->bytes, sizeof(*text) - 1, length);
    return trio_combine(rc, trio_file_close(&file));
}

static TRIO_CHECKPOINT trio_status replace_and_lose(void *arg)
{
    struct text text;
    size_t length;

    (void)arg;
    trio_status rc = replace("old");
    trio_status replaced = rc == TRIO_OK ? replace("new") : rc;
    lose();
    if (rc == TRIO_OK)
        rc = read_all(&text, &length);
    if (rc == TRIO_OK) {
        bool is_old = strcmp(text.bytes, "old") == 0;
        TRIO_SIM_ALWAYS(is_old || strcmp(text.bytes, "new") == 0,
                        "it is the old one or the new one");
        TRIO_SIM_ALWAYS(!is_old || replaced != TRIO_OK,
                        "what was said to be durable is there");
    }
    return rc;
}

TEST_PLAIN(sim_file, a_file_is_replaced_in_one_step_under_every_failure)
{
    struct trio_campaign_result result = sweep(replace_and_lose);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK(result.calls >= 20);
    CHECK(result.cancel_runs > 0);
}

// A campaign has to find each of these.
static TRIO_CHECKPOINT trio_status append_two_and_lose(const char *claim,
                                                       const char *never,
                                                       size_t size)
{
    struct trio_file file;
    struct text text;
    size_t length;

    trio_status rc = trio_file_open("file", &adding, &file);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_path_sync("file");
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&file, "ab", 2, NULL);
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&file, "cd", 2, NULL);
    lose();
    trio_file_close_forcefully(&file);
    if (rc == TRIO_OK)
        rc = read_all(&text, &length);
    if (rc == TRIO_EEND)
        rc = TRIO_OK;
    if (rc == TRIO_OK)
        TRIO_SIM_ALWAYS(length != size || memcmp(text.bytes, never, size) != 0,
                        claim);
    return rc;
}

// After so many deviations.
#define NEVER(name, claim, never, count)                                       \
    static TRIO_CHECKPOINT trio_status name##_program(void *arg)               \
    {                                                                          \
        (void)arg;                                                             \
        return append_two_and_lose(claim, never, sizeof(never) - 1);           \
    }                                                                          \
    TEST_PLAIN(sim_file, name)                                                 \
    {                                                                          \
        struct trio_campaign_result result = sweep(name##_program);            \
                                                                               \
        CHECK_EQ(result.verdict, TRIO_SIM_FAILED);                             \
        CHECK_STRING(result.text, claim);                                      \
        CHECK_EQ(result.deviations, count);                                    \
    }

NEVER(a_write_may_be_kept, "it is lost", "ab", 1)
NEVER(a_write_may_be_torn, "it is kept or lost", "a", 1)
NEVER(a_later_write_may_be_kept, "both are", "\0\0cd", 1)
NEVER(that_all_is_lost_is_the_default, "something is kept", "", 0)

static TRIO_CHECKPOINT trio_status create_and_lose(void *arg)
{
    struct trio_file file;
    struct text text;
    size_t length;

    (void)arg;
    trio_status rc = trio_file_open("file", &adding, &file);
    if (rc != TRIO_OK)
        return rc;
    lose();
    trio_file_close_forcefully(&file);
    rc = read_all(&text, &length);
    TRIO_SIM_ALWAYS(rc != TRIO_EEND, "its name is lost");
    return rc == TRIO_ENOENT ? TRIO_OK : rc;
}

TEST_PLAIN(sim_file, a_name_may_be_kept)
{
    struct trio_campaign_result result = sweep(create_and_lose);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "its name is lost") != NULL);
}

static TRIO_CHECKPOINT trio_status sync_again(void *arg)
{
    struct trio_file file;
    struct text text;
    size_t length;

    (void)arg;
    trio_status rc = trio_file_open("file", &adding, &file);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_path_sync("file");
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&file, "a", 1, NULL);
    trio_status synced = rc == TRIO_OK ? trio_file_sync(&file) : rc;
    trio_file_close_forcefully(&file);
    if (synced == TRIO_EIO) { // So it is tried with another handle.
        rc = trio_file_open("file", &adding, &file);
        if (rc == TRIO_OK) {
            rc = trio_file_sync(&file);
            trio_file_close_forcefully(&file);
        }
    }
    lose();
    if (rc == TRIO_OK)
        rc = read_all(&text, &length);
    TRIO_SIM_ALWAYS(rc != TRIO_EEND, "the second sync helps");
    return rc;
}

TEST_PLAIN(sim_file, after_a_sync_that_failed_another_does_not_help)
{
    struct trio_campaign_result result = sweep(sync_again);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK(strstr(result.text, "the second sync helps") != NULL);
    CHECK_EQ(result.deviations, 1);
}

static TRIO_CHECKPOINT trio_status forget_it(void *arg)
{
    struct trio_file file;

    (void)arg;
    return trio_file_open("file", &adding, &file);
}

TEST_PLAIN(sim_file, one_that_is_left_open_is_told)
{
    struct trio_campaign_result result = sweep(forget_it);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "left open: a file, file");
}

// The host's file is opened first, and home's after it.
static TRIO_CHECKPOINT trio_status forget_two(void *arg)
{
    struct trio_nursery nursery;
    struct trio_sim_host *host;
    trio_status rc = trio_sim_host_open("db", NULL, &host);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(host, &nursery, forget_it, arg);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_OK ? forget_it(arg) : rc;
}

TEST_PLAIN(sim_file, of_what_is_left_open_the_first_is_told)
{
    struct trio_campaign_result result = sweep(forget_two);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "left open: a file of db, file");
}
