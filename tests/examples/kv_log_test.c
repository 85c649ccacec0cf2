// The log of the example kv_server, on a disk whose power fails.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/log.h"

#include <stdio.h>
#include <string.h>

#include <trio/campaign.h>
#include <trio/sim_file.h>

#include "tests/check.h"
#include "tests/examples/try.h"

#define REQUEST_MAX 1000
#define BULK_MAX 100

// What was executed, as text: "SET a 1;".
struct text {
    char bytes[300];
};

struct stage {
    struct kv_log log;
    struct kv_changes changes;
    struct text loaded;
};

static trio_status execute(const struct kv_request *request, void *arg)
{
    struct text *text = arg;
    size_t length = strlen(text->bytes);

    for (size_t i = 0; i < request->count; i++) {
        struct kv_bytes word = request->arguments[i];
        if (kv_bytes_are(word, "BAD"))
            return -1001;
        length += (size_t)snprintf(text->bytes + length, sizeof(*text) - length,
                                   "%.*s%s", (int)word.length, word.data,
                                   i + 1 < request->count ? " " : ";");
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status open_log(struct kv_log *log,
                                            enum kv_fsync fsync,
                                            struct text *loaded)
{
    struct kv_parser parser;

    *loaded = (struct text){""};
    kv_parser_init(&parser, BULK_MAX);
    return kv_log_open(log, "log", fsync, &parser, REQUEST_MAX, execute,
                       loaded);
}

// Calls a body with a log that is written meanwhile, and to its end.
static TRIO_CHECKPOINT trio_status play(struct stage *stage,
                                        enum kv_fsync fsync,
                                        trio_status (*body)(struct stage *))
{
    struct trio_nursery nursery;

    *stage = (struct stage){.changes = {NULL}};
    trio_status rc = open_log(&stage->log, fsync, &stage->loaded);
    if (rc != TRIO_OK)
        return rc;
    kv_log_observe(&stage->log, &stage->changes);
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, kv_log_run, &stage->log);
    if (rc == TRIO_OK)
        rc = body(stage);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    kv_log_close(&stage->log);
    return rc;
}

static void tell(struct stage *stage, const char *key, const char *value)
{
    const struct kv_bytes words[] = {
        {"SET", 3}, {key, strlen(key)}, {value, strlen(value)}};

    kv_changes_tell(&stage->changes, words, COUNT(words));
}

// Reads the log as after a restart. `ret_cut`: how much was cut off.
static TRIO_CHECKPOINT trio_status load(struct text *ret_loaded,
                                        uint64_t *ret_cut)
{
    struct kv_log log;

    trio_status rc = open_log(&log, KV_FSYNC_ALWAYS, ret_loaded);
    if (rc != TRIO_OK)
        return rc;
    if (ret_cut != NULL)
        *ret_cut = log.cut;
    kv_log_close(&log);
    return TRIO_OK;
}

static void lose(void)
{
    trio_sim_files_lose(trio_sim_host_home());
}

static TRIO_PARKS void run_stage(enum kv_fsync fsync,
                                 trio_status (*body)(struct stage *))
{
    struct stage stage;

    CHECK_OK(play(&stage, fsync, body));
}

#define LOG_TEST(kind, name, fsync)                                            \
    static TRIO_CHECKPOINT trio_status name##_body(struct stage *stage);       \
    kind(kv_log, name)                                                         \
    {                                                                          \
        run_stage(fsync, name##_body);                                         \
    }                                                                          \
    static TRIO_CHECKPOINT trio_status name##_body(struct stage *stage)

// ---- What is durable, and when ----

LOG_TEST(TEST, what_was_waited_for_is_there_after_a_power_failure,
         KV_FSYNC_ALWAYS)
{
    struct text loaded;

    tell(stage, "a", "1");
    trio_status rc = kv_log_wait(&stage->log, stage->log.told);
    if (rc == TRIO_OK)
        tell(stage, "b", "2"); // Of which nobody has heard.
    lose();
    if (rc != TRIO_OK)
        return rc;
    TRY(load(&loaded, NULL));
    TRIO_SIM_ALWAYS(strncmp(loaded.bytes, "SET a 1;", 8) == 0,
                    "what was waited for is there");
    return TRIO_OK;
}

LOG_TEST(TEST_ONCE, every_second_it_is_synced, KV_FSYNC_EVERYSEC)
{
    struct text loaded;

    tell(stage, "a", "1");
    TRY(kv_log_wait(&stage->log, stage->log.told)); // Nothing to wait for.
    TRY(trio_sleep(1500 * TRIO_MS));
    CHECK_EQ(stage->log.synced, stage->log.told);
    tell(stage, "b", "2"); // The last sync was long ago.
    TRY(trio_sleep(100 * TRIO_MS));
    tell(stage, "c", "3"); // And now it was not.
    TRY(trio_sleep(100 * TRIO_MS));
    CHECK_EQ(stage->log.written, stage->log.told);
    lose();
    TRY(load(&loaded, NULL));
    CHECK_STRING(loaded.bytes, "SET a 1;SET b 2;");
    return TRIO_OK;
}

LOG_TEST(TEST_ONCE, without_a_sync_it_is_written_all_the_same, KV_FSYNC_NO)
{
    struct text loaded;

    tell(stage, "a", "1");
    TRY(trio_sleep(TRIO_HOUR));
    CHECK_EQ(stage->log.syncs, 0);
    TRY(load(&loaded, NULL)); // The process alone was killed.
    CHECK_STRING(loaded.bytes, "SET a 1;");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status tell_two(struct stage *stage)
{
    tell(stage, "a", "1");
    tell(stage, "b", "2");
    return trio_checkpoint_if_cancelled();
}

static TRIO_CHECKPOINT trio_status tell_two_and_lose(struct text *ret_loaded)
{
    struct stage stage;

    trio_status rc = play(&stage, KV_FSYNC_EVERYSEC, tell_two);
    lose();
    return rc == TRIO_OK ? load(ret_loaded, NULL) : rc;
}

TEST(kv_log, the_end_of_the_writer_waits_for_what_is_left)
{
    struct text loaded;

    if (CHECK_OK(tell_two_and_lose(&loaded)) && !trio_sim_is_injected())
        CHECK_STRING(loaded.bytes, "SET a 1;SET b 2;");
}

struct teller {
    struct stage *stage;
    char key[12];
};

static TRIO_CHECKPOINT trio_status tell_and_wait(void *arg)
{
    struct teller *teller = arg;

    tell(teller->stage, teller->key, "1");
    return kv_log_wait(&teller->stage->log, teller->stage->log.told);
}

LOG_TEST(TEST_ONCE, one_sync_is_for_all_who_wait, KV_FSYNC_ALWAYS)
{
    struct trio_nursery nursery;
    struct teller teller = {.stage = stage};
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 100 && rc == TRIO_OK; i++) {
        snprintf(teller.key, sizeof(teller.key), "%d", i);
        rc = trio_nursery_start_soon_copy(&nursery, tell_and_wait, &teller,
                                          sizeof(teller));
    }
    TRY(trio_nursery_close(&nursery, rc));
    CHECK(stage->log.syncs <= 2);
    CHECK_EQ(stage->log.synced, stage->log.told);
    return TRIO_OK;
}

// ---- What a log may look like ----

static TRIO_CHECKPOINT trio_status write_log(const char *bytes, size_t size)
{
    static const struct trio_file_options over = {
        .write = true, .create = true, .truncate = true};
    struct trio_file file;

    trio_status rc = trio_file_open("log", &over, &file);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_file_write_at(&file, 0, bytes, size, NULL);
    return trio_combine(rc, trio_file_close(&file));
}

#define GOOD "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"

static const struct tail {
    const char *bytes;
    size_t size;
} tails[] = {
#define TAIL(text)                                                             \
    {                                                                          \
        text, sizeof(text) - 1                                                 \
    }
    TAIL(GOOD "*"),
    TAIL(GOOD "*2\r\n$3\r\nDEL\r\n$1\r\na\r"),
    TAIL(GOOD "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" GOOD),
    TAIL(GOOD "*2\r\n$3\r\nDEL\r\n$\0\0\0\0\0\0" GOOD),
    TAIL(GOOD "*2\r\n$3\r\nDEL\r\n$4\r\na\0\0\0\0\0" GOOD),
    TAIL(GOOD "DEL b\r\n"),
};

static TRIO_CHECKPOINT trio_status load_tails(void)
{
    for (size_t i = 0; i < COUNT(tails); i++) {
        struct text loaded;
        uint64_t cut = 0;

        TRY(write_log(tails[i].bytes, tails[i].size));
        TRY(load(&loaded, &cut));
        CHECK_STRING(loaded.bytes, "DEL a;");
        CHECK_EQ(cut, tails[i].size - strlen(GOOD));
        lose(); // It was cut off for good.
        TRY(load(&loaded, &cut));
        CHECK_STRING(loaded.bytes, "DEL a;");
        CHECK_EQ(cut, 0);
    }
    return TRIO_OK;
}

TEST(kv_log, what_is_not_whole_is_cut_off)
{
    CHECK_OK(load_tails());
}

static TRIO_CHECKPOINT trio_status load_bad(void)
{
    static const char bad[] = "*1\r\n$3\r\nBAD\r\n" GOOD;
    static char large[2000] = "*20\r\n$100\r\n";
    struct text loaded;
    uint64_t cut;

    TRY(write_log(bad, sizeof(bad) - 1));
    for (int i = 0; i < 2; i++) // Nothing was cut off.
        CHECK_STATUS(load(&loaded, &cut), -1001);
    TRY(write_log("", 0));
    TRY(load(&loaded, &cut));
    CHECK_STRING(loaded.bytes, "");
    TRY(write_log(large, sizeof(large)));
    TRY(load(&loaded, &cut));
    CHECK_EQ(cut, sizeof(large));
    return TRIO_OK;
}

TEST_ONCE(kv_log, what_cannot_be_executed_is_not_cut_off)
{
    CHECK_OK(load_bad());
}

// ---- Bad days ----

LOG_TEST(TEST_ONCE, a_full_disk_is_told_and_gone_on_with, KV_FSYNC_ALWAYS)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct text loaded;

    CHECK_OK(trio_sim_files_set_size(home, 40));
    tell(stage, "a", "1");
    TRY(kv_log_wait(&stage->log, stage->log.told));
    tell(stage, "b", "2"); // Half of it fits.
    CHECK_STATUS(kv_log_wait(&stage->log, stage->log.told), TRIO_EBROKEN);
    CHECK_STATUS(kv_log_failure(&stage->log), TRIO_ENOSPC);
    CHECK_OK(trio_sim_files_set_size(home, 1000));
    TRY(trio_sleep(KV_LOG_RETRY + TRIO_MS));
    CHECK_OK(kv_log_failure(&stage->log));
    TRY(kv_log_wait(&stage->log, stage->log.told));
    lose();
    TRY(load(&loaded, NULL));
    CHECK_STRING(loaded.bytes, "SET a 1;SET b 2;");
    return TRIO_OK;
}

TEST_PLAIN(kv_log, policies_have_names)
{
    enum kv_fsync fsync = KV_FSYNC_NO;

    CHECK(kv_fsync_from_text("always", &fsync));
    CHECK_EQ(fsync, KV_FSYNC_ALWAYS);
    CHECK(kv_fsync_from_text("everysec", &fsync));
    CHECK_EQ(fsync, KV_FSYNC_EVERYSEC);
    CHECK(kv_fsync_from_text("no", &fsync));
    CHECK_EQ(fsync, KV_FSYNC_NO);
    CHECK(!kv_fsync_from_text("maybe", &fsync));
}
