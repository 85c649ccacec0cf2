// Bytes as numbers, words and patterns, and the buffer that holds them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/kv_server/buffer.h"
#include "examples/kv_server/bytes.h"
#include "tests/check.h"

static struct kv_bytes bytes_of(const char *text)
{
    return (struct kv_bytes){text, strlen(text)};
}

TEST_PLAIN(kv_bytes, words_are_the_same_in_any_case)
{
    CHECK(kv_bytes_are(bytes_of("GET"), "GET"));
    CHECK(kv_bytes_are(bytes_of("get"), "GET"));
    CHECK(!kv_bytes_are(bytes_of("ge"), "GET"));
    CHECK(!kv_bytes_are(bytes_of("gets"), "GET"));
    CHECK(!kv_bytes_are((struct kv_bytes){"get\0", 4}, "GET"));
    CHECK(!kv_bytes_are(bytes_of(""), "GET"));
}

TEST_PLAIN(kv_bytes, integers_are_read_as_they_are_written)
{
    static const int64_t values[] = {0,   1,  -1,        9,        10,
                                     -10, 99, INT64_MAX, INT64_MIN};
    char text[KV_INTEGER_TEXT_MAX], expected[32];
    int64_t value;

    for (size_t i = 0; i < COUNT(values); i++) {
        struct kv_bytes bytes = kv_bytes_from_integer(values[i], text);
        snprintf(expected, sizeof(expected), "%lld", (long long)values[i]);
        CHECK_STRING(bytes.data, expected);
        CHECK_EQ(bytes.length, strlen(expected));
        CHECK(kv_bytes_to_integer(bytes, &value));
        CHECK_EQ(value, values[i]);
    }
}

TEST_PLAIN(kv_bytes, nothing_else_is_an_integer)
{
    static const char *const texts[] = {
        "",      "-",        "+1",
        " 1",    "1 ",       "01",
        "-0",    "-01",      "1.0",
        "0x1",   "--1",      "9223372036854775808",
        "1e3",   "1-",       "-9223372036854775809",
        "00000", "\xd9\xa1", "18446744073709551617",
    };
    int64_t value = 7;

    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK(!kv_bytes_to_integer(bytes_of(texts[i]), &value));
    CHECK_EQ(value, 7);
}

TEST_PLAIN(kv_bytes, patterns_match_what_they_describe)
{
    static const struct {
        const char *pattern, *bytes;
        bool expected;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"a*", "abc", true},
        {"a*", "ba", false},
        {"*c", "abc", true},
        {"*c", "abcd", false},
        {"a*b*c", "axbxbxc", true},
        {"a*b*c", "axcxb", false},
        {"**a**", "xax", true},
        {"?", "a", true},
        {"?", "", false},
        {"a?c", "abc", true},
        {"[abc]", "b", true},
        {"[abc]", "d", false},
        {"[a-c]x", "bx", true},
        {"[c-a]", "b", true},
        {"[^a]", "b", true},
        {"[^a]", "a", false},
        {"[a\\]]", "]", true},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"a\\", "a\\", true},
        {"[", "[", true},
        {"[ab", "a", true},
        {"user:*:name", "user:42:name", true},
        {"user:*:name", "user:42:mail", false},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        bool matches = kv_bytes_match(bytes_of(cases[i].bytes),
                                      bytes_of(cases[i].pattern));
        if (!CHECK(matches == cases[i].expected))
            printf("    \"%s\" and \"%s\"\n", cases[i].pattern, cases[i].bytes);
    }
}

// Tried at every split, this one would take longer than the universe is old.
TEST_PLAIN(kv_bytes, no_pattern_explodes)
{
    char text[1000];

    memset(text, 'a', sizeof(text));
    CHECK(!kv_bytes_match((struct kv_bytes){text, sizeof(text)},
                          bytes_of("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")));
}

TEST_PLAIN(kv_bytes, hashes_depend_on_every_byte_and_on_the_seed)
{
    static const uint64_t seed[2] = {1, 2}, other[2] = {1, 3};
    char text[32] = {0};

    for (size_t length = 0; length < sizeof(text); length++) {
        struct kv_bytes bytes = {text, length};
        uint64_t hash = kv_bytes_hash(bytes, seed);
        CHECK(hash == kv_bytes_hash(bytes, seed));
        CHECK(hash != kv_bytes_hash(bytes, other));
        for (size_t i = 0; i < length; i++) {
            text[i] = 1;
            CHECK(hash != kv_bytes_hash(bytes, seed));
            text[i] = 0;
        }
    }
}

// ---- The buffer ----

// What was added comes out, in order, whatever is added and taken at a time.
TEST_ONCE(kv_buffer, keeps_what_is_added_in_order)
{
    static const size_t adds[] = {1, 7, 100, 5000, 20000, 3};
    struct kv_buffer buffer;
    unsigned char next = 0, expected = 0, block[20000];

    kv_buffer_init(&buffer, 1 << 20);
    for (size_t i = 0; i < 300; i++) {
        size_t size = adds[i % COUNT(adds)];
        for (size_t j = 0; j < size; j++)
            block[j] = next++;
        kv_buffer_add(&buffer, block, size);
        size_t taken = i % 7 == 6 ? buffer.held : buffer.held / 2;
        for (size_t j = 0; j < taken; j++)
            REQUIRE((unsigned char)kv_buffer_first(&buffer)[j] == expected++);
        kv_buffer_take(&buffer, taken);
    }
    CHECK_OK(buffer.failure);
    CHECK(buffer.size <= 128 * 1024);
    kv_buffer_free(&buffer);
}

TEST_ONCE(kv_buffer, takes_nothing_after_its_limit)
{
    struct kv_buffer buffer;
    char block[100] = {0};

    kv_buffer_init(&buffer, 250);
    for (int i = 0; i < 3; i++)
        kv_buffer_add(&buffer, block, sizeof(block));
    CHECK_STATUS(buffer.failure, TRIO_EMSGSIZE);
    kv_buffer_add(&buffer, block, 1);
    CHECK_EQ(buffer.held, 200);
    kv_buffer_free(&buffer);
}

TEST_ONCE(kv_buffer, gives_a_large_block_back_once_it_is_empty)
{
    static char block[200000];
    struct kv_buffer buffer;

    kv_buffer_init(&buffer, 1 << 20);
    kv_buffer_add(&buffer, block, sizeof(block));
    kv_buffer_take(&buffer, sizeof(block));
    CHECK_EQ(buffer.size, 0);
    kv_buffer_add(&buffer, block, 10);
    kv_buffer_take(&buffer, 10);
    CHECK(buffer.size > 0);
    kv_buffer_free(&buffer);
}
