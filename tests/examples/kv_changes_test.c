// What observers of the example kv_server are told of its changes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_peers.h"

// What was told, as it would be sent.
struct tape {
    struct kv_observer observer; // Comes first.
    struct kv_buffer bytes;
};

static void record(struct kv_observer *observer, const struct kv_bytes *words,
                   size_t count)
{
    kv_request_add(&((struct tape *)observer)->bytes, words, count);
}

static bool tells(struct tape *tape, const char *expected)
{
    struct kv_buffer *bytes = &tape->bytes;
    bool same = bytes->failure == TRIO_OK && bytes->held == strlen(expected) &&
                (bytes->held == 0 ||
                 memcmp(kv_buffer_first(bytes), expected, bytes->held) == 0);

    kv_buffer_take(bytes, bytes->held);
    return same;
}

static TRIO_CHECKPOINT trio_status observe(struct world *world,
                                           trio_status (*body)(struct peer *,
                                                               struct tape *))
{
    struct tape tape = {.observer.changed = record};

    kv_buffer_init(&tape.bytes, 10000);
    kv_changes_observe(&world->server.changes, &tape.observer);
    trio_status rc = body(&world->peers[0], &tape);
    kv_changes_leave(&world->server.changes, &tape.observer);
    if (rc == TRIO_OK)
        rc = exchange(&world->peers[0], "SET x 1\r\n", "+OK\r\n");
    CHECK(rc != TRIO_OK || tells(&tape, ""));
    kv_buffer_free(&tape.bytes);
    return rc;
}

static TRIO_CHECKPOINT trio_status change(struct peer *peer, struct tape *tape)
{
    static const char *const changes[][3] = {
        {"SET a 1 EX 9 NX\r\n", "+OK\r\n",
         "*6\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n$2\r\nEX\r\n$1\r\n9\r\n"
         "$2\r\nNX\r\n"},
        {"INCR a\r\n", ":2\r\n", "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"},
        {"DECR n\r\n", ":-1\r\n", "*2\r\n$4\r\nDECR\r\n$1\r\nn\r\n"},
        {"PERSIST a\r\n", ":1\r\n", "*2\r\n$7\r\nPERSIST\r\n$1\r\na\r\n"},
        {"EXPIRE a 8\r\n", ":1\r\n",
         "*3\r\n$6\r\nEXPIRE\r\n$1\r\na\r\n$1\r\n8\r\n"},
        {"MSET b x\r\n", "+OK\r\n",
         "*3\r\n$4\r\nMSET\r\n$1\r\nb\r\n$1\r\nx\r\n"},
        {"DEL b nope\r\n", ":1\r\n",
         "*3\r\n$3\r\nDEL\r\n$1\r\nb\r\n$4\r\nnope\r\n"},
        {"EXPIRE n 0\r\n", ":1\r\n",
         "*3\r\n$6\r\nEXPIRE\r\n$1\r\nn\r\n$1\r\n0\r\n"},
    };

    for (size_t i = 0; i < COUNT(changes); i++) {
        TRY(exchange(peer, changes[i][0], changes[i][1]));
        if (!CHECK(tells(tape, changes[i][2])))
            break;
    }
    return TRIO_OK;
}

SERVER_TEST(observers_are_told_of_each_change_as_a_request, 1)
{
    return observe(world, change);
}

static TRIO_CHECKPOINT trio_status change_nothing(struct peer *peer,
                                                  struct tape *tape)
{
    TRY(exchange(peer,
                 "GET a\r\nSET a 1 XX\r\nDEL a\r\nEXPIRE a 1\r\n"
                 "EXPIRE a 0\r\nPERSIST a\r\nTTL a\r\n",
                 "$-1\r\n$-1\r\n:0\r\n:0\r\n:0\r\n:0\r\n:-2\r\n"));
    CHECK(tells(tape, ""));
    return TRIO_OK;
}

SERVER_TEST(observers_are_not_told_of_what_changed_nothing, 1)
{
    return observe(world, change_nothing);
}

static TRIO_CHECKPOINT trio_status expire(struct peer *peer, struct tape *tape)
{
    TRY(exchange(peer, "SET a 1 PX 1\r\n", "+OK\r\n"));
    tells(tape, "");
    TRY(trio_sleep(TRIO_MS));
    TRY(exchange(peer, "INCR a\r\n", ":1\r\n"));
    CHECK(tells(tape, "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"
                      "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"));
    TRY(exchange(peer, "SET a 1 PX 1\r\n", "+OK\r\n"));
    tells(tape, "");
    TRY(trio_sleep(TRIO_MS));
    CHECK_EQ(kv_store_collect(&peer->server->store, 1), 1);
    CHECK(tells(tape, "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"));
    return TRIO_OK;
}

SERVER_TEST(a_key_that_expires_is_a_change_before_the_one_that_found_out, 1)
{
    return observe(world, expire);
}

// 100,000 bytes are the limit of the store.
static TRIO_CHECKPOINT trio_status fill(struct peer *peer, struct tape *tape)
{
    static char value[30001];

    (void)tape;
    memset(value, 'v', 30000);
    for (int i = 0; i < 3; i++) {
        char key[] = {(char)('a' + i), '\0'};
        struct kv_bytes words[] = {{key, 1}, {value, 30000}};
        CHECK_OK(kv_store_set(&peer->server->store, words[0], words[1],
                              TRIO_FOREVER));
    }
    TRY(say(peer, "MSET p 1 q "));
    TRY(say(peer, value));
    TRY(exchange(peer, "\r\n",
                 "-OOM command not allowed when used memory > "
                 "'maxmemory'.\r\n"));
    CHECK(tells(tape, "*3\r\n$4\r\nMSET\r\n$1\r\np\r\n$1\r\n1\r\n"));
    return TRIO_OK;
}

SERVER_TEST(of_a_request_that_ends_in_the_middle_the_part_is_told, 1)
{
    return observe(world, fill);
}
