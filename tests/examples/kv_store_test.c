// The store of the example kv_server, under virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/kv_server/store.h"
#include "tests/check.h"

#define PLENTY (1 << 24)

static struct kv_bytes bytes_of(const char *text)
{
    return (struct kv_bytes){text, strlen(text)};
}

static trio_status set(struct kv_store *store, const char *key,
                       const char *value, trio_time expires)
{
    return kv_store_set(store, bytes_of(key), bytes_of(value), expires);
}

// Says whether a key has this value; NULL for none.
static bool has(struct kv_store *store, const char *key, const char *value)
{
    struct kv_bytes found;

    if (!kv_store_get(store, bytes_of(key), &found))
        return value == NULL;
    return value != NULL && kv_bytes_equal(found, bytes_of(value));
}

static trio_time after(trio_duration delay)
{
    return trio_time_add(trio_now(), delay);
}

// Each of these also runs with every allocation failing: then the store has to
// be whole all the same, and give all back.
#define STORE_TEST(name)                                                       \
    static TRIO_PARKS void name##_body(struct kv_store *store);                \
    TEST(kv_store, name)                                                       \
    {                                                                          \
        struct kv_store store;                                                 \
        CHECK_OK(kv_store_open(&store, PLENTY));                               \
        name##_body(&store);                                                   \
        kv_store_close(&store);                                                \
    }                                                                          \
    static TRIO_PARKS void name##_body(struct kv_store *store)

STORE_TEST(a_value_is_there_until_it_is_removed)
{
    CHECK(has(store, "a", NULL));
    CHECK_OK(set(store, "a", "1", TRIO_FOREVER));
    CHECK_OK(set(store, "", "empty", TRIO_FOREVER));
    CHECK_OK(set(store, "b", "", TRIO_FOREVER));
    CHECK(has(store, "a", "1"));
    CHECK(has(store, "", "empty"));
    CHECK(has(store, "b", ""));
    CHECK_EQ(kv_store_count(store), 3);
    CHECK(kv_store_remove(store, bytes_of("a")));
    CHECK(!kv_store_remove(store, bytes_of("a")));
    CHECK(has(store, "a", NULL));
    CHECK(has(store, "b", ""));
}

STORE_TEST(a_value_replaces_another_whatever_their_sizes)
{
    static char large[5000];
    static const size_t sizes[] = {1, 17, 5000, 16, 4990, 0, 1};
    struct kv_bytes found;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        memset(large, (int)('a' + i), sizeof(large));
        struct kv_bytes value = {large, sizes[i]};
        CHECK_OK(kv_store_set(store, bytes_of("k"), value, TRIO_FOREVER));
        CHECK(kv_store_get(store, bytes_of("k"), &found));
        CHECK(kv_bytes_equal(found, value));
        CHECK_EQ(kv_store_count(store), 1);
        CHECK(store->bytes < sizes[i] + 200); // No large block for a small one.
    }
}

STORE_TEST(a_value_expires_at_its_time_and_not_before)
{
    CHECK_OK(set(store, "a", "1", after(TRIO_SECOND)));
    CHECK_OK(trio_sleep(TRIO_SECOND - 1));
    CHECK(has(store, "a", "1"));
    CHECK_OK(trio_sleep(1));
    CHECK(has(store, "a", NULL));
    CHECK_EQ(store->bytes, 0);
    CHECK_EQ(store->expired, 1);
}

STORE_TEST(the_time_can_be_moved_and_taken_away)
{
    trio_time expires = 0;

    CHECK_OK(set(store, "a", "1", after(TRIO_SECOND)));
    CHECK_OK(set(store, "b", "2", after(TRIO_SECOND)));
    CHECK_OK(set(store, "c", "3", after(TRIO_SECOND)));
    CHECK_OK(set(store, "d", "4", after(TRIO_SECOND)));
    CHECK_OK(kv_store_set_expiry(store, bytes_of("a"), TRIO_FOREVER));
    CHECK_OK(kv_store_set_expiry(store, bytes_of("b"), after(2 * TRIO_SECOND)));
    CHECK_OK(set(store, "c", "5", TRIO_FOREVER));
    CHECK_STATUS(kv_store_set_expiry(store, bytes_of("x"), 0), TRIO_ENOENT);
    CHECK(kv_store_expiry(store, bytes_of("b"), &expires));
    CHECK_EQ(expires, after(2 * TRIO_SECOND));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK(has(store, "a", "1"));
    CHECK(has(store, "b", "2"));
    CHECK(has(store, "c", "5"));
    CHECK(has(store, "d", NULL));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK(has(store, "b", NULL));
    CHECK(!kv_store_expiry(store, bytes_of("b"), &expires));
    CHECK(kv_store_expiry(store, bytes_of("a"), &expires));
    CHECK_EQ(expires, TRIO_FOREVER);
}

TEST_ONCE(kv_store, what_has_expired_is_collected_in_its_order)
{
    struct kv_store store;
    char key[16];

    CHECK_OK(kv_store_open(&store, PLENTY));
    for (int i = 0; i < 500; i++) {
        snprintf(key, sizeof(key), "%d", i);
        CHECK_OK(set(&store, key, "x", after((i * 37 % 500 + 1) * TRIO_MS)));
        if (i % 5 == 0)
            kv_store_remove(&store, bytes_of(key));
    }
    for (int ms = 1; ms <= 500; ms++) {
        CHECK_OK(trio_sleep(TRIO_MS));
        CHECK(kv_store_collect(&store, 10) <= 1);
        struct kv_entry *next = kv_expiry_first(&store.expiry);
        CHECK(next == NULL || next->expires > trio_now());
    }
    CHECK_EQ(kv_store_count(&store), 0);
    CHECK_EQ(store.expired, 400);
    CHECK_EQ(store.bytes, 0);
    kv_store_close(&store);
}

STORE_TEST(a_sum_is_kept_as_text)
{
    int64_t sum = 0;

    CHECK_OK(kv_store_add(store, bytes_of("n"), 5, &sum));
    CHECK_EQ(sum, 5);
    CHECK_OK(kv_store_add(store, bytes_of("n"), -7, &sum));
    CHECK_EQ(sum, -2);
    CHECK(has(store, "n", "-2"));
    CHECK_OK(set(store, "n", "9223372036854775806", after(TRIO_SECOND)));
    CHECK_OK(kv_store_add(store, bytes_of("n"), 1, &sum));
    CHECK_STATUS(kv_store_add(store, bytes_of("n"), 1, &sum), TRIO_EMSGSIZE);
    CHECK(has(store, "n", "9223372036854775807"));
    CHECK_OK(set(store, "x", "1.5", TRIO_FOREVER));
    CHECK_STATUS(kv_store_add(store, bytes_of("x"), 1, &sum), TRIO_EINVAL);
    CHECK(has(store, "x", "1.5"));
    CHECK_OK(trio_sleep(TRIO_SECOND)); // It expires when it would have.
    CHECK_OK(kv_store_add(store, bytes_of("n"), 1, &sum));
    CHECK_EQ(sum, 1);
}

TEST_ONCE(kv_store, a_full_store_takes_no_more_and_is_whole)
{
    struct kv_store store;
    char key[16];
    int64_t sum;
    int count = 0;

    CHECK_OK(kv_store_open(&store, 10000));
    trio_status rc = TRIO_OK;
    for (; rc == TRIO_OK; count++) {
        snprintf(key, sizeof(key), "%d", count);
        rc = set(&store, key, "value", TRIO_FOREVER);
    }
    CHECK_STATUS(rc, TRIO_ENOBUFS);
    CHECK(store.bytes <= 10000 && store.bytes > 9800);
    CHECK(has(&store, "0", "value"));
    CHECK_STATUS(kv_store_add(&store, bytes_of("n"), 1, &sum), TRIO_ENOBUFS);
    CHECK_OK(set(&store, "0", "other", TRIO_FOREVER)); // It has its room.
    CHECK(kv_store_remove(&store, bytes_of("0")));
    CHECK_OK(kv_store_add(&store, bytes_of("n"), 1, &sum));
    kv_store_close(&store);
}

// ---- Scans ----

#define KEYS 2000

static void mark(struct kv_bytes key, void *arg)
{
    unsigned char *seen = arg;
    int64_t number;

    REQUIRE(kv_bytes_to_integer(key, &number));
    seen[number]++;
}

static void set_number(struct kv_store *store, int number)
{
    char key[16];

    snprintf(key, sizeof(key), "%d", number);
    CHECK_OK(set(store, key, key, TRIO_FOREVER));
}

// The table grows to ten times its size in the course of it.
TEST_ONCE(kv_store, a_scan_tells_of_all_that_are_there_all_the_time)
{
    static unsigned char seen[10 * KEYS];
    struct kv_store store;
    uint64_t cursor = 0;
    int next = KEYS;

    memset(seen, 0, sizeof(seen));
    CHECK_OK(kv_store_open(&store, PLENTY));
    for (int i = 0; i < KEYS; i++)
        set_number(&store, i);
    do {
        cursor = kv_store_scan(&store, cursor, 10, mark, seen);
        for (int i = 0; i < 50 && next < 10 * KEYS; i++)
            set_number(&store, next++);
    } while (cursor != 0);
    CHECK_EQ(next, 10 * KEYS);
    for (int i = 0; i < KEYS; i++)
        if (!CHECK(seen[i] >= 1))
            break;
    kv_store_close(&store);
}

TEST_ONCE(kv_store, a_scan_of_a_sparse_table_comes_back_soon)
{
    struct kv_store store;
    char key[16];
    uint64_t cursor = 0;
    unsigned char seen[KEYS] = {0};
    int calls = 0;

    CHECK_OK(kv_store_open(&store, PLENTY));
    for (int i = 0; i < KEYS; i++)
        set_number(&store, i);
    for (int i = 1; i < KEYS; i++) {
        snprintf(key, sizeof(key), "%d", i);
        CHECK(kv_store_remove(&store, bytes_of(key)));
    }
    do {
        cursor = kv_store_scan(&store, cursor, 10, mark, seen);
        calls++;
    } while (cursor != 0);
    CHECK_EQ(seen[0], 1);
    CHECK(calls > 5);
    kv_store_close(&store);
}

STORE_TEST(a_scan_does_not_tell_of_what_has_expired)
{
    unsigned char seen[3] = {0};

    CHECK_OK(set(store, "1", "x", after(TRIO_SECOND)));
    CHECK_OK(set(store, "2", "x", TRIO_FOREVER));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_EQ(kv_store_scan(store, 0, 1000, mark, seen), 0);
    CHECK_EQ(seen[1], 0);
    CHECK_EQ(seen[2], 1);
}

// ---- Against a model ----

#define MODEL_KEYS 40

struct model {
    bool there[MODEL_KEYS];
    trio_time expires[MODEL_KEYS];
    size_t length[MODEL_KEYS];
};

static bool is_there(const struct model *model, size_t key)
{
    return model->there[key] && model->expires[key] > trio_now();
}

static TRIO_CHECKPOINT trio_status act(struct kv_store *store,
                                       struct model *model)
{
    static const char zeros[300];
    char text[8];
    size_t key = trio_random_below(MODEL_KEYS);
    size_t length = trio_random_below(sizeof(zeros));
    trio_time expires = trio_random_below(2) == 0
                            ? TRIO_FOREVER
                            : after((trio_duration)trio_random_below(9) + 1);

    snprintf(text, sizeof(text), "%zu", key);
    switch (trio_random_below(4)) {
    case 0:
        model->there[key] = true;
        model->length[key] = length;
        model->expires[key] = expires;
        return kv_store_set(store, bytes_of(text),
                            (struct kv_bytes){zeros, length}, expires);
    case 1:
        CHECK(kv_store_remove(store, bytes_of(text)) == is_there(model, key));
        model->there[key] = false;
        return TRIO_OK;
    case 2:
        if (!is_there(model, key))
            return TRIO_OK;
        model->expires[key] = expires;
        return kv_store_set_expiry(store, bytes_of(text), expires);
    default:
        kv_store_collect(store, trio_random_below(3));
        return trio_sleep((trio_duration)trio_random_below(3));
    }
}

static void compare(struct kv_store *store, const struct model *model)
{
    struct kv_bytes value;
    char text[8];

    for (size_t key = 0; key < MODEL_KEYS; key++) {
        snprintf(text, sizeof(text), "%zu", key);
        bool found = kv_store_get(store, bytes_of(text), &value);
        CHECK(found == is_there(model, key));
        CHECK(!found || value.length == model->length[key]);
    }
}

static TRIO_CHECKPOINT trio_status run_model(void *arg)
{
    struct model model = {.there = {false}};
    struct kv_store store;
    trio_status rc = kv_store_open(&store, PLENTY);

    (void)arg;
    for (int i = 0; i < 500 && rc == TRIO_OK; i++) {
        rc = act(&store, &model);
        if (i % 10 == 0)
            compare(&store, &model);
    }
    kv_store_close(&store);
    return rc;
}

TEST_SEEDED(kv_store, does_what_a_list_of_values_would_do)
{
    CHECK_OK(trio_test_seeded(check_seed(), run_model, NULL));
}
